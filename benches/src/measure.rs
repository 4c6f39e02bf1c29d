//! How a contender is handed to what measures it.

use crate::branches::Behaviour;

/// Something that runs a contender and has a result to show for it.
///
/// The contender comes as a function, and not as a value to be asked for at each gather: so what is
/// measured is the contender alone.
pub trait Measure<B: Behaviour> {
    /// What is found out.
    type Found;

    /// Runs `gather`, which gathers what it is given, as often as need be.
    fn measure<F>(self, gather: impl Fn(B) -> F + Send + 'static) -> Self::Found
    where
        F: Future<Output: Send> + Send + 'static;
}
