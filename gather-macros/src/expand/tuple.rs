//! Tuples of any width.

use proc_macro2::TokenStream;

/// The most values in one tuple. Wider tuples nest.
pub(super) const WIDEST: usize = 16;

/// One tuple.
pub(super) fn flat(values: &[TokenStream]) -> TokenStream {
    if let [value] = values {
        code!((#value,))
    } else {
        code!((#(#values),*))
    }
}

/// A tuple, nested where it would be too wide.
pub(super) fn nested(values: &[TokenStream]) -> TokenStream {
    if values.len() <= WIDEST {
        return flat(values);
    }
    let width = width(values.len());
    flat(&values.chunks(width).map(nested).collect::<Vec<_>>())
}

/// The number of values that each element of the outermost tuple holds.
fn width(values: usize) -> usize {
    let mut width = 1;
    while values.div_ceil(width) > WIDEST {
        width *= WIDEST;
    }
    width
}

#[cfg(test)]
mod tests {
    use proc_macro2::{Literal, TokenStream, TokenTree};
    use quote::ToTokens;

    /// The elements of a tuple.
    fn elements(tuple: TokenStream) -> Vec<TokenStream> {
        let Some(TokenTree::Group(tuple)) = tuple.into_iter().next() else {
            panic!("it is a tuple");
        };
        let elements = tuple.stream().into_iter();
        let elements = elements.filter(|token| !matches!(token, TokenTree::Punct(_)));
        elements.map(TokenTree::into_token_stream).collect()
    }

    #[test]
    fn what_is_too_wide_for_one_tuple_nests() {
        for (values, widths) in [
            (17, vec![16, 1]),
            (32, vec![16, 16]),
            (256, vec![16; 16]),
            (257, vec![16, 1]),
            (4096, vec![16; 16]),
        ] {
            let values: Vec<TokenStream> = (0..values)
                .map(|value| Literal::u32_unsuffixed(value).into_token_stream())
                .collect();
            let outermost = elements(super::nested(&values));
            let found: Vec<usize> = outermost
                .into_iter()
                .map(|tuple| elements(tuple).len())
                .collect();
            assert_eq!(found, widths, "{}", values.len());
        }
    }
}
