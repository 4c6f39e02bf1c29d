//! What is around an expression.

use syn::{Expr, Stmt};

/// The expression without parentheses around it, of which the compiler would say that they are
/// not needed. They are, to set a future that is a struct literal apart from the shape. The group
/// around a fragment such as `$e:expr` goes too, so that what is in it is seen.
///
/// So do the braces around what has no temporaries, which would otherwise live longer.
pub(super) fn unwrapped(expr: Expr) -> Expr {
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
