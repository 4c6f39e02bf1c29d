//! Finds how many tokens a piece of the call takes up.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseBuffer, ParseStream, Parser};
use syn::{Error, Expr, Result, Token, Type, token};

/// Runs a parser that reads to the end and stores each error itself.
pub(super) fn all_of<T>(tokens: TokenStream, parser: impl FnOnce(ParseStream) -> T) -> T {
    let parsed = (|input: ParseStream| Ok(parser(input))).parse2(tokens);
    parsed.unwrap_or_else(|error| unreachable!("the parser reads to the end: {error}"))
}

/// Reads an expression or a type, or nothing if there is none.
///
/// syn passes over what is left in some groups, as in `a[b c]`, and reports it only after it has
/// read everything. So each expression or type is parsed as if it were the whole input.
pub(super) fn read<T: Parse>(input: ParseStream) -> Result<T> {
    let mut ahead = input.fork();
    let mut read = syn::parse2(up_to_comma(&ahead));
    if read.is_err() {
        // It may contain a comma, as in `a::<B, C>()`, and more may follow it.
        let end = input.fork();
        end.parse::<T>()?;
        ahead = input.fork();
        let tokens = tokens(&ahead, |input| input.cursor() >= end.cursor());
        read = syn::parse2(tokens);
    }
    if read.is_ok() {
        input.advance_to(&ahead);
    }
    read
}

/// Takes an expression without parsing it, up to a comma that is not between generics.
pub(super) fn unread(input: ParseStream) -> Result<Expr> {
    let expr = past_generics(input, |before| before == [':', ':']);
    if expr.is_empty() {
        return Err(input.error("expected an expression"));
    }
    Ok(Expr::Verbatim(expr))
}

/// Takes a type without parsing it. In a type, a `<` always opens generics.
pub(super) fn unread_type(input: ParseStream) -> Result<Type> {
    let ty = past_generics(input, |_| true);
    if ty.is_empty() {
        return Err(input.error("expected a type"));
    }
    Ok(Type::Verbatim(ty))
}

/// The tokens up to a comma that is not between generics. `begins` says whether a `<` after these
/// two characters opens generics.
fn past_generics(input: ParseStream, begins: impl Fn([char; 2]) -> bool) -> TokenStream {
    let mut generics = 0_usize;
    // As if a path came before: `<T as Trait>::f()` begins with generics.
    let mut before = [':'; 2];
    tokens(input, |input| {
        let is_end = generics == 0 && input.peek(Token![,]);
        let sign = match input.cursor().punct() {
            Some((punct, _)) => punct.as_char(),
            None => ' ',
        };
        match (before, sign) {
            (_, '<') if generics > 0 || begins(before) => generics += 1,
            ([_, '-' | '='], '>') => {}
            (_, '>') => generics = generics.saturating_sub(1),
            _ => {}
        }
        before = [before[1], sign];
        is_end
    })
}

/// The next group, if nothing but a comma follows it.
pub(super) fn last_group(input: ParseStream, delimiter: Delimiter) -> Option<Group> {
    let (inside, span, rest) = input.cursor().group(delimiter)?;
    let behind = match rest.punct() {
        Some((punct, behind)) if punct.as_char() == ',' => behind,
        _ => rest,
    };
    if !behind.eof() {
        return None;
    }
    let mut group = Group::new(delimiter, inside.token_stream());
    group.set_span(span.join());
    tokens(input, |_| false);
    Some(group)
}

