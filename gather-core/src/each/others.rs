//! The names that others have for what a handle does: `JoinSet`, `FuturesUnordered` and asyncio. Whoever
//! calls one is told ours.
//!
//! None can be called, as the bounds never hold, and each returns whatever is expected of it.

use std::future::Ready;

use crate::each::{Each, here};
use crate::explain::{
    CountEach, DetachEach, NextResult, OneByOne, StopEach, StreamMethod, Unstarted,
};
use crate::gather::others::methods_of_others;

/// The methods that a stream has by a trait, for whoever lacks the trait. Those of the trait take `self`, so
/// that they come first where it is in scope.
macro_rules! methods_of_streams {
    () => {
        methods_of_streams! {
            collect() count() enumerate() filter(_) filter_map(_) for_each(_) map(_) take(_) take_while(_)
            zip(_)
        }
    };
    ($($name:ident($($argument:tt)?))+) => {
        $(
            pub fn $name<Expected>(&self $(, $argument: impl Sized)?) -> Expected
            where
                OneByOne<T>: StreamMethod,
            {
                <OneByOne<T>>::answer()
            }
        )+
    };
}

#[doc(hidden)]
impl<T> Each<T> {
    methods_of_others! {
        OneByOne<T>:
        join_next try_join_next -> Expected: NextResult;
        cancel abort_all shutdown -> Expected: StopEach;
        detach detach_all -> Expected: DetachEach;
        len is_empty -> Expected: CountEach;
    }
    methods_of_streams!();
}

#[doc(hidden)]
impl<T, J> here::Each<T, J> {
    methods_of_others! {
        OneByOne<T>:
        join_next try_join_next -> Expected: NextResult;
        abort -> Ready<Expected>: Unstarted;
        cancel abort_all shutdown detach detach_all is_finished progress len is_empty -> Expected: Unstarted;
    }
    methods_of_streams!();
}
