//! Finds the syntax of another macro or language where a branch is expected.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::Error;
use syn::parse::ParseStream;

use super::extent::{is, up_to_comma};
use crate::ast::Policy;
use crate::text;

/// A mistake in place of branches.
pub(super) enum Foreign {
    /// `pattern = future => ..`, with the tokens of the future.
    Arm(TokenStream, Error),
    /// `work(n) for n in ..`, `for n in .. => work(n)`, `name => work(n)`
    NoBranch(Error),
}

/// The next mistake, up to a comma.
pub(super) fn foreign(policy: Policy, input: ParseStream) -> Option<Foreign> {
    let tokens: Vec<TokenTree> = up_to_comma(&input.fork()).into_iter().collect();
    if let Some(mend) = comprehension(&tokens) {
        let message = format!(
            "Rust has no comprehensions: spread an iterator of futures, `{}({mend})`",
            policy.name()
        );
        let written: TokenStream = tokens.into_iter().collect();
        return Some(Foreign::NoBranch(Error::new_spanned(written, message)));
    }
    let arrow = tokens
        .windows(2)
        .position(|pair| is(&pair[0], '=') && is(&pair[1], '>'))?;
    let before = &tokens[..arrow];
    if before.first().is_some_and(|token| word(token, "for")) {
        let written: TokenStream = tokens.into_iter().collect();
        let error = Error::new_spanned(written, for_loop(policy));
        return Some(Foreign::NoBranch(error));
    }
    if let [TokenTree::Ident(name)] = before {
        let name = text::name(name);
        let branch = text::of(tokens[arrow + 2..].iter().cloned().collect());
        let message = format!("write a `:` after the name of a branch: `{name}: {branch}`");
        let written: TokenStream = tokens.into_iter().collect();
        return Some(Foreign::NoBranch(Error::new_spanned(written, message)));
    }
    let pattern = before.iter().position(|token| is(token, '='));
    let future = &before[pattern.map_or(0, |equals| equals + 1)..];
    let instead = match policy {
        Policy::Each => "handle each result after `each.next().await`",
        _ => "for the first to finish, use `gather_each!`",
    };
    let message = format!(
        "`{}` has no `=>` arms, unlike `select!`: write only the futures; {instead}",
        policy.name()
    );
    let future = future.iter().cloned().collect();
    let written: TokenStream = tokens.into_iter().collect();
    Some(Foreign::Arm(future, Error::new_spanned(written, message)))
}

/// The message about a `for` loop in place of a branch.
pub(crate) fn for_loop(policy: Policy) -> String {
    format!(
        "a `for` loop is not a future: spread an iterator of futures, `{}(..(0..3).map(work))`",
        policy.name()
    )
}

/// The spread that does what a Python comprehension does.
fn comprehension(tokens: &[TokenTree]) -> Option<String> {
    let dots = tokens
        .iter()
        .take_while(|token| is(token, '*') || is(token, '.'));
    let tokens = &tokens[dots.count()..];
    if let [TokenTree::Group(group)] = tokens
        && group.delimiter() != Delimiter::Brace
    {
        let inner: Vec<TokenTree> = group.stream().into_iter().collect();
        return comprehension(&inner);
    }
    let begins = tokens.iter().position(|token| word(token, "for"))?;
    let (item, [_, rest @ ..]) = tokens.split_at(begins) else {
        return None;
    };
    // Anywhere else, the `for` is that of a loop or of `for<'a>`.
    if !matches!(item.last()?, TokenTree::Group(_)) {
        return None;
    }
    let at = rest.iter().position(|token| word(token, "in"))?;
    let (pattern, [_, items @ ..]) = rest.split_at(at) else {
        return None;
    };
    let end = items.iter().position(|token| word(token, "if"));
    let filter = if end.is_some() { ".filter(..)" } else { "" };
    let items = written(&items[..end.unwrap_or(items.len())]);
    let items = if items.contains("..") {
        format!("({items})")
    } else {
        format!("{items}.into_iter()")
    };
    let (pattern, item) = (written(pattern), written(item));
    Some(format!("..{items}{filter}.map(|{pattern}| {item})"))
}

fn written(tokens: &[TokenTree]) -> String {
    text::of(tokens.iter().cloned().collect())
}

fn word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;

    fn mend(text: &str) -> Option<String> {
        let tokens: TokenStream = text.parse().expect("it is made of tokens");
        let tokens: Vec<_> = tokens.into_iter().collect();
        super::comprehension(&tokens)
    }

    #[test]
    fn a_comprehension_is_told_the_spread_that_does_the_same() {
        for (text, expected) in [
            ("work(n) for n in 0..3", "..(0..3).map(|n| work(n))"),
            (
                "*[work(n) for n in ids]",
                "..ids.into_iter().map(|n| work(n))",
            ),
            (
                "(work(a, b) for (a, b) in pairs if a < b)",
                "..pairs.into_iter().filter(..).map(|(a, b)| work(a, b))",
            ),
        ] {
            assert_eq!(mend(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_loop_and_a_binder_are_no_comprehensions() {
        for text in [
            "for n in 0..3 { work(n) }",
            "'a: for n in x {}",
            "for<'a> |x: &'a u8| x",
        ] {
            assert_eq!(mend(text), None, "{text}");
        }
    }
}
