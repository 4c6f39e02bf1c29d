//! The names that others have for what a handle does: `JoinSet`, `FuturesUnordered` and asyncio. Whoever
//! calls one is told ours.
//!
//! None can be called, as the bounds never hold, and each returns whatever is expected of it.

use std::future::Ready;

use crate::each::{Each, here};
use crate::explain::{CountEach, DetachEach, NextResult, OneByOne, StopEach, Unstarted};
use crate::gather::others::methods_of_others;

#[doc(hidden)]
impl<T> Each<T> {
    methods_of_others! {
        OneByOne<T>:
        join_next try_join_next -> Expected: NextResult;
        cancel abort_all shutdown -> Expected: StopEach;
        detach detach_all -> Expected: DetachEach;
        len is_empty -> Expected: CountEach;
    }
}

#[doc(hidden)]
impl<T, J> here::Each<T, J> {
    methods_of_others! {
        OneByOne<T>:
        join_next try_join_next -> Expected: NextResult;
        abort -> Ready<Expected>: Unstarted;
        cancel abort_all shutdown detach detach_all is_finished progress len is_empty -> Expected: Unstarted;
    }
}
