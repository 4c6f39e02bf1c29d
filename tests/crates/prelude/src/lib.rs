//! A crate that hands the macros on to its own users.

/// What its users import.
pub mod prelude {
    pub use gather::{gather, gather_settled, try_gather};
}
