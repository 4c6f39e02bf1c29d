//! Mistakes in a branch.

use std::future::{IntoFuture, Pending, pending};

use crate::explain::{Applies, Impossible, NeverApplies, OneByOne};

/// A value that can be a branch: it can be awaited.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a future, so it cannot be a branch: write a call, `fetch()`, a block, `async move {{ .. }}`, a spread, `..futures`, or `future` in place of `&future`",
    label = "this branch is not a future",
    note = "a value becomes a future in a block, `async move {{ value }}`; an `.await` goes inside the block",
    note = "a `Box<dyn Future>` is a future once it is pinned: `Pin<Box<dyn Future<Output = T> + Send>>`"
)]
pub trait IntoBranch<F, K> {
    /// Converts it into the future to run.
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

/// Marks a type that may hold a future, and is not one itself.
#[doc(hidden)]
#[derive(Debug)]
pub struct Holds(());

/// Marks an [`IntoBranch`] of a type that can be awaited itself: all but that of a type that
/// [holds](Holds) a future. The mark has this trait, not the type: of the type, rustc would
/// underline only a part.
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

/// The error says that it is not [`AllAtOnce`](crate::explain::AllAtOnce).
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

/// The kept value of a branch: it can be sent from the branch's task to the awaiting task.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the value of this branch is `{Self}`, which is not `Send`: use `Arc` for `Rc`, `dyn Error + Send + Sync` for `dyn Error`, `Output: Send` for a generic future, or add `here;`",
    label = "the value of this branch is not `Send`",
    note = "for a `RefCell`, use a `Mutex`; for a `MutexGuard`, return what it guards",
    note = "`gather!(here; ..)` runs the branches in the awaiting task, and sends nothing",
    note = "the full bound of a generic future: `F: Future<Output: Send + 'static> + Send + 'static`"
)]
pub trait BranchValue<T, L>: Send {
    /// The same value, as the type that inference found.
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

/// The other direction: if the use of the result determines its type, that is also the type of the
/// branch's value, as in `let (n,): (u8,) = gather!(async { text.parse().unwrap() }).await`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this branch returns `{O}`, but its result is used as `{Self}`",
    label = "this branch returns `{O}`"
)]
pub trait ValueOf<O> {}

impl<O> ValueOf<O> for O {}
