//! What an editor needs to complete in a branch while it is being written.
//!
//! rust-analyzer expands the call twice, as it stands and with [`MARKER`] at the cursor, and takes
//! what is before the marker to be at the same place in both. So no name that the expansion makes
//! of a branch has the marker in it, and a branch that breaks off behind a `.` keeps its code.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

pub(crate) const MARKER: &str = "raCompletionMarker";

/// A word of the user's, as it is without a cursor in it.
pub(crate) fn unmarked(word: &Ident) -> String {
    word.to_string().replace(MARKER, "")
}

/// The tokens with the marker behind the first `.` that nothing follows.
pub(crate) fn marked(tokens: &TokenStream) -> Option<TokenStream> {
    let name = Ident::new(MARKER, Span::mixed_site());
    at_the_dot(tokens, &quote!(.#name))
}

/// The tokens with others in place of the first `.` that nothing follows.
pub(crate) fn at_the_dot(tokens: &TokenStream, replacement: &TokenStream) -> Option<TokenStream> {
    let is_dot =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '.');
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        let (before, behind) = (&tokens[..index], &tokens[index + 1..]);
        let replaced = match token {
            TokenTree::Group(group) => at_the_dot(&group.stream(), replacement).map(|inner| {
                let mut replaced = Group::new(group.delimiter(), inner);
                replaced.set_span(group.span());
                replaced.into_token_stream()
            }),
            dot if is_dot(dot) && !before.last().is_some_and(is_dot) => match behind.first() {
                None => Some(replacement.clone()),
                Some(next) if matches!(next, TokenTree::Punct(_)) && !is_dot(next) => {
                    Some(replacement.clone())
                }
                Some(_) => None,
            },
            _ => None,
        };
        if let Some(replaced) = replaced {
            return Some(quote!(#(#before)* #replaced #(#behind)*));
        }
    }
    None
}
