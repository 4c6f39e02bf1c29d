//! What stands before the `;`: where and how the branches are to run.
//!
//! | | |
//! | --- | --- |
//! | `setting` | one option, its value and what is wrong with that |
//! | `unended` | options that no `;` ends |
//! | `name` | words that are options, or nearly, and what to write instead |

mod name;
mod setting;
mod unended;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote;
use syn::Error;

use super::extent::{all_of, is};
use crate::ast::{Options, Policy};

use name::is_word;
pub(super) use name::with_colon;
pub(crate) use name::{is_foreign, is_near, misplaced, return_exceptions, unknown_option};

/// What to write instead of a `let` or an assignment among the branches.
pub(crate) fn not_bound(policy: Policy, what: &str) -> String {
    let instead = match policy {
        Policy::Each => {
            "bind its value when you take it: `while let Some((index, value)) = each.next().await { .. }`"
        }
        Policy::All | Policy::FailFast | Policy::Settled => {
            "bind its value when you await: `let (value,) = gather.await;`"
        }
    };
    format!("a branch is an expression, not {what}: write the future alone, and {instead}")
}

/// Takes the options off the front of a call, and leaves its branches.
///
/// A `;` that ends no options is a mistake for a `,`, and is read as one.
pub(in crate::parse) fn split(
    policy: Policy,
    tokens: TokenStream,
    errors: &mut Vec<Error>,
    doubts: &mut Vec<Error>,
) -> (Options, TokenStream) {
    let mut options = Options::default();
    let mut branches = TokenStream::new();
    let mut segment = TokenStream::new();
    let mut ended = None;
    for token in tokens {
        if !matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ';') {
            segment.extend([token]);
            continue;
        }
        let stands_before = std::mem::take(&mut segment);
        if !branches.is_empty() || !are_options(policy, &stands_before) {
            if let Some((before, word)) = word_at_the_end(policy, &stands_before) {
                if before.is_empty() {
                    // The `;` before it is the same mistake.
                    doubts.pop();
                }
                doubts.push(Error::new(
                    word.span(),
                    misplaced(policy, &word.to_string()),
                ));
                branches.extend(before);
                continue;
            }
            if branches.is_empty()
                && let Some(word) = lone_word(&stands_before)
            {
                doubts.push(Error::new(word.span(), no_option(policy, &word)));
                continue;
            }
            match stands_before.clone().into_iter().next() {
                None => errors.push(Error::new_spanned(
                    token,
                    "no option stands before this `;`: drop it",
                )),
                Some(TokenTree::Ident(first)) if first == "let" => {
                    doubts.push(Error::new_spanned(
                        &stands_before,
                        not_bound(policy, "a `let`"),
                    ));
                }
                Some(_) => {
                    doubts.push(Error::new_spanned(
                        token,
                        "expected `,`: a `;` ends options, and does not separate branches",
                    ));
                    branches.extend(quote!(#stands_before,));
                }
            }
            continue;
        }
        if let Some(earlier) = ended.replace(token) {
            let message =
                "expected `,`: the `;` stands once, between the options and the first branch";
            errors.push(Error::new_spanned(earlier, message));
        }
        all_of(stands_before, |input| {
            setting::all(policy, &mut options, input, errors, doubts);
        });
    }
    if !branches.is_empty() && is_option(policy, &segment) {
        // The option is in the wrong place, and so is the `;` before it: that is one mistake.
        doubts.pop();
        if let Some((_, word)) = word_at_the_end(policy, &segment) {
            doubts.push(Error::new(
                word.span(),
                misplaced(policy, &word.to_string()),
            ));
            segment = TokenStream::new();
        }
    }
    if branches.is_empty()
        && ended.is_none()
        && let Some(found) = unended::unended(policy, &segment)
    {
        doubts.push(found.mistake);
        // What else is wrong with them is told when they are where they belong.
        all_of(found.options, |input| {
            setting::all(
                policy,
                &mut options,
                input,
                &mut Vec::new(),
                &mut Vec::new(),
            );
        });
        segment = found.branches;
    }
    branches.extend(segment);
    (options, branches)
}

/// Whether these tokens are meant to be options: `name = ..`, or the name of one.
fn are_options(policy: Policy, tokens: &TokenStream) -> bool {
    first_word(tokens).is_some_and(|(name, behind)| match behind {
        Behind::Value => true,
        Behind::Else => is_near(policy, &name),
        Behind::Call => Options::of(policy).iter().any(|known| name == known),
        Behind::Expression => false,
    })
}

/// Whether these tokens begin with an option, with nothing else that they could be.
fn is_option(policy: Policy, tokens: &TokenStream) -> bool {
    let is_word = word_at_the_end(policy, tokens).is_some_and(|(before, _)| before.is_empty());
    let is_set = first_word(tokens)
        .is_some_and(|(name, behind)| behind == Behind::Value && is_near(policy, &name));
    is_word || is_set
}

/// An option that is a word alone, behind the last comma, and what is before it.
fn word_at_the_end(policy: Policy, tokens: &TokenStream) -> Option<(TokenStream, Ident)> {
    let mut before: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let Some(TokenTree::Ident(word)) = before.pop() else {
        return None;
    };
    let stands_alone = before.last().is_none_or(|token| is(token, ','));
    let is_option = Options::of(policy).iter().any(|known| word == known);
    (is_option && is_word(&word) && stands_alone).then(|| (before.into_iter().collect(), word))
}

/// The tokens, if they are one name.
fn lone_word(tokens: &TokenStream) -> Option<Ident> {
    syn::parse2(tokens.clone()).ok()
}

/// What there is to say of a name before the first `;`, where an option or a branch was meant.
fn no_option(policy: Policy, word: &Ident) -> String {
    let unknown = unknown_option(policy, &word.to_string());
    if is_foreign(policy, word) {
        return unknown;
    }
    format!("{unknown}; behind a branch, write `,` instead of the `;`")
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
    /// Nothing, or anything else, such as a `:`.
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
        Some(TokenTree::Group(_)) => Behind::Call,
        Some(token) if is(token, '=') && !second_is('=') => Behind::Value,
        Some(token) if is(token, ':') && second_is(':') => Behind::Expression,
        Some(token) if ['.', '?', '!'].iter().any(|sign| is(token, *sign)) => Behind::Expression,
        _ => Behind::Else,
    };
    Some((name, behind))
}
