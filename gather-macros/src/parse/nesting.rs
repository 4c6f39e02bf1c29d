//! What nests so deeply that reading it could overflow the stack.
//!
//! rustc has its own ways with such code, and its own words where it has none: it goes to rustc
//! unread.

use proc_macro2::{TokenStream, TokenTree};

/// How deeply a call may nest to be read: rustc gives macros 8 MiB of stack, of which a debug build
/// of syn takes up to 50 KiB a level.
const DEEPEST: usize = 64;

pub(super) fn is_deep(tokens: &TokenStream) -> bool {
    is_deeper(tokens.clone(), DEEPEST)
}

/// Whether a parser could need more than so many levels. Beside groups these are generics and
/// whatever stands before an operand: `Vec<Vec<..>>`, `!!..`, `return return ..`.
///
/// That many operators in one expression count as deep too, which does little harm.
fn is_deeper(tokens: TokenStream, levels: usize) -> bool {
    let mut generics = 0_usize;
    let mut prefixes = 0_usize;
    let mut before = ' ';
    for token in tokens {
        let sign = match &token {
            TokenTree::Punct(punct) => punct.as_char(),
            TokenTree::Ident(_) => 'i',
            TokenTree::Literal(_) | TokenTree::Group(_) => ' ',
        };
        match sign {
            ';' => (generics, prefixes) = (0, 0),
            ',' => prefixes = 0,
            '<' => generics += 1,
            '>' if before != '-' && before != '=' => generics = generics.saturating_sub(1),
            '.' | ':' | '?' | '>' | ' ' => {}
            'i' if before != 'i' => {}
            _ => prefixes += 1,
        }
        before = sign;
        let Some(left) = levels.checked_sub(generics + prefixes) else {
            return true;
        };
        if let TokenTree::Group(group) = token
            && (left == 0 || is_deeper(group.stream(), left - 1))
        {
            return true;
        }
    }
    false
}
