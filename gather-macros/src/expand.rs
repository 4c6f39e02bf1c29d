//! Writes the code that stands in place of a call.
//!
//! It goes in the order of the guarantees: evaluate all that the user wrote, in one statement and
//! before the expansion has a variable of its own; then start each branch, and say how the results
//! make one value.

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Error, Expr, Member, Result};

use crate::ast::{Branch, Call, Kind, Policy, Shape, Struct};
use crate::cursor;
use crate::names::Names;
use crate::parse;
use crate::site::{self, Site};

/// Quotes with the hygiene of the expansion: its variables are seen by nobody else.
macro_rules! code {
    ($($tokens:tt)*) => { quote_spanned!(Span::mixed_site()=> $($tokens)*) };
}

/// As many branches go into one tuple; beyond that, tuples nest.
const WIDEST: usize = 16;

/// Expands a call of one of the macros.
pub(crate) fn call(policy: Policy, tokens: TokenStream) -> TokenStream {
    let call = parse::call(policy, tokens);
    let values = values(&call);
    let errors = call.errors.iter().map(Error::to_compile_error);
    let expansion = if values.is_empty() && call.options.is_empty() {
        ready(policy, &call)
    } else {
        group(policy, &call, &values)
    };
    if call.doubts.is_empty() {
        return code!({ #(#errors)* #expansion });
    }
    // An error is a value of any type: nobody can tell what this call was to give.
    let doubts = call.doubts.iter().map(Error::to_compile_error);
    code!({ #(#errors)* let _ = { #expansion }; #(#doubts)* })
}

/// What is evaluated: a branch, a spread, or the base of a struct.
struct Value {
    /// The call that takes what the user wrote.
    evaluate: TokenStream,
    /// What its result is called.
    variable: Ident,
}

fn values(call: &Call) -> Vec<Value> {
    let mut names = Names::new();
    let branches = call.shape.branches().into_iter().enumerate();
    let mut values: Vec<Value> = branches
        .map(|(index, branch)| Value {
            variable: names.variable(index, branch.field.as_deref()),
            evaluate: evaluate(call, branch),
        })
        .collect();
    if let Shape::Struct(Struct {
        base: Some(base), ..
    }) = &call.shape
    {
        let base = tokens(base);
        values.push(Value {
            variable: Names::base(),
            evaluate: site::function(&call.krate, "base", &base, &base),
        });
    }
    values
}

fn group(policy: Policy, call: &Call, values: &[Value]) -> TokenStream {
    let new = new_group(policy, call);
    let branches: Vec<TokenStream> = values.iter().map(|value| value.evaluate.clone()).collect();
    let branches = in_form(&call.shape, &branches);
    let results = results(&call.shape, values);
    code! {
        let (group, branches) = (#new, #branches);
        group.spawn(branches, #results)
    }
}

/// The form in which branches are given: a lone spread by itself, and all else in a tuple.
fn in_form(shape: &Shape, values: &[TokenStream]) -> TokenStream {
    match (shape, values) {
        (Shape::Vec(_), [spread]) => spread.clone(),
        _ => nested(values),
    }
}

/// The closure that makes the shape that was written out of the results.
fn results(shape: &Shape, values: &[Value]) -> TokenStream {
    // As they come, if the shape is that of the branches. That is more than shorter: a branch may
    // give a `!`, and naming it would make the rest unreachable.
    if matches!(shape, Shape::Tuple(_) | Shape::Vec(_)) && values.len() <= WIDEST {
        return code!(|results| results);
    }
    let variables: Vec<&Ident> = values.iter().map(|value| &value.variable).collect();
    let pattern = nested(&tokens_of(&variables));
    let made = shaped(shape, &variables);
    // Here they are named, and an array's elements, or the values of a tuple too wide for one, may
    // be of the type `!`: "unreachable expression". A field has hardly ever that type.
    let may_be_never = matches!(shape, Shape::Array(_) | Shape::Tuple(_));
    let allow = may_be_never.then(|| code!(#[allow(unreachable_code)]));
    code!(#allow |#pattern| #made)
}

/// `Group::new()`, and what the options make of it.
fn new_group(policy: Policy, call: &Call) -> TokenStream {
    let krate = &call.krate;
    let new = match (policy, &call.options.error) {
        (Policy::All, _) => code!(new()),
        (Policy::FailFast, None) => code!(fail_fast()),
        (Policy::FailFast, Some(error)) => code!(fail_fast_into::<#error, _, _>()),
        (Policy::Settled, _) => code!(settled()),
    };
    let option = |name, value: &Option<Expr>| {
        let value = value.as_ref()?.to_token_stream();
        Some(site::method(name, &value, value.clone()))
    };
    let on = option("on", &call.options.on);
    let limit = option("limit", &call.options.limit);
    if call.options.limit_first {
        return code!(#krate::Group::#new #limit #on);
    }
    code!(#krate::Group::#new #on #limit)
}

/// A call with no branches is finished before it begins.
fn ready(policy: Policy, call: &Call) -> TokenStream {
    let krate = &call.krate;
    let collected = shaped(&call.shape, &[]);
    let value = match policy {
        Policy::FailFast => code!(::core::result::Result::Ok(#collected)),
        Policy::All | Policy::Settled => collected,
    };
    code!(#krate::Gather::ready(#value))
}

/// The shape that was written, with the results in place of the branches.
fn shaped(shape: &Shape, results: &[&Ident]) -> TokenStream {
    match shape {
        Shape::Tuple(_) => tuple(&tokens_of(results)),
        Shape::Vec(_) => unreachable!("the results of a lone spread are taken as they come"),
        Shape::Array(branches) => {
            let results = results.iter().zip(branches).map(|(result, branch)| {
                let span = Site::of(&branch.to_token_stream(), Span::mixed_site()).first;
                Ident::new(&result.to_string(), span)
            });
            code!([#(#results),*])
        }
        Shape::Struct(Struct { path, fields, base }) => {
            let (results, rest) = results.split_at(fields.len());
            let fields = fields
                .iter()
                .zip(results)
                .map(|((member, _), result)| field(member, result));
            let base = base.as_ref().map(|_| code!(..#(#rest)*));
            // Placed at the call, so that rustc's advice about the fields is about the user's.
            let mut braces = Group::new(Delimiter::Brace, code!(#(#fields,)* #base));
            braces.set_span(Span::call_site());
            code!(#path #braces)
        }
    }
}

/// `user`, or `0: branch_0` where the variable cannot have the field's name.
fn field(member: &Member, result: &Ident) -> TokenStream {
    match member {
        // Placed at the field, where rustc reports a name or a type that does not fit.
        Member::Named(name) if *result == cursor::unmarked(name) => Ident::new(
            &name.to_string(),
            name.span().resolved_at(Span::mixed_site()),
        )
        .to_token_stream(),
        member => code!(#member: #result),
    }
}

/// `branch("fetch(7)", fetch(7))`.
fn evaluate(call: &Call, branch: &Branch) -> TokenStream {
    let expr = branch.to_token_stream();
    let name = Literal::string(&branch.name);
    let function = match (branch.kind, &call.options.limit) {
        (Kind::One, _) => "branch",
        (Kind::Spread, None) => "spread",
        (Kind::Spread, Some(_)) => "lazy_spread",
    };
    site::function(&call.krate, function, &expr, &code!(#name, #expr))
}

fn tokens(expr: &Result<Expr>) -> TokenStream {
    match expr {
        Ok(expr) => expr.to_token_stream(),
        Err(error) => error.to_compile_error(),
    }
}

fn tokens_of(variables: &[&Ident]) -> Vec<TokenStream> {
    variables.iter().map(ToTokens::to_token_stream).collect()
}

fn tuple(values: &[TokenStream]) -> TokenStream {
    if let [value] = values {
        code!((#value,))
    } else {
        code!((#(#values),*))
    }
}

/// A tuple that nests where it would be too wide.
fn nested(values: &[TokenStream]) -> TokenStream {
    if values.len() <= WIDEST {
        return tuple(values);
    }
    let width = width(values.len());
    tuple(&values.chunks(width).map(nested).collect::<Vec<_>>())
}

/// How many of the values each element of the outermost tuple holds.
fn width(values: usize) -> usize {
    let mut width = 1;
    while values.div_ceil(width) > WIDEST {
        width *= WIDEST;
    }
    width
}
