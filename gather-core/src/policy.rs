//! What a branch's outcome means to its siblings: the difference between the macros.

use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;

use crate::explain::{Applies, Different, Impossible, IntoError, Same, SameError, SameOutput};
use crate::outcome::BranchError;

/// The policy of `gather!`: a branch returns any value, and a panic stops the others.
#[derive(Debug)]
pub struct All(Infallible);

/// The policy of `try_gather!`: a branch returns a `Result`, and the first `Err` stops the others.
pub struct TryGather<E>(Infallible, PhantomData<fn() -> E>);

/// The policy of `try_gather!` with `error = E`: like [`TryGather`], but each branch's error is
/// converted into an `E` with [`From`].
pub struct TryGatherInto<E>(Infallible, PhantomData<fn() -> E>);

/// The policy of `gather_settled!`: nothing that happens to one branch stops the others.
#[derive(Debug)]
pub struct Settled(Infallible);

/// The policy of `gather_each!`: every branch returns a `T`, and a panic stops the others.
pub struct Unordered<T>(Infallible, PhantomData<fn() -> T>);

impl<E> fmt::Debug for TryGather<E> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {}
    }
}

impl<E> fmt::Debug for TryGatherInto<E> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {}
    }
}

impl<T> fmt::Debug for Unordered<T> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {}
    }
}

/// A policy: [`All`], [`TryGather`], [`TryGatherInto`], [`Settled`] or [`Unordered`].
pub trait Policy: sealed::Sealed<Fails = <Self as Policy>::Error> + 'static {
    /// What a branch can fail with, besides a panic.
    type Error: 'static;

    /// The output of a branch's task in place of a value, once the failure is recorded.
    #[doc(hidden)]
    type Failed: Send + 'static;

    /// The entry in the results for a branch that returned a `T`.
    type Kept<T: Send + 'static>: Send + 'static;

    /// The type that awaiting returns if the results make a `V`.
    type Output<V>;

    /// The macro that has this policy.
    const MACRO: &'static str;

    /// Whether a branch's panic is an ordinary outcome, kept in that branch's place.
    const KEEPS_PANICS: bool;

    /// Records a failure.
    #[doc(hidden)]
    fn failed(error: Self::Error, record: impl FnOnce(Self::Error)) -> Self::Failed;

    /// Makes the entry for a value.
    fn keep<T: Send + 'static>(value: T) -> Self::Kept<T>;

    /// Makes the entry for a branch that has no value, if there is one.
    fn keep_error<T: Send + 'static>(error: impl FnOnce() -> BranchError) -> Option<Self::Kept<T>>;

    /// Makes the awaited value from the results, or from a branch's failure.
    fn output<V>(results: Result<V, Self::Error>) -> Self::Output<V>;
}

/// How a [`Policy`] treats the output `O` of a branch.
#[diagnostic::on_unimplemented(
    message = "every branch of `try_gather!` must return a `Result`, but this one returns `{O}`: write `async {{ Ok::<_, E>(fetch().await) }}`, or, for an `Option`, `async {{ fetch().await.ok_or(error) }}`",
    label = "this branch does not return a `Result`",
    note = "a gather of `Result`s inside is a `try_gather!(..)` too, and a `join_all(futures)` is a spread, `..futures`",
    note = "`E` is the error of the other branches, or the type that `error` names",
    note = "if none of the branches can fail, use `gather!`"
)]
pub trait Accepts<O, K>: Policy {
    /// The value kept from the output.
    type Value;

    /// What the branch fails with.
    #[doc(hidden)]
    type Failure;

    /// The error it should have, before the option `error` converts it.
    #[doc(hidden)]
    type Expected;

    /// Marks the [`IntoError`] that converts it.
    #[doc(hidden)]
    type Conversion;

    /// Returns the value to keep from the output, unless the output fails the gather.
    ///
    /// # Errors
    ///
    /// What the branch failed with.
    fn judge(output: O) -> Result<Self::Value, Self::Error>;
}

/// The common part of the policies that keep only values: all but `gather_settled!`.
macro_rules! keeps_values {
    () => {
        type Kept<T: Send + 'static> = T;
        const KEEPS_PANICS: bool = false;

        fn keep<T: Send + 'static>(value: T) -> T {
            value
        }

        fn keep_error<T: Send + 'static>(_: impl FnOnce() -> BranchError) -> Option<T> {
            None
        }
    };
}

/// The common part of the policies under which a branch fails only by a panic.
macro_rules! never_fails {
    () => {
        type Error = Infallible;
        type Failed = Infallible;
        type Output<V> = V;

        fn failed(error: Infallible, _: impl FnOnce(Infallible)) -> Infallible {
            error
        }

        fn output<V>(results: Result<V, Infallible>) -> V {
            let Ok(results) = results;
            results
        }
    };
}

/// The common part of the two policies of `try_gather!`.
macro_rules! fails_fast {
    () => {
        type Error = E;
        type Failed = ();
        type Output<V> = Result<V, E>;
        const MACRO: &'static str = "try_gather!";

        fn failed(error: E, record: impl FnOnce(E)) {
            record(error);
        }

        fn output<V>(results: Result<V, E>) -> Result<V, E> {
            results
        }
    };
}

