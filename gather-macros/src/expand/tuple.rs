//! Tuples of any width.

use proc_macro2::TokenStream;

/// As many values go into one tuple; beyond that, tuples nest.
pub(super) const WIDEST: usize = 16;

/// One tuple.
pub(super) fn flat(values: &[TokenStream]) -> TokenStream {
    if let [value] = values {
        code!((#value,))
    } else {
        code!((#(#values),*))
    }
}

/// A tuple that nests where it would be too wide.
pub(super) fn nested(values: &[TokenStream]) -> TokenStream {
    if values.len() <= WIDEST {
        return flat(values);
    }
    let width = width(values.len());
    flat(&values.chunks(width).map(nested).collect::<Vec<_>>())
}

/// How many of the values each element of the outermost tuple holds.
fn width(values: usize) -> usize {
    let mut width = 1;
    while values.div_ceil(width) > WIDEST {
        width *= WIDEST;
    }
    width
}
