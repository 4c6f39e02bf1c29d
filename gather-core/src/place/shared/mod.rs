//! Branches that share `n` tasks: `tasks = n`.
//!
//! | | |
//! | --- | --- |
//! | [`group`] | the groups that start them: [`Group::tasks`](crate::Group::tasks) |
//! | [`member`] | a branch's future in a task that it shares |
//! | [`report`] | where a branch records its outcome |
//! | [`seat`] | a type-erased branch that is polled alone |
//! | [`set`] | the futures that a task polls as they are woken |
//! | [`sharer`] | a branch that is written out: its result, read by the handle |
//! | [`sharers`], [`shelf`] | the branches of a spread: their results, read by the handle, and those of one task |
//! | [`part`] | the branches of a spread that one task drives |
//! | [`sharing`], [`driver`] | dealing branches out to tasks, and the future of such a task |
//! | [`line`], [`lane`] | under a limit: the sources that wait for a place, and a place in a task |
//! | [`tasks`] | the `Running` of the whole call, with the handles of the tasks, by which they are stopped |

mod driver;
mod group;
mod lane;
mod line;
mod member;
mod part;
mod report;
mod seat;
mod set;
mod sharer;
mod sharers;
mod sharing;
mod shelf;
mod tasks;

pub use group::{LimitedSharedGroup, SharedGroup};
pub use line::SharingPlaces;
pub(crate) use line::{FedSource, Line, Source as LineSource};
pub(crate) use part::{Parcel, SpreadParcel};
pub(crate) use seat::{BoxedSeat, boxed_seat};
pub use sharer::Sharer;
pub use sharers::Sharers;
pub use sharing::Sharing;
pub use tasks::Shared;
