//! Where branches run: the group that starts them, and the modes other than one task per branch.
//!
//! | | |
//! | --- | --- |
//! | [`branches`] | what a group can start |
//! | [`group`] | starts each branch as a task of its own, or makes a group of another mode |
//! | [`limit`] | at most `n` branches run at a time, each as a task or one by one in a task: `limit = n` |
//! | [`shared`] | the branches share `n` tasks: `tasks = n` |
//! | [`here`] | the branches run in the awaiting task: `here` |
//!
//! The types of each mode that runs tasks. Of those in the first column, only `Group` is in this
//! folder:
//!
//! | | own tasks | `limit` | `tasks` | `tasks`, `limit` |
//! | --- | --- | --- | --- | --- |
//! | the group | `Group` | `LimitedGroup` | `SharedGroup` | `LimitedSharedGroup` |
//! | the starter | `Spawner` | `Queueing` | `Sharing` | `SharingPlaces` |
//! | a branch becomes | `One` | `Queued` | `Sharer` | `Sharer` |
//! | a spread becomes | `Many` | `Fed` | `Sharers` | `Fed` |
//! | a wrapper around all of these | – | `Limited` | `Shared` | `Shared` |
//! | unstarted branches wait in | – | `Queue` | – | `Line` |
//! | a tokio task is | a `Task` | a `Task` or a `Worker` | a `SharedTask` of `AnyBranch`es and `Chunk`s | a `SharedTask` of `Lane`s |
//!
//! `gather_each!` is not a mode of its own: it runs a gather, in any of these modes, whose branches
//! send their results and return nothing (see [`each`](crate::each)).

pub(crate) mod branches;
pub(crate) mod group;
pub mod here;
pub(crate) mod limit;
pub(crate) mod shared;
