//! What an editor needs to complete in a branch while it is being written.
//!
//! rust-analyzer expands the call twice, as it stands and with [`MARKER`] at the cursor, and takes
//! what is before the marker to be at the same place in both. So no name that the expansion makes
//! of a branch has the marker in it, and a branch that breaks off behind a `.` keeps its code.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Error, Expr, Result};

use crate::ast::Branch;
use crate::check;

const MARKER: &str = "raCompletionMarker";

/// A word of the user's, as it is without a cursor in it.
pub(crate) fn unmarked(word: &Ident) -> String {
    word.to_string().replace(MARKER, "")
}

/// The branch that these tokens would be, but for one `.` that nothing follows.
///
/// It is read as if the marker followed. To be evaluated it has the error in place of the `.`, as
/// an index: that binds as tightly, and as what is indexed by an error is an error too, rustc has
/// nothing to add.
pub(crate) fn breaks_off(
    tokens: &TokenStream,
    error: &Error,
    whole: impl FnOnce(Expr) -> Result<Branch>,
) -> Option<Branch> {
    let name = Ident::new(MARKER, Span::mixed_site());
    let error = error.to_compile_error();
    let marked = syn::parse2(at_the_dot(tokens, &quote!(.#name))?).ok()?;
    let mended = syn::parse2(at_the_dot(tokens, &quote!([#error]))?).ok()?;
    let branch = whole(marked).ok()?;
    let expr = branch.expr.is_ok().then(|| check::unwrapped(mended))?;
    Some(Branch {
        expr: Ok(expr),
        ..branch
    })
}

/// The tokens with others in place of the first `.` that nothing follows.
fn at_the_dot(tokens: &TokenStream, replacement: &TokenStream) -> Option<TokenStream> {
    let is_dot =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '.');
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        let (before, behind) = (&tokens[..index], &tokens[index + 1..]);
        let replaced = match token {
            TokenTree::Group(group) => at_the_dot(&group.stream(), replacement).map(|inner| {
                let mut replaced = Group::new(group.delimiter(), inner);
                replaced.set_span(group.span());
                replaced.into_token_stream()
            }),
            dot if is_dot(dot) && !before.last().is_some_and(is_dot) => match behind.first() {
                None => Some(replacement.clone()),
                Some(next) if matches!(next, TokenTree::Punct(_)) && !is_dot(next) => {
                    Some(replacement.clone())
                }
                Some(_) => None,
            },
            _ => None,
        };
        if let Some(replaced) = replaced {
            return Some(quote!(#(#before)* #replaced #(#behind)*));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::MARKER;
    use crate::ast::Policy;
    use crate::expand;

    /// Calls with a `|` where the cursor is.
    const WRITTEN: [&str; 18] = [
        "a(), conf|, b()",
        "a(), store.|, b()",
        "a(), store.or|, b()",
        "a(), store.or|(), b()",
        "a(), store.users[0].|",
        "a(), store?.|",
        "a(), !store.|",
        "a(), (store.|), b()",
        "a(), f(7, store.|), b()",
        "a(), async { let x = store.|; x }, b()",
        "a(), ..stores.|",
        "a(), ..stores.map(|store| store.|)",
        "a(), fetch(\"a text that is longer than what is kept of a branch\").or|",
        "[a(), store.|]",
        "Page { user: a(), orders: store.|, dark: b() }",
        "Page { user: a(), or|: b() }",
        "limit = sto|; a()",
        "store.|, f(.), b().await",
    ];

    fn expanded(call: &str) -> String {
        let call: TokenStream = call.parse().expect("it is made of tokens");
        expand::call(Policy::All, quote!([::gather] #call)).to_string()
    }

    #[test]
    fn what_is_before_the_cursor_is_the_same_with_a_marker_and_without() {
        for call in WRITTEN {
            let (before, behind) = call.rsplit_once('|').expect("the cursor is in it");
            let marked = expanded(&format!("{before}{MARKER}{behind}"));
            let (before_marker, _) = marked
                .split_once(MARKER)
                .expect("the expansion has the marker");
            let before_dot = before_marker.trim_end_matches([' ', '.']);
            let written = expanded(&format!("{before}{behind}"));
            assert!(
                written.starts_with(before_dot),
                "{call} expands to\n{written}\nand with the marker to\n{marked}"
            );
        }
    }
}
