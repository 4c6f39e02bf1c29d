//! Evaluates the options and applies them.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::Type;

use super::{awaits, site, value::Value};
use crate::ast::{Call, Policy, Setting};

/// `let __limit = 16;` and the like, in the order in which the options are written.
pub(super) fn bound(call: &Call) -> TokenStream {
    let bound = call.options.iter().map(|setting| match setting {
        // Placed at the name of the option, where rustc says why it expects this type.
        Setting::Limit(word, _) | Setting::Tasks(word, _) => {
            let ty = Ident::new("usize", word.span());
            value(call, setting).bound_as(&ty)
        }
        Setting::On(_) => {
            let on = value(call, setting);
            let handle = site::function(&module(call), "on", on.expr(), on.expr().clone());
            on.bound_to(&handle)
        }
        // A lone word and a type are not evaluated.
        Setting::Here | Setting::Error(_) | Setting::Catch(_) => TokenStream::new(),
    });
    bound.collect()
}

/// Enters the runtime of `on` while the expressions are evaluated: a timer, for example, must find
/// its runtime then. The guard is not `Send`, so it must not be held across an `.await`.
pub(super) fn entered(call: &Call, exprs: &[&TokenStream]) -> Option<TokenStream> {
    let is_on = |setting: &&Setting| matches!(setting, Setting::On(_));
    let on = variable(call, call.options.iter().find(is_on)?);
    let awaits = exprs.iter().any(|expr| awaits::awaits(expr));
    (!awaits).then(|| code!(let __entered = #on.enter();))
}

/// The module that the expansion uses: `rt` for branches that run as tasks, `rt::here` for branches
/// that do not.
pub(super) fn module(call: &Call) -> TokenStream {
    let krate = &call.krate;
    if call.options.is_here() {
        code!(#krate::rt::here)
    } else {
        code!(#krate::rt)
    }
}

/// The module of the functions that take branches: `gather_each!` has its own.
pub(super) fn functions(call: &Call) -> TokenStream {
    let krate = &call.krate;
    match (call.policy, call.options.is_here()) {
        (Policy::Each, false) => code!(#krate::rt::each),
        (Policy::Each, true) => code!(#krate::rt::each::here),
        _ => module(call),
    }
}

/// `Group::new()` and the methods that apply the options. `tasks` and `limit` return a group of
/// another type, so `catch` comes first, and `tasks` comes second.
pub(super) fn group(call: &Call) -> TokenStream {
    let module = module(call);
    let new = match (call.policy, call.options.error()) {
        // `_` replaces a mistaken `error`: the branches may then fail with any type.
        (Policy::All, _) | (Policy::FailFast, Some(Type::Infer(_))) => code!(new()),
        (Policy::FailFast, None) => code!(fail_fast()),
        (Policy::FailFast, Some(error)) => code!(fail_fast_into::<#error>()),
        (Policy::Settled, _) => code!(settled()),
        (Policy::Each, _) => code!(each()),
    };
    let mut settings: Vec<&Setting> = call.options.iter().collect();
    settings.sort_by_key(|setting| match setting {
        Setting::Catch(_) => 0,
        Setting::Tasks(..) => 1,
        _ => 2,
    });
    let set = settings.into_iter().map(|setting| match setting {
        // Placed at the name of the option, so that rustc reports there an error type that no panic
        // converts into.
        Setting::Catch(word) => site::method("catch", &word.to_token_stream(), TokenStream::new()),
        Setting::Tasks(..) => {
            let tasks = variable(call, setting);
            code!(.tasks(#tasks))
        }
        Setting::Limit(..) => {
            let limit = variable(call, setting);
            code!(.limit(#limit))
        }
        Setting::On(_) => {
            let on = variable(call, setting);
            code!(.on(&#on))
        }
        Setting::Here | Setting::Error(_) => TokenStream::new(),
    });
    code!(#module::Group::#new #(#set)*)
}

fn value(call: &Call, setting: &Setting) -> Value {
    let (name, expr) = match setting {
        Setting::Limit(_, limit) => ("__limit", limit.to_token_stream()),
        Setting::Tasks(_, tasks) => ("__tasks", tasks.to_token_stream()),
        Setting::On(on) => ("__on", on.to_token_stream()),
        Setting::Here | Setting::Error(_) | Setting::Catch(_) => {
            unreachable!("they are not evaluated")
        }
    };
    Value::new(&call.krate, name, expr)
}

fn variable(call: &Call, setting: &Setting) -> Ident {
    value(call, setting).used().clone()
}
