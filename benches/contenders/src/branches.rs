//! The futures to gather, which are the same for all contenders.

use std::convert::Infallible;
use std::fmt;
use std::hint::black_box;

use tokio::sync::oneshot;
use tokio::task::yield_now;

/// A future that can be spawned.
pub trait Branch<T>: Future<Output = T> + Send + 'static {}

impl<T, F: Future<Output = T> + Send + 'static> Branch<T> for F {}

/// The output of a branch: its number, or a `Result` of it.
pub trait Value: Send + 'static {
    /// The value of the branch of this number.
    fn of(number: u64) -> Self;
    /// The value of a branch that fails.
    fn failed() -> Self;
}

impl Value for u64 {
    fn of(number: u64) -> Self {
        number
    }

    fn failed() -> Self {
        unreachable!("only the contenders that stop at an error are given a branch that fails")
    }
}

/// The error of a branch that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed;

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the branch that was to fail has")
    }
}

impl std::error::Error for Failed {}

impl Value for Result<u64, Failed> {
    fn of(number: u64) -> Self {
        Ok(number)
    }

    fn failed() -> Self {
        Err(Failed)
    }
}

/// What the branches of one gather do. Each gather takes a value of its own.
pub trait Behaviour: Send + 'static {
    /// The next branch, which has this number.
    fn branch<T: Value>(&mut self, number: u64) -> impl Branch<T> + use<Self, T>;

    /// The first `count` branches.
    fn branches<T: Value>(
        mut self,
        count: usize,
    ) -> impl Iterator<Item = impl Branch<T>> + Send + 'static
    where
        Self: Sized,
    {
        (0..count as u64).map(move |number| self.branch(number))
    }
}

/// Bytes that a branch holds across its await.
struct Held<const HELD: usize>([u8; HELD]);

impl<const HELD: usize> Held<HELD> {
    #[expect(clippy::cast_possible_truncation, reason = "any byte will do")]
    fn by(number: u64) -> Self {
        Self([number as u8; HELD])
    }

    /// Reads the bytes, so that they must exist until now.
    fn read(&self) {
        black_box(&self.0);
    }
}

/// Branches that are ready when they are first polled.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ready<const HELD: usize>;

impl<const HELD: usize> Behaviour for Ready<HELD> {
    fn branch<T: Value>(&mut self, number: u64) -> impl Branch<T> + use<HELD, T> {
        let held = Held::<HELD>::by(number);
        async move {
            held.read();
            T::of(number)
        }
    }
}

/// Branches that yield once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Yielding<const HELD: usize>;

impl<const HELD: usize> Behaviour for Yielding<HELD> {
    fn branch<T: Value>(&mut self, number: u64) -> impl Branch<T> + use<HELD, T> {
        let held = Held::<HELD>::by(number);
        async move {
            yield_now().await;
            held.read();
            T::of(number)
        }
    }
}

/// Branches that each wait until the one before has ended.
#[derive(Debug, Default)]
pub struct OneAfterAnother<const HELD: usize> {
    before: Option<oneshot::Receiver<Infallible>>,
}

impl<const HELD: usize> Behaviour for OneAfterAnother<HELD> {
    fn branch<T: Value>(&mut self, number: u64) -> impl Branch<T> + use<HELD, T> {
        let (at_end, next) = oneshot::channel();
        let before = self.before.replace(next);
        let held = Held::<HELD>::by(number);
        async move {
            match before {
                Some(before) => {
                    let Err(_ended) = before.await;
                }
                // The first branch ends only after the others wait for each other.
                None => yield_now().await,
            }
            held.read();
            drop(at_end);
            T::of(number)
        }
    }
}

/// The bytes that most branches hold.
pub const LITTLE: usize = 64;

/// The bytes that some branches hold, to show the cost of moving them.
pub const MUCH: usize = 4096;
