//! Branches that share `n` tasks: `tasks = n`.
//!
//! | | |
//! | --- | --- |
//! | [`group`] | the groups that start them: [`Group::tasks`](crate::Group::tasks) |
//! | [`branch`] | a branch in a shared task, with its type erased where it is polled alone, and where it records its outcome |
//! | [`set`] | the futures that a task polls as they are woken |
//! | [`one`] | a branch that is written out: its result, read by the handle |
//! | [`many`] | the branches of a spread: their results, read by the handle, and those of one chunk |
//! | [`chunk`] | consecutive branches of a spread, which one task drives |
//! | [`deal`], [`task`] | dealing branches out to tasks, and the future of such a task |
//! | [`line`], [`lane`] | under a limit: the sources that wait for a place, and a place in a task |
//! | [`handles`] | the `Running` of the whole call, with the handles of the tasks, by which they are stopped |

mod branch;
mod chunk;
mod deal;
mod group;
mod handles;
mod lane;
mod line;
mod many;
mod one;
mod set;
mod task;

pub(crate) use branch::{BoxedBranch, boxed_branch};
pub(crate) use chunk::{Undealt, UndealtSpread};
pub use deal::{Sharing, SharingPlaces};
pub use group::{LimitedSharedGroup, SharedGroup};
pub use handles::Shared;
pub(crate) use line::{Line, LineSource, SpreadInLine};
pub use many::Sharers;
pub use one::Sharer;
