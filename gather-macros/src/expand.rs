//! Writes the code that stands in place of a call: the one file that quotes.
//!
//! It goes in the order of the guarantees: evaluate all that the user wrote, in one statement and
//! before the expansion has a variable of its own; make a slot for each result; start each branch;
//! say how the results make one value.

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Error, Expr, Result};

use crate::ast::{Branch, Call, Kind, Policy, Shape, Struct};
use crate::names::Names;
use crate::parse;

/// Quotes with the hygiene of the expansion: its variables are seen by nobody else.
macro_rules! code {
    ($($tokens:tt)*) => { quote_spanned!(Span::mixed_site()=> $($tokens)*) };
}

/// As many slots go into one tuple; beyond that, tuples nest.
const WIDEST: usize = 16;

/// Expands a call of one of the macros.
pub(crate) fn call(policy: Policy, tokens: TokenStream) -> TokenStream {
    let call = parse::call(policy, tokens);
    let values = values(policy, &call);
    let errors = call.errors.iter().map(Error::to_compile_error);
    match (values.is_empty(), call.errors.is_empty()) {
        // An error is an expression of any type: with no branch there is nothing else to expand.
        (true, false) => code!({ #(#errors)* }),
        (true, true) if call.options.is_empty() => ready(policy, &call),
        _ => {
            let expansion = group(policy, &call, &values);
            code!({ #(#errors)* #expansion })
        }
    }
}

/// What is evaluated, and gets a slot: a branch, a spread, or the base of a struct.
struct Value {
    variable: Ident,
    evaluate: TokenStream,
    /// The method that starts it, if there is anything to start.
    start: Option<&'static str>,
    /// The method that takes the result out of the slot.
    take: &'static str,
}

fn values(policy: Policy, call: &Call) -> Vec<Value> {
    let mut names = Names::new();
    let branches = call.shape.branches().into_iter().enumerate();
    let mut values: Vec<Value> = branches
        .map(|(index, branch)| {
            let (start, take) = match (branch.kind, policy) {
                (Kind::One, Policy::Settled) => ("spawn", "outcome"),
                (Kind::One, _) => ("spawn", "take"),
                (Kind::Spread, Policy::Settled) => ("spread", "outcomes"),
                (Kind::Spread, _) => ("spread", "take"),
            };
            Value {
                variable: names.variable(index, branch.variable.as_deref()),
                evaluate: evaluate(call, branch),
                start: Some(start),
                take,
            }
        })
        .collect();
    if let Shape::Struct(Struct {
        base: Some(base), ..
    }) = &call.shape
    {
        let base = tokens(base);
        values.push(Value {
            variable: Names::base(),
            evaluate: function(call, "base", &base, &base),
            start: None,
            take: "take",
        });
    }
    values
}

fn group(policy: Policy, call: &Call, values: &[Value]) -> TokenStream {
    let new = new_group(policy, call);
    let variables: Vec<&Ident> = values.iter().map(|value| &value.variable).collect();
    let evaluate = values.iter().map(|value| &value.evaluate);
    let slots = nested(
        &variables
            .iter()
            .map(|variable| code!(#variable.slot()))
            .collect::<Vec<_>>(),
    );
    let places: Vec<TokenStream> = (0..values.len())
        .map(|index| place(index, values.len()))
        .collect();
    let start = values.iter().zip(&places).filter_map(
        |(
            Value {
                variable, start, ..
            },
            place,
        )| {
            let start = Ident::new((*start)?, Span::mixed_site());
            Some(code!(group.#start(#variable, |slots| &slots #place);))
        },
    );
    let take = values.iter().zip(&places).map(|(value, place)| {
        let take = Ident::new(value.take, Span::mixed_site());
        code!(slots #place.#take())
    });
    let collected = collected(&call.shape, &take.collect::<Vec<_>>());
    let slots_pattern = if values.is_empty() {
        code!(())
    } else {
        code!(slots)
    };
    let mutable = values
        .iter()
        .any(|value| value.start.is_some())
        .then(|| code!(mut));
    code! {
        let (group, #(#variables),*) = (#new, #(#evaluate),*);
        let #mutable group = group.slots(#slots);
        #(#start)*
        group.gather(|#slots_pattern| #collected)
    }
}

/// `Group::new()`, and what the options make of it.
fn new_group(policy: Policy, call: &Call) -> TokenStream {
    let krate = &call.krate;
    let new = match (policy, &call.options.error) {
        (Policy::All, _) => code!(new()),
        (Policy::FailFast, None) => code!(fail_fast()),
        (Policy::FailFast, Some(error)) => code!(fail_fast_into::<#error>()),
        (Policy::Settled, _) => code!(settled()),
    };
    let on = call.options.on.as_ref().map(|handle| code!(.on(#handle)));
    let limit = call
        .options
        .limit
        .as_ref()
        .map(|limit| code!(.limit(#limit)));
    code!(#krate::Group::#new #on #limit)
}

/// A call with no branches is finished before it begins.
fn ready(policy: Policy, call: &Call) -> TokenStream {
    let krate = &call.krate;
    let collected = collected(&call.shape, &[]);
    let value = match policy {
        Policy::FailFast => code!(::core::result::Result::Ok(#collected)),
        Policy::All | Policy::Settled => collected,
    };
    code!(#krate::Gather::ready(#value))
}

/// The shape that was written, with the results in place of the branches.
fn collected(shape: &Shape, results: &[TokenStream]) -> TokenStream {
    match shape {
        Shape::Tuple(_) => tuple(results),
        Shape::Vec(_) => code!(#(#results)*),
        Shape::Array(_) => code!([#(#results),*]),
        Shape::Struct(Struct { path, fields, base }) => {
            let members = fields.iter().map(|(member, _)| member);
            let (results, rest) = results.split_at(fields.len());
            let base = base.as_ref().map(|_| code!(..#(#rest)*));
            code!(#path { #(#members: #results,)* #base })
        }
    }
}

/// `branch("fetch(7)", fetch(7))`.
fn evaluate(call: &Call, branch: &Branch) -> TokenStream {
    let expr = tokens(&branch.expr);
    let name = Literal::string(&branch.name);
    let function = match (branch.kind, &call.options.limit) {
        (Kind::One, _) => "branch",
        (Kind::Spread, None) => "spread",
        (Kind::Spread, Some(_)) => "lazy_spread",
    };
    self::function(call, function, &expr, &code!(#name, #expr))
}

/// A call of a function of the crate's about `expr`.
///
/// Errors about it are to underline all of the user's expression. Its first and its last token
/// have spans of their own, and a call's span runs from its path to its parenthesis: so the path
/// is placed at the one, and the parenthesis at the other.
fn function(call: &Call, name: &str, expr: &TokenStream, arguments: &TokenStream) -> TokenStream {
    let mut tokens = expr.clone().into_iter();
    let first = tokens
        .next()
        .map_or_else(Span::call_site, |token| token.span());
    let last = tokens.last().map_or(first, |token| token.span());
    // `$crate` means this crate only where it was written. rustc joins two spans only where they
    // resolve alike, so the rest of the call resolves as `$crate` does.
    let site = call
        .krate
        .clone()
        .into_iter()
        .next()
        .map_or_else(Span::mixed_site, |token| token.span());
    let (first, last) = (first.resolved_at(site), last.resolved_at(site));
    let krate = call.krate.clone().into_iter().map(|mut token| {
        token.set_span(first);
        token
    });
    let krate: TokenStream = krate.collect();
    let function = Ident::new(name, first);
    let mut arguments = Group::new(Delimiter::Parenthesis, arguments.clone());
    arguments.set_span(last);
    quote_spanned!(first=> #krate::#function #arguments)
}

fn tokens(expr: &Result<Expr>) -> TokenStream {
    match expr {
        Ok(expr) => expr.to_token_stream(),
        Err(error) => error.to_compile_error(),
    }
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

/// Where a value is in the tuple that [`nested`] makes: `.2`, or `.1.2`.
fn place(index: usize, values: usize) -> TokenStream {
    let width = width(values);
    let outer = Literal::usize_unsuffixed(index / width);
    if width == 1 {
        return code!(.#outer);
    }
    let start = index / width * width;
    let inner = place(index - start, width.min(values - start));
    code!(.#outer #inner)
}
