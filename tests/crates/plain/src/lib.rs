//! A second implementation of the crate `gather`, slow and obviously right: the tests of one run on
//! the other too.
//!
//! `gather-core` provides what describes a call: the policies, the texts of errors, and the handle.
//! Everything that happens is in [`engine`]. [`rt`] passes it the calls.

#![expect(missing_debug_implementations, reason = "nothing prints them")]
#![expect(
    clippy::must_use_candidate,
    clippy::new_without_default,
    clippy::return_self_not_must_use,
    reason = "only the macros make groups and parts of a call"
)]

mod branch;
mod call;
mod caught;
mod each;
mod engine;
#[doc(hidden)]
pub mod rt;

pub use each::{AbortEach, Each};
pub use gather_core::{Abort, BranchError, Gather, GatherFuture, GatherMut, Next, Progress};
#[doc(hidden)]
pub use gather_macros as __macros;

/// Like the macro of this name in the crate `gather`.
#[macro_export]
macro_rules! gather {
    ($($branches:tt)*) => { $crate::__macros::gather!([$crate] $($branches)*) };
}

/// Like the macro of this name in the crate `gather`.
#[macro_export]
macro_rules! try_gather {
    ($($branches:tt)*) => { $crate::__macros::try_gather!([$crate] $($branches)*) };
}

/// Like the macro of this name in the crate `gather`.
#[macro_export]
macro_rules! gather_settled {
    ($($branches:tt)*) => { $crate::__macros::gather_settled!([$crate] $($branches)*) };
}

/// Like the macro of this name in the crate `gather`.
#[macro_export]
macro_rules! gather_each {
    ($($branches:tt)*) => { $crate::__macros::gather_each!([$crate] $($branches)*) };
}
