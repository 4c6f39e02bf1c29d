//! Where branches run, if not each as a task of its own from the start.
//!
//! | | |
//! | --- | --- |
//! | [`limit`] | so many places, each a task: `limit = n` |
//! | [`shared`] | so many tasks, each of which drives many branches: `tasks = n` |
//! | [`here`] | the task that awaits: `here` |

pub mod here;
pub(crate) mod limit;
pub(crate) mod shared;
