//! Branches that run in the task that awaits: what a call with `here` expands to.
//!
//! They may borrow from the caller, and need be neither `Send` nor `'static`. Nothing of them has
//! started until the future is polled, and dropping it drops them then and there.
//!
//! ```
//! use gather_core::here::{Group, branch};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let name = String::from("Ada");
//! let branches = (
//!     branch("name.len()", async { name.len() }),
//!     branch("&name", async { &*name }),
//! );
//! assert_eq!(Group::new().join(branches, |results| results).await, (3, "Ada"));
//! # }
//! ```
//!
//! | | |
//! | --- | --- |
//! | [`Group`], [`LimitedGroup`] | with which policy branches run, and how many at a time; makes the future |
//! | [`Join`] | the future of their results |
//! | [`branch`], [`Branch`] | a future with its name |
//! | [`spread`], [`Spread`] | an iterator of futures with its name |
//! | [`base`], [`Base`] | the value that gives a struct its other fields |
//! | [`Branches`] | any of these, and tuples of them; [`AtOnce`] and [`Lazily`] say when an iterator is pulled |
//! | [`Policy`], [`Judge`] | what the macros make of an outcome, as for tasks but with no bound on it |

mod base;
mod branch;
mod caught;
mod group;
mod join;
mod policy;
mod run;
mod spread;
mod tuples;

pub use base::{Base, base};
pub use branch::{Branch, branch};
pub(crate) use group::Joined;
pub use group::{Group, LimitedGroup};
pub use join::{Join, ready};
pub use policy::{Judge, Policy};
pub use run::{AtOnce, Branches, Lazily, Run};
pub use spread::{Spread, spread};
