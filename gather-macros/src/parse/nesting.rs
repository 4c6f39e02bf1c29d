//! Finds code that nests so deeply that parsing it could overflow the stack.
//!
//! rustc either handles such code or reports it in its own words, so it goes to rustc unparsed.

use proc_macro2::{TokenStream, TokenTree};

/// The deepest nesting of a call that is still parsed. rustc gives macros 8 MiB of stack, and a
/// debug build of syn takes up to 50 KiB a level.
const DEEPEST: usize = 64;

pub(super) fn is_deep(tokens: &TokenStream) -> bool {
    is_deeper(tokens.clone(), DEEPEST)
}

/// Whether a parser could need more than `levels` levels. Besides groups, levels come from generics
/// and from whatever comes before an operand: `Vec<Vec<..>>`, `!!..`, `return return ..`.
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

#[cfg(test)]
mod tests {
    use super::{DEEPEST, is_deep, is_deeper};
    use proc_macro2::TokenStream;

    /// The fewest levels that are enough to read the text.
    fn levels(text: &str) -> usize {
        let tokens: TokenStream = text.parse().expect("it is made of tokens");
        let is_enough = |levels: &usize| !is_deeper(tokens.clone(), *levels);
        (0..=DEEPEST).find(is_enough).expect("it is not deep")
    }

    #[test]
    fn groups_generics_and_prefixes_nest() {
        for (text, expected) in [
            ("a.b::c?.d", 0),
            ("a; b, c", 0),
            ("(a)", 1),
            ("((a))", 2),
            ("(a), (b)", 1),
            ("!a", 1),
            ("!!a", 2),
            ("!(a)", 2),
            ("!a, !b", 1),
            ("!a; !b", 1),
            ("return return a", 2),
            ("A<B<C>>", 2),
            ("A<B>, C<D>", 1),
            ("A<B, C<D>>", 2),
            ("A<B; C<D>", 1),
            ("A<fn() -> B, C<D<E>>>", 3),
        ] {
            assert_eq!(levels(text), expected, "{text}");
        }
    }

    #[test]
    fn what_takes_more_than_the_deepest_level_is_deep() {
        let nested = |levels| format!("{}a{}", "(".repeat(levels), ")".repeat(levels));
        let is_deep = |levels| is_deep(&nested(levels).parse().expect("it is made of tokens"));
        assert!(!is_deep(DEEPEST));
        assert!(is_deep(DEEPEST + 1));
    }
}
