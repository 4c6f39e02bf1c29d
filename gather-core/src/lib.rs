//! The runtime of the crate [`gather`](https://docs.rs/gather): what its macros expand to.
//!
//! Use `gather!`, `try_gather!` and `gather_settled!` of that crate. This one holds the types that
//! an expansion is written in, and they are documented so that an expansion can be read:
//!
//! | | |
//! | --- | --- |
//! | [`Group`] | where branches are to run, and with which policy; starts them |
//! | [`LimitedGroup`] | a group that has so many of its branches run at a time |
//! | [`branch`], [`Branch`] | a future with its name, ready to be started |
//! | [`spread`], [`Spread`] | an iterator of futures, each to be a branch |
//! | [`lazy_spread`], [`LazySpread`] | one that is pulled as branches can start, where there is a limit |
//! | [`base`], [`Base`] | the value that gives a struct its other fields |
//! | [`Branches`] | any of these, and tuples of them: what a group starts |
//! | [`Gather`] | the handle: await it for the value |
//! | [`BranchError`], [`Progress`] | what became of a branch; how far all of them are |

#![forbid(unsafe_code)]

mod base;
mod branch;
mod branches;
mod caught;
mod error;
mod feed;
mod gather;
mod group;
mod lazy;
mod limited;
#[cfg(all(test, loom))]
mod model;
mod no_future;
mod origin;
mod policy;
mod progress;
mod queue;
mod ready;
mod runtime;
mod seat;
mod shared;
mod slot;
mod slot_vec;
mod slots;
mod spread;
mod starting;
mod state;
mod sync;
mod task;
mod tuples;
mod waiting;

pub use base::{Base, BaseSlot, base};
pub use branch::{Branch, branch};
pub use branches::Branches;
pub use error::BranchError;
pub use gather::Gather;
pub use group::Group;
pub use lazy::{LazySpread, lazy_spread};
pub use limited::LimitedGroup;
pub use policy::{All, FailFast, FailFastInto, Judge, Policy, Settled};
pub use progress::Progress;
pub use runtime::{OnRuntime, on};
pub use slot::Slot;
pub use slot_vec::SlotVec;
pub use slots::Slots;
pub use spread::{Spread, spread};
pub use waiting::{Abort, GatherFuture, GatherMut};

// What a mistake is reported in terms of: rustc shortens the names of what is public.
pub use base::IntoBase;
pub use branch::{Applies, BranchOutput, Impossible, IntoBranch, NeverApplies, OutputOf};
pub use no_future::{NotStarted, Spawn};
pub use policy::{Differ, IntoError, SendError, SharedError};
pub use spread::{IntoSpread, SpreadItem};
