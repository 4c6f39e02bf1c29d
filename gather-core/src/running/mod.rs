//! The started branches, in the shape of the call. Tuples implement `Running`, too.
//!
//! | | |
//! | --- | --- |
//! | [`one`] | a branch: the join handle of its task, and then its result |
//! | [`many`] | the branches of a spread |
//! | [`keys`], [`keyed`] | the keys of a spread, and its branches with their keys |
//! | [`given`] | the base of a struct, which is available from the start |
//! | [`reading`] | how far the handle has read the branches |
//! | [`tuples`] | tuples of these |
//!
//! Each branch or spread has its own lock, and no user code runs under it. A join handle is taken
//! out of the lock before it is polled, because that may clone a waker.

mod given;
mod keyed;
mod keys;
mod many;
mod one;
mod reading;
mod tuples;

use std::task::{Context, Poll};

pub use given::Given;
pub use keyed::Keyed;
#[cfg(all(test, loom))]
pub(crate) use keys::HasKey;
pub(crate) use keys::SharedKeys;
pub use keys::{Keying, Keys};
pub use many::Many;
pub(crate) use many::RESERVED;
pub use one::One;
pub(crate) use reading::ReadSoFar;
pub use reading::Reading;
pub(crate) use reading::{poll_handle, read};
pub(crate) use tuples::for_tuples;

use crate::outcome::caught::Payload;
use crate::policy::Policy;

/// The started branches.
pub trait Running<P: Policy>: Send + Sync + 'static {
    /// The results, in the same shape.
    type Results;

    /// How many of the call's indices the branches occupy.
    #[doc(hidden)]
    const COUNT: usize;

    /// Reads ended branches in order, up to the first that has not ended. `first` is the index of
    /// the first of them in the call.
    #[doc(hidden)]
    fn poll_ended(&self, first: usize, reading: &Reading<'_, P>, cx: &mut Context<'_>) -> Poll<()>;

    /// Like `poll_ended`, if the handle is the only owner: no task is left that could stop them. Only
    /// a tuple asks for the index of a branch, and has a `poll_alone` of its own.
    #[doc(hidden)]
    fn poll_alone(&mut self, reading: &Reading<'_, P>, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_ended(0, reading, cx)
    }

    /// Whether all have ended, read or not.
    #[doc(hidden)]
    fn is_ended(&self) -> bool;

    /// Adds the branches to the counts.
    #[doc(hidden)]
    fn count(&self, counts: &mut Counts);

    /// Aborts the branches that have not ended.
    #[doc(hidden)]
    fn abort(&self);

    /// Drops the results, now and later. The branches can still be aborted.
    #[doc(hidden)]
    fn detach(&self);

    /// Drops all handles and results. Returns the first panic of a `Drop`.
    #[doc(hidden)]
    fn clear(&self) -> Option<Payload>;

    /// Takes the results, once all branches have been read and none is missing.
    #[doc(hidden)]
    fn take(&self) -> Self::Results;

    /// Like `take`, if the handle is the only owner.
    #[doc(hidden)]
    fn take_alone(&mut self) -> Self::Results {
        self.take()
    }
}

/// The counts of a [`Progress`](crate::Progress).
#[derive(Debug)]
pub struct Counts {
    pub(crate) ended: usize,
    /// `None` if it is unknown.
    pub(crate) all: Option<usize>,
}

impl Counts {
    pub(crate) fn none() -> Self {
        Counts {
            ended: 0,
            all: Some(0),
        }
    }

    pub(crate) fn add(&mut self, ended: usize, all: Option<usize>) {
        self.ended += ended;
        self.all = self.all.zip(all).map(|(sum, all)| sum + all);
    }
}

/// Why a result is present: a message for `expect`.
pub(crate) const READ: &str = "the results are taken when all have been read";
