//! Branches that run in the awaiting task: a call with `here` expands to these.
//!
//! They may borrow from the caller, and need not be `Send` or `'static`. No branch starts before
//! the future is polled, and dropping the future drops the branches immediately.
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
//! | [`Group`], [`LimitedGroup`] | the policy of the branches, and how many run at a time; a group makes the future |
//! | [`Join`] | the future of their results |
//! | [`branch`], [`Branch`] | a named future |
//! | [`spread`], [`Spread`] | a named iterator of futures |
//! | [`base`], [`Base`] | the value that provides the other fields of a struct |
//! | [`Branches`] | any of these, and tuples of them; [`AtOnce`] and [`Lazily`] say when an iterator is advanced |
//! | [`Policy`], [`Accepts`] | how the macros treat an outcome: as for tasks, but without bounds on it |
//! | [`Catch`] | the policy that catches a panic at each poll and turns it into an error |

// The types above are in the files that they are re-exported from. `caught` polls a branch, and
// catches its panics if the policy does; `in_flight` polls the branches of a spread in turn;
// `tuples` implements `Branches` for tuples.

mod base;
mod branch;
mod caught;
mod group;
mod in_flight;
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
pub use policy::{Accepts, Catch, Policy};
pub use run::{AtOnce, Branches, Lazily, Making, Run};
pub use spread::{Spread, spread};
