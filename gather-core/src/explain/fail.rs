//! What is wrong with the errors of a `try_gather!`.

use crate::explain::{Applies, Impossible, NeverApplies, Same};
use crate::outcome::BranchError;

/// That all branches of a `try_gather!` fail with the same type. [`Different`](crate::explain::Different)
/// does not have it.
///
/// It is asked for twice. The second implementation of [`Accepts`](crate::Accepts) for `TryGather` asks for
/// it, so that rustc never infers that two types differ. And so does each function that takes a branch: of
/// two errors that are the same, rustc reports the first, and that is this one, which needs no implementation
/// to be explained.
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

/// With the option `error`, each branch may fail with another type.
#[diagnostic::do_not_recommend]
impl<E> SameError<E, E> for Applies {
    fn same(error: E) -> E {
        error
    }
}

/// That what a branch fails with converts into the type that `error = ..` names. Without that option, it is
/// that type.
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

/// What the branches of a `try_gather!` can fail with: what can be sent from their tasks to whoever awaits
/// the gather.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this gather fails with `{Self}`, which is not `Send`: use `Box<dyn Error + Send + Sync>` for `Box<dyn Error>`, `Arc` for `Rc`, `E: Send` for a generic `E`, or add `here;`",
    label = "the error of these branches is not `Send`",
    note = "a branch runs on its own task, and its error is sent to the awaiting task",
    note = "`try_gather!(here; ..)` runs the branches in the awaiting task, and sends nothing",
    note = "for a generic error, add the bounds: `E: Send + 'static`"
)]
pub trait TaskError<K>: Send {}

#[diagnostic::do_not_recommend]
impl<E: Send> TaskError<Applies> for E {}

#[diagnostic::do_not_recommend]
impl<E: Impossible> TaskError<NeverApplies> for E {}

/// What `catch` can make of a branch's panic: an error with a `From` for it.
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
