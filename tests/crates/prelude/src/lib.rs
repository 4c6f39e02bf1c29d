//! A crate that re-exports the macros for its own users.

/// The items that its users import.
pub mod prelude {
    pub use gather::{gather, gather_settled, try_gather};
}
