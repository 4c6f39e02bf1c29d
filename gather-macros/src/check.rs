//! Finds what is valid Rust but not a branch, where an error from here is clearer than the
//! compiler's error about the expansion.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Error, Expr, ExprAssign, ExprLit, ExprTuple, Lit, RangeLimits, Result, UnOp};

use crate::ast::{Branch, Call, Kind, Name, Policy, Shape};
use crate::parse::{
    is_exact, is_foreign, is_near, is_value, misplaced, near, not_bound, return_exceptions,
    unknown_option,
};
use crate::text;

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

/// Finds what cannot be a branch, from its form alone.
///
/// The outer error leaves open which branches there are.
fn form(policy: Policy, branch: &Branch, expr: &Expr, is_alone: bool) -> Result<Result<()>> {
    let kind = branch.kind;
    let found = match (kind, expr) {
        (_, Expr::Assign(assign)) => return assignment(policy, branch, assign),
        (_, Expr::Let(_)) => Err(Error::new_spanned(
            expr,
            not_bound(policy, "a `let`", "alone"),
        )),
        (_, Expr::Range(range)) => return range_error(branch, range),
        (_, Expr::ForLoop(repeat)) => Err(Error::new_spanned(
            repeat,
            format!(
                "a `for` loop is not a future: spread an iterator of futures, `{}(..(0..3).map(work))`",
                policy.name()
            ),
        )),
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

/// The error for items and a closure that takes one, as in JavaScript's `p-map`.
fn mapped(policy: Policy, items: &Branch, closure: &Branch) -> Option<Error> {
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
fn limited(policy: Policy, first: &Branch, second: &Branch) -> Option<Error> {
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

/// Reports an option in the wrong place, or a variable that should take what a branch returns.
fn assignment(policy: Policy, branch: &Branch, assign: &ExprAssign) -> Result<Result<()>> {
    if let Name::Given(name) = &branch.name {
        let value = text::of(assign.right.to_token_stream());
        let message = format!("a branch states no type: write `{name}: {value}`");
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

/// Rejects a struct literal among several branches, or with a name. Without parentheses, it is more
/// likely to be a shape than a future.
fn not_a_struct(policy: Policy, branch: &mut Branch) {
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
fn struct_in_ok(branches: &mut Vec<Branch>) -> Option<Error> {
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
fn range_error(branch: &Branch, range: &syn::ExprRange) -> Result<Result<()>> {
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
        (Kind::Spread, None, _) => Ok(Err(error(
            "`..` is given twice: one `..` is enough to spread the iterator",
        ))),
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
