//! What is wrong with a branch.

use std::future::{IntoFuture, Pending, pending};

use crate::explain::{Applies, Impossible, NeverApplies, OneByOne};

/// What can be a branch: what can be awaited.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a future, so it cannot be a branch: write a call, `fetch()`, a block, `async move {{ .. }}`, a spread, `..futures`, or `future` in place of `&future`",
    label = "this branch is not a future",
    note = "a value becomes a future in a block, `async move {{ value }}`; an `.await` goes inside the block",
    note = "a `Box<dyn Future>` is a future once it is pinned: `Pin<Box<dyn Future<Output = T> + Send>>`"
)]
pub trait IntoBranch<F, K> {
    /// Yielding it into the future to be run.
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

#[diagnostic::do_not_recommend]
impl<B: Impossible, F> IntoBranch<F, NeverApplies> for B {
    fn into_branch(self) -> F {
        self.impossible()
    }
}

/// Marks what may hold a future, and is none.
#[doc(hidden)]
#[derive(Debug)]
pub struct Holds(());

/// Marks an [`IntoBranch`] of what can be awaited itself: all but that of what [holds](Holds) a future. The
/// mark has it, and not what it marks, of which rustc would underline a part.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{B}` is not a future, so it cannot be a branch: take the future out of it, `fetch()?`, or return the value from a block, `async move {{ value }}`",
    label = "this branch is not a future"
)]
pub trait Awaitable<B> {}

#[diagnostic::do_not_recommend]
impl<B> Awaitable<B> for Applies {}

#[diagnostic::do_not_recommend]
impl<B> Awaitable<B> for NeverApplies {}

/// It is reported as not [`AllAtOnce`](crate::explain::AllAtOnce).
#[diagnostic::do_not_recommend]
impl<B, T> Awaitable<B> for OneByOne<T> {}

#[diagnostic::do_not_recommend]
impl<B, V> IntoBranch<Pending<V>, Holds> for Option<B> {
    fn into_branch(self) -> Pending<V> {
        pending()
    }
}

#[diagnostic::do_not_recommend]
impl<B, E, V> IntoBranch<Pending<V>, Holds> for Result<B, E> {
    fn into_branch(self) -> Pending<V> {
        pending()
    }
}

/// What is kept of a branch: what can be sent from its task to whoever awaits the gather.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the value of this branch is `{Self}`, which is not `Send`: use `Arc` for `Rc`, `dyn Error + Send + Sync` for `dyn Error`, `Output: Send` for a generic future, or add `here;`",
    label = "the value of this branch is not `Send`",
    note = "for a `RefCell`, use a `Mutex`; for a `MutexGuard`, return what it guards",
    note = "`gather!(here; ..)` runs the branches in the awaiting task, and sends nothing",
    note = "the whole bound of a generic future: `F: Future<Output: Send + 'static> + Send + 'static`"
)]
pub trait BranchValue<T, L>: Send {
    /// The same value, under the name that inference found for its type.
    fn into_value(self) -> T;
}

impl<T: Send + 'static> BranchValue<T, Applies> for T {
    #[inline]
    fn into_value(self) -> T {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<O: Impossible, T> BranchValue<T, NeverApplies> for O {
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
pub trait ValueOf<O> {}

impl<O> ValueOf<O> for O {}
