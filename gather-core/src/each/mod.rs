//! Results as their branches end: `gather_each!`.
//!
//! In the background it is a gather of branches that return nothing: each sends its result to the
//! handle, and under a limit it keeps its place until somebody has taken that. Where the branches run
//! in the task that awaits, it is the future of such branches.
//!
//! | | |
//! | --- | --- |
//! | [`branch`] | a future that is to send its result |
//! | [`spread`] | an iterator of such futures |
//! | `branches` | any of these, and tuples of them |
//! | `deliver` | the future that runs as such a branch |
//! | `delivering` | the iterator of these |
//! | `outlet` | where they send their results |
//! | `queue` | how they come to the handle |
//! | `numbers` | the indices of the branches |
//! | `group` | starting them |
//! | `handle` | the handle, from which results are taken |
//! | [`here`] | the same for branches that run in the task that awaits |
//!
//! # The end
//!
//! Each branch, and each iterator that may yield more, holds an outlet. A branch lets go of its
//! own when it has sent its result, or is dropped; so no more results come when all outlets are gone. Only
//! then, or behind a panic, does the handle await the gather: that resumes a panic, and is over when
//! nothing is left running.
//!
//! # A panic
//!
//! A branch that is dropped while its panic unwinds sends word of that, before its gather is told to stop.
//! So what was sent before is what had ended before, and what comes behind is dropped.
//!
//! # A shutdown
//!
//! A branch that is dropped without a panic, before it has sent its result, notes that it was cancelled,
//! and so does an iterator that has not ended. The gather cannot say which: to it a branch that waits in
//! its place for its result to be taken is cancelled too.

mod branch;
mod branches;
mod deliver;
mod delivering;
mod group;
mod handle;
pub mod here;
#[cfg(all(test, loom))]
mod model;
mod numbers;
mod outlet;
mod queue;
mod spread;

pub use branch::{Branch, branch};
pub use branches::{Branches, OneType};
pub use deliver::Deliver;
pub use delivering::Delivering;
pub use handle::{AbortEach, Each, Next};
pub use numbers::Numbers;
pub use outlet::Outlets;
pub use spread::{LazySpread, Spread, lazy_spread, spread};
