//! Branches under a `limit`: at most `n` run at a time, each in a place, and the others wait for one.
//!
//! | | |
//! | --- | --- |
//! | [`queue`] | the places, what waits for them in order, and whose turn it is to start the next |
//! | [`queued`] | a branch that waits, and then runs as a task of its own |
//! | [`fed`] | the branches of an iterator that is pulled lazily: their results, read by the handle |
//! | [`shelf`] | the results of those that ran in one place |
//! | [`feed`] | the iterator itself, with its `fed`: whoever has the turn pulls it |
//! | [`worker`] | the task in a place, which runs one branch of it after another |
//! | [`source`] | the `feed` as a source in the queue |
//! | [`unnested`] | dropping what waits, however deep it nests |
//! | [`limited`] | the `Running` of the whole call, with the queue by which it is stopped |

mod fed;
mod feed;
mod limited;
#[cfg(all(test, loom))]
mod model;
mod queue;
mod queued;
mod shelf;
mod source;
mod unnested;
mod worker;

pub use fed::Fed;
pub(crate) use feed::Feed;
pub(crate) use feed::{InLine, Kept, Output};
pub use limited::Limited;
pub use queue::Queueing;
pub(crate) use queue::{Queue, Source};
pub use queued::Queued;
pub(crate) use queued::{QueuedSource, StartQueued};
pub(crate) use shelf::Shelf;
pub(crate) use source::FeedSource;
pub(crate) use unnested::unnested;