impl Policy for All {
    const MACRO: &'static str = "gather!";
    never_fails!();
    keeps_values!();
}

#[diagnostic::do_not_recommend]
impl<O> Accepts<O, Same> for All {
    type Value = O;
    type Failure = Infallible;
    type Expected = Infallible;
    type Conversion = Applies;

    fn judge(output: O) -> Result<O, Infallible> {
        Ok(output)
    }
}

impl<E: 'static> Policy for TryGather<E> {
    fails_fast!();
    keeps_values!();
}

#[diagnostic::do_not_recommend]
impl<T, E: 'static> Accepts<Result<T, E>, Same> for TryGather<E> {
    type Value = T;
    type Failure = E;
    type Expected = E;
    type Conversion = Applies;

    fn judge(output: Result<T, E>) -> Result<T, E> {
        output
    }
}

/// Exists for its error message. With it, rustc reports a branch whose error differs from that of
/// the others, and a branch whose error is not inferred yet still gets the error of the others.
#[diagnostic::do_not_recommend]
impl<T, D, E> Accepts<Result<T, E>, Different> for TryGather<D>
where
    Different: SameError<D, E>,
    D: 'static,
{
    type Value = T;
    type Failure = E;
    type Expected = D;
    type Conversion = Applies;

    fn judge(output: Result<T, E>) -> Result<T, D> {
        output.map_err(<Different as SameError<D, E>>::same)
    }
}

impl<E: 'static> Policy for TryGatherInto<E> {
    fails_fast!();
    keeps_values!();
}

#[diagnostic::do_not_recommend]
impl<T, D, E, K> Accepts<Result<T, E>, K> for TryGatherInto<D>
where
    D: IntoError<E, K> + 'static,
{
    type Value = T;
    type Failure = E;
    type Expected = E;
    type Conversion = K;

    fn judge(output: Result<T, E>) -> Result<T, D> {
        output.map_err(D::from_branch)
    }
}

/// Exists for its error message. With a single implementation, rustc would explain that one to a
/// user whose branch does not return a `Result`.
#[diagnostic::do_not_recommend]
impl<D: Impossible + 'static> Accepts<Infallible, Same> for TryGatherInto<D> {
    type Value = Infallible;
    type Failure = Infallible;
    type Expected = Infallible;
    type Conversion = Applies;

    fn judge(output: Infallible) -> Result<Infallible, D> {
        Ok(output)
    }
}

impl Policy for Settled {
    type Kept<T: Send + 'static> = Result<T, BranchError>;
    const MACRO: &'static str = "gather_settled!";
    const KEEPS_PANICS: bool = true;
    never_fails!();

    fn keep<T: Send + 'static>(value: T) -> Result<T, BranchError> {
        Ok(value)
    }

    fn keep_error<T: Send + 'static>(
        error: impl FnOnce() -> BranchError,
    ) -> Option<Result<T, BranchError>> {
        Some(Err(error()))
    }
}

#[diagnostic::do_not_recommend]
impl<O> Accepts<O, Same> for Settled {
    type Value = O;
    type Failure = Infallible;
    type Expected = Infallible;
    type Conversion = Applies;

    fn judge(output: O) -> Result<O, Infallible> {
        Ok(output)
    }
}

impl<R: 'static> Policy for Unordered<R> {
    const MACRO: &'static str = "gather_each!";
    never_fails!();
    keeps_values!();
}

#[diagnostic::do_not_recommend]
impl<T: 'static> Accepts<T, Same> for Unordered<T> {
    type Value = T;
    type Failure = Infallible;
    type Expected = Infallible;
    type Conversion = Applies;

    fn judge(output: T) -> Result<T, Infallible> {
        Ok(output)
    }
}

/// Exists for its error message. With it, rustc reports a branch whose type differs from that of
/// the others, and a branch whose type is not inferred yet still gets the type of the others.
#[diagnostic::do_not_recommend]
impl<O, T: 'static> Accepts<O, Different> for Unordered<T>
where
    Different: SameOutput<T, O>,
{
    type Value = T;
    type Failure = Infallible;
    type Expected = Infallible;
    type Conversion = Applies;

    fn judge(output: O) -> Result<T, Infallible> {
        Ok(<Different as SameOutput<T, O>>::same(output))
    }
}

/// Makes the error of a gather from a branch's panic.
pub(crate) type FromPanic<P> = fn(BranchError) -> <P as sealed::Sealed>::Fails;

pub(crate) mod sealed {
    use std::convert::Infallible;

    pub trait Sealed {
        /// The policy's error. It has no bound `'static`: if a task holds a group across an await,
        /// rustc cannot always prove that bound for a `Box<dyn Error>`.
        type Fails;
    }

    impl Sealed for super::All {
        type Fails = Infallible;
    }

    impl<E> Sealed for super::TryGather<E> {
        type Fails = E;
    }

    impl<E> Sealed for super::TryGatherInto<E> {
        type Fails = E;
    }

    impl Sealed for super::Settled {
        type Fails = Infallible;
    }

    impl<T> Sealed for super::Unordered<T> {
        type Fails = Infallible;
    }
}
