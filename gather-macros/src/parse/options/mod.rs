//! What stands before the `;`: how the branches are to run.

mod name;
mod setting;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote;
use syn::Error;

use super::extent::all_of;
use crate::ast::{Options, Policy};

pub(super) use name::with_colon;
pub(crate) use name::{is_near, return_exceptions};

pub(crate) const NO_LET: &str = "a branch is an expression, not a `let`: write the future alone, and \
     bind what it gives when you await: `let (value,) = gather.await;`";

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
            match stands_before.clone().into_iter().next() {
                None => errors.push(Error::new_spanned(
                    token,
                    "no option stands before this `;`: drop it",
                )),
                Some(TokenTree::Ident(first)) if first == "let" => {
                    doubts.push(Error::new_spanned(&stands_before, NO_LET));
                }
                Some(_) => {
                    doubts.push(Error::new_spanned(
                        token,
                        "expected `,`: a `;` ends options, and separates no branches",
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
            setting::all(policy, &mut options, input, errors);
        });
    }
    if !branches.is_empty() && is_option(policy, &segment) {
        // The option is in the wrong place, and so is the `;` before it: that is one mistake.
        doubts.pop();
    }
    branches.extend(segment);
    (options, branches)
}

/// Whether these tokens are meant to be options: `name = ..`, or the name of one.
fn are_options(policy: Policy, tokens: &TokenStream) -> bool {
    first_word(tokens).is_some_and(|(name, is_set)| is_set || is_near(policy, &name))
}

/// Whether these tokens begin with an option, with nothing else that they could be.
fn is_option(policy: Policy, tokens: &TokenStream) -> bool {
    first_word(tokens).is_some_and(|(name, is_set)| is_set && is_near(policy, &name))
}

/// The name that the tokens begin with, and whether an `=` follows it.
fn first_word(tokens: &TokenStream) -> Option<(Ident, bool)> {
    let mut tokens = tokens.clone().into_iter();
    let Some(TokenTree::Ident(name)) = tokens.next() else {
        return None;
    };
    let is = |token: Option<TokenTree>, sign| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign);
    let is_set = is(tokens.next(), '=') && !is(tokens.next(), '=');
    Some((name, is_set))
}
