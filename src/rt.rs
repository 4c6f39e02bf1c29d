//! Types and functions that the macros expand to. You may read them in an expansion, but will rarely write
//! them.
//!
//! An expansion evaluates each expression in a `let`, and then starts the branches in one
//! expression:
//!
//! ```
//! use gather::{Gather, rt};
//! # async fn fetch_user(id: u32) -> String { format!("user {id}") }
//! # async fn fetch_orders(id: u32) -> Vec<u32> { vec![id] }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! // `gather!(fetch_user(7), fetch_orders(7))`:
//! let page: Gather<(String, Vec<u32>)> = {
//!     let __branch_0 = fetch_user(7);
//!     let __branch_1 = fetch_orders(7);
//!     rt::Group::new().spawn(
//!         (
//!             rt::branch("fetch_user(7)", __branch_0),
//!             rt::branch("fetch_orders(7)", __branch_1),
//!         ),
//!         |results| results,
//!     )
//! };
//! # assert_eq!(page.await, (String::from("user 7"), vec![7]));
//! # }
//! ```
//!
//! | | |
//! | --- | --- |
//! | [`Group`] | where branches run, and with which [`Policy`]; [`catch`](Group::catch) turns panics into errors; [`spawn`](Group::spawn) starts the branches |
//! | [`branch`] | makes a [`Branch`] from a future and its name |
//! | [`spread`] | makes a [`Spread`] from an iterator of futures |
//! | [`lazy_spread`] | makes a [`LazySpread`], which is advanced as slots come free, for a [`LimitedGroup`] |
//! | [`base`] | makes a [`Base`] from the value that fills a struct's other fields |
//! | [`on`] | returns the `Handle` of `on = handle`, from any [`OnRuntime`] |
//! | [`Branches`] | any of these, and tuples of them: a group starts them |
//! | [`All`], [`TryGather`], [`TryGatherInto`], [`Settled`], [`Unordered`] | the policies of the macros; each says which values it [accepts](Accepts) of a branch |
//! | [`Running`] | what branches become once started: a [`One`], a [`Many`] or a [`Given`]; a [`Keyed`] around a spread; under a limit a [`Queued`], a [`Fed`], and a [`Limited`] around them |
//! | [`SharedGroup`], [`LimitedSharedGroup`] | a group whose branches share `n` tasks |
//! | [`Shared`], [`Sharer`], [`Sharers`] | what the branches of such a group become once started |
//! | [`Spawner`], [`Queueing`], [`Sharing`], [`SharingPlaces`] | start branches: immediately, as slots come free, or on shared tasks |
//! | [`each`] | the same for `gather_each!`, with `start` in place of `spawn` |
//! | [`here`] | the same for branches that run in the awaiting task, with `join` in place of `spawn` |

pub use gather_core::{
    Accepts, All, Base, Branch, Branches, Fed, Given, Group, Keyed, LazySpread, Limited,
    LimitedGroup, LimitedSharedGroup, Many, OnRuntime, One, Policy, Queued, Queueing, Running,
    Settled, Shared, SharedGroup, Sharer, Sharers, Sharing, SharingPlaces, Spawner, Spread,
    TryGather, TryGatherInto, Unordered, base, branch, each, here, lazy_spread, on, spread,
};

// The compiler reports mistakes in terms of these. They are public because rustc shortens the names
// of what a crate makes public.
#[doc(hidden)]
pub use gather_core::{
    AddBranch, AddToAll, AllAtOnce, AlreadyRunning, Applies, AwaitAll, Awaitable, Borrowed,
    BranchKey, BranchValue, Cancel, CatchError, CountEach, DetachEach, Different, Done,
    FutureMethod, GatherHandle, HasValue, Holds, Impossible, IntoBase, IntoBranch, IntoError,
    IntoSpread, Iterate, IterateValue, Joins, Lazy, LazyValue, MapsValue, NeverApplies,
    NextIfReady, NextOfAll, NextResult, OneByOne, OwnTask, Paired, Plain, Same, SameError,
    SameOutput, SpreadItem, Start, Started, StopEach, StreamMethod, TakeResult, TakenResult,
    TaskError, Timeout, Unawaited, Unstarted,
};
