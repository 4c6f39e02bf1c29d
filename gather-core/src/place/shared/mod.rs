//! Branches that share `n` tasks: `tasks = n`.
//!
//! | | |
//! | --- | --- |
//! | [`group`] | the groups that start them: [`Group::tasks`](crate::Group::tasks) |
//! | [`branch`] | a branch in a shared task, its type-erased form, and the trait that records its outcome |
//! | [`set`] | the futures that a task polls as they are woken |
//! | [`one`] | the result of a branch that is written out |
//! | [`many`] | the results of the branches of a spread, and those of one chunk |
//! | [`chunk`] | consecutive branches of a spread, driven by one task |
//! | [`deal`], [`task`] | dealing the branches out to the tasks, and the future of a task |
//! | [`line`], [`lane`] | under a limit: the sources that wait for a place, and a place in a task |
//! | [`handles`] | the `Running` of the whole call, with the join handles that stop the tasks |

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
