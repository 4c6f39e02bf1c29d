//! Branches that run in the task that awaits: what a call with `here` expands to.
//!
//! They may borrow from the caller, and need be neither `Send` nor `'static`. None of them starts before
//! the future is polled, and dropping it drops them at once.
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
//! | [`Group`], [`LimitedGroup`] | the policy of the branches, and how many run at a time; makes the future |
//! | [`Join`] | the future of their results |
//! | [`branch`], [`Branch`] | a future with its name |
//! | [`spread`], [`Spread`] | an iterator of futures with its name |
//! | [`base`], [`Base`] | the value that provides the other fields of a struct |
//! | [`Branches`] | any of these, and tuples of them; [`AtOnce`] and [`Lazily`] say when an iterator is pulled |
//! | [`Policy`], [`Judge`] | what the macros make of an outcome, as for tasks but without bounds on it |
//! | [`Catch`] | the policy under which a panic is caught at each poll, and is an error |

// The types above are in the files that they are re-exported from. `caught` polls a branch, and catches
// its panics where the policy does; `tuples` implements `Branches` for tuples.

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
pub use policy::{Catch, Judge, Policy};
pub use run::{AtOnce, Branches, Lazily, Making, Run};
pub use spread::{Spread, spread};
