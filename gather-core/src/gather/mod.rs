//! The handle to a started gather.
//!
//! | | |
//! | --- | --- |
//! | [`handle`] | [`Gather`], and its methods |
//! | [`waiting`] | the futures that wait for it |
//! | [`gathering`] | what the handle holds, behind a trait object that hides the types of the branches |
//! | [`others`] | the names that others have for the methods: a call of one is a compile error that names ours |
//! | [`early`] | the value's methods: a call of one on the handle is a compile error that names the `.await` |
//! | [`budget`] | what taking a result costs the awaiting task |
//! | [`progress`] | [`Progress`], how many branches have ended |

mod budget;
pub(crate) mod early;
mod gathering;
#[allow(
    unknown_lints,
    unknown_diagnostic_attributes,
    reason = "compilers that do not know `on_move` yet leave it out"
)]
mod handle;
#[cfg(all(test, loom))]
mod model;
pub(crate) mod others;
mod progress;
mod waiting;

pub use gathering::Gathered;
pub(crate) use gathering::Gathering;
pub use handle::{Abort, Gather, handle_to};
pub use progress::Progress;
pub use waiting::{GatherFuture, GatherMut};
