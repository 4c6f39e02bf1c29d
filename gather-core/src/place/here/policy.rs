//! The policies of the macros for branches that run in the awaiting task: as in [`crate::policy`],
//! but with no bounds on what branches return.

use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;

use crate::explain::{Applies, Differ, IntoError, NeverApplies, SharedError, SharedOutput};
use crate::outcome::BranchError;
use crate::policy::{All, FailFast, FailFastInto, Settled, Unordered};

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
    message = "every branch of `try_gather!` must return a `Result`, but this one returns `{O}`: write `async {{ Ok::<_, E>(fetch().await) }}`, or `.ok_or(error)` for an `Option`",
    label = "this branch does not return a `Result`",
    note = "`E` is the error of the other branches, or the type that `error` names",
    note = "if none of the branches can fail, use `gather!`"
)]
pub trait Judge<O, K>: Policy {
    /// The value kept from the output.
    type Value;

    /// Returns the value to keep from the output, unless the output fails the gather.
    ///
    /// # Errors
    ///
    /// The error that the branch failed with.
    fn judge(output: O) -> Result<Self::Value, Self::Error>;
}

/// The common part of the policies that keep only values: all but that of `gather_settled!`.
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

impl<O> Judge<O, Applies> for All {
    type Value = O;

    fn judge(output: O) -> Result<O, Infallible> {
        Ok(output)
    }
}

impl<E> Policy for FailFast<E> {
    fails_fast!();
    keeps_values!();
}

#[diagnostic::do_not_recommend]
impl<T, E> Judge<Result<T, E>, Applies> for FailFast<E> {
    type Value = T;

    fn judge(output: Result<T, E>) -> Result<T, E> {
        output
    }
}

/// Exists for its error message, like the same implementation of [`crate::policy::Judge`].
impl<T, D, E> Judge<Result<T, E>, NeverApplies> for FailFast<D>
where
    Differ<D, E>: SharedError<D, E>,
{
    type Value = T;

    fn judge(_: Result<T, E>) -> Result<T, D> {
        <Differ<D, E>>::impossible()
    }
}

impl<E> Policy for FailFastInto<E> {
    fails_fast!();
    keeps_values!();
}

impl<T, D: IntoError<E, K>, E, K> Judge<Result<T, E>, K> for FailFastInto<D> {
    type Value = T;

    fn judge(output: Result<T, E>) -> Result<T, D> {
        output.map_err(D::from_branch)
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

impl<O, K, P: Judge<O, K>> Judge<O, K> for Catch<P> {
    type Value = P::Value;

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

impl<O> Judge<O, Applies> for Settled {
    type Value = O;

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
impl<T> Judge<T, Applies> for Unordered<T> {
    type Value = T;

    fn judge(output: T) -> Result<T, Infallible> {
        Ok(output)
    }
}

/// Exists for its error message, like the same implementation of [`crate::policy::Judge`].
impl<O, T> Judge<O, NeverApplies> for Unordered<T>
where
    Differ<T, O>: SharedOutput<T, O>,
{
    type Value = T;

    fn judge(_: O) -> Result<T, Infallible> {
        <Differ<T, O>>::impossible()
    }
}

mod sealed {
    use super::Catch;
    use crate::policy::{All, FailFast, FailFastInto, Settled, Unordered};

    pub trait Sealed {}
    impl<P> Sealed for Catch<P> {}
    impl Sealed for All {}
    impl<E> Sealed for FailFast<E> {}
    impl<E> Sealed for FailFastInto<E> {}
    impl Sealed for Settled {}
    impl<T> Sealed for Unordered<T> {}
}
