//! Assignments: options in the wrong place, or variables that should take what a branch returns.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Error, Expr, ExprAssign, Result};

use crate::ast::{Branch, Name, Policy};
use crate::parse::{
    is_exact, is_foreign, is_near, is_value, misplaced, near, not_bound, return_exceptions,
    unknown_option,
};
use crate::text;

/// Reports an option in the wrong place, or a variable that should take what a branch returns.
pub(super) fn assignment(
    policy: Policy,
    branch: &Branch,
    assign: &ExprAssign,
) -> Result<Result<()>> {
    if let Name::Given(name) = &branch.name {
        let value = text::of(assign.right.to_token_stream());
        let message = format!("a branch takes no type annotation: write `{name}: {value}`");
        return Ok(Err(Error::new_spanned(assign, message)));
    }
    let name = match &*assign.left {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    };
    match name {
        Some(name) if name == "return_exceptions" => {
            Err(Error::new_spanned(assign, return_exceptions(policy)))
        }
        Some(name) if is_near(policy, name) && (is_exact(name) || is_value(&assign.right)) => {
            let name = name.to_string();
            let value = text::of(assign.right.to_token_stream());
            let option = format!("{} = {value}", near(policy, &name).unwrap_or(&name));
            Err(Error::new_spanned(assign, misplaced(policy, &option)))
        }
        Some(name) if is_unknown_option(policy, name, &assign.right) => Err(Error::new_spanned(
            assign,
            unknown_option(policy, &name.to_string()),
        )),
        name => {
            let alone = match name {
                Some(name) => format!(
                    "alone, or with a name, `{name}: {}`",
                    text::of(assign.right.to_token_stream())
                ),
                None => String::from("alone"),
            };
            Ok(Err(Error::new_spanned(
                assign,
                not_bound(policy, "an assignment", &alone),
            )))
        }
    }
}

/// Whether the user means an option of another crate, or one that does not exist.
fn is_unknown_option(policy: Policy, name: &Ident, value: &Expr) -> bool {
    let is_literal = matches!(value, Expr::Lit(_));
    is_literal || name == "timeout" || (is_foreign(policy, name) && is_value(value))
}
