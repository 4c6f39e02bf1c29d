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
