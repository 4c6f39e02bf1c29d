//! The names that `JoinSet`, `FuturesUnordered` and asyncio have for the methods of a handle. The
//! error for calling one says what ours is.
//!
//! None can be called: the bounds never hold, and each returns whatever type is expected. Nor can a
//! handle be a branch or be spread: its mark does not implement [`Mark`](crate::explain::Mark).

use std::future::{Pending, Ready, pending};
use std::iter::{Empty, empty};

use crate::each::{Each, here};
use crate::explain::{
    AddBranch, CountEach, DetachEach, IntoBranch, IntoSpread, NextResult, OneByOne, StopEach,
    StreamMethod, Unstarted,
};
use crate::gather::others::methods_of_others;

#[doc(hidden)]
impl<T> Each<T> {
    methods_of_others! {
        OneByOne<T>:
        first join_next recv try_join_next try_next -> Expected: NextResult;
        cancel abort_all shutdown -> Expected: StopEach;
        detach detach_all -> Expected: DetachEach;
        len is_empty -> Expected: CountEach;
        push(_) spawn(_) -> Expected: AddBranch;
        collect count for_each(_) -> Ready<Expected>: StreamMethod;
        enumerate filter(_) filter_map(_) map(_) take(_) take_while(_) zip(_) -> Expected: StreamMethod;
    }
}

#[doc(hidden)]
impl<T, J> here::Each<T, J> {
    methods_of_others! {
        OneByOne<T>:
        first join_next recv try_join_next try_next -> Expected: NextResult;
        abort -> Ready<Expected>: Unstarted;
        cancel abort_all shutdown detach detach_all is_finished progress len is_empty -> Expected: Unstarted;
        push(_) spawn(_) -> Expected: AddBranch;
        collect count for_each(_) -> Ready<Expected>: StreamMethod;
        enumerate filter(_) filter_map(_) map(_) take(_) take_while(_) zip(_) -> Expected: StreamMethod;
    }
}

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