pub(super) fn is(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

pub(super) fn comma(input: ParseStream) -> bool {
    matches!(input.parse(), Ok(Some::<Token![,]>(_)))
}

pub(super) fn ends(input: ParseStream) -> bool {
    input.is_empty() || input.peek(Token![,])
}

pub(super) fn up_to_comma(input: ParseStream) -> TokenStream {
    tokens(input, |input| input.peek(Token![,]))
}

/// The tokens up to the point where `is_end` returns `true`.
pub(super) fn tokens(
    input: ParseStream,
    mut is_end: impl FnMut(ParseStream) -> bool,
) -> TokenStream {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !is_end(input) {
        tokens.extend(input.parse::<TokenTree>());
    }
    tokens
}

/// The error for tokens that do not parse: it covers everything up to the next comma, or that comma
/// alone.
pub(super) fn broken(input: ParseStream, message: &str) -> Error {
    if let Ok(Some(comma)) = input.fork().parse::<Option<Token![,]>>() {
        return Error::new_spanned(comma, message);
    }
    Error::new_spanned(up_to_comma(input), message)
}

/// Whether everything up to the next comma is in braces.
pub(super) fn in_braces(input: ParseStream) -> bool {
    let ahead = input.fork();
    ahead.peek(token::Brace) && ahead.parse::<TokenTree>().is_ok() && ends(&ahead)
}

/// The input after the `..` of a spread.
pub(super) fn after_dots(input: ParseStream<'_>) -> ParseBuffer<'_> {
    let ahead = input.fork();
    let _: Result<Token![..]> = ahead.parse();
    ahead
}

/// What is missing at the end of the branch, if the branch is correct up to there.
pub(super) fn broken_off(input: ParseStream) -> Option<String> {
    let branch = up_to_comma(&input.fork());
    let expected = match branch.clone().into_iter().last()? {
        // An `async` can begin a closure too, and syn would ask for that.
        TokenTree::Ident(word) if word == "async" || word == "move" => "expected a block, `{ .. }`",
        TokenTree::Punct(punct) if punct.as_char() == '.' => {
            "expected a method or a field after the `.`"
        }
        _ => {
            let error = syn::parse2::<Expr>(branch).err()?.to_string();
            return error
                .strip_prefix("unexpected end of input, ")
                .map(str::to_owned);
        }
    };
    Some(expected.to_owned())
}

#[cfg(test)]
mod tests {
    use proc_macro2::{Delimiter, TokenStream};
    use quote::ToTokens;
    use syn::Result;
    use syn::parse::{ParseStream, Parser};

    use super::{broken_off, in_braces, last_group, unread, unread_type};

    fn of<T>(text: &str, read: impl FnOnce(ParseStream) -> T) -> T {
        let read = |input: ParseStream| {
            let found = read(input);
            input.parse::<TokenStream>()?;
            Ok(found)
        };
        read.parse_str(text).expect("it is made of tokens")
    }

    /// Expects `read` to take what comes before the `|`, or everything if there is none.
    fn takes_up_to_the_bar<T: ToTokens>(text: &str, read: impl FnOnce(ParseStream) -> Result<T>) {
        let (taken, left) = text.split_once('|').unwrap_or((text, ""));
        let found = of(&format!("{taken}{left}"), |input| {
            let found = read(input).expect("there is something").to_token_stream();
            (found.to_string(), input.cursor().token_stream().to_string())
        });
        let printed = |text: &str| {
            let tokens: TokenStream = text.parse().expect("it is made of tokens");
            tokens.to_string()
        };
        assert_eq!(found, (printed(taken), printed(left)), "{text}");
    }

    #[test]
    fn an_expression_that_is_not_read_ends_at_a_comma_that_is_not_between_generics() {
        for text in [
            "a",
            "a|, b",
            "a < b|, c > d",
            "a::<B, C>()|, d",
            "a::<B<C>, D>()|, e",
            "a::<B>() > c|, d",
            "a::<fn() -> B, C>()|, d",
            "<A as B<C, D>>::e()|, f",
        ] {
            takes_up_to_the_bar(text, unread);
        }
        assert!(of("", |input| unread(input).is_err()));
    }

    #[test]
    fn a_type_that_is_not_read_ends_at_a_comma_that_is_not_between_generics() {
        for text in [
            "A|, B",
            "A<B, C>|, D",
            "A<B<C>, D>|, E",
            "A<fn() -> B, C>|, D",
        ] {
            takes_up_to_the_bar(text, unread_type);
        }
        assert!(of("", |input| unread_type(input).is_err()));
    }

    #[test]
    fn a_group_is_the_last_one_if_nothing_but_a_comma_is_behind_it() {
        for (text, is_last) in [
            ("{ a }", true),
            ("{ a },", true),
            ("{ a };", false),
            ("{ a } b", false),
            ("{ a }, b", false),
            ("(a)", false),
        ] {
            let found = of(text, |input| last_group(input, Delimiter::Brace));
            assert_eq!(found.is_some(), is_last, "{text}");
        }
    }

    #[test]
    fn what_is_in_braces_has_nothing_beside_them() {
        for (text, is_in_braces) in [
            ("{ a }", true),
            ("{ a }, b", true),
            ("{ a } + b", false),
            ("a", false),
            ("", false),
        ] {
            assert_eq!(of(text, in_braces), is_in_braces, "{text}");
        }
    }

    #[test]
    fn what_is_missing_where_a_branch_breaks_off_is_told() {
        for (text, missing) in [
            ("a.", Some("expected a method or a field after the `.`")),
            ("async", Some("expected a block, `{ .. }`")),
            ("async move", Some("expected a block, `{ .. }`")),
            ("a +", Some("expected an expression")),
            ("a b", None),
            ("a", None),
            ("", None),
        ] {
            assert_eq!(of(text, broken_off).as_deref(), missing, "{text}");
        }
    }
}
