//! The futures that a task polls by turns.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_buffered::MergeBounded;
use futures_core::Stream;
use pin_project_lite::pin_project;
use tokio::task::coop::has_budget_remaining;

/// Futures each of which is polled when it has been woken, in the order in which they were.
///
/// One poll of all is at most 61 of them, as the crate `futures-buffered` has it, and ends when the
/// task's budget is spent: those behind begin the next one, or they would never have any of it.
pub(crate) struct Set<F>(MergeBounded<Turns<F>>);

impl<F: Future<Output = ()>> Set<F> {
    pub(crate) fn new(futures: impl IntoIterator<Item = F>) -> Self {
        let futures = futures.into_iter();
        Set(futures.map(|future| Turns { future }).collect())
    }
}

impl<F: Future<Output = ()>> Future for Set<F> {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match Pin::new(&mut self.0).poll_next(cx) {
            Poll::Ready(None) => Poll::Ready(()),
            Poll::Ready(Some(BudgetSpent)) => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

/// The set is to be polled no more until the task has yielded.
struct BudgetSpent;

pin_project! {
    /// A future as a stream, which can say something before it ends.
    struct Turns<F> {
        #[pin]
        future: F,
    }
}

impl<F: Future<Output = ()>> Stream for Turns<F> {
    type Item = BudgetSpent;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<BudgetSpent>> {
        if self.project().future.poll(cx).is_ready() {
            Poll::Ready(None)
        } else if has_budget_remaining() {
            Poll::Pending
        } else {
            Poll::Ready(Some(BudgetSpent))
        }
    }
}
