//! What is valid Rust, but no branch, and is better said here than by the compiler about the
//! expansion.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Error, Expr, RangeLimits, Result, Stmt};

use crate::ast::{Branch, Kind, Policy};
use crate::{options, text};

/// The expression without parentheses around it, of which the compiler would say that they are
/// not needed. They are, to set a future that is a struct literal apart from the shape. The group
/// around a fragment such as `$e:expr` goes too, so that what is in it is seen.
///
/// So do the braces around what has no temporaries, which would else live longer.
pub(crate) fn unwrapped(expr: Expr) -> Expr {
    match expr {
        Expr::Paren(inner) => unwrapped(*inner.expr),
        Expr::Group(inner) => unwrapped(*inner.expr),
        Expr::Block(mut block)
            if block.label.is_none() && has_no_temporaries(&block.block.stmts) =>
        {
            match block.block.stmts.pop() {
                Some(Stmt::Expr(inner, None)) => inner,
                _ => unreachable!("the block has one expression"),
            }
        }
        expr => expr,
    }
}

fn has_no_temporaries(block: &[Stmt]) -> bool {
    use Expr::{Async, Lit, Path, Struct};
    matches!(
        block,
        [Stmt::Expr(Async(_) | Lit(_) | Path(_) | Struct(_), None)]
    )
}

/// Finds what makes an expression no branch, from its form alone.
///
/// The outer error is one that leaves open which branches there are.
pub(crate) fn branch(policy: Policy, kind: Kind, expr: &Expr) -> Result<Result<()>> {
    let found = match (kind, expr) {
        (_, Expr::Assign(assign)) => match &*assign.left {
            Expr::Path(path)
                if path
                    .path
                    .get_ident()
                    .is_some_and(|name| options::is_near(policy, name)) =>
            {
                return Err(Error::new_spanned(
                    assign,
                    format!(
                        "options stand before the branches, and a `;` ends them: `{}({}; ..)`",
                        policy.name(),
                        text::of(assign.to_token_stream())
                    ),
                ));
            }
            _ => Err(Error::new_spanned(
                assign,
                "a branch is an expression, not an assignment: write the future alone, and bind what \
                 it gives when you await: `let (value,) = gather.await;`",
            )),
        },
        (_, Expr::Let(_)) => Err(Error::new_spanned(expr, NO_LET)),
        (_, Expr::Range(range)) => return range_error(kind, range),
        (Kind::Spread, _) => Ok(()),
        (Kind::One, Expr::Tuple(tuple)) => {
            return Err(Error::new_spanned(
                tuple,
                "a tuple is not a future: the branches stand directly in the call, without \
                 parentheses around them",
            ));
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
        (Kind::One, _) => awaited(policy, expr),
    };
    Ok(found)
}

pub(crate) const NO_LET: &str = "a branch is an expression, not a `let`: write the future alone, and \
     bind what it gives when you await: `let (value,) = gather.await;`";

/// Of several branches, none is a struct literal by oversight.
pub(crate) fn one_of_several(branch: &mut Branch) {
    if let Ok(Expr::Struct(literal)) = &branch.expr
        && branch.kind == Kind::One
        && !branch.in_parentheses
    {
        branch.expr = Err(Error::new_spanned(
            literal,
            "a struct of branches is a call of its own: `gather!(gather!(Page { .. }), b())`; a \
             struct literal that is itself a future goes in parentheses",
        ));
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

/// `..` in the wrong place.
fn range_error(kind: Kind, range: &syn::ExprRange) -> Result<Result<()>> {
    let error = |message| Error::new_spanned(range, message);
    match (kind, &range.start, &range.limits) {
        (Kind::Spread, Some(_), _) => Ok(Err(error(
            "a range gives numbers, not futures: make a future of each, `..(0..3).map(fetch)`",
        ))),
        (Kind::Spread, None, _) => Ok(Err(error("`..` is given twice: one spreads the iterator"))),
        (Kind::One, Some(_), _) => Err(error(
            "a range is not a future; if the `..` is to spread an iterator, a `,` is missing before it",
        )),
        (Kind::One, None, RangeLimits::HalfOpen(_)) => Err(error(
            "`..` spreads an iterator of futures, and there is none",
        )),
        (Kind::One, None, RangeLimits::Closed(_)) => Err(error(
            "`..=` spreads nothing: write `..` before an iterator of futures",
        )),
    }
}

/// `[a(); 3]` would be one future three times over.
pub(crate) fn no_repeat(elements: &Group) -> Result<()> {
    if elements.stream().into_iter().any(|token| is(&token, ';')) {
        return Err(Error::new(
            elements.span(),
            "a future runs once, so it cannot be repeated: write each branch out, or spread an \
             iterator that makes them, `..(0..3).map(|_| a())`",
        ));
    }
    Ok(())
}

/// The elements, without what is meant to say how often.
pub(crate) fn without_repeat(elements: TokenStream) -> TokenStream {
    let mut repeats = false;
    elements
        .into_iter()
        .filter(|token| {
            repeats = is(token, ';') || (repeats && !is(token, ','));
            !repeats
        })
        .collect()
}

fn is(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
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
