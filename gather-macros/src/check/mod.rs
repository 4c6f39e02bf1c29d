//! Finds what is valid Rust but not a branch, where an error from here is clearer than the
//! compiler's error about the expansion.
//!
//! | | |
//! | --- | --- |
//! | `form` | branches that cannot be futures, from their form alone |
//! | `assignment` | options in the wrong place, and variables |
//! | `literal` | struct literals |
//! | `pair` | two branches that are the arguments of another crate's function |

mod assignment;
mod form;
mod literal;
mod pair;

use syn::{Error, Expr, Result};

use crate::ast::{Branch, Call, Kind, Name, Policy, Shape};
use form::form;
use literal::{not_a_struct, struct_in_ok};
use pair::{limited, mapped};

/// Replaces each branch that cannot be one with an error.
pub(crate) fn call(call: &mut Call) {
    let Call {
        policy,
        shape,
        doubts,
        ..
    } = call;
    match shape {
        Shape::Tuple(branches) => several(*policy, branches, doubts),
        Shape::Array(branches) => {
            several(*policy, branches, doubts);
            branches.iter_mut().for_each(element);
        }
        Shape::Vec(branch) => {
            if let Err(doubt) = checked(*policy, branch, true) {
                doubts.push(doubt);
                *shape = Shape::Tuple(Vec::new());
            }
        }
        // A tuple struct with a doubtful branch could have a value too few or too many, which rustc
        // would report as well. A tuple replaces it: an error is the value of the whole call.
        Shape::TupleStruct(tuple) => {
            several(*policy, &mut tuple.branches, doubts);
            if *policy == Policy::FailFast && tuple.path.path.is_ident("Ok") {
                doubts.extend(struct_in_ok(&mut tuple.branches));
            }
            for branch in &mut tuple.branches {
                not_a_struct(*policy, branch);
            }
            if !doubts.is_empty() {
                *shape = Shape::Tuple(std::mem::take(&mut tuple.branches));
            }
        }
        Shape::Struct(shape) => {
            for (_, branch) in &mut shape.fields {
                // A field always has a branch.
                if let Err(doubt) = checked(*policy, branch, false) {
                    branch.expr = Err(doubt);
                }
                not_a_struct(*policy, branch);
            }
        }
    }
    if !doubts.is_empty() && *policy == Policy::Each {
        // The remaining branches may be none, or of several types. In a `gather!`, that is not a
        // further mistake.
        *policy = Policy::All;
    }
}

/// Checks branches between commas, and drops those that may not be branches.
fn several(policy: Policy, branches: &mut Vec<Branch>, doubts: &mut Vec<Error>) {
    if let [first, second] = &branches[..]
        && let Some(doubt) =
            mapped(policy, first, second).or_else(|| limited(policy, first, second))
    {
        branches.clear();
        doubts.push(doubt);
    }
    let is_alone = branches.len() == 1;
    let mut has_tuples = false;
    branches.retain_mut(|branch| {
        let is_tuple = matches!(branch.expr, Ok(Expr::Tuple(_)));
        match checked(policy, branch, is_alone) {
            Ok(()) => true,
            // A second tuple is the same mistake.
            Err(doubt) => {
                if !(is_tuple && std::mem::replace(&mut has_tuples, true)) {
                    doubts.push(doubt);
                }
                false
            }
        }
    });
    for branch in branches {
        if !is_alone || matches!(branch.name, Name::Given(_)) {
            not_a_struct(policy, branch);
        }
    }
}

/// Stores the error in a branch that cannot be one, or returns an error that leaves open which
/// branches there are.
fn checked(policy: Policy, branch: &mut Branch, is_alone: bool) -> Result<()> {
    if let Ok(expr) = &branch.expr
        && let Err(mistake) = form(policy, branch, expr, is_alone)?
    {
        branch.expr = Err(mistake);
    }
    Ok(())
}

/// Rejects a spread in an array: the length of an array is known at compile time, that of a spread
/// is not.
fn element(branch: &mut Branch) {
    if let (Kind::Spread, Ok(expr)) = (branch.kind, &branch.expr) {
        branch.expr = Err(Error::new_spanned(
            expr,
            "an array has a fixed length, but a spread does not: drop the brackets to get a `Vec`",
        ));
        branch.kind = Kind::One;
    }
}
