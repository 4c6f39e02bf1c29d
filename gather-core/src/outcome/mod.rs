//! What becomes of a branch that returns no value.
//!
//! | | |
//! | --- | --- |
//! | [`error`] | [`BranchError`]: how `gather_settled!` reports it |
//! | [`caught`] | panics of the user's code, caught where they must not get through |

pub(crate) mod caught;
mod error;

pub use error::BranchError;
