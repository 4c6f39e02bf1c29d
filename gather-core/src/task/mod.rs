//! A branch as a tokio task. Of its gather, a task knows only how to stop its siblings and where
//! the first failure goes.
//!
//! | | |
//! | --- | --- |
//! | [`task`] | the future that runs as the task: it drops the branch under `catch_unwind`, and reports a failure |
//! | [`origin`] | the name of a branch, and its span |
//! | [`siblings`] | the state that the tasks and the handle of one gather share |
//! | [`failure`] | the first failure, and which of two takes precedence |
//! | [`spawn`] | spawning tasks |
//! | [`sync`] | std's locks and atomics, or loom's |
//!
//! `PROTOCOL.md`, beside this file, says which party may do what, and in which order.

mod failure;
#[cfg(all(test, loom))]
pub(crate) mod model;
mod origin;
mod siblings;
mod spawn;
pub(crate) mod sync;
#[expect(
    clippy::module_inception,
    reason = "it is the task of this folder's name"
)]
mod task;

pub(crate) use failure::{Failure, FirstFailure, Rank, Told};
pub(crate) use origin::{InSpan, Origin};
pub(crate) use siblings::{Siblings, SiblingsOf, Stop};
pub use spawn::Spawner;
pub(crate) use spawn::{Held, LARGE, hold, spawn, start};
pub(crate) use task::{Judged, Judging, Link, TaskOutput};
