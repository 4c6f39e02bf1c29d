//! x
pub use gather_core::*;
#[doc(hidden)]
pub mod __macros {
    pub use gather_macros::*;
}
/// x
#[macro_export]
macro_rules! gather { ($($branches:tt)*) => { $crate::__macros::gather!([$crate] $($branches)*) }; }
