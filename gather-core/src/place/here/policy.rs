//! The policies of the macros for branches that run in the awaiting task: as in [`crate::policy`],
//! but with no bounds on what branches return.

use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;

use crate::explain::{Applies, Different, Impossible, IntoError, Same, SameError, SameOutput};
use crate::outcome::BranchError;
use crate::policy::{All, Settled, TryGather, TryGatherInto, Unordered};

/// A policy for branches that run in the awaiting task.
pub trait Policy: sealed::Sealed {
    /// What a branch can fail with, besides a panic.
    type Error;

    /// The entry in the results for a branch that returned a `T`.
    type Kept<T>;

    /// The type that awaiting returns when the results make a `V`.
    type Output<V>;

    /// The macro that has this policy.
    const MACRO: &'static str;

    /// Whether a branch's panic is caught: it is kept in the branch's place, or becomes an error.
    const CATCHES: bool;

    /// Makes the entry for a value.
    fn keep<T>(value: T) -> Self::Kept<T>;

    /// Makes the entry for a branch that has panicked, if the policy catches panics.
    ///
    /// # Errors
    ///
    /// The panic, if it fails the gather.
    #[doc(hidden)]
    fn keep_error<T>(panic: BranchError) -> Result<Self::Kept<T>, BranchError>;

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
        type Kept<T> = T;
        const CATCHES: bool = false;

        fn keep<T>(value: T) -> T {
            value
        }

        fn keep_error<T>(panic: BranchError) -> Result<T, BranchError> {
            Err(panic)
        }
    };
}

/// The common part of the policies under which a branch can fail only by a panic.
macro_rules! never_fails {
    () => {
        type Error = Infallible;
        type Output<V> = V;

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
        type Output<V> = Result<V, E>;
        const MACRO: &'static str = "try_gather!";

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

impl<E> Policy for TryGather<E> {
    fails_fast!();
    keeps_values!();
}

#[diagnostic::do_not_recommend]
impl<T, E> Accepts<Result<T, E>, Same> for TryGather<E> {
    type Value = T;
    type Failure = E;
    type Expected = E;
    type Conversion = Applies;

    fn judge(output: Result<T, E>) -> Result<T, E> {
        output
    }
}

/// Exists for its error message, like the same implementation of [`crate::policy::Accepts`].
#[diagnostic::do_not_recommend]
impl<T, D, E> Accepts<Result<T, E>, Different> for TryGather<D>
where
    Different: SameError<D, E>,
{
    type Value = T;
    type Failure = E;
    type Expected = D;
    type Conversion = Applies;

    fn judge(output: Result<T, E>) -> Result<T, D> {
        output.map_err(<Different as SameError<D, E>>::same)
    }
}

impl<E> Policy for TryGatherInto<E> {
    fails_fast!();
    keeps_values!();
}

#[diagnostic::do_not_recommend]
impl<T, D: IntoError<E, K>, E, K> Accepts<Result<T, E>, K> for TryGatherInto<D> {
    type Value = T;
    type Failure = E;
    type Expected = E;
    type Conversion = K;

    fn judge(output: Result<T, E>) -> Result<T, D> {
        output.map_err(D::from_branch)
    }
}

/// Exists for its error message, like the same implementation of [`crate::policy::Accepts`].
#[diagnostic::do_not_recommend]
impl<D: Impossible> Accepts<Infallible, Same> for TryGatherInto<D> {
    type Value = Infallible;
    type Failure = Infallible;
    type Expected = Infallible;
    type Conversion = Applies;

    fn judge(output: Infallible) -> Result<Infallible, D> {
        Ok(output)
    }
}

/// The policy of `try_gather!` with `catch`: like `P`, but a branch's panic is an error too.
pub struct Catch<P>(Infallible, PhantomData<fn() -> P>);

impl<P> fmt::Debug for Catch<P> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {}
    }
}

impl<P: Policy> Policy for Catch<P> {
    type Error = P::Error;
    type Kept<T> = P::Kept<T>;
    type Output<V> = P::Output<V>;
    const MACRO: &'static str = P::MACRO;
    const CATCHES: bool = true;

    fn keep<T>(value: T) -> P::Kept<T> {
        P::keep(value)
    }

    fn keep_error<T>(error: BranchError) -> Result<P::Kept<T>, BranchError> {
        P::keep_error(error)
    }

    fn output<V>(results: Result<V, P::Error>) -> P::Output<V> {
        P::output(results)
    }
}

#[diagnostic::do_not_recommend]
impl<O, K, P: Accepts<O, K>> Accepts<O, K> for Catch<P> {
    type Value = P::Value;
    type Failure = P::Failure;
    type Expected = P::Expected;
    type Conversion = P::Conversion;

    fn judge(output: O) -> Result<P::Value, P::Error> {
        P::judge(output)
    }
}

impl Policy for Settled {
    type Kept<T> = Result<T, BranchError>;
    const MACRO: &'static str = "gather_settled!";
    const CATCHES: bool = true;
    never_fails!();

    fn keep<T>(value: T) -> Result<T, BranchError> {
        Ok(value)
    }

    fn keep_error<T>(panic: BranchError) -> Result<Result<T, BranchError>, BranchError> {
        Ok(Err(panic))
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

impl<R> Policy for Unordered<R> {
    const MACRO: &'static str = "gather_each!";
    never_fails!();
    keeps_values!();
}

#[diagnostic::do_not_recommend]
impl<T> Accepts<T, Same> for Unordered<T> {
    type Value = T;
    type Failure = Infallible;
    type Expected = Infallible;
    type Conversion = Applies;

    fn judge(output: T) -> Result<T, Infallible> {
        Ok(output)
    }
}

/// Exists for its error message, like the same implementation of [`crate::policy::Accepts`].
#[diagnostic::do_not_recommend]
impl<O, T> Accepts<O, Different> for Unordered<T>
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

mod sealed {
    use super::Catch;
    use crate::policy::{All, Settled, TryGather, TryGatherInto, Unordered};

    pub trait Sealed {}
    impl<P> Sealed for Catch<P> {}
    impl Sealed for All {}
    impl<E> Sealed for TryGather<E> {}
    impl<E> Sealed for TryGatherInto<E> {}
    impl Sealed for Settled {}
    impl<T> Sealed for Unordered<T> {}
}
