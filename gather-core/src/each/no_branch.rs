//! The error for a handle that is written as a branch, or spread: its mark is not
//! [`AllAtOnce`](crate::explain::AllAtOnce).

use std::future::{Pending, pending};
use std::iter::{Empty, empty};

use crate::each::{Each, here};
use crate::explain::{IntoBranch, IntoSpread, OneByOne};

/// Makes a handle a branch and a spread, up to the bound on the mark, which rustc then reports.
macro_rules! up_to_the_mark {
    ($(<$($parameter:ident),+> $each:ty;)+) => {
        $(
            #[diagnostic::do_not_recommend]
            impl<$($parameter,)+ V> IntoBranch<Pending<V>, OneByOne<T>> for $each {
                fn into_branch(self) -> Pending<V> {
                    pending()
                }
            }

            #[diagnostic::do_not_recommend]
            impl<$($parameter,)+ B> IntoSpread<Empty<B>, OneByOne<T>> for $each {
                fn into_spread(self) -> Empty<B> {
                    empty()
                }
            }
        )+
    };
}

up_to_the_mark! {
    <T> Each<T>;
    <T> &mut Each<T>;
    <T, J> here::Each<T, J>;
    <T, J> &mut here::Each<T, J>;
}
