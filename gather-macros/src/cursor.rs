//! What an editor needs for completion in a branch that is being written.
//!
//! rust-analyzer expands the call twice, once as it is and once with [`MARKER`] at the cursor, and
//! assumes that what is before the marker is at the same place in both. So a name that the
//! expansion makes from a branch never contains the marker, and a branch that breaks off after a
//! `.` keeps its code.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

pub(crate) const MARKER: &str = "raCompletionMarker";

/// A word of the user's, without the marker.
pub(crate) fn unmarked(word: &Ident) -> String {
    word.to_string().replace(MARKER, "")
}

/// The tokens with the marker after the first `.` that nothing follows.
pub(crate) fn marked(tokens: &TokenStream) -> Option<TokenStream> {
    let name = Ident::new(MARKER, Span::mixed_site());
    at_the_dot(tokens, &quote!(.#name))
}

/// The tokens with `replacement` in place of the first `.` that nothing follows.
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
