//! Takes the options off the front of a call.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::quote;
use syn::Error;

use super::meant::{
    are_options, error_type, is_option, lone_word, no_option, number, word_at_the_end,
};
use super::name::misplaced;
use super::{setting, unended};
use crate::ast::{Options, Policy, Setting};
use crate::parse::extent::{all_of, is};
use crate::text;

/// What to write instead of a `let` or an assignment among the branches. `alone` says how the
/// future may be written.
pub(crate) fn not_bound(policy: Policy, what: &str, alone: &str) -> String {
    let instead = match policy {
        Policy::Each => {
            "bind its value when you take it: `while let Some((index, value)) = each.next().await { .. }`"
        }
        Policy::All | Policy::FailFast | Policy::Settled => {
            "bind its value when you await: `let (value,) = gather.await;`"
        }
    };
    format!("a branch is an expression, not {what}: write the future {alone}, and {instead}")
}

/// Takes the options off the front of a call, and leaves its branches.
///
/// A `;` that does not end options is a mistaken `,`, and is read as one.
pub(in crate::parse) fn split(
    policy: Policy,
    tokens: TokenStream,
    errors: &mut Vec<Error>,
    doubts: &mut Vec<Error>,
) -> (Options, TokenStream) {
    let mut split = Split {
        policy,
        options: Options::default(),
        branches: TokenStream::new(),
        errors,
        doubts,
        ended: None,
        is_separator_told: false,
    };
    let mut segment = TokenStream::new();
    for token in tokens {
        if is(&token, ';') {
            split.before(std::mem::take(&mut segment), token);
        } else {
            segment.extend([token]);
        }
    }
    split.last(segment);
    (split.options, split.branches)
}

/// A call as far as it has been read.
struct Split<'a> {
    policy: Policy,
    options: Options,
    branches: TokenStream,
    errors: &'a mut Vec<Error>,
    doubts: &'a mut Vec<Error>,
    /// The `;` that ends the options.
    ended: Option<TokenTree>,
    /// Whether a `;` among the branches has been reported.
    is_separator_told: bool,
}

impl Split<'_> {
    /// Handles the tokens before a `;`.
    fn before(&mut self, segment: TokenStream, semicolon: TokenTree) {
        let policy = self.policy;
        if self.branches.is_empty() {
            let segment = self.out_of_parentheses(segment);
            if are_options(policy, &segment) {
                self.read(segment, semicolon);
            } else if !self.is_nearly_options(&segment) {
                self.branches_before(segment, semicolon);
            }
        } else {
            self.branches_before(segment, semicolon);
        }
    }

    fn read(&mut self, options: TokenStream, semicolon: TokenTree) {
        if let Some(earlier) = self.ended.replace(semicolon) {
            let message =
                "expected `,`: write only one `;`, between the options and the first branch";
            self.errors.push(Error::new_spanned(earlier, message));
        }
        all_of(options, |input| {
            setting::all(
                self.policy,
                &mut self.options,
                input,
                self.errors,
                self.doubts,
            );
        });
    }

    /// Takes options out of one pair of parentheses, brackets or braces around all of them.
    fn out_of_parentheses(&mut self, segment: TokenStream) -> TokenStream {
        let mut tokens = segment.clone().into_iter();
        let (Some(TokenTree::Group(group)), None) = (tokens.next(), tokens.next()) else {
            return segment;
        };
        let inside = group.stream();
        if !are_options(self.policy, &inside) {
            return segment;
        }
        let around = match group.delimiter() {
            Delimiter::Parenthesis => "parentheses",
            Delimiter::Bracket => "brackets",
            Delimiter::Brace => "braces",
            // Options that were passed as a `$option:expr`.
            Delimiter::None => return inside,
        };
        let message = format!(
            "drop the {around} around the options: `{}({}; ..)`",
            self.policy.name(),
            text::of(inside.clone())
        );
        self.errors.push(Error::new_spanned(segment, message));
        inside
    }

    /// Reports tokens that were meant to be options, but are neither options nor a branch. Returns
    /// whether it did.
    fn is_nearly_options(&mut self, segment: &TokenStream) -> bool {
        let policy = self.policy;
        if word_at_the_end(policy, segment).is_some() {
            false
        } else if let Some(error) = error_type(policy, segment) {
            let message = format!(
                "expected `error =` before the type: `{}(error = {}; ..)`",
                policy.name(),
                text::of(segment.clone())
            );
            self.errors.push(Error::new_spanned(segment, message));
            let _ = self.options.set(Setting::Error(error));
            true
        } else if let Some(word) = lone_word(segment) {
            self.doubts
                .push(Error::new(word.span(), no_option(policy, &word)));
            true
        } else if let Some(number) = number(segment) {
            let message = format!(
                "a number alone is not an option: `{}(limit = {number}; ..)`",
                policy.name()
            );
            self.errors.push(Error::new_spanned(segment, message));
            true
        } else {
            false
        }
    }

    fn branches_before(&mut self, segment: TokenStream, semicolon: TokenTree) {
        let policy = self.policy;
        if let Some((before, word)) = word_at_the_end(policy, &segment) {
            if before.is_empty() {
                // The `;` before it is the same mistake.
                self.doubts.pop();
            }
            self.doubts.push(Error::new(
                word.span(),
                misplaced(policy, &word.to_string()),
            ));
            self.branches.extend(before);
            return;
        }
        match segment.clone().into_iter().next() {
            None => self.errors.push(Error::new_spanned(
                semicolon,
                "there is no option before this `;`: drop the `;`",
            )),
            Some(TokenTree::Ident(first)) if first == "let" => {
                let message = not_bound(policy, "a `let`", "alone");
                self.doubts.push(Error::new_spanned(segment, message));
            }
            Some(_) => {
                // Any further `;` is the same mistake.
                if !std::mem::replace(&mut self.is_separator_told, true) {
                    self.doubts.push(Error::new_spanned(
                        semicolon,
                        "expected `,`: a `;` ends the options; it does not separate branches",
                    ));
                }
                self.branches.extend(quote!(#segment,));
            }
        }
    }

    /// Handles the tokens after the last `;`.
    fn last(&mut self, mut segment: TokenStream) {
        let policy = self.policy;
        if !self.branches.is_empty() && is_option(policy, &segment) {
            // The option is in the wrong place, and so is the `;` before it: that is one mistake.
            self.doubts.pop();
            if let Some((_, word)) = word_at_the_end(policy, &segment) {
                self.doubts.push(Error::new(
                    word.span(),
                    misplaced(policy, &word.to_string()),
                ));
                return;
            }
        }
        if self.is_separator_told
            && let Some(number) = number(&segment)
        {
            self.doubts.pop();
            let message = misplaced(policy, &format!("limit = {number}"));
            self.doubts.push(Error::new_spanned(segment, message));
            return;
        }
        if self.branches.is_empty()
            && self.ended.is_none()
            && let Some(found) = unended::unended(policy, &segment)
        {
            self.doubts.push(found.mistake);
            // Other mistakes in these options are reported once the options are in the right place.
            let (mut errors, mut doubts) = (Vec::new(), Vec::new());
            all_of(found.options, |input| {
                setting::all(policy, &mut self.options, input, &mut errors, &mut doubts);
            });
            segment = found.branches;
        }
        self.branches.extend(segment);
    }
}
