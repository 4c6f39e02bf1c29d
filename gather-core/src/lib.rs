//! The runtime of the crate [`gather`](https://docs.rs/gather): what its macros expand to.
//!
//! Use `gather!`, `try_gather!` and `gather_settled!` of that crate. This one holds the types that
//! an expansion is written in, and they are documented so that an expansion can be read:
//!
//! | | |
//! | --- | --- |
//! | [`Group`] | where branches are to run, and with which policy; starts them |
//! | [`LimitedGroup`] | a group that has so many of its branches run at a time |
//! | [`SharedGroup`], [`LimitedSharedGroup`] | groups whose branches share a number of tasks |
//! | [`branch`], [`Branch`] | a future with its name, ready to be started |
//! | [`spread`], [`Spread`] | an iterator of futures, each to be a branch |
//! | [`lazy_spread`], [`LazySpread`] | one that is pulled as branches can start, where there is a limit |
//! | [`base`], [`Base`] | the value that gives a struct its other fields |
//! | [`Branches`] | any of these, and tuples of them: what a group starts |
//! | [`Gather`] | the handle: await it for the value |
//! | [`BranchError`], [`Progress`] | what became of a branch; how far all of them are |

#![forbid(unsafe_code)]

mod branch;
mod explain;
mod gather;
mod group;
mod limit;
mod outcome;
mod policy;
mod running;
mod shared;
mod task;

pub use branch::{
    Base, Branch, Branches, LazySpread, Spread, base, branch, lazy_spread, spread,
};
pub use explain::{OnRuntime, on};
pub use gather::{Abort, Gather, GatherFuture, GatherMut, Progress};
pub use group::{Group, LimitedGroup};
pub use limit::{Fed, Limited, Queued, Queueing};
pub use outcome::BranchError;
pub use policy::{All, FailFast, FailFastInto, Judge, Policy, Settled};
pub use running::{Given, Many, One, Running};
pub use shared::{
    LimitedSharedGroup, Shared, SharedGroup, Sharer, Sharers, Sharing, SharingPlaces,
};
pub use task::Spawner;

#[doc(hidden)]
pub use running::{Counts, Reading};

// What a mistake is reported in terms of: rustc shortens the names of what is public.
#[doc(hidden)]
pub use explain::{
    Applies, BranchOutput, Differ, Impossible, IntoBase, IntoBranch, IntoError, IntoSpread,
    NeverApplies, NotStarted, OutputOf, SendError, SharedError, Spawn, SpreadItem,
};
