//! Results as their branches end: `gather_each!`.
//!
//! In the background it is a gather of branches that return nothing: each sends its result to the
//! handle, and under a limit it keeps its place until somebody has taken that. Where the branches run
//! in the task that awaits, it is the future of such branches.
//!
//! | | |
//! | --- | --- |
//! | [`branch`] | a future that is to send its result |
//! | [`spread`] | an iterator of such futures |
//! | [`branches`] | any of these, and tuples of them |
//! | [`deliver`] | the future that runs as such a branch |
//! | [`delivering`] | the iterator of these |
//! | [`outlet`] | where they send their results |
//! | [`numbers`] | the indices of the branches |
//! | [`group`] | starting them |
//! | [`handle`] | the handle, from which results are taken |
//! | [`here`] | the same for branches that run in the task that awaits |

mod branch;
mod branches;
mod deliver;
mod delivering;
mod group;
mod handle;
pub mod here;
mod numbers;
mod outlet;
mod spread;

pub use branch::{Branch, branch};
pub use branches::{Branches, OneType};
pub use deliver::Deliver;
pub use delivering::Delivering;
pub use handle::{AbortEach, Each, Next};
pub use numbers::Numbers;
pub use outlet::Outlet;
pub use spread::{LazySpread, Spread, lazy_spread, spread};
