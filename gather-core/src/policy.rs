//! What a branch's outcome means to the others: the difference between the three macros.

use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;

use crate::branch::{Applies, Impossible, NeverApplies};
use crate::slots::Slots;

/// The policy of `gather!`: a branch gives any value, and a panic stops the others.
#[derive(Debug)]
pub struct All(Infallible);

/// The policy of `try_gather!`: a branch gives a `Result`, and the first `Err` stops the others.
pub struct FailFast<E>(Infallible, PhantomData<fn() -> E>);

/// The policy of `try_gather!` with `error = E`: as [`FailFast`], and each branch's error is made
/// into an `E` with [`From`].
pub struct FailFastInto<E>(Infallible, PhantomData<fn() -> E>);

/// The policy of `gather_settled!`: nothing that happens to one branch stops the others.
#[derive(Debug)]
pub struct Settled(Infallible);

impl<E> fmt::Debug for FailFast<E> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {}
    }
}

impl<E> fmt::Debug for FailFastInto<E> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {}
    }
}

/// A policy: [`All`], [`FailFast`], [`FailFastInto`] or [`Settled`].
pub trait Policy: sealed::Sealed + 'static {
    /// What a branch can fail with, besides a panic.
    type Error: Send + 'static;

    /// What is taken out of the slots.
    type Collected<S: Slots>;

    /// What awaiting gives, where what is taken out of the slots makes a `V`.
    type Output<V>;

    /// The macro that has this policy.
    const MACRO: &'static str;

    /// Whether a branch's panic is an outcome like another, kept in that branch's place.
    const KEEPS_PANICS: bool;

    /// Takes what is in the slots, once every branch has ended.
    #[doc(hidden)]
    fn collect<S: Slots>(slots: &S) -> Self::Collected<S>;

    /// Makes the awaited value from the collected ones, or from what a branch failed with.
    fn output<V>(collected: Result<V, Self::Error>) -> Self::Output<V>;
}

/// How a [`Policy`] takes the output `O` of a branch.
#[diagnostic::on_unimplemented(
    message = "a branch of `try_gather!` gives a `Result`, and this one gives `{O}`",
    label = "what this branch gives is not a `Result`",
    note = "if it cannot fail: `async move {{ Ok(fetch().await) }}`",
    note = "if none of the branches can fail: `gather!`"
)]
pub trait Judge<O, K>: Policy {
    /// What is kept of it.
    type Value;

    /// Keeps the output, or finds that it fails the gather.
    ///
    /// # Errors
    ///
    /// What the branch failed with.
    fn judge(output: O) -> Result<Self::Value, Self::Error>;
}

/// That all branches of a `try_gather!` fail with the same type: no type has this, and it is asked
/// for where two differ.
#[diagnostic::on_unimplemented(
    message = "this branch fails with `{E}`, and another branch of this `try_gather!` with `{D}`",
    label = "this branch fails with `{E}`",
    note = "name a type that both can be made into with `From`: `try_gather!(error = AppError; ..)`"
)]
pub trait SharedError<D, E> {
    /// Gives anything, as it is never called.
    fn impossible<T>() -> T;
}

/// Two types that differ: what has no [`SharedError`].
#[derive(Debug)]
pub struct Differ<D, E>(Infallible, PhantomData<fn() -> (D, E)>);

/// That what a branch fails with can be made into the type that `error = ..` names.
///
/// There are two implementations for the reason given at [`IntoBranch`](crate::IntoBranch).
#[diagnostic::on_unimplemented(
    message = "this branch fails with `{E}`, which cannot be made into `{Self}`, the `error` of this `try_gather!`",
    label = "this branch fails with `{E}`",
    note = "implement `From<{E}>` for `{Self}`, or name another type: `error = ..`"
)]
pub trait IntoError<E, K> {
    /// The error that the gather gives.
    fn from_branch(error: E) -> Self;
}

impl<E, D: From<E>> IntoError<E, Applies> for D {
    fn from_branch(error: E) -> Self {
        error.into()
    }
}

