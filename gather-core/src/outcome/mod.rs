//! What comes of a branch, but for its value.
//!
//! | | |
//! | --- | --- |
//! | [`error`] | [`BranchError`]: how `gather_settled!` reports it |
//! | [`boxed`] | a value on its way to whoever awaits |
//! | [`caught`] | panics of the user's code, caught where they must not get through |

mod boxed;
pub(crate) mod caught;
mod error;

pub(crate) use boxed::Boxed;
pub use error::BranchError;
