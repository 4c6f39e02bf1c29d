//! What stands before the `;`: how the branches are to run.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Expr, ExprLit, Lit, Result, Token};

use crate::ast::{Options, Policy};
use crate::check;
use crate::extent::{comma, ends, read, unread, unread_type, up_to_comma};
use crate::nesting::is_deep;
use crate::parse::all_of;
use crate::text;

/// Takes the options off the front of a call, and leaves its branches.
///
/// A `;` that ends no options is a mistake for a `,`, and is read as one.
pub(crate) fn split(
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
                    doubts.push(Error::new_spanned(&stands_before, check::NO_LET));
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
            parse(policy, &mut options, input, errors);
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

fn parse(policy: Policy, options: &mut Options, input: ParseStream, errors: &mut Vec<Error>) {
    while !input.is_empty() {
        if let Err(error) = option(policy, options, input) {
            errors.push(error);
        }
        // Whatever is left of an option that went wrong is part of that error.
        up_to_comma(input);
        comma(input);
    }
}

fn option(policy: Policy, options: &mut Options, input: ParseStream) -> Result<()> {
    let Ok(name) = Ident::parse_any(input) else {
        return Err(input.error("expected an option, like `limit = 16`"));
    };
    match name.to_string().as_str() {
        "limit" => {
            let limit = value(&name, "a number", "limit = 16", unread, input)?;
            if is_zero(&limit) {
                return Err(Error::new_spanned(
                    limit,
                    "`limit = 0` would start no branch; the least is 1, and without `limit` all start at once",
                ));
            }
            once(&name, &mut options.limit, limit)
        }
        "on" => {
            let on = value(
                &name,
                "a `tokio::runtime::Handle`",
                "on = handle",
                unread,
                input,
            )?;
            options.limit_first = options.limit.is_some();
            once(&name, &mut options.on, on)
        }
        "error" => {
            let error = value(&name, "a type", "error = AppError", unread_type, input)?;
            if policy != Policy::FailFast {
                return Err(Error::new(
                    name.span(),
                    format!(
                        "`error` is an option of `try_gather!`; in `{}` an `Err` is a value like another: \
                         drop the option, or use `try_gather!`",
                        policy.name()
                    ),
                ));
            }
            once(&name, &mut options.error, error)
        }
        unknown => Err(Error::new(name.span(), unknown_option(policy, unknown))),
    }
}

fn value<T: Parse>(
    name: &Ident,
    kind: &str,
    example: &str,
    unread: fn(ParseStream) -> Result<T>,
    input: ParseStream,
) -> Result<T> {
    let missing = || Error::new(name.span(), format!("`{name}` needs {kind}: `{example}`"));
    let _: Token![=] = input.parse().map_err(|_| missing())?;
    if ends(input) {
        return Err(missing());
    }
    if is_deep(&input.cursor().token_stream()) {
        return unread(input);
    }
    let Ok(value) = read(input) else {
        return Err(Error::new_spanned(
            up_to_comma(&input.fork()),
            format!("`{name}` takes {kind}: `{example}`"),
        ));
    };
    if ends(input) {
        Ok(value)
    } else {
        Err(input.error("expected `,` before the next option, or `;` before the first branch"))
    }
}

fn once<T: ToTokens>(name: &Ident, option: &mut Option<T>, value: T) -> Result<()> {
    if option.is_some() {
        return Err(Error::new(
            name.span(),
            format!("`{name}` is given twice; keep one"),
        ));
    }
    *option = Some(value);
    Ok(())
}

fn is_zero(limit: &Expr) -> bool {
    match limit {
        Expr::Lit(ExprLit {
            lit: Lit::Int(limit),
            ..
        }) => limit.base10_digits() == "0",
        Expr::Paren(limit) => is_zero(&limit.expr),
        Expr::Group(limit) => is_zero(&limit.expr),
        _ => false,
    }
}

/// The options that a macro has.
fn known(policy: Policy) -> &'static [&'static str] {
    match policy {
        Policy::FailFast => &["limit", "on", "error"],
        Policy::All | Policy::Settled => &["limit", "on"],
    }
}

/// The option that a word is, or was meant to be.
fn near(policy: Policy, word: &str) -> Option<&'static str> {
    known(policy)
        .iter()
        .copied()
        .find(|known| edits(word, known) <= known.len() / 2)
}

/// Whether a word is an option of this macro, of another one, or nearly.
pub(crate) fn is_near(policy: Policy, word: &Ident) -> bool {
    word == "error" || near(policy, &word.to_string()).is_some()
}

/// What there is to say of an option that is written like a field of a struct: `limit: 3`.
pub(crate) fn with_colon(policy: Policy, input: ParseStream) -> Option<String> {
    let ahead = input.fork();
    let name = Ident::parse_any(&ahead).ok()?;
    if ahead.peek(Token![::]) || !is_near(policy, &name) {
        return None;
    }
    let _: Token![:] = ahead.parse().ok()?;
    Some(format!(
        "options are set with a `=`, and a `;` ends them: `{}({name} = {}; ..)`",
        policy.name(),
        text::of(up_to_comma(&ahead))
    ))
}

fn unknown_option(policy: Policy, unknown: &str) -> String {
    match (near(policy, unknown), policy) {
        (Some(near), _) => format!("there is no option `{unknown}`; did you mean `{near}`?"),
        (None, Policy::FailFast) => {
            format!("there is no option `{unknown}`; `try_gather!` has `limit`, `on` and `error`")
        }
        (None, policy) => format!(
            "there is no option `{unknown}`; `{}` has `limit` and `on`",
            policy.name()
        ),
    }
}

/// How many letters are to be put in, taken out or changed to turn one word into the other.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in to.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}
