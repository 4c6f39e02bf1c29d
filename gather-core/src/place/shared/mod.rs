//! Branches that share a number of tasks.
//!
//! | | |
//! | --- | --- |
//! | [`group`] | the groups that start them so: [`Group::tasks`](crate::Group::tasks) |
//! | [`member`] | a branch's future in a task that it shares |
//! | [`report`] | where it says what became of it |
//! | [`seat`] | a branch by itself, whatever its type |
//! | [`set`] | the futures that a task polls by turns |
//! | [`sharer`] | a branch that is written out, as whoever awaits sees it |
//! | [`sharers`], [`shelf`] | the branches of a spread, and what those of one task returned |
//! | [`part`] | the branches of a spread that one task drives |
//! | [`sharing`], [`driver`] | dealing branches out to tasks, and what runs as such a task |
//! | [`line`], [`lane`] | under a limit: what waits for a place, and a place in a task |
//! | [`tasks`] | all of these, with the tasks by which they are stopped |

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
