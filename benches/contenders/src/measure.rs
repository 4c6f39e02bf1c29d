//! The interface between a contender and its measurement.

use crate::branches::Behaviour;

/// Runs a contender and returns a result.
///
/// The contender is a function, not a value that is matched at each gather. So the measurement
/// covers the contender alone.
pub trait Measure<B: Behaviour> {
    /// The result.
    type Found;

    /// Calls `gather`, which gathers the branches that it takes, as often as necessary.
    fn measure<F>(self, gather: impl Fn(B) -> F + Send + 'static) -> Self::Found
    where
        F: Future<Output: Send> + Send + 'static;
}
