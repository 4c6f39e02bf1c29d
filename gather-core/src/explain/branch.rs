//! What is wrong with a branch.

use std::future::IntoFuture;

use crate::explain::{Applies, Impossible, NeverApplies};

/// What can be a branch: what can be awaited.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a future, so it cannot be a branch: call an async function, `fetch()`, or write `async move {{ .. }}`",
    label = "this branch is not a future",
    note = "a value, or several steps, become a future in `async move {{ .. }}`; an `.await` goes inside it",
    note = "spread a collection of futures: `..futures`",
    note = "take a future out of a `Result` or an `Option` first: `fetch()?`"
)]
pub trait IntoBranch<F, K> {
    /// Turns it into the future to be run.
    fn into_branch(self) -> F;
}

impl<B, F> IntoBranch<F, Applies> for B
where
    B: IntoFuture<IntoFuture = F>,
{
    #[inline]
    fn into_branch(self) -> F {
        self.into_future()
    }
}

impl<B: Impossible, F> IntoBranch<F, NeverApplies> for B {
    fn into_branch(self) -> F {
        self.impossible()
    }
}

/// What a branch can return: what can be sent from its task to whoever awaits the gather.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a branch cannot return `{Self}`, which is not `Send`: return what is, or add `here;` to gather in this task",
    label = "this branch returns what is not `Send`",
    note = "the branch runs on a task of its own, and what it returns is sent from there",
    note = "`Arc` is `Send` where `Rc` is not, `Mutex` where `RefCell` is not, and `Box<dyn Error + Send + Sync>` \
            where `Box<dyn Error>` is not",
    note = "for a generic future, add the bound: `F::Output: Send + 'static`"
)]
pub trait BranchOutput<T, L> {
    /// The same value, under the name that inference found for its type.
    fn into_value(self) -> T;
}

impl<T: Send + 'static> BranchOutput<T, Applies> for T {
    #[inline]
    fn into_value(self) -> T {
        self
    }
}

impl<O: Impossible, T> BranchOutput<T, NeverApplies> for O {
    fn into_value(self) -> T {
        self.impossible()
    }
}

/// The other way round: where the result's type is known from what it is used for, it is that of
/// the branch, as in `let (n,): (u8,) = gather!(async { text.parse().unwrap() }).await`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this branch returns `{O}`, but its result is used as `{Self}`",
    label = "this branch returns `{O}`"
)]
pub trait OutputOf<O> {}

impl<O> OutputOf<O> for O {}
