//! Results as they arrive: `gather_each!`.
//!
//! In the background, this is a gather of branches that return nothing: each sends its result to
//! the handle and, under a limit, keeps its place until the result is taken. With `here`, it is the
//! future of such branches.
//!
//! | | |
//! | --- | --- |
//! | [`branch`] | a future that will send its result |
//! | [`spread`] | an iterator of such futures |
//! | `branches` | any of these, and tuples of them |
//! | `deliver` | the future that such a branch runs |
//! | `delivering` | an iterator of such futures |
//! | `outlet` | where branches send their results |
//! | `queue` | how the results reach the handle |
//! | `numbers` | the indices of the branches |
//! | `group` | starting the branches |
//! | `handle` | the handle, from which results are taken |
//! | `no_branch` | the error for a handle that is written as a branch, or spread |
//! | [`here`] | the same for branches that run in the awaiting task |
//!
//! # The end
//!
//! Each branch, and each iterator that may yield more, holds an outlet. A branch drops its outlet
//! when it has sent its result, or when it is dropped itself, so no more results come once all
//! outlets are gone. The handle awaits the gather only then, or after a panic. Awaiting it resumes
//! the panic, and finishes when nothing is left running. If every branch has sent its result and
//! its task has ended, there is nothing to await, and the handles of the tasks are dropped unread.
//!
//! # A panic
//!
//! A branch that is dropped while its panic unwinds reports the panic before its gather is told to
//! stop. So the results sent before the report are those of branches that ended before the panic,
//! and later ones are dropped.
//!
//! # A shutdown
//!
//! A branch that is dropped without a panic, before it has sent its result, records that it was
//! cancelled, and so does an iterator that has not ended. The gather cannot say which branches
//! these are: to the gather, a branch that waits in its place for its result to be taken is
//! cancelled too.

mod branch;
mod branches;
mod deliver;
mod delivering;
mod group;
mod handle;
pub mod here;
#[cfg(all(test, loom))]
mod model;
mod no_branch;
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
