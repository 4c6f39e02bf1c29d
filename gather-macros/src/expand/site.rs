//! Code placed where the user's expression is, so that an error about it underlines all of it.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote_spanned;

/// Where an expression of the user's begins and ends: errors about it are to underline all of it.
///
/// rustc joins the spans of a piece of code from its first token to its last, if both resolve
/// alike; and there is no such joined span for a macro to put on one token. So what stands for the
/// expression begins at its first token and ends at its last: the path of a function does, as what
/// is said of an argument is said of the path too, and the call as a whole does.
#[derive(Clone, Copy)]
pub(super) struct Site {
    pub(super) first: Span,
    last: Span,
}

impl Site {
    /// The place of the expression, with the meaning that names have at `resolved`.
    pub(super) fn of(expr: &TokenStream, resolved: Span) -> Self {
        let mut tokens = expr.clone().into_iter();
        let first = tokens.next().map_or(resolved, |token| token.span());
        let last = tokens.last().map_or(first, |token| token.span());
        Site {
            first: first.resolved_at(resolved),
            last: last.resolved_at(resolved),
        }
    }

    /// Arguments, in the parenthesis that ends the piece.
    fn arguments(self, arguments: TokenStream) -> Group {
        let mut group = Group::new(Delimiter::Parenthesis, arguments);
        group.set_span(self.last);
        group
    }
}

/// A call of a function in a module that only expansions name, about `expr`.
pub(super) fn function(
    module: &TokenStream,
    name: &str,
    expr: &TokenStream,
    arguments: TokenStream,
) -> TokenStream {
    let site = Site::of(expr, resolved(module));
    let module = respanned(module.clone(), site.first);
    let function = Ident::new(name, site.last);
    let arguments = site.arguments(arguments);
    quote_spanned!(site.first=> #module::#function #arguments)
}

/// `$crate` means this crate only where it was written, so all of a call is resolved there.
pub(super) fn resolved(krate: &TokenStream) -> Span {
    let mut tokens = krate.clone().into_iter();
    tokens
        .next()
        .map_or_else(Span::mixed_site, |token| token.span())
}

fn respanned(tokens: TokenStream, span: Span) -> TokenStream {
    let at_span = |mut token: TokenTree| {
        token.set_span(span);
        token
    };
    tokens.into_iter().map(at_span).collect()
}

/// A call of a method of the expansion's own, about `expr`.
pub(super) fn method(name: &str, expr: &TokenStream, arguments: TokenStream) -> TokenStream {
    let site = Site::of(expr, Span::mixed_site());
    let method = Ident::new(name, site.first);
    let arguments = site.arguments(arguments);
    quote_spanned!(site.first=> .#method #arguments)
}

/// The method that starts the branches. rustc blames a part of an argument only if both resolve alike.
/// Otherwise "`F::Output` cannot be sent between threads safely" is said of the branch, and then of the
/// call.
pub(super) fn spawn(krate: &TokenStream) -> Ident {
    Ident::new("spawn", Span::mixed_site().resolved_at(resolved(krate)))
}
