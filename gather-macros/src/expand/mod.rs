//! Writes the code that replaces a call.
//!
//! The code follows the order of the guarantees. First, a `let` evaluates each of the user's
//! expressions, in the order of the call. Then one expression starts the branches and says how
//! their results make the value.
//!
//! | | |
//! | --- | --- |
//! | `options` | evaluates the options, and makes the group |
//! | `part` | the `rt::branch/spread/base(..)` call for each part |
//! | `shape` | the closure that makes the value from the results |
//! | `value` | one of the user's expressions, and its variable |
//! | `site` | spans that place an error at the user's expression |
//! | `awaits` | whether an expression has an `.await` of its own |
//! | `tuple` | tuples of any width |

/// Quotes with the hygiene of the expansion: no other code sees its variables.
macro_rules! code {
    ($($tokens:tt)*) => {
        ::quote::quote_spanned!(::proc_macro2::Span::mixed_site()=> $($tokens)*)
    };
}

mod awaits;
mod options;
mod part;
mod shape;
mod site;
mod tuple;
mod value;

use proc_macro2::TokenStream;
use syn::Error;

use crate::ast::{Call, Policy, Shape};
use part::Part;
use value::Value;

/// Expands a call.
pub(crate) fn call(call: &Call) -> TokenStream {
    let parts = part::all(call);
    let errors = call.errors.iter().map(Error::to_compile_error);
    let expansion = match &parts[..] {
        [] if call.options.are_trivial() => finished(call),
        [spread] if is_in_place(call) => lone(call, spread),
        parts => started(call, parts),
    };
    if call.doubts.is_empty() {
        return code!({ #(#errors)* #expansion });
    }
    // The type that this call should return is unknown. An error is a value of any type.
    let doubts = call.doubts.iter().map(Error::to_compile_error);
    code!({ #(#errors)* let _ = { #expansion }; #(#doubts)* })
}

/// Expands a call without branches, whose value is ready at once.
fn finished(call: &Call) -> TokenStream {
    let krate = &call.krate;
    if call.policy == Policy::Each {
        return if call.options.is_here() {
            let module = options::functions(call);
            code!(#module::empty())
        } else {
            code!(#krate::Each::empty())
        };
    }
    let mut value = shape::shaped(&call.shape, &[]);
    if call.policy == Policy::FailFast {
        value = code!(::core::result::Result::Ok(#value));
    }
    if call.options.is_here() {
        let module = options::module(call);
        code!(#module::ready(#value))
    } else {
        code!(#krate::Gather::ready(#value))
    }
}

/// Evaluates every expression, and then starts the branches.
fn started(call: &Call, parts: &[Part]) -> TokenStream {
    let before = before(call, parts);
    let bound = parts.iter().map(|part| part.value.bound());
    let made: Vec<TokenStream> = parts.iter().map(|part| part.made(call)).collect();
    let branches = match (&call.shape, &made[..]) {
        (Shape::Vec(_), [spread]) => spread.clone(),
        _ => tuple::nested(&made),
    };
    let spawned = spawned(call, parts, &branches);
    code!(#before #(#bound)* #spawned)
}

/// Whether a lone spread is pulled in the expression that creates it, so that it may borrow from a
/// temporary. With a limit or `here`, it is pulled later too, and may not borrow from one.
fn is_in_place(call: &Call) -> bool {
    let is_pulled_later = call.options.has_limit() || call.options.is_here();
    matches!(call.shape, Shape::Vec(_)) && !is_pulled_later
}

/// Evaluates and starts a lone spread in one expression. In the 2021 edition, the temporaries of a
/// block's tail expression outlive the block, so the value goes through a variable.
fn lone(call: &Call, spread: &Part) -> TokenStream {
    let parts = std::slice::from_ref(spread);
    let before = before(call, parts);
    let spawned = spawned(call, parts, &spread.made_in_place(call));
    let krate = &call.krate;
    if call.policy == Policy::Each {
        code!(#before let __each: #krate::Each<_> = #spawned; __each)
    } else {
        code!(#before let __gather: #krate::Gather<_> = #spawned; __gather)
    }
}

/// The code before the expressions of the branches.
fn before(call: &Call, parts: &[Part]) -> TokenStream {
    let exprs: Vec<&TokenStream> = parts.iter().map(|part| part.value.expr()).collect();
    let bound = options::bound(call);
    let entered = options::entered(call, &exprs);
    code!(#bound #entered)
}

/// The expression that starts the branches, or makes the future that runs them.
fn spawned(call: &Call, parts: &[Part], branches: &TokenStream) -> TokenStream {
    let group = options::group(call);
    if call.policy == Policy::Each {
        return if call.options.is_here() {
            code!(#group.stream(#branches))
        } else {
            code!(#group.start(#branches))
        };
    }
    let values: Vec<&Value> = parts.iter().map(|part| &part.value).collect();
    let results = shape::results(&call.shape, &values);
    if call.options.is_here() {
        code!(#group.join(#branches, #results))
    } else {
        let spawn = site::spawn(&call.krate);
        code!(#group.#spawn(#branches, #results))
    }
}
