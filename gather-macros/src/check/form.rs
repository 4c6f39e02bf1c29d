//! Branches that cannot be futures, from their form alone.

use quote::ToTokens;
use syn::{Error, Expr, ExprRange, ExprTuple, RangeLimits, Result, UnOp};

use super::assignment::assignment;
use crate::ast::{Branch, Kind, Policy};
use crate::parse::{for_loop, not_bound};
use crate::text;

/// Finds what cannot be a branch, from its form alone.
///
/// The outer error leaves open which branches there are.
pub(super) fn form(
    policy: Policy,
    branch: &Branch,
    expr: &Expr,
    is_alone: bool,
) -> Result<Result<()>> {
    let kind = branch.kind;
    let found = match (kind, expr) {
        (_, Expr::Assign(assign)) => return assignment(policy, branch, assign),
        (_, Expr::Let(_)) => Err(Error::new_spanned(
            expr,
            not_bound(policy, "a `let`", "alone"),
        )),
        (_, Expr::Range(range)) => return range_error(branch, range),
        (_, Expr::ForLoop(repeat)) => Err(Error::new_spanned(repeat, for_loop(policy))),
        (Kind::Spread, _) => Ok(()),
        (Kind::One, Expr::Tuple(tuple)) => {
            return Err(Error::new_spanned(tuple, a_tuple(policy, tuple, is_alone)));
        }
        (Kind::One, Expr::Closure(closure)) => Err(Error::new_spanned(
            closure,
            "a closure is not a future: write its body as a branch, `async move { .. }`",
        )),
        (Kind::One, Expr::Array(array)) => Err(Error::new_spanned(
            array,
            "an array is not a future: spread it, `..[a(), b()]`, or make it a gather of its own, \
             `gather!([a(), b()])`",
        )),
        // In parentheses, `*boxed` is the future in a `Box`.
        (Kind::One, Expr::Unary(unary))
            if matches!(unary.op, UnOp::Deref(_)) && !branch.in_parentheses =>
        {
            Err(Error::new_spanned(
                unary,
                format!(
                    "`*` does not spread; `..` does: `..{}`",
                    text::of(unary.expr.to_token_stream())
                ),
            ))
        }
        (Kind::One, _) => awaited(policy, expr),
    };
    Ok(found)
}

/// The message about a tuple.
fn a_tuple(policy: Policy, tuple: &ExprTuple, is_alone: bool) -> String {
    let inside = text::of(tuple.elems.to_token_stream());
    let elements: Vec<&Expr> = tuple.elems.iter().collect();
    let is_pair = match elements[..] {
        [Expr::Lit(_), _] => true,
        // Two variables may both be futures.
        [_, Expr::Path(_)] => false,
        [Expr::Path(_) | Expr::Reference(_) | Expr::Field(_), _] => !is_alone,
        _ => false,
    };
    let mend = if is_pair {
        format!("to get each result with its key, spread pairs, `..[({inside}), ..]`")
    } else if is_alone {
        String::from("write the branches directly in the call, without parentheses around them")
    } else {
        format!("make it a gather of its own, `{}({inside})`", policy.name())
    };
    format!("a tuple is not a future: {mend}")
}

/// Rejects a branch that is awaited in the call: it would run before the others start.
fn awaited(policy: Policy, expr: &Expr) -> Result<()> {
    let mut inner = expr;
    let mut tried = false;
    loop {
        inner = match inner {
            Expr::Try(question) => {
                tried = true;
                &question.expr
            }
            Expr::Paren(paren) => &paren.expr,
            Expr::Await(awaits) => {
                let future = text::of(awaits.base.to_token_stream());
                let mend = match (tried, policy) {
                    (false, _) => format!("drop the `.await`: `{future}`"),
                    (true, Policy::FailFast) => format!(
                        "drop the `.await?`: `{future}`; `try_gather!` returns the first error of all branches"
                    ),
                    (true, _) => format!(
                        "drop the `.await?`: `{future}`; to stop at the first `Err`, use `try_gather!`"
                    ),
                };
                return Err(Error::new_spanned(
                    expr,
                    format!("this branch is awaited before the others can start; {mend}"),
                ));
            }
            _ => return Ok(()),
        };
    }
}

/// Reports a `..` in the wrong place.
fn range_error(branch: &Branch, range: &ExprRange) -> Result<Result<()>> {
    let error = |message| Error::new_spanned(range, message);
    if let (Kind::One, None, Some(end)) = (branch.kind, &range.start, &range.end)
        && branch.in_parentheses
    {
        let end = text::of(end.to_token_stream());
        return Err(error(format!(
            "drop the parentheses around the spread: `..{end}`"
        )));
    }
    if let (Kind::One, Some(start), None) = (branch.kind, &range.start, &range.end)
        && !matches!(**start, Expr::Lit(_))
    {
        let start = text::of(start.to_token_stream());
        return Err(error(format!(
            "`..` goes before what it spreads: `..{start}`"
        )));
    }
    let error = |message: &str| error(message.to_owned());
    match (branch.kind, &range.start, &range.limits) {
        (Kind::Spread, Some(_), _) => Ok(Err(error(
            "a range yields numbers, not futures: make a future from each item, `..(0..3).map(fetch)`",
        ))),
        (Kind::Spread, None, _) => Ok(Err(error("one `..` is enough to spread the iterator"))),
        (Kind::One, Some(_), _) => Err(error(
            "a range is not a future; to spread an iterator, write a `,` before the `..`",
        )),
        (Kind::One, None, RangeLimits::HalfOpen(_)) => {
            Err(error("expected an iterator of futures after `..`"))
        }
        (Kind::One, None, RangeLimits::Closed(_)) => Err(error(
            "`..=` spreads nothing: write `..` before an iterator of futures",
        )),
    }
}
