//! The handle: what a started call is to the one who awaits it.
//!
//! | | |
//! | --- | --- |
//! | [`handle`] | [`Gather`], with all that it can be asked |
//! | [`waiting`] | its futures |
//! | [`gathering`] | what it holds, whatever the branches are |
//! | [`asyncio`] | what asyncio calls some of that |
//! | [`budget`] | what taking a result costs the task that awaits |
//! | [`progress`] | how far it is |

mod asyncio;
mod budget;
mod gathering;
#[allow(
    unknown_lints,
    unknown_diagnostic_attributes,
    reason = "compilers that do not know `on_move` yet leave it out"
)]
mod handle;
#[cfg(all(test, loom))]
mod model;
mod progress;
mod waiting;

pub(crate) use gathering::Gathering;
pub use handle::{Abort, Gather};
pub use progress::Progress;
pub use waiting::{GatherFuture, GatherMut};
