//! Writes the code that stands in place of a call.
//!
//! It goes in the order of the guarantees: a `let` evaluates each expression of the user's, in the
//! order of the call; then one expression starts the branches, and says how their results make the
//! value.

/// Quotes with the hygiene of the expansion: its variables are seen by nobody else.
macro_rules! code {
    ($($tokens:tt)*) => {
        ::quote::quote_spanned!(::proc_macro2::Span::mixed_site()=> $($tokens)*)
    };
}

mod awaits;
mod shape;
mod site;
mod tuple;
mod value;

use proc_macro2::{Literal, TokenStream};
use quote::ToTokens;
use syn::{Error, Expr};

use crate::ast::{Branch, Call, Kind, Policy, Setting, Shape};
use value::Value;

/// Expands a call.
pub(crate) fn call(call: &Call) -> TokenStream {
    let parts = parts(call);
    let errors = call.errors.iter().map(Error::to_compile_error);
    let expansion = if parts.is_empty() && call.options.is_empty() {
        finished(call)
    } else {
        started(call, &parts)
    };
    if call.doubts.is_empty() {
        return code!({ #(#errors)* #expansion });
    }
    // An error is a value of any type: nobody can tell what this call was to return.
    let doubts = call.doubts.iter().map(Error::to_compile_error);
    code!({ #(#errors)* let _ = { #expansion }; #(#doubts)* })
}

/// A call without branches is finished before it begins.
fn finished(call: &Call) -> TokenStream {
    let krate = &call.krate;
    let value = shape::shaped(&call.shape, &[]);
    match call.policy {
        Policy::FailFast => code!(#krate::Gather::ready(::core::result::Result::Ok(#value))),
        Policy::All | Policy::Settled => code!(#krate::Gather::ready(#value)),
    }
}

/// The statements that evaluate everything, and the expression that starts the branches.
fn started(call: &Call, parts: &[Part]) -> TokenStream {
    let options = evaluated_options(call);
    let entered = entered(call, parts);
    let group = group(call);
    let variables: Vec<&Value> = parts.iter().map(|part| &part.value).collect();
    let results = shape::results(&call.shape, &variables);
    if let (Shape::Vec(_), [spread], false) = (&call.shape, parts, call.options.has_limit()) {
        // It is pulled where it stands, so that it may borrow from a temporary. As the value of
        // the block it would, in the edition 2021, keep that temporary for longer.
        let spread = spread.made(call, spread.value.expr());
        return code! {
            #options
            #entered
            let __gather = #group.spawn(#spread, #results);
            __gather
        };
    }
    let lets = parts.iter().map(|part| part.value.bound());
    let made: Vec<TokenStream> = parts
        .iter()
        .map(|part| part.made(call, &part.value.used().into_token_stream()))
        .collect();
    let branches = match (&call.shape, &made[..]) {
        (Shape::Vec(_), [spread]) => spread.clone(),
        _ => tuple::nested(&made),
    };
    code! {
        #options
        #entered
        #(#lets)*
        #group.spawn(#branches, #results)
    }
}

/// What a gather is made of: a branch, a spread, or the base of a struct.
struct Part {
    value: Value,
    /// The function that it is handed to.
    function: &'static str,
    /// How messages call it: nobody calls a base.
    name: Option<Literal>,
}

fn parts(call: &Call) -> Vec<Part> {
    let branches = call.shape.branches().into_iter().enumerate();
    let mut parts: Vec<Part> = branches
        .map(|(index, branch)| part(call, index, branch))
        .collect();
    if let Some(base) = call.shape.base() {
        let expr = match base {
            Ok(expr) => expr.to_token_stream(),
            Err(error) => error.to_compile_error(),
        };
        parts.push(Part {
            value: Value::new(&call.krate, "__base", expr),
            function: "base",
            name: None,
        });
    }
    parts
}

fn part(call: &Call, index: usize, branch: &Branch) -> Part {
    let function = match branch.kind {
        Kind::One => "branch",
        Kind::Spread if call.options.has_limit() => "lazy_spread",
        Kind::Spread => "spread",
    };
    Part {
        value: Value::new(
            &call.krate,
            &format!("__branch_{index}"),
            branch.to_token_stream(),
        ),
        function,
        name: Some(Literal::string(&branch.name)),
    }
}

impl Part {
    /// `branch("fetch(7)", __branch_0)`.
    fn made(&self, call: &Call, value: &TokenStream) -> TokenStream {
        let name = self.name.as_ref().map(|name| code!(#name,));
        let arguments = code!(#name #value);
        site::function(&call.krate, self.function, self.value.expr(), arguments)
    }
}

/// `let __limit = 16;`, as the options are written.
fn evaluated_options(call: &Call) -> TokenStream {
    let evaluated = call.options.iter().map(|setting| match setting {
        Setting::Limit(limit) => limit_value(call, limit).bound(),
        Setting::On(on) => {
            let value = on_value(call, on);
            let handle = site::function(&call.krate, "on", value.expr(), value.expr().clone());
            value.bound_to(&handle)
        }
        Setting::Error(_) => TokenStream::new(),
    });
    evaluated.collect()
}

fn limit_value(call: &Call, limit: &Expr) -> Value {
    Value::new(&call.krate, "__limit", limit.to_token_stream())
}

fn on_value(call: &Call, on: &Expr) -> Value {
    Value::new(&call.krate, "__on", on.to_token_stream())
}

/// Has the expressions find the runtime of `on`, as a timer needs to. What enters it is not
/// `Send`, so it must not be held over an `.await`.
fn entered(call: &Call, parts: &[Part]) -> Option<TokenStream> {
    let on = call.options.iter().find_map(|setting| match setting {
        Setting::On(on) => Some(on_value(call, on)),
        Setting::Limit(_) | Setting::Error(_) => None,
    })?;
    if parts.iter().any(|part| awaits::awaits(part.value.expr())) {
        return None;
    }
    let on = on.used();
    Some(code!(let __entered = #on.enter();))
}

/// `Group::new()`, and what the options make of it.
fn group(call: &Call) -> TokenStream {
    let krate = &call.krate;
    let new = match (call.policy, call.options.error()) {
        (Policy::All, _) => code!(new()),
        (Policy::FailFast, None) => code!(fail_fast()),
        (Policy::FailFast, Some(error)) => code!(fail_fast_into::<#error, _, _>()),
        (Policy::Settled, _) => code!(settled()),
    };
    let (mut on, mut limit) = (None, None);
    for setting in call.options.iter() {
        match setting {
            Setting::On(expr) => {
                let value = on_value(call, expr);
                let used = value.used();
                on = Some(code!(.on(&#used)));
            }
            Setting::Limit(expr) => {
                let value = limit_value(call, expr);
                let used = value.used().into_token_stream();
                limit = Some(site::method("limit", value.expr(), used));
            }
            Setting::Error(_) => {}
        }
    }
    code!(#krate::rt::Group::#new #on #limit)
}
