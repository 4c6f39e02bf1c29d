//! Runs a contender repeatedly, for a measurement from outside the process.

use std::hint::black_box;

use tokio::runtime::{Builder, Runtime};

use crate::Contender;
use crate::branches::{Behaviour, LITTLE, Yielding};
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

/// Gathers branches that yield once, this many times, one after another on one thread. Calls `after`
/// each time.
///
/// It is not generic, so the contenders are compiled once for all programs that repeat them.
pub fn repeat(contender: Contender, branches: usize, times: usize, after: &mut dyn FnMut()) {
    contender.measured::<Yielding<LITTLE>, _>(branches, Repeat { times, after });
}

struct Repeat<'a> {
    times: usize,
    after: &'a mut dyn FnMut(),
}

impl<B: Behaviour + Default> Measure<B> for Repeat<'_> {
    type Found = ();

    fn measure<F>(self, gather: impl Fn(B) -> F + Send + 'static)
    where
        F: Future<Output: Send> + Send + 'static,
    {
        one_thread().block_on(async {
            for _ in 0..self.times {
                black_box(gather(B::default()).await);
                (self.after)();
            }
        });
    }
}
