//! Mistakes in the errors of a `try_gather!`.

use crate::explain::{Applies, Impossible, NeverApplies, Same};
use crate::outcome::BranchError;

/// Says that all branches of a `try_gather!` fail with the same type.
/// [`Different`](crate::explain::Different) does not implement it.
///
/// It is required in two places. The second implementation of [`Accepts`](crate::Accepts) for
/// `TryGather` requires it, so that rustc never infers that two types differ. Each function that
/// takes a branch requires it, too: of two equal errors, rustc reports the first, which is this
/// one, and it needs no implementation to explain it.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this branch fails with `{E}`, and another fails with `{D}`: name a type that both convert into, `try_gather!(error = AppError; ..)`",
    label = "this branch fails with `{E}`",
    note = "`From` converts them; `anyhow::Error` takes every `std::error::Error`, and `Box<dyn Error + Send + Sync>` takes `&str` and `String` too"
)]
pub trait SameError<D, E> {
    /// The error itself.
    fn same(error: E) -> D;
}

#[diagnostic::do_not_recommend]
impl<E> SameError<E, E> for Same {
    fn same(error: E) -> E {
        error
    }
}

/// With the option `error`, each branch may fail with a type of its own.
#[diagnostic::do_not_recommend]
impl<E> SameError<E, E> for Applies {
    fn same(error: E) -> E {
        error
    }
}

/// Says that the error of a branch converts into the type that `error = ..` names. Without that
/// option, it is that type.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this branch fails with `{E}`, which does not convert into `{Self}`: implement or require `{Self}: From<{E}>`, convert in the branch, `async {{ fetch().await.map_err(convert) }}`, or set another `error`",
    label = "this branch fails with `{E}`",
    note = "`anyhow::Error` takes every `std::error::Error`, and `Box<dyn Error + Send + Sync>` takes `&str` and `String` too"
)]
pub trait IntoError<E, K> {
    /// The error that the gather returns.
    fn from_branch(error: E) -> Self;
}

impl<E, D: From<E>> IntoError<E, Applies> for D {
    fn from_branch(error: E) -> Self {
        error.into()
    }
}

#[diagnostic::do_not_recommend]
impl<E, D: Impossible> IntoError<E, NeverApplies> for D {
    fn from_branch(_: E) -> Self {
        D::never()
    }
}

/// An error of a `try_gather!`: it can be sent from the tasks of the branches to the awaiting task.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this gather fails with `{Self}`, which is not `Send`: use `Box<dyn Error + Send + Sync>` for `Box<dyn Error>`, `Arc` for `Rc`, `E: Send` for a generic `E`, or add `here;`",
    label = "the error of these branches is not `Send`",
    note = "a function that returns the error needs it in its own return type: `Result<T, Box<dyn Error + Send + Sync>>`",
    note = "a branch runs on its own task, and its error is sent to the awaiting task",
    note = "`try_gather!(here; ..)` runs the branches in the awaiting task, and sends nothing",
    note = "for a generic error, add the bounds: `E: Send + 'static`"
)]
pub trait TaskError<K>: Send {}

#[diagnostic::do_not_recommend]
impl<E: Send> TaskError<Applies> for E {}

#[diagnostic::do_not_recommend]
impl<E: Impossible> TaskError<NeverApplies> for E {}

/// An error that `catch` can make from a branch's panic: it has a `From` for it.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`catch` converts a panic with `From<gather::BranchError>`, which `{Self}` does not implement: \
               implement it, or set an error that does, `error = Box<dyn Error + Send + Sync>`",
    label = "a panic does not convert into `{Self}`, the error of this `try_gather!`",
    note = "without `catch`, a panic is resumed in the awaiting task"
)]
pub trait CatchError<K> {
    /// The error that the gather returns.
    fn from_panic(panic: BranchError) -> Self;
}

impl<E: From<BranchError>> CatchError<Applies> for E {
    fn from_panic(panic: BranchError) -> Self {
        panic.into()
    }
}

#[diagnostic::do_not_recommend]
impl<E: Impossible> CatchError<NeverApplies> for E {
    fn from_panic(_: BranchError) -> Self {
        E::never()
    }
}
