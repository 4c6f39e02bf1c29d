//! Reads one option after another.

use proc_macro2::{Delimiter, Ident, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{
    Error, Expr, ExprLit, ExprUnary, GenericArgument, Lit, PathArguments, Result, Token, Type,
    UnOp, parse_quote,
};

use super::name::{catch_is_of_try_gather, elsewhere, near, takes_no_value, unknown_option};
use crate::ast::{Clash, Options, Policy, Setting};
use crate::parse::extent::{comma, ends, read, unread, unread_type, up_to_comma};
use crate::parse::nesting::is_deep;
use crate::text;

const NOT_SEPARATED: &str = "expected `,` before the next option, or `;` before the first branch";

pub(super) fn all(
    policy: Policy,
    options: &mut Options,
    input: ParseStream,
    errors: &mut Vec<Error>,
    doubts: &mut Vec<Error>,
) {
    while !input.is_empty() {
        match option(policy, options, input) {
            Ok(Ok(())) => {}
            Ok(Err(doubt)) => doubts.push(doubt),
            Err(error) => errors.push(error),
        }
        // The rest of an option that went wrong is part of that error.
        up_to_comma(input);
        comma(input);
    }
}

/// Reads an option and sets it.
///
/// The inner error leaves open where the branches run, and so what the call returns.
fn option(policy: Policy, options: &mut Options, input: ParseStream) -> Result<Result<()>> {
    let Ok(name) = Ident::parse_any(input) else {
        return Err(input.error("expected an option, such as `limit = 16`"));
    };
    let takes_value = ["limit", "tasks", "on", "error"]
        .iter()
        .any(|option| name == option);
    if takes_value && input.peek(Token![:]) {
        let mistake = Error::new(name.span(), set_with_equals(&name, input));
        if name == "error" && policy == Policy::FailFast {
            return Ok(Err(as_if_error(options, mistake)));
        }
        return Err(mistake);
    }
    let setting = match name.to_string().as_str() {
        "limit" => Setting::Limit(name.clone(), limit(&name, input)?),
        "tasks" => Setting::Tasks(name.clone(), tasks(&name, input)?),
        "here" => match word(policy, &name, input) {
            Ok(()) => Setting::Here,
            Err(error) => return Err(as_if_here(options, error)),
        },
        "on" => {
            let kind = "a `tokio::runtime::Handle`";
            Setting::On(value(&name, kind, "on = handle", unread, input)?)
        }
        "error" => match error(policy, &name, input) {
            Ok(error) => Setting::Error(error),
            Err(mistake) if policy == Policy::FailFast => {
                return Ok(Err(as_if_error(options, mistake)));
            }
            Err(mistake) => return Err(mistake),
        },
        "catch" if policy != Policy::FailFast => {
            return Err(Error::new(name.span(), catch_is_of_try_gather(policy)));
        }
        "catch" => {
            word(policy, &name, input)?;
            Setting::Catch(name.clone())
        }
        unknown => {
            let error = Error::new(name.span(), unknown_option(policy, unknown));
            return match near(policy, unknown).or_else(|| elsewhere(policy, unknown)) {
                Some("here") => Err(as_if_here(options, error)),
                Some("error") => Ok(Err(as_if_error(options, error))),
                _ => Err(error),
            };
        }
    };
    let message = match options.set(setting) {
        Ok(()) => return Ok(Ok(())),
        Err(Clash::Repeated) => {
            return Err(Error::new(
                name.span(),
                format!("`{name}` is set twice: keep one"),
            ));
        }
        Err(Clash::WithHere("on")) => {
            "drop `on` or `here`: `here` runs the branches in the awaiting task, `on` runs them on another runtime"
        }
        Err(Clash::WithHere(tasks)) => {
            debug_assert_eq!(tasks, "tasks");
            "drop `tasks` or `here`: `here` runs the branches in the awaiting task, `tasks` runs them on tasks of their own"
        }
    };
    Ok(Err(Error::new(name.span(), message)))
}

/// The message for `limit: 3`.
fn set_with_equals(name: &Ident, input: ParseStream) -> String {
    let value: Vec<TokenTree> = up_to_comma(&input.fork()).into_iter().skip(1).collect();
    let value = text::of(value.into_iter().collect());
    format!("set an option with `=`: `{name} = {value}`")
}

/// Returns the error, and runs the branches in the awaiting task: as tasks, they might not compile.
fn as_if_here(options: &mut Options, error: Error) -> Error {
    // After this error, another one would say no more.
    let _ = options.set(Setting::Here);
    error
}

/// Returns the error, and lets the branches fail with any type.
fn as_if_error(options: &mut Options, error: Error) -> Error {
    let _ = options.set(Setting::Error(parse_quote!(_)));
    error
}

fn limit(name: &Ident, input: ParseStream) -> Result<Expr> {
    let without = "would start no branch; the minimum is 1, and without `limit` all start at once";
    number(name, "limit = 16", without, input)
}

fn tasks(name: &Ident, input: ParseStream) -> Result<Expr> {
    let without = "would run no branch; the minimum is 1, and without `tasks` each branch is a task of its own";
    number(name, "tasks = 4", without, input)
}

/// Reads a number of at least 1. `too_few` says what a smaller number would mean.
fn number(name: &Ident, example: &str, too_few: &str, input: ParseStream) -> Result<Expr> {
    let value = value(name, "a number", example, unread, input)?;
    if let Some(number) = too_small(&value) {
        let message = format!("`{name} = {number}` {too_few}");
        return Err(Error::new_spanned(value, message));
    }
    Ok(value)
}

/// Checks that nothing follows a lone word such as `here`.
fn word(policy: Policy, name: &Ident, input: ParseStream) -> Result<()> {
    let is_group = matches!(input.cursor().token_tree(), Some((TokenTree::Group(_), _)));
    if ends(input) {
        Ok(())
    } else if is_group || input.peek(Token![=]) || input.peek(Token![:]) {
        Err(Error::new(name.span(), takes_no_value(policy, name)))
    } else {
        Err(input.error(NOT_SEPARATED))
    }
}

fn error(policy: Policy, name: &Ident, input: ParseStream) -> Result<Type> {
    let error = value(name, "a type", "error = AppError", unread_type, input)?;
    if policy == Policy::Each {
        let message = "`error` is an option of `try_gather!`; in `gather_each!` an `Err` is an ordinary value: \
                       drop the option, and look at each result";
        return Err(Error::new(name.span(), message));
    }
    if policy != Policy::FailFast {
        return Err(Error::new(
            name.span(),
            format!(
                "`error` is an option of `try_gather!`; in `{}` an `Err` is an ordinary value and cancels \
                 nothing: drop the option, or use `try_gather!`",
                policy.name()
            ),
        ));
    }
    if let Type::Infer(infer) = error {
        return Err(Error::new_spanned(
            infer,
            "`error` needs a named type: `error = anyhow::Error`",
        ));
    }
    if let Some(mend) = of_function(&error) {
        let message = format!("`error` takes a type, and converts with `From`: `error = {mend}`");
        return Err(Error::new_spanned(error, message));
    }
    if let Some(mend) = of_result(&error) {
        let message =
            format!("`error` takes the type of an error, not a `Result`: `error = {mend}`");
        return Err(Error::new_spanned(error, message));
    }
    if let Type::TraitObject(_) = error {
        return Err(Error::new_spanned(
            error,
            "`error` needs a sized type: `error = Box<dyn Error + Send + Sync>`",
        ));
    }
    Ok(error)
}

/// The type before the name of a converting function, as in `AppError::from`.
fn of_function(ty: &Type) -> Option<String> {
    let tokens: Vec<TokenTree> = ty.to_token_stream().into_iter().collect();
    let (ty, [_, _, function]) = tokens.split_last_chunk()?;
    let is_function = ["from", "into", "new"].contains(&&*function.to_string());
    (is_function && !ty.is_empty()).then(|| text::of(ty.iter().cloned().collect()))
}

/// The error of a `Result`, as in `Result<_, E>` and `anyhow::Result<_>`.
fn of_result(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    let segments: Vec<_> = path.path.segments.iter().collect();
    let (last, before) = segments.split_last()?;
    if last.ident != "Result" {
        return None;
    }
    if let PathArguments::AngleBracketed(arguments) = &last.arguments
        && let Some(GenericArgument::Type(error)) = arguments.args.get(1)
    {
        return Some(text::of(error.to_token_stream()));
    }
    let before: Vec<_> = before
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    Some(match &before[..] {
        [] => String::from("AppError"),
        before => format!("{}::Error", before.join("::")),
    })
}

fn value<T: Parse>(
    name: &Ident,
    kind: &str,
    example: &str,
    unread: fn(ParseStream) -> Result<T>,
    input: ParseStream,
) -> Result<T> {
    let missing = || Error::new(name.span(), format!("`{name}` needs {kind}: `{example}`"));
    let equals: Result<Token![=]> = input.parse();
    equals.map_err(|_| called(name, input).unwrap_or_else(missing))?;
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
    } else if name == "error"
        && matches!(input.cursor().token_tree(), Some((TokenTree::Group(_), _)))
    {
        Err(Error::new(
            name.span(),
            format!("`error` takes a type, not a value: `{example}`"),
        ))
    } else {
        Err(input.error(NOT_SEPARATED))
    }
}

