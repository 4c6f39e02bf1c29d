//! Runs a contender repeatedly, for a measurement from outside the process.

use std::hint::black_box;

use tokio::runtime::{Builder, Runtime};

use crate::branches::Behaviour;
use crate::measure::Measure;

/// A runtime of one thread, where each run takes the same course.
///
/// # Panics
///
/// If the system cannot provide one.
#[must_use]
pub fn one_thread() -> Runtime {
    Builder::new_current_thread()
        .build()
        .expect("a runtime of one thread can be built")
}

/// Gathers this many times, one after another, on one thread.
#[derive(Clone, Copy, Debug)]
pub struct Repeat(pub usize);

impl<B: Behaviour + Default> Measure<B> for Repeat {
    type Found = ();

    fn measure<F>(self, gather: impl Fn(B) -> F + Send + 'static)
    where
        F: Future<Output: Send> + Send + 'static,
    {
        one_thread().block_on(async move {
            for _ in 0..self.0 {
                black_box(gather(B::default()).await);
            }
        });
    }
}
