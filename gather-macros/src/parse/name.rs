//! Reads the name of a branch, and explains what cannot be one.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::parse::discouraged::Speculative;
use syn::{Error, Expr, Lit, Member, Result, Token};

use super::extent::up_to_comma;
use super::word::TYPED_BLOCK;
use crate::text;

/// Reads the name of a branch, as in `user: fetch()`, and its `:`.
pub(super) fn name(input: ParseStream) -> Option<Member> {
    let ahead = input.fork();
    let name: Ident = ahead.parse().ok()?;
    if ahead.peek(Token![::]) {
        return None;
    }
    let _: Token![:] = ahead.parse().ok()?;
    input.advance_to(&ahead);
    Some(Member::Named(name))
}

pub(super) fn written(name: &Member) -> String {
    match name {
        Member::Named(name) => text::name(name),
        Member::Unnamed(index) => index.index.to_string(),
    }
}

/// The message for `type: fetch()`.
pub(super) fn keyword(input: ParseStream) -> Option<String> {
    let ahead = input.fork();
    let word = Ident::parse_any(&ahead).ok()?;
    let is_keyword = input.fork().parse::<Ident>().is_err();
    if !is_keyword || !ahead.peek(Token![:]) || ahead.peek(Token![::]) {
        return None;
    }
    let _: Token![:] = ahead.parse().ok()?;
    let branch = text::of(up_to_comma(&ahead));
    Some(match &*word.to_string() {
        "_" | "crate" | "self" | "super" | "Self" => {
            format!("`{word}` cannot be a name: write another one, or `{branch}` alone")
        }
        _ => format!("`{word}` is a keyword: write `r#{word}: {branch}`"),
    })
}

/// The error for `"name": branch`.
pub(super) fn quoted_name(input: ParseStream) -> Option<Error> {
    let ahead = input.fork();
    let key: Lit = ahead.parse().ok()?;
    let _: Token![:] = ahead.parse().ok()?;
    let branch = text::of(up_to_comma(&ahead));
    let name = match &key {
        Lit::Str(name) => syn::parse_str::<Ident>(&name.value()).ok(),
        _ => None,
    };
    let message = match name {
        Some(name) => format!("the name of a branch takes no quotes: `{name}: {branch}`"),
        None => format!(
            "the name of a branch is an identifier; to get each result with its key, spread pairs, \
             `..[({}, {branch}), ..]`",
            text::of(key.to_token_stream())
        ),
    };
    Some(Error::new_spanned(up_to_comma(&input.fork()), message))
}

/// The message for `user-name: fetch()` and `async { .. }: Type`, where `input` is at the `:`.
pub(super) fn no_name(before: &Expr, input: ParseStream) -> String {
    if matches!(before, Expr::Async(_) | Expr::Block(_)) {
        return TYPED_BLOCK.to_owned();
    }
    let ahead = input.fork();
    let _: Result<Token![:]> = ahead.parse();
    let branch = text::of(up_to_comma(&ahead));
    let written = text::of(before.to_token_stream());
    let words: Vec<&str> = written
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let name = syn::parse_str::<Ident>(&words.join("_"));
    let name = name.map_or_else(|_| String::from("name"), |name| name.to_string());
    format!("the name of a branch must be an identifier: write `{name}: {branch}`")
}

/// The error for `..name: iterator`.
pub(super) fn dots_before_name(input: ParseStream) -> Option<Error> {
    let ahead = input.fork();
    let _: Token![..] = ahead.parse().ok()?;
    let name = name(&ahead)?;
    let iterator = text::of(up_to_comma(&ahead));
    let message = format!(
        "the `..` goes after the name: `{}: ..{iterator}`",
        written(&name)
    );
    Some(Error::new_spanned(up_to_comma(&input.fork()), message))
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::keyword;
    use crate::parse::extent::all_of;

    #[test]
    fn a_keyword_before_a_colon_is_a_name_and_one_before_two_begins_a_path() {
        for (branch, expected) in [
            (
                quote!(type: a()),
                Some("`type` is a keyword: write `r#type: a()`"),
            ),
            (
                quote!(self: a()),
                Some("`self` cannot be a name: write another one, or `a()` alone"),
            ),
            (
                quote!(_: a()),
                Some("`_` cannot be a name: write another one, or `a()` alone"),
            ),
            (quote!(user: a()), None),
            (quote!(r#type: a()), None),
            (quote!(crate::a()), None),
            (quote!(self.a()), None),
        ] {
            let found = all_of(branch.clone(), |input| {
                let found = keyword(input);
                let _: TokenStream = input.parse().expect("any tokens are");
                found
            });
            assert_eq!(found.as_deref(), expected, "{branch}");
        }
    }
}
