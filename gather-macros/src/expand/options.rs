//! The options, evaluated and applied.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;

use super::{awaits, site, value::Value};
use crate::ast::{Call, Policy, Setting};

/// `let __limit = 16;`, in the order that the options are written in.
pub(super) fn bound(call: &Call) -> TokenStream {
    let bound = call.options.iter().map(|setting| match setting {
        Setting::Limit(_) => value(call, setting).bound(),
        Setting::On(_) => {
            let on = value(call, setting);
            let handle = site::function(&call.krate, "on", on.expr(), on.expr().clone());
            on.bound_to(&handle)
        }
        // A type is not evaluated.
        Setting::Error(_) => TokenStream::new(),
    });
    bound.collect()
}

/// Has the expressions find the runtime of `on`, as that of a timer has to. The guard is not `Send`,
/// so it must not be held over an `.await`.
pub(super) fn entered(call: &Call, exprs: &[&TokenStream]) -> Option<TokenStream> {
    let is_on = |setting: &&Setting| matches!(setting, Setting::On(_));
    let on = variable(call, call.options.iter().find(is_on)?);
    let awaits = exprs.iter().any(|expr| awaits::awaits(expr));
    (!awaits).then(|| code!(let __entered = #on.enter();))
}

/// `Group::new()`, and what the options make of it.
pub(super) fn group(call: &Call) -> TokenStream {
    let krate = &call.krate;
    let new = match (call.policy, call.options.error()) {
        (Policy::All, _) => code!(new()),
        (Policy::FailFast, None) => code!(fail_fast()),
        (Policy::FailFast, Some(error)) => code!(fail_fast_into::<#error, _, _>()),
        (Policy::Settled, _) => code!(settled()),
    };
    let set = call.options.iter().map(|setting| match setting {
        Setting::Limit(limit) => {
            let variable = variable(call, setting).into_token_stream();
            site::method("limit", &limit.to_token_stream(), variable)
        }
        Setting::On(_) => {
            let on = variable(call, setting);
            code!(.on(&#on))
        }
        Setting::Error(_) => TokenStream::new(),
    });
    code!(#krate::rt::Group::#new #(#set)*)
}

fn value(call: &Call, setting: &Setting) -> Value {
    let (name, expr) = match setting {
        Setting::Limit(limit) => ("__limit", limit.to_token_stream()),
        Setting::On(on) => ("__on", on.to_token_stream()),
        Setting::Error(error) => ("__error", error.to_token_stream()),
    };
    Value::new(&call.krate, name, expr)
}

fn variable(call: &Call, setting: &Setting) -> Ident {
    value(call, setting).used().clone()
}
