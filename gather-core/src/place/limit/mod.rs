//! Branches under a `limit`: at most `n` run at a time, each in a place, and the others wait for one.
//!
//! | | |
//! | --- | --- |
//! | [`queue`] | the places, what waits for them in order, and whose turn it is to start the next |
//! | [`queued`] | a branch that waits, and then runs as a task of its own |
//! | [`fed`] | the branches of an iterator that is pulled lazily: their results, read by the handle |
//! | [`results`] | the results of those that ran in one place |
//! | [`lazy_iter`] | the iterator itself, with its `fed`: whoever has the turn pulls it |
//! | [`worker`] | the task in a place, which runs one branch of it after another |
//! | [`source`] | the iterator as a source in the queue |
//! | [`unnested`] | dropping what waits, however deep it nests |
//! | [`limited`] | the `Running` of the whole call, with the queue by which it is stopped |

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
