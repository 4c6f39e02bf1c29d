//! The crate `gather` once more, slow and obviously right: the tests of one run on the other too.
//!
//! What a call says is described by `gather-core`: the policies, the words of errors, the handle.
//! Everything that happens is in [`engine`], which is told of it by [`rt`].

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

/// As the macro of this name in the crate that this stands in for.
#[macro_export]
macro_rules! gather {
    ($($branches:tt)*) => { $crate::__macros::gather!([$crate] $($branches)*) };
}

/// As the macro of this name in the crate that this stands in for.
#[macro_export]
macro_rules! try_gather {
    ($($branches:tt)*) => { $crate::__macros::try_gather!([$crate] $($branches)*) };
}

/// As the macro of this name in the crate that this stands in for.
#[macro_export]
macro_rules! gather_settled {
    ($($branches:tt)*) => { $crate::__macros::gather_settled!([$crate] $($branches)*) };
}

/// As the macro of this name in the crate that this stands in for.
#[macro_export]
macro_rules! gather_each {
    ($($branches:tt)*) => { $crate::__macros::gather_each!([$crate] $($branches)*) };
}
