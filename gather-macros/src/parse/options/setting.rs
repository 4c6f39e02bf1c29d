//! One option behind another.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Expr, ExprLit, ExprUnary, Lit, Result, Token, Type, UnOp};

use super::name::unknown_option;
use crate::ast::{Options, Policy, Setting};
use crate::parse::extent::{comma, ends, read, unread, unread_type, up_to_comma};
use crate::parse::nesting::is_deep;
use crate::text;

pub(super) fn all(
    policy: Policy,
    options: &mut Options,
    input: ParseStream,
    errors: &mut Vec<Error>,
) {
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
    let setting = match name.to_string().as_str() {
        "limit" => Setting::Limit(limit(&name, input)?),
        "on" => {
            let kind = "a `tokio::runtime::Handle`";
            Setting::On(value(&name, kind, "on = handle", unread, input)?)
        }
        "error" => Setting::Error(error(policy, &name, input)?),
        unknown => return Err(Error::new(name.span(), unknown_option(policy, unknown))),
    };
    if options.set(setting) {
        return Ok(());
    }
    Err(Error::new(
        name.span(),
        format!("`{name}` is given twice; keep one"),
    ))
}

fn limit(name: &Ident, input: ParseStream) -> Result<Expr> {
    let limit = value(name, "a number", "limit = 16", unread, input)?;
    if let Some(number) = too_small(&limit) {
        return Err(Error::new_spanned(
            limit,
            format!(
                "`limit = {number}` would start no branch; the least is 1, and without `limit` all start at once"
            ),
        ));
    }
    Ok(limit)
}

fn error(policy: Policy, name: &Ident, input: ParseStream) -> Result<Type> {
    let error = value(name, "a type", "error = AppError", unread_type, input)?;
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
    if let Type::Infer(infer) = error {
        return Err(Error::new_spanned(
            infer,
            "`error` needs a type by name: `error = anyhow::Error`",
        ));
    }
    Ok(error)
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

/// What is written for a limit, if that is a number below 1.
fn too_small(limit: &Expr) -> Option<String> {
    match limit {
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) if number.base10_digits() == "0" => Some(String::from("0")),
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(_),
            expr: number,
            ..
        }) if matches!(**number, Expr::Lit(_)) => Some(text::of(limit.to_token_stream())),
        Expr::Paren(limit) => too_small(&limit.expr),
        Expr::Group(limit) => too_small(&limit.expr),
        _ => None,
    }
}
