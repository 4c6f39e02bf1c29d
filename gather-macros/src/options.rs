//! What stands before the `;`: how the branches are to run.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Expr, ExprLit, Lit, Result, Token};

use crate::ast::{Options, Policy};
use crate::parse::all_of;

/// Takes the options off the front of a call, and leaves its branches.
pub(crate) fn split(
    policy: Policy,
    tokens: Vec<TokenTree>,
    errors: &mut Vec<Error>,
) -> (Options, TokenStream) {
    let semicolon =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';');
    let Some(end) = tokens.iter().position(semicolon) else {
        return (Options::default(), tokens.into_iter().collect());
    };
    let mut options = tokens;
    let mut branches = options.split_off(end);
    let semicolon = branches.remove(0);
    let options = all_of(options.into_iter().collect(), |input| {
        parse(policy, &semicolon, input, errors)
    });
    (options, branches.into_iter().collect())
}

fn parse(
    policy: Policy,
    semicolon: &TokenTree,
    input: ParseStream,
    errors: &mut Vec<Error>,
) -> Options {
    let mut options = Options::default();
    if input.is_empty() {
        errors.push(Error::new_spanned(
            semicolon,
            "no option stands before this `;`: drop it",
        ));
    }
    while !input.is_empty() {
        if let Err(error) = option(policy, &mut options, input) {
            errors.push(error);
        }
        // Whatever is left of an option that went wrong is part of that error.
        while !input.is_empty() && !input.peek(Token![,]) {
            let _: Result<TokenTree> = input.parse();
        }
        let _: Result<Token![,]> = input.parse();
    }
    options
}

fn option(policy: Policy, options: &mut Options, input: ParseStream) -> Result<()> {
    let ahead = input.fork();
    let Ok(name) = Ident::parse_any(&ahead) else {
        return Err(no_option(input));
    };
    if !ahead.peek(Token![=]) && !ahead.is_empty() && !ahead.peek(Token![,]) {
        return Err(no_option(input));
    }
    input.advance_to(&ahead);
    match name.to_string().as_str() {
        "limit" => {
            let limit = value(&name, "a number", "limit = 16", input)?;
            if is_zero(&limit) {
                return Err(Error::new_spanned(
                    limit,
                    "`limit = 0` would start no branch; the least is 1, and without `limit` all start at once",
                ));
            }
            once(&name, &mut options.limit, limit)
        }
        "on" => {
            let on = value(&name, "a `tokio::runtime::Handle`", "on = handle", input)?;
            once(&name, &mut options.on, on)
        }
        "error" => {
            let error = value(&name, "a type", "error = AppError", input)?;
            if policy != Policy::FailFast {
                return Err(Error::new(
                    name.span(),
                    format!(
                        "`error` is an option of `try_gather!`; in `{}` an `Err` is a value like another",
                        policy.name()
                    ),
                ));
            }
            once(&name, &mut options.error, error)
        }
        unknown => Err(Error::new(name.span(), unknown_option(policy, unknown))),
    }
}

/// The error for what stands before the `;` and does not look like an option.
fn no_option(input: ParseStream) -> Error {
    let mut tokens = TokenStream::new();
    while !input.is_empty() {
        tokens.extend(input.parse::<TokenTree>());
    }
    Error::new_spanned(
        tokens,
        "only options, like `limit = 16`, stand before a `;`; a `,` separates branches",
    )
}

fn value<T: Parse>(name: &Ident, kind: &str, example: &str, input: ParseStream) -> Result<T> {
    let _: Option<Token![=]> = input.parse()?;
    let missing = || Error::new(name.span(), format!("`{name}` needs {kind}: `{example}`"));
    if input.is_empty() || input.peek(Token![,]) {
        return Err(missing());
    }
    let ahead = input.fork();
    let value = ahead.parse().map_err(|_| missing())?;
    input.advance_to(&ahead);
    if input.is_empty() || input.peek(Token![,]) {
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

fn unknown_option(policy: Policy, unknown: &str) -> String {
    let known = known(policy);
    if let Some(near) = known
        .iter()
        .find(|known| edits(unknown, known) <= known.len() / 2)
    {
        return format!("there is no option `{unknown}`; did you mean `{near}`?");
    }
    let known: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
    format!(
        "there is no option `{unknown}`; `{}` has {}",
        policy.name(),
        known.join(", ")
    )
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
