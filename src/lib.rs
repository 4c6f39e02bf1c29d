//! x
pub use gather_core::*;
#[doc(hidden)]
pub mod __macros {
    pub use gather_macros::*;
}
/// x
#[macro_export]
macro_rules! gather { ($($branches:tt)*) => { $crate::__macros::gather!([$crate] $($branches)*) }; }
/// x
#[macro_export]
macro_rules! try_gather { ($($branches:tt)*) => { $crate::__macros::try_gather!([$crate] $($branches)*) }; }
/// x
#[macro_export]
macro_rules! gather_settled { ($($branches:tt)*) => { $crate::__macros::gather_settled!([$crate] $($branches)*) }; }
