//! Places code at the user's expression, so that an error about it underlines all of it.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote_spanned;

/// Where a user's expression begins and ends: an error about it must underline all of it.
///
/// rustc joins the spans of a piece of code from its first token to its last, if both resolve
/// alike. A macro has no such joined span to put on one token. So the code that represents the
/// expression begins at the expression's first token and ends at its last. This holds for the path
/// of a function, because rustc reports an error about an argument at the path too, and for the
/// whole call.
#[derive(Clone, Copy)]
pub(super) struct Site {
    pub(super) first: Span,
    last: Span,
}

impl Site {
    /// The place of the expression, with names resolved at `resolved`.
    pub(super) fn of(expr: &TokenStream, resolved: Span) -> Self {
        let mut tokens = expr.clone().into_iter();
        let first = tokens.next().map_or(resolved, |token| token.span());
        let last = tokens.last().map_or(first, |token| token.span());
        Site {
            first: first.resolved_at(resolved),
            last: last.resolved_at(resolved),
        }
    }

    /// Arguments, in the parentheses that end the piece of code.
    fn arguments(self, arguments: TokenStream) -> Group {
        let mut group = Group::new(Delimiter::Parenthesis, arguments);
        group.set_span(self.last);
        group
    }
}

/// A call, about `expr`, of a function in a module that only expansions name.
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

/// Where the tokens of a call resolve: `$crate` means this crate only at the place where it was
/// written.
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

/// A call, about `expr`, of one of the expansion's own methods.
pub(super) fn method(name: &str, expr: &TokenStream, arguments: TokenStream) -> TokenStream {
    let site = Site::of(expr, Span::mixed_site());
    let method = Ident::new(name, site.first);
    let arguments = site.arguments(arguments);
    quote_spanned!(site.first=> .#method #arguments)
}

/// The method that starts the branches. rustc blames part of an argument only if the method and the
/// argument resolve alike. Otherwise, it reports "`F::Output` cannot be sent between threads
/// safely" twice: at the branch, and at the call.
pub(super) fn spawn(krate: &TokenStream) -> Ident {
    Ident::new("spawn", Span::mixed_site().resolved_at(resolved(krate)))
}
