//! Two branches that are arguments to a function of another crate: items and a closure, or a limit
//! and what it limits.

use quote::ToTokens;
use syn::{Error, Expr, ExprLit, Lit};

use crate::ast::{Branch, Kind, Policy};
use crate::text;

/// The error for items and a closure that takes one, as in JavaScript's `p-map`.
pub(super) fn mapped(policy: Policy, items: &Branch, closure: &Branch) -> Option<Error> {
    let (Ok(items), Ok(Expr::Closure(closure))) = (&items.expr, &closure.expr) else {
        return None;
    };
    // A call is more likely a future.
    let are_items = matches!(
        items,
        Expr::Array(_) | Expr::Field(_) | Expr::Macro(_) | Expr::Path(_)
    );
    if closure.inputs.is_empty() || !are_items {
        return None;
    }
    let items = text::of(items.to_token_stream());
    let written = text::of(closure.to_token_stream());
    let message = format!(
        "a closure is not a future: to call it with each item, spread an iterator, \
         `{}(..{items}.into_iter().map({written}))`",
        policy.name()
    );
    Some(Error::new_spanned(closure, message))
}

/// The error for a number beside a spread.
pub(super) fn limited(policy: Policy, first: &Branch, second: &Branch) -> Option<Error> {
    let (number, spread) = match (first.kind, second.kind) {
        (Kind::One, Kind::Spread) => (first, second),
        (Kind::Spread, Kind::One) => (second, first),
        _ => return None,
    };
    if number.in_parentheses {
        return None;
    }
    let Ok(Expr::Lit(ExprLit {
        lit: Lit::Int(number),
        ..
    })) = &number.expr
    else {
        return None;
    };
    let message = format!(
        "a number is not a branch: to run at most {number} branches at a time, write \
         `{}(limit = {number}; ..{})`",
        policy.name(),
        text::of(spread.to_token_stream())
    );
    Some(Error::new_spanned(number, message))
}
