//! The names that others have for what a handle does: `JoinSet`, `FuturesUnordered` and asyncio. Whoever
//! calls one is told ours.
//!
//! None can be called, as the bounds never hold, and each returns whatever is expected of it. They stand
//! beside the handles, as rustc would otherwise say in which module they are. Nor can a handle be a branch, or
//! be spread, as its mark is not [`AllAtOnce`](crate::explain::AllAtOnce).

use std::future::{Pending, pending};
use std::iter::{Empty, empty};

use crate::each::{Each, here};
use crate::explain::{IntoBranch, IntoSpread, OneByOne};

/// Methods that take arguments. Those of a stream are for whoever lacks their trait: as that takes `self`, it
/// comes first where it is in scope.
macro_rules! methods_with_arguments {
    (@ $returned:ty: $method:tt; $($name:ident($($argument:tt)?))+) => {
        $(
            pub fn $name<Expected>(&self $(, $argument: impl Sized)?) -> $returned
            where
                OneByOne<T>: $method,
            {
                <OneByOne<T>>::answer()
            }
        )+
    };
    (StreamExt: $($method:tt)+) => {
        methods_with_arguments! {
            @ Ready<Expected>: $($method)+;
            collect() count() for_each(_)
        }
        methods_with_arguments! {
            @ Expected: $($method)+;
            enumerate() filter(_) filter_map(_) map(_) take(_) take_while(_) zip(_)
        }
    };
}

pub(crate) use methods_with_arguments;

/// Lets a handle be a branch, and a spread, but for the bound on the mark, which is what rustc reports.
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
