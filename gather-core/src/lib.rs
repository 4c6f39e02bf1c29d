//! The runtime of the crate [`gather`](https://docs.rs/gather), which its macros expand to.
//!
//! Use `gather!`, `try_gather!`, `gather_settled!` and `gather_each!` of that crate. This crate
//! contains the types that appear in an expansion, documented so that an expansion can be read:
//!
//! | | |
//! | --- | --- |
//! | [`branch()`], [`Branch`] | a future with its name, ready to be started |
//! | [`spread()`], [`Spread`] | an iterator of futures, each of which becomes a branch, or of pairs of a key and a future |
//! | [`lazy_spread`], [`LazySpread`] | the same under a limit: it is advanced as slots become free |
//! | [`base`], [`Base`] | the value that fills a struct's other fields |
//! | [`Branches`] | any of these, and tuples of them: a group starts them |
//! | [`Group`], [`LimitedGroup`] | how the branches run: with which [`Policy`], on which runtime, and how many at a time; `spawn` starts them |
//! | [`SharedGroup`], [`LimitedSharedGroup`] | a group whose branches share `n` tasks |
//! | [`Running`] | branches that have been started: [`One`] for a branch, [`Many`] for a spread, [`Given`] for a base, and [`Keyed`] around a spread; under a limit [`Queued`], [`Fed`] and [`Limited`] |
//! | [`Gather`] | the handle: await it to get the value |
//! | [`each`] | branches whose results are taken one by one: a [`Group`] starts them with `start` |
//! | [`Each`] | the handle to these: take the results with `next`; [`AbortEach`] waits until they have stopped |
//! | [`Progress`], [`BranchError`] | how many branches have ended; why a branch returned no value |
//! | [`here`] | the same for branches that run in the awaiting task |
//!
//! # The life of a branch
//!
//! The module `branch` holds the user's branches. A group of `place` starts them: each as a tokio
//! task of its own (`task`), or under a limit, or in tasks that branches share, or in the awaiting
//! task. `running` keeps the join handles in the shape of the call, and `gather` is the handle that
//! reads them. The result of a branch that is a task of its own stays in that task until the handle
//! reads it.
//!
//! `each` wraps branches so that they return nothing, and send their results to its handle as they
//! finish. Any group can run the wrapped branches.
//!
//! `policy` is the difference between the macros, `outcome` reports a branch that returned no value,
//! and `explain` holds traits that exist only for the text of compile errors.

#![forbid(unsafe_code)]

mod branch;
pub mod each;
mod explain;
mod gather;
mod outcome;
mod place;
mod policy;
mod running;
mod task;

pub use branch::{Base, Branch, LazySpread, Spread, base, branch, lazy_spread, spread};
pub use each::{AbortEach, Each, Next};
pub use explain::{OnRuntime, on};
pub use gather::{Abort, Gather, GatherFuture, GatherMut, Progress};
pub use outcome::BranchError;
pub use place::branches::Branches;
pub use place::group::{Group, LimitedGroup};
pub use place::here;
pub use place::limit::{Fed, Limited, Queued, Queueing};
pub use place::shared::{
    LimitedSharedGroup, Shared, SharedGroup, Sharer, Sharers, Sharing, SharingPlaces,
};
pub use policy::{Accepts, All, Policy, Settled, TryGather, TryGatherInto, Unordered};
pub use running::{Given, Keyed, Many, One, Running};
pub use task::Spawner;

#[doc(hidden)]
pub use running::{Counts, Keying, Keys, Reading};

// The parts from which the second implementation in the tests is made.
#[doc(hidden)]
pub use gather::{Gathered, handle_to};

// The compiler reports mistakes in terms of these. They are public because rustc shortens the names
// of what a crate makes public.
#[doc(hidden)]
pub use explain::{
    AddBranch, AddToAll, AllAtOnce, AlreadyRunning, Applies, AwaitAll, Awaitable, Borrowed,
    BranchKey, BranchValue, Cancel, CatchError, CountEach, DetachEach, Different, Done,
    FutureMethod, GatherHandle, HasValue, Holds, Impossible, IntoBase, IntoBranch, IntoError,
    IntoSpread, Iterate, IterateValue, Joins, Lazy, LazyValue, MapsValue, NeverApplies,
    NextIfReady, NextOfAll, NextResult, OneByOne, OwnTask, Paired, Plain, Same, SameError,
    SameOutput, SpreadItem, Start, Started, StopEach, StreamMethod, TakeResult, TakenResult,
    TaskError, Timeout, Unawaited, Unstarted, ValueOf,
};
