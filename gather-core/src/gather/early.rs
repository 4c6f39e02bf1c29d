//! Methods of the value that are called on the handle, where the `.await` is missing.
//!
//! None of them can be called, as the bound never holds. rustc then prints the words of the bound's trait.

use crate::explain::{HasValue, Unawaited};
use crate::gather::handle::Gather;

macro_rules! of_the_value {
    ($($method:ident<$($argument:ident),*>)*) => {
        #[doc(hidden)]
        #[expect(clippy::must_use_candidate, clippy::len_without_is_empty, reason = "nobody can call them")]
        impl<T> Gather<T> {
            $(
                pub fn $method<$($argument,)* R>(&self, $(_: $argument),*) -> R
                where
                    Unawaited<T>: HasValue,
                {
                    <Unawaited<T>>::answer()
                }
            )*
        }
    };
}

of_the_value! {
    unwrap<>
    expect<M>
    map<F>
    iter<>
    into_iter<>
    len<>
    is_ok<>
    is_err<>
}
