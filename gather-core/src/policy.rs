//! What a branch's outcome means to the others: the difference between the three macros.

use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;

/// The policy of `gather!`: a branch gives any value, and a panic stops the others.
#[derive(Debug)]
pub struct All(Infallible);

/// The policy of `try_gather!`: a branch gives a `Result`, and the first `Err` stops the others.
pub struct FailFast<E>(Infallible, PhantomData<fn() -> E>);

/// The policy of `gather_settled!`: nothing that happens to one branch stops the others.
#[derive(Debug)]
pub struct Settled(Infallible);

impl<E> fmt::Debug for FailFast<E> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {}
    }
}

/// A policy: [`All`], [`FailFast`] or [`Settled`].
pub trait Policy: sealed::Sealed + 'static {
    /// What a branch can fail with, besides a panic.
    type Error: Send + 'static;

    /// What awaiting gives, where the values of all branches make a `V`.
    type Output<V>;

    /// The macro that has this policy.
    const MACRO: &'static str;

    /// Whether a branch's panic is an outcome like another, kept in that branch's place.
    const KEEPS_PANICS: bool;

    /// Makes the awaited value from the collected ones, or from what a branch failed with.
    fn output<V>(collected: Result<V, Self::Error>) -> Self::Output<V>;
}

/// How a [`Policy`] takes the output `O` of a branch.
pub trait Judge<O>: Policy {
    /// What is kept of it.
    type Value;

    /// Keeps the output, or finds that it fails the gather.
    ///
    /// # Errors
    ///
    /// What the branch failed with.
    fn judge(output: O) -> Result<Self::Value, Self::Error>;
}

impl Policy for All {
    type Error = Infallible;
    type Output<V> = V;
    const MACRO: &'static str = "gather!";
    const KEEPS_PANICS: bool = false;

    fn output<V>(collected: Result<V, Infallible>) -> V {
        let Ok(collected) = collected;
        collected
    }
}

impl<O> Judge<O> for All {
    type Value = O;

    fn judge(output: O) -> Result<O, Infallible> {
        Ok(output)
    }
}

impl<E: Send + 'static> Policy for FailFast<E> {
    type Error = E;
    type Output<V> = Result<V, E>;
    const MACRO: &'static str = "try_gather!";
    const KEEPS_PANICS: bool = false;

    fn output<V>(collected: Result<V, E>) -> Result<V, E> {
        collected
    }
}

impl<T, E: Send + 'static> Judge<Result<T, E>> for FailFast<E> {
    type Value = T;

    fn judge(output: Result<T, E>) -> Result<T, E> {
        output
    }
}

impl Policy for Settled {
    type Error = Infallible;
    type Output<V> = V;
    const MACRO: &'static str = "gather_settled!";
    const KEEPS_PANICS: bool = true;

    fn output<V>(collected: Result<V, Infallible>) -> V {
        let Ok(collected) = collected;
        collected
    }
}

impl<O> Judge<O> for Settled {
    type Value = O;

    fn judge(output: O) -> Result<O, Infallible> {
        Ok(output)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::All {}
    impl<E> Sealed for super::FailFast<E> {}
    impl Sealed for super::Settled {}
}
