//! Struct literals, which are more likely to be shapes than futures.

use quote::ToTokens;
use syn::{Error, Expr};

use crate::ast::{Branch, Kind, Policy};
use crate::text;

/// Rejects a struct literal among several branches, or with a name. Without parentheses, it is more
/// likely to be a shape than a future.
pub(super) fn not_a_struct(policy: Policy, branch: &mut Branch) {
    if let Ok(Expr::Struct(literal)) = &branch.expr
        && branch.kind == Kind::One
        && !branch.in_parentheses
    {
        let path = text::of(literal.path.to_token_stream());
        let message = format!(
            "a struct of branches is a gather of its own, `{}({path} {{ .. }})`; a struct literal \
             that is itself a future goes in parentheses",
            policy.name()
        );
        branch.expr = Err(Error::new_spanned(literal, message));
    }
}

/// Rejects a struct of branches in an `Ok`, which `try_gather!` itself adds.
pub(super) fn struct_in_ok(branches: &mut Vec<Branch>) -> Option<Error> {
    let [branch] = &branches[..] else {
        return None;
    };
    let Ok(Expr::Struct(literal)) = &branch.expr else {
        return None;
    };
    let path = text::of(literal.path.to_token_stream());
    let message = format!(
        "drop the `Ok`: `try_gather!({path} {{ .. }})` itself returns the struct in a `Result`"
    );
    let mistake = Error::new_spanned(literal, message);
    branches.clear();
    Some(mistake)
}
