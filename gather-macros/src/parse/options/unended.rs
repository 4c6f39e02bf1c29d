//! Options that no `;` ends.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Error, Expr, RangeLimits, Result, Token, Type};

use super::name::{is_word, misplaced};
use crate::ast::{Options, Policy};
use crate::parse::extent::{all_of, comma, is, tokens, unread, unread_type, up_to_comma};
use crate::parse::nesting::is_deep;
use crate::text;

/// A call whose options a `;` should have ended.
pub(super) struct Unended {
    pub(super) options: TokenStream,
    pub(super) branches: TokenStream,
    pub(super) mistake: Error,
}

/// Finds options at the front, as in `limit = 3, a()` or `limit = 3 a()`, or after a shape, as in
/// `Page { .. }, limit = 3`.
///
/// A lone word before a comma, as in `here, a()`, may be the name of a future.
pub(super) fn unended(policy: Policy, call: &TokenStream) -> Option<Unended> {
    if is_deep(call) {
        return None;
    }
    let front = front(policy, call.clone());
    let branches: Vec<TokenTree> = front.behind.clone().into_iter().collect();
    if front.is_broken_off {
        let mistake = Error::new_spanned(
            &front.options,
            format!(
                "expected `;` between the options and the first branch: `{}({}; ..)`",
                policy.name(),
                text::of(front.options.clone())
            ),
        );
        return Some(front.ended(mistake));
    }
    if !front.options.is_empty() && (front.has_value || is_shape(&branches)) {
        let mistake = misplaced_options(policy, &front.options);
        return (!branches.is_empty()).then(|| front.ended(mistake));
    }
    let call: Vec<TokenTree> = call.clone().into_iter().collect();
    let comma = call.iter().position(|token| is(token, ','))?;
    let options: TokenStream = call[comma + 1..].iter().cloned().collect();
    let back = self::front(policy, options);
    if !is_shape(&call[..comma]) || back.options.is_empty() || !back.behind.is_empty() {
        return None;
    }
    let mistake = misplaced_options(policy, &back.options);
    Some(Unended {
        options: back.options,
        branches: call[..comma].iter().cloned().collect(),
        mistake,
    })
}

fn misplaced_options(policy: Policy, options: &TokenStream) -> Error {
    Error::new_spanned(options, misplaced(policy, &text::of(options.clone())))
}

/// The options at the front of a call, and what follows them.
#[derive(Default)]
struct Front {
    options: TokenStream,
    behind: TokenStream,
    /// Whether one of them has a value, and so cannot be a branch.
    has_value: bool,
    /// Whether no comma follows the last one.
    is_broken_off: bool,
}

impl Front {
    fn ended(self, mistake: Error) -> Unended {
        Unended {
            options: self.options,
            branches: self.behind,
            mistake,
        }
    }
}

fn front(policy: Policy, call: TokenStream) -> Front {
    all_of(call, |input| {
        let mut front = Front::default();
        while front.behind.is_empty()
            && let Ok(found) = option(policy, input)
        {
            if !front.options.is_empty() {
                <Token![,]>::default().to_tokens(&mut front.options);
            }
            front.options.extend(found.option);
            front.has_value |= found.has_value;
            front.behind = found.behind;
            front.is_broken_off = !front.behind.is_empty();
            if !front.is_broken_off {
                comma(input);
            }
        }
        front.behind.extend(tokens(input, |_| false));
        front
    })
}

/// One option.
struct Found {
    option: TokenStream,
    has_value: bool,
    /// What follows it, up to a comma.
    behind: TokenStream,
}