impl<E, D: Impossible> IntoError<E, NeverApplies> for D {
    fn from_branch(_: E) -> Self {
        D::never()
    }
}

/// What `error = ..` can name: what can be sent from a branch's task to whoever awaits the gather.
///
/// There are two implementations for the reason given at [`IntoBranch`](crate::IntoBranch).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent between threads, so it cannot be the `error` of a `try_gather!`",
    label = "this type is not `Send`",
    note = "of a boxed error, ask for more: `error = Box<dyn Error + Send + Sync>`"
)]
pub trait SendError<E, K> {}

impl<E: Send + 'static> SendError<E, Applies> for E {}

impl<D: Impossible, E> SendError<E, NeverApplies> for D {}

impl Policy for All {
    type Error = Infallible;
    type Collected<S: Slots> = S::Values;
    type Output<V> = V;
    const MACRO: &'static str = "gather!";
    const KEEPS_PANICS: bool = false;

    fn collect<S: Slots>(slots: &S) -> S::Values {
        slots.values()
    }

    fn output<V>(collected: Result<V, Infallible>) -> V {
        let Ok(collected) = collected;
        collected
    }
}

impl<O> Judge<O, Applies> for All {
    type Value = O;

    fn judge(output: O) -> Result<O, Infallible> {
        Ok(output)
    }
}

impl<E: Send + 'static> Policy for FailFast<E> {
    type Error = E;
    type Collected<S: Slots> = S::Values;
    type Output<V> = Result<V, E>;
    const MACRO: &'static str = "try_gather!";
    const KEEPS_PANICS: bool = false;

    fn collect<S: Slots>(slots: &S) -> S::Values {
        slots.values()
    }

    fn output<V>(collected: Result<V, E>) -> Result<V, E> {
        collected
    }
}

#[diagnostic::do_not_recommend]
impl<T, E: Send + 'static> Judge<Result<T, E>, Applies> for FailFast<E> {
    type Value = T;

    fn judge(output: Result<T, E>) -> Result<T, E> {
        output
    }
}

/// For the sake of the error: with this one, a branch that fails in another way than the others is
/// told so, and one whose error is yet to be inferred still takes that of the others.
impl<T, D, E> Judge<Result<T, E>, NeverApplies> for FailFast<D>
where
    Differ<D, E>: SharedError<D, E>,
    D: Send + 'static,
{
    type Value = T;

    fn judge(_: Result<T, E>) -> Result<T, D> {
        <Differ<D, E>>::impossible()
    }
}

impl<E: Send + 'static> Policy for FailFastInto<E> {
    type Error = E;
    type Collected<S: Slots> = S::Values;
    type Output<V> = Result<V, E>;
    const MACRO: &'static str = "try_gather!";
    const KEEPS_PANICS: bool = false;

    fn collect<S: Slots>(slots: &S) -> S::Values {
        slots.values()
    }

    fn output<V>(collected: Result<V, E>) -> Result<V, E> {
        collected
    }
}

impl<T, D, E, K> Judge<Result<T, E>, K> for FailFastInto<D>
where
    D: IntoError<E, K> + Send + 'static,
{
    type Value = T;

    fn judge(output: Result<T, E>) -> Result<T, D> {
        output.map_err(D::from_branch)
    }
}

impl Policy for Settled {
    type Error = Infallible;
    type Collected<S: Slots> = S::Outcomes;
    type Output<V> = V;
    const MACRO: &'static str = "gather_settled!";
    const KEEPS_PANICS: bool = true;

    fn collect<S: Slots>(slots: &S) -> S::Outcomes {
        slots.outcomes(&mut 0)
    }

    fn output<V>(collected: Result<V, Infallible>) -> V {
        let Ok(collected) = collected;
        collected
    }
}

impl<O> Judge<O, Applies> for Settled {
    type Value = O;

    fn judge(output: O) -> Result<O, Infallible> {
        Ok(output)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::All {}
    impl<E> Sealed for super::FailFast<E> {}
    impl<E> Sealed for super::FailFastInto<E> {}
    impl Sealed for super::Settled {}
}
