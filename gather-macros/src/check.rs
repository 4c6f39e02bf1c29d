//! What is valid Rust, but no branch, and is better said here than by the compiler about the
//! expansion.

use proc_macro2::{Group, TokenTree};
use quote::ToTokens;
use syn::{Error, Expr, RangeLimits, Result};

use crate::ast::{Branch, Kind, Policy};
use crate::text;

/// Finds what makes an expression no branch, from its form alone.
pub(crate) fn branch(policy: Policy, kind: Kind, expr: &Expr) -> Result<()> {
    match expr {
        Expr::Paren(inner) => branch(policy, kind, &inner.expr),
        Expr::Group(inner) => branch(policy, kind, &inner.expr),
        Expr::Assign(assign) => Err(Error::new_spanned(
            assign,
            format!(
                "a branch is an expression, not an assignment: write the future alone, and bind \
                 what it gives when you await, `let (value,) = {}(..).await`",
                policy.name()
            ),
        )),
        Expr::Let(binding) => Err(Error::new_spanned(
            binding,
            format!(
                "a branch is an expression, not a `let`: write the future alone, and bind what it \
                 gives when you await, `let (value,) = {}(..).await`",
                policy.name()
            ),
        )),
        Expr::Range(range) => Err(range_error(range)),
        _ if kind == Kind::Spread => Ok(()),
        Expr::Closure(closure) => Err(Error::new_spanned(
            closure,
            "a closure is not a future; write its body as a branch: `async move { .. }`",
        )),
        _ => awaited(policy, expr),
    }
}

/// A branch that is awaited where it stands would run before the others start.
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
                        "drop the `.await?`: `{future}`; `try_gather!` does for all branches what the `?` did"
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

fn range_error(range: &syn::ExprRange) -> Error {
    let message = match (&range.start, &range.limits) {
        (Some(_), _) => {
            "a range is not a future; if the `..` is to spread an iterator, a `,` is missing before it"
        }
        (None, RangeLimits::HalfOpen(_)) => "`..` is given twice; one spreads the iterator",
        (None, RangeLimits::Closed(_)) => {
            "`..=` spreads nothing; write `..` before an iterator of futures"
        }
    };
    Error::new_spanned(range, message)
}

/// `[a(); 3]` would be one future three times over.
pub(crate) fn no_repeat(elements: &Group) -> Result<()> {
    let repeats =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';');
    if elements.stream().into_iter().any(|token| repeats(&token)) {
        return Err(Error::new(
            elements.span(),
            "a future runs once, so it cannot be repeated: write each branch out, or spread an \
             iterator that makes them, `..(0..3).map(|_| a())`",
        ));
    }
    Ok(())
}

/// An array's length is known when it is compiled, a spread's is not.
pub(crate) fn element(branch: &mut Branch) {
    if let (Kind::Spread, Ok(expr)) = (branch.kind, &branch.expr) {
        branch.expr = Err(Error::new_spanned(
            expr,
            "an array has a fixed length, and a spread has none: drop the brackets to get a `Vec`",
        ));
        branch.kind = Kind::One;
    }
}
