//! What has been started, in the shape of the call: tuples of these implement `Running` too.
//!
//! | | |
//! | --- | --- |
//! | [`one`] | a branch: its task's handle, and then what it returned |
//! | [`many`] | the branches of a spread |
//! | [`keys`], [`keyed`] | the keys of a spread, and its branches with them |
//! | [`given`] | the base of a struct, which is there from the start |
//! | [`reading`] | how far whoever awaits has come |
//! | [`tuples`] | tuples of these |
//!
//! Each is behind a lock of its own, under which no code of the user's runs: a handle is taken out of the
//! lock before it is polled, as that may clone a waker.

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
pub(crate) use keys::SharedKeys;
pub use keys::{Keying, Keys};
pub use many::Many;
pub(crate) use many::{RESERVED, drop_each};
pub use one::One;
pub(crate) use reading::ReadSoFar;
pub use reading::Reading;
pub(crate) use reading::{poll_handle, read};
pub(crate) use tuples::for_tuples;

use crate::outcome::caught::Payload;
use crate::policy::Policy;

/// Branches that have been started.
pub trait Running<P: Policy>: Send + Sync + 'static {
    /// The results, in the same shape.
    type Results;

    /// How many indices the branches have among those of the call.
    #[doc(hidden)]
    const COUNT: usize;

    /// Reads the branches that have ended, one after another, up to the first that has not. `first`
    /// is the index of the first of them in the call.
    #[doc(hidden)]
    fn poll_ended(&self, first: usize, reading: &Reading<'_, P>, cx: &mut Context<'_>) -> Poll<()>;

    /// As `poll_ended`, when nobody else has them: no task that could stop them is left.
    #[doc(hidden)]
    fn poll_alone(
        &mut self,
        first: usize,
        reading: &Reading<'_, P>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        self.poll_ended(first, reading, cx)
    }

    /// Whether all have ended, read or not.
    #[doc(hidden)]
    fn is_ended(&self) -> bool;

    /// Adds the branches to those counted.
    #[doc(hidden)]
    fn count(&self, counts: &mut Counts);

    /// Aborts those that have not ended.
    #[doc(hidden)]
    fn abort(&self);

    /// Drops what they returned and will return. They can still be aborted.
    #[doc(hidden)]
    fn detach(&self);

    /// Drops all that is here. Returns the first panic that comes out of a `Drop`.
    #[doc(hidden)]
    fn clear(&self) -> Option<Payload>;

    /// Takes the results, once all have been read and none is missing.
    #[doc(hidden)]
    fn take(&self) -> Self::Results;

    /// As `take`, when nobody else has them.
    #[doc(hidden)]
    fn take_alone(&mut self) -> Self::Results {
        self.take()
    }
}

/// What is counted for a [`Progress`](crate::Progress).
#[derive(Debug)]
pub struct Counts {
    pub(crate) ended: usize,
    /// `None` where nobody knows.
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

/// What is there once a branch has been read, as whoever takes the results knows.
pub(crate) const READ: &str = "the results are taken when all have been read";
