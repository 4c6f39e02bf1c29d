//! Removes what is around an expression.

use syn::{Expr, Stmt};

/// Removes the parentheses around an expression, which the compiler would call unnecessary. The
/// user needs them to tell a future that is a struct literal from the shape. The group around a
/// fragment such as `$e:expr` is removed too, so that its contents are visible.
///
/// Braces around an expression are removed if the expression has no temporaries. Without the
/// braces, temporaries would live longer.
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

#[cfg(test)]
mod tests {
    use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
    use quote::{ToTokens, quote};
    use syn::parse_quote;

    use super::unwrapped;

    fn kept(tokens: TokenStream) -> String {
        let expr = syn::parse2(tokens).expect("it is an expression");
        unwrapped(expr).into_token_stream().to_string()
    }

    #[test]
    fn parentheses_and_groups_around_an_expression_go() {
        let group = |tokens| TokenTree::Group(Group::new(Delimiter::None, tokens));
        let inner = group(quote!((a + b)));
        assert_eq!(kept(quote!((#inner))), quote!(a + b).to_string());
    }

    #[test]
    fn braces_go_if_nothing_in_them_is_temporary() {
        for inner in [
            quote!(a),
            quote!(3),
            quote!(async { a.await }),
            quote!(Page { user: a() }),
        ] {
            assert_eq!(kept(quote!({ #inner })), inner.to_string());
        }
        let (call, statement, labelled) = (
            quote!({ a() }),
            quote!({
                a;
            }),
            quote!('a: { b }),
        );
        for stays in [
            call,
            statement,
            labelled,
            parse_quote!({
                a;
                b
            }),
        ] {
            let stays: TokenStream = stays;
            assert_eq!(kept(stays.clone()), stays.to_string());
        }
    }
}
