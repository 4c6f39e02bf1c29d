//! Branches under a `limit`: so many places, and what waits for one.
//!
//! | | |
//! | --- | --- |
//! | [`queue`] | the places, what waits for them in order, and whose turn it is to start the next |
//! | [`queued`] | a branch that waits, and then runs as a task of its own |
//! | [`fed`] | the branches of an iterator, as whoever awaits sees them |
//! | [`shelf`] | what those that ran in one place returned |
//! | [`feed`] | the iterator, and where its branches report |
//! | [`worker`] | the task in a place, which runs one branch of it after another |
//! | [`source`] | the iterator as the queue sees it |
//! | [`unnested`] | dropping what waits, however deep it nests |
//! | [`limited`] | all of these, with the queue that stops them |

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
