//! What is wrong with a spread.

use std::future::IntoFuture;

use crate::explain::{Applies, Impossible, NeverApplies};

/// What can be spread: what can be iterated over.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an iterator, so `..` cannot spread it: write `..ids.into_iter().map(fetch)`",
    label = "`..` spreads an iterator of futures, and this is not one",
    note = "one future needs no `..`",
    note = "for a stream of futures: `stream.buffered(16)`"
)]
pub trait IntoSpread<I, J> {
    /// Turns it into the iterator of branches.
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

impl<S: Impossible, I> IntoSpread<I, NeverApplies> for S {
    fn into_spread(self) -> I {
        self.impossible()
    }
}

/// What an iterator that is spread can yield: futures.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`..` spreads an iterator of futures, but this one yields `{Self}`: make a future of each, `..ids.into_iter().map(fetch)`",
    label = "the items of this are not futures"
)]
pub trait SpreadItem<F, K> {
    /// Turns it into the future to be run.
    fn into_branch(self) -> F;
}

impl<B, F> SpreadItem<F, Applies> for B
where
    B: IntoFuture<IntoFuture = F>,
{
    #[inline]
    fn into_branch(self) -> F {
        self.into_future()
    }
}

impl<B: Impossible, F> SpreadItem<F, NeverApplies> for B {
    fn into_branch(self) -> F {
        self.impossible()
    }
}