fn option(policy: Policy, input: ParseStream) -> Result<Found> {
    let ahead = input.fork();
    let name = Ident::parse_any(&ahead)?;
    if !Options::of(policy).iter().any(|known| name == known) {
        return Err(ahead.error("not an option"));
    }
    let found = if is_word(&name) {
        let is_at_an_end = ahead.is_empty() || ahead.peek(Token![,]);
        if !is_at_an_end && !ahead.peek(syn::Ident) && !ahead.peek(Token![..]) {
            return Err(ahead.error("a word that is part of a branch"));
        }
        Found {
            option: name.into_token_stream(),
            has_value: false,
            behind: up_to_comma(&ahead),
        }
    } else {
        let equals: Token![=] = ahead.parse()?;
        let (value, behind) = if name == "error" {
            let value = unread_type(&ahead)?.into_token_stream();
            first
                .parse2(value)
                .map(|(ty, behind): (Type, _)| (ty.into_token_stream(), behind))?
        } else {
            let value = unread(&ahead)?.into_token_stream();
            number(value)?
        };
        Found {
            option: quote!(#name #equals #value),
            has_value: true,
            behind,
        }
    };
    input.advance_to(&ahead);
    Ok(found)
}

/// A number and what follows it, which may begin with the `..` of a spread.
fn number(value: TokenStream) -> Result<(TokenStream, TokenStream)> {
    let (number, behind): (Expr, _) = first.parse2(value.clone())?;
    match number {
        Expr::Range(range)
            if range.start.is_some() && matches!(range.limits, RangeLimits::HalfOpen(_)) =>
        {
            let start = |input: ParseStream| {
                let start = tokens(input, |input| input.peek(Token![..]));
                Ok((start, input.parse()?))
            };
            start.parse2(value)
        }
        number => Ok((number.into_token_stream(), behind)),
    }
}

/// Parses one `T` from the front of the tokens, and returns the rest.
fn first<T: Parse>(input: ParseStream) -> Result<(T, TokenStream)> {
    Ok((input.parse()?, input.parse()?))
}

/// Whether these tokens are an array, a struct or a tuple struct.
fn is_shape(tokens: &[TokenTree]) -> bool {
    let Some((TokenTree::Group(group), path)) = tokens.split_last() else {
        return false;
    };
    let mut names = path.iter().filter_map(|token| match token {
        TokenTree::Ident(name) => Some(text::name(name)),
        _ => None,
    });
    let is_path = path.iter().all(|token| {
        matches!(token, TokenTree::Ident(_)) || [':', '<', '>'].iter().any(|sign| is(token, *sign))
    });
    match group.delimiter() {
        Delimiter::Bracket => path.is_empty(),
        Delimiter::Brace | Delimiter::Parenthesis => {
            is_path && names.any(|name| name.starts_with(char::is_uppercase))
        }
        Delimiter::None => false,
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;

    use super::unended;
    use crate::ast::Policy;

    fn found(call: &str) -> Option<(String, String)> {
        let call: TokenStream = call.parse().expect("it is made of tokens");
        let found = unended(Policy::FailFast, &call)?;
        Some((found.options.to_string(), found.branches.to_string()))
    }

    #[test]
    fn options_that_a_comma_or_nothing_ends_are_told_from_the_branches() {
        for (call, options, branches) in [
            ("limit = 2, a(), b()", "limit = 2", "a () , b ()"),
            ("limit = 2, here, a()", "limit = 2 , here", "a ()"),
            ("here, limit = n + 1, a()", "here , limit = n + 1", "a ()"),
            (
                "error = Box<dyn E + Send>, a()",
                "error = Box < dyn E + Send >",
                "a ()",
            ),
            ("limit = 2 a(), b()", "limit = 2", "a () , b ()"),
            (
                "limit = 2 ..(0..3).map(a)",
                "limit = 2",
                ".. (0 .. 3) . map (a)",
            ),
            ("limit = ..2, a()", "limit = .. 2", "a ()"),
            ("limit = 1..=2, a()", "limit = 1 ..= 2", "a ()"),
            ("here a(), b()", "here", "a () , b ()"),
            ("here ..a", "here", ".. a"),
            ("here, Page { user: a() }", "here", "Page { user : a () }"),
            ("catch, Pair(a(), b())", "catch", "Pair (a () , b ())"),
            ("here, [a(), b()]", "here", "[a () , b ()]"),
            (
                "Page { user: a() }, limit = 2",
                "limit = 2",
                "Page { user : a () }",
            ),
            ("[a(), b()], here", "here", "[a () , b ()]"),
        ] {
            let expected = Some((String::from(options), String::from(branches)));
            assert_eq!(found(call), expected, "{call}");
        }
    }

    #[test]
    fn what_may_be_branches_is_left_alone() {
        for call in [
            "here",
            "here, a()",
            "catch, here",
            "here(a), b()",
            "here.a(), b()",
            "a(), limit = 2",
            "limit, a()",
            "limit == 2, a()",
            "limit = 2",
            "async { a() }, here",
            "x = 2, a()",
        ] {
            assert_eq!(found(call), None, "{call}");
        }
    }
}