/// The error for `limit(3)`.
fn called(name: &Ident, input: ParseStream) -> Option<Error> {
    let (TokenTree::Group(value), _) = input.cursor().token_tree()? else {
        return None;
    };
    if value.delimiter() != Delimiter::Parenthesis || value.stream().is_empty() {
        return None;
    }
    let value = text::of(value.stream());
    let message = format!("set an option with `=`: `{name} = {value}`");
    Some(Error::new(name.span(), message))
}

/// The text of the value, if it is a number below 1.
fn too_small(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) if number.base10_digits() == "0" => Some(String::from("0")),
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(_),
            expr: number,
            ..
        }) if matches!(**number, Expr::Lit(_)) => Some(text::of(value.to_token_stream())),
        Expr::Paren(value) => too_small(&value.expr),
        Expr::Group(value) => too_small(&value.expr),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
    use quote::quote;

    use super::too_small;

    #[test]
    fn a_number_below_one_is_too_small_in_parentheses_and_in_a_fragment_too() {
        let said = |value: TokenStream| {
            let value = syn::parse2(value).expect("it is an expression");
            too_small(&value)
        };
        let fragment = TokenTree::Group(Group::new(Delimiter::None, quote!(0)));
        for (value, expected) in [
            (quote!(0), Some("0")),
            (quote!((0)), Some("0")),
            (quote!(#fragment), Some("0")),
            (quote!(-1), Some("-1")),
            (quote!(-n), None),
            (quote!(!0), None),
            (quote!(1), None),
            (quote!(n), None),
        ] {
            assert_eq!(said(value.clone()).as_deref(), expected, "{value}");
        }
    }
}
