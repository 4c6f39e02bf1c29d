//! The names that asyncio has for what a handle does: whoever calls one is told ours.
//!
//! None of them can be called, as the bounds never hold. rustc then prints the words of the bound's
//! trait, where it would say no more of a name that is not there than that.

use crate::explain::{AsyncioFuture, Cancel, Done, TakenResult};
use crate::gather::handle::Gather;

#[doc(hidden)]
#[expect(clippy::must_use_candidate, reason = "nobody can call them")]
impl<T> Gather<T> {
    pub fn done(&self) -> bool
    where
        AsyncioFuture<T>: Done,
    {
        <AsyncioFuture<T>>::answer()
    }

    pub fn result(&self) -> T
    where
        AsyncioFuture<T>: TakenResult,
    {
        <AsyncioFuture<T>>::answer()
    }

    pub fn cancel(&self)
    where
        AsyncioFuture<T>: Cancel,
    {
        <AsyncioFuture<T>>::answer::<()>();
    }
}
