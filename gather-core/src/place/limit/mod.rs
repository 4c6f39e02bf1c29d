//! Branches under a `limit`: at most `n` run at a time, each in a place, and the others wait for a
//! place.
//!
//! | | |
//! | --- | --- |
//! | [`queue`] | the places, the sources queued for them, and the turn to start the next branch |
//! | [`queued`] | a branch that waits, and then runs as a task of its own |
//! | [`fed`] | the results of an iterator that is pulled lazily, read by the handle |
//! | [`results`] | the results of the branches that ran in one place |
//! | [`lazy_iter`] | the iterator itself, with its `fed`; the holder of the turn pulls it |
//! | [`worker`] | the task in a place, which runs one branch of an iterator after another |
//! | [`source`] | the iterator as a source in the queue |
//! | [`unnested`] | dropping waiting branches, however deep they nest |
//! | [`limited`] | the `Running` of the whole call, with the queue that stops it |

mod fed;
mod lazy_iter;
mod limited;
#[cfg(all(test, loom))]
mod model;
mod queue;
mod queued;
mod results;
mod source;
mod unnested;
mod worker;

pub use fed::Fed;
pub(crate) use lazy_iter::{Kept, LazyIter, Output, Waitlist};
pub use limited::Limited;
pub use queue::Queueing;
pub(crate) use queue::{Queue, QueueSource};
pub use queued::Queued;
pub(crate) use queued::{OneInQueue, StartQueued};
pub(crate) use results::PlaceResults;
pub(crate) use unnested::unnested;
