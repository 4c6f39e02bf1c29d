//! Mistakes in a spread.

use std::convert::Infallible;
use std::future::IntoFuture;

use crate::explain::{Applies, Impossible, NeverApplies};

/// A value that can be spread: it can be iterated over.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an iterator, so `..` cannot spread it: write `..ids.into_iter().map(fetch)`, or drop the `..` before a single future",
    label = "`..` spreads an iterator of futures, but this is not an iterator",
    note = "a stream is not an iterator: for a stream of futures, write `stream.buffered(16)` in place of the gather"
)]
pub trait IntoSpread<I, J> {
    /// Converts it into the iterator of branches.
    fn into_spread(self) -> I;
}

impl<S, I> IntoSpread<I, Applies> for S
where
    S: IntoIterator<IntoIter = I>,
{
    fn into_spread(self) -> I {
        self.into_iter()
    }
}

#[diagnostic::do_not_recommend]
impl<S: Impossible, I> IntoSpread<I, NeverApplies> for S {
    fn into_spread(self) -> I {
        self.impossible()
    }
}

/// Marks a spread of futures without keys.
#[doc(hidden)]
#[derive(Debug)]
pub struct Plain(());

/// Marks a spread of futures with keys.
#[doc(hidden)]
#[derive(Debug)]
pub struct Paired(());

/// An item of a spread: a future, or a pair of a key and a future.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`..` spreads an iterator of futures, or of `(key, future)` pairs, but this one yields `{Self}`: write `.map(fetch)` to make a future from each item, `.flatten()` if the items hold futures, or `..futures` in place of `..&futures`",
    label = "the items of this iterator are not futures",
    note = "to get each result with its key: `..ids.into_iter().map(|id| (id, fetch(id)))`",
    note = "with several keys: `((id, name), future)`",
    note = "a reference to a future cannot run it, nor can a `Box` of one that is not pinned: `.map(Box::into_pin)`",
    note = "`.flatten()` drops each `None` or `Err`; to return the first `Err`, collect the futures before the call: `.collect::<Result<Vec<_>, _>>()?`"
)]
pub trait SpreadItem<F, K, N> {
    /// Converts it into the future to run. Its key is kept first, because the conversion may panic.
    fn into_branch(self, keep: impl FnOnce(K)) -> F;
}

#[diagnostic::do_not_recommend]
impl<B, F> SpreadItem<F, Infallible, Plain> for B
where
    B: IntoFuture<IntoFuture = F>,
{
    #[inline]
    fn into_branch(self, _: impl FnOnce(Infallible)) -> F {
        self.into_future()
    }
}

#[diagnostic::do_not_recommend]
impl<K, B, F> SpreadItem<F, K, Paired> for (K, B)
where
    B: IntoFuture<IntoFuture = F>,
{
    #[inline]
    fn into_branch(self, keep: impl FnOnce(K)) -> F {
        let (key, branch) = self;
        keep(key);
        branch.into_future()
    }
}

#[diagnostic::do_not_recommend]
impl<B: Impossible, F, K> SpreadItem<F, K, NeverApplies> for B {
    fn into_branch(self, _: impl FnOnce(K)) -> F {
        self.impossible()
    }
}

/// The key of a branch: it can be sent to the awaiting task.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not `Send`, so it cannot be the key of a branch: use `Arc` for `Rc`, or add `here;`",
    label = "the keys of this iterator are not `Send`",
    note = "the gather keeps a key until it is awaited, which may be on another thread",
    note = "for a generic key, add the bounds: `K: Send + 'static`",
    note = "with `here;`, keys stay in the awaiting task, and need not be `Send`"
)]
pub trait BranchKey<K, H>: Send {
    /// The same key, as the type that inference found.
    fn into_key(self) -> K;
}

#[diagnostic::do_not_recommend]
impl<K: Send + 'static> BranchKey<K, Applies> for K {
    #[inline]
    fn into_key(self) -> K {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<A: Impossible, K> BranchKey<K, NeverApplies> for A {
    fn into_key(self) -> K {
        self.impossible()
    }
}
