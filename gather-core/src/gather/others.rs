//! The names that others have for what a handle does, such as asyncio: whoever calls one is told ours.
//!
//! None of them can be called, as the bounds never hold. rustc then prints the words of the bound's
//! trait, where it would say no more of a name that is not there than that. Each returns whatever is
//! expected of it, so that no further error follows.

use crate::explain::{
    AddToAll, AsyncioFuture, Cancel, Done, FutureMethod, Joins, NextOfAll, Started, TakenResult,
    Timeout,
};
use crate::gather::handle::Gather;

/// Methods that return `$returned`, where `$handle: $never` does not hold. rustc shows where
/// the bound is written: a `tt` keeps its place, as a `path` would not.
macro_rules! methods_of_others {
    ($handle:ty: $($($name:ident $(($argument:tt))?)+ -> $returned:ty: $never:tt;)+) => {
        $($(
            pub fn $name<Expected>(&self $(, $argument: impl Sized)?) -> $returned
            where
                $handle: $never,
            {
                <$handle>::answer()
            }
        )+)+
    };
}

pub(crate) use methods_of_others;

#[doc(hidden)]
impl<T> Gather<T> {
    methods_of_others! {
        AsyncioFuture<T>:
        done -> Expected: Done;
        result -> Expected: TakenResult;
        cancel abort_all abort_handle shutdown -> Expected: Cancel;
        join wait block_on -> Expected: Joins;
        spawn start run -> Expected: Started;
        push(_) add(_) -> Expected: AddToAll;
        timeout(_) -> Expected: Timeout;
        next try_next join_next recv -> Expected: NextOfAll;
        boxed boxed_local shared fuse now_or_never -> Expected: FutureMethod;
    }
}
