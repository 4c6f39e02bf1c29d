//! Guesses what the tokens before a `;` are meant to be.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::{LitInt, Type};

use super::name::{is_exact, is_foreign, is_near, is_word, near, unknown_option};
use crate::ast::{Options, Policy};
use crate::parse::extent::{all_of, comma, is, up_to_comma};
use crate::parse::nesting::is_deep;
use crate::text;

/// Whether these tokens are meant to be options: `name = ..`, the name of an option, or words with
/// a value for one of them.
pub(super) fn are_options(policy: Policy, tokens: &TokenStream) -> bool {
    let is_first = first_word(tokens).is_some_and(|(name, behind)| match behind {
        Behind::Value => true,
        Behind::Nothing => is_exact(&name) || is_nearly_word(policy, &name),
        Behind::Else => is_near(policy, &name),
        Behind::Call => Options::of(policy).iter().any(|known| name == known),
        Behind::Expression => false,
    });
    is_first || has_value_among_words(tokens)
}

/// Whether these are words between commas, with a value for one of them.
fn has_value_among_words(tokens: &TokenStream) -> bool {
    all_of(tokens.clone(), |input| {
        let mut has_value = false;
        while !input.is_empty() {
            match first_word(&up_to_comma(input)) {
                Some((_, Behind::Value)) => has_value = true,
                Some((_, Behind::Nothing)) => {}
                _ => {
                    let _: TokenStream = input.parse().unwrap_or_default();
                    return false;
                }
            }
            comma(input);
        }
        has_value
    })
}

/// The type of an error, if the `error =` before it was forgotten.
pub(super) fn error_type(policy: Policy, tokens: &TokenStream) -> Option<Type> {
    if policy != Policy::FailFast || is_deep(tokens) {
        return None;
    }
    let Type::Path(path) = syn::parse2(tokens.clone()).ok()? else {
        return None;
    };
    let last = path.path.segments.last()?;
    let is_type = text::name(&last.ident).starts_with(char::is_uppercase);
    is_type.then_some(Type::Path(path))
}

/// The tokens, if they are one number.
pub(super) fn number(tokens: &TokenStream) -> Option<LitInt> {
    syn::parse2(tokens.clone()).ok()
}

/// Whether these tokens begin with an option and cannot be anything else.
pub(super) fn is_option(policy: Policy, tokens: &TokenStream) -> bool {
    let is_word = word_at_the_end(policy, tokens).is_some_and(|(before, _)| before.is_empty());
    let is_set = first_word(tokens)
        .is_some_and(|(name, behind)| behind == Behind::Value && is_near(policy, &name));
    is_word || is_set
}

/// An option that is a lone word after the last comma, and the tokens before it.
pub(super) fn word_at_the_end(
    policy: Policy,
    tokens: &TokenStream,
) -> Option<(TokenStream, Ident)> {
    let mut before: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let Some(TokenTree::Ident(word)) = before.pop() else {
        return None;
    };
    let stands_alone = before.last().is_none_or(|token| is(token, ','));
    let is_option = Options::of(policy).iter().any(|known| word == known);
    (is_option && is_word(&word) && stands_alone).then(|| (before.into_iter().collect(), word))
}

/// Whether a word was meant to be an option without a value.
fn is_nearly_word(policy: Policy, word: &Ident) -> bool {
    matches!(near(policy, &word.to_string()), Some("here" | "catch"))
}

/// The tokens, if they are one name.
pub(super) fn lone_word(tokens: &TokenStream) -> Option<Ident> {
    Ident::parse_any.parse2(tokens.clone()).ok()
}

/// The message about a name before the first `;`, where an option or a branch was meant.
pub(super) fn no_option(policy: Policy, word: &Ident) -> String {
    let instead = "after a branch, write `,` instead of `;`";
    let unknown = unknown_option(policy, &word.to_string());
    if is_foreign(policy, word) {
        unknown
    } else if let Some(meant) = near(policy, &word.to_string()) {
        format!("there is no option `{word}`: {instead}, or did you mean `{meant} = ..`?")
    } else {
        format!("{unknown}; {instead}")
    }
}

/// What follows the first word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Behind {
    /// `name = ..`
    Value,
    /// `name(..)`
    Call,
    /// `name.await`, `name::new()`
    Expression,
    Nothing,
    /// Anything else, such as a `:`.
    Else,
}

/// The name that the tokens begin with, and what follows it.
fn first_word(tokens: &TokenStream) -> Option<(Ident, Behind)> {
    let mut tokens = tokens.clone().into_iter();
    let Some(TokenTree::Ident(name)) = tokens.next() else {
        return None;
    };
    let (first, second) = (tokens.next(), tokens.next());
    let second_is = |sign| second.as_ref().is_some_and(|token| is(token, sign));
    let behind = match &first {
        None => Behind::Nothing,
        Some(TokenTree::Group(_)) => Behind::Call,
        Some(token) if is(token, '=') && !second_is('=') => Behind::Value,
        Some(token) if is(token, ':') && second_is(':') => Behind::Expression,
        Some(token) if ['.', '?', '!'].iter().any(|sign| is(token, *sign)) => Behind::Expression,
        _ => Behind::Else,
    };
    Some((name, behind))
}
