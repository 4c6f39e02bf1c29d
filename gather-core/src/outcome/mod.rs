//! The outcome of a branch, apart from its value.
//!
//! | | |
//! | --- | --- |
//! | [`error`] | [`BranchError`], in which `gather_settled!` reports it |
//! | [`boxed`] | a value on its way to the awaiting task |
//! | [`caught`] | catching panics of user code that must not get through |

mod boxed;
pub(crate) mod caught;
mod error;

pub(crate) use boxed::Boxed;
pub use error::BranchError;
