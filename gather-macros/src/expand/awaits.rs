//! Tells whether an expression awaits while it is evaluated.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Macros of tokio and of other crates that await without a visible `.await`.
const AWAITING: [&str; 6] = [
    "join",
    "pending",
    "poll",
    "select",
    "select_biased",
    "try_join",
];

/// Whether the tokens contain an `.await` that does not belong to an `async` block or closure. An
/// `.await` counts where its owner is unknown, as in a macro's tokens.
pub(super) fn awaits(expr: &TokenStream) -> bool {
    let mut before = Before::Else;
    // From an `async` closure's parameters to the next comma or semicolon, every token belongs to
    // the closure.
    let mut in_closure = false;
    for token in expr.clone() {
        match &token {
            TokenTree::Group(group) if !in_closure => {
                let is_async = before == Before::Async && group.delimiter() == Delimiter::Brace;
                if !is_async && awaits(&group.stream()) {
                    return true;
                }
            }
            TokenTree::Ident(word) if !in_closure && before == Before::Dot && word == "await" => {
                return true;
            }
            TokenTree::Punct(sign)
                if !in_closure && sign.as_char() == '!' && before == Before::Awaiting =>
            {
                return true;
            }
            TokenTree::Punct(sign) if sign.as_char() == '|' && before == Before::Async => {
                in_closure = true;
            }
            TokenTree::Punct(sign) if matches!(sign.as_char(), ',' | ';') => in_closure = false,
            _ => {}
        }
        before = match &token {
            TokenTree::Ident(word) if word == "async" => Before::Async,
            TokenTree::Ident(word) if word == "move" && before == Before::Async => Before::Async,
            TokenTree::Ident(word) if AWAITING.iter().any(|name| word == name) => Before::Awaiting,
            TokenTree::Punct(sign) if sign.as_char() == '.' => Before::Dot,
            _ => Before::Else,
        };
    }
    false
}

/// The token to the left.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// `async` or `async move`
    Async,
    Dot,
    /// The name of a macro that awaits.
    Awaiting,
    Else,
}

#[cfg(test)]
mod tests {
    use super::awaits;

    #[test]
    fn an_await_of_the_expression_itself_is_found() {
        for expr in [
            "load(id().await)",
            "client().await?.get()",
            "{ let x = a.await; b(x) }",
            "if a.await { b() } else { c() }",
            "f(async { a.await }, b.await)",
            "f(async |x| x, b.await)",
            "f(async { a }, |x| x, b.await)",
            "with!(|x| x.await)",
            "with!(move |x| x.await)",
            "vec![a.await]",
            "f(tokio::join!(a, b))",
            "f(select_biased!(a))",
            "{ poll!(a); b() }",
            "{ pending!(); b() }",
            "{ let f = async |x| x; f(1).await }",
        ] {
            assert!(
                awaits(&expr.parse().expect("it is made of tokens")),
                "{expr}"
            );
        }
    }

    #[test]
    fn an_await_of_an_async_block_or_closure_is_its_own() {
        for expr in [
            "async { a.await }",
            "async move { f(a.await) }",
            "ids.map(|id| async move { load(id).await })",
            "f(async |x| x.await, b)",
            "f(async move || { g(x.await) })",
            "{ let f = async |x| x.await; f(1) }",
            "gather!(a(), async { b().await })",
            "join(a, b)",
            "with!(join => await)",
        ] {
            assert!(
                !awaits(&expr.parse().expect("it is made of tokens")),
                "{expr}"
            );
        }
    }
}
