//! The futures that a task polls as they are woken.

use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use futures_buffered::MergeBounded;
use futures_core::Stream;
use pin_project_lite::pin_project;
use tokio::task::coop::has_budget_remaining;
use tokio::task::yield_now;

use crate::task::sync::thread_local;

/// Futures that are polled only when they have been woken, in the order of the wake-ups.
pub(crate) struct Set<F>(MergeBounded<Yielding<F>>);

/// How many futures are polled before the task yields. The crate `futures-buffered` stops after the
/// 61st on its own, but only wakes its task, which then runs again before the tasks that have
/// yielded to it.
const POLLS_PER_YIELD: u32 = 60;

thread_local! {
    /// How many more futures the set that is being polled may poll before it yields.
    static LEFT: Cell<u32> = const { Cell::new(0) };
}

/// A future that a set can poll.
pub(crate) trait InSet {
    fn poll_in_set(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled;
}

/// The state of a future after a poll.
pub(crate) enum Polled {
    Pending,
    /// It has ended, and is removed. The set polls the next one without counting this poll, so this
    /// is for futures few of which end in the same poll.
    Over,
    /// It has ended, but stays in the set. The owner of the set counts the futures that have ended.
    OverInPlace,
    /// Like `OverInPlace`, but the task must yield before the next future is polled.
    Yield,
}

impl<F: InSet> Set<F> {
    pub(crate) fn new(futures: impl IntoIterator<Item = F>) -> Self {
        let futures = futures.into_iter();
        Set(futures.map(|future| Yielding { future }).collect())
    }
}

impl<F: InSet> Future for Set<F> {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // A set may contain sets. If a panic skips restoring the outer set's count, the outer set
        // yields too early or too late.
        let outer = LEFT.replace(POLLS_PER_YIELD);
        let polled = Pin::new(&mut self.0).poll_next(cx);
        LEFT.set(outer);
        match polled {
            Poll::Ready(None) => Poll::Ready(()),
            Poll::Ready(Some(MustYield)) => poll_yield(cx),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// Yields to other tasks: the task is polled again after those that are ready.
pub(crate) fn poll_yield(cx: &mut Context<'_>) -> Poll<()> {
    pin!(yield_now()).poll(cx)
}

/// The task must yield before the set is polled again.
struct MustYield;

pin_project! {
    /// A future as a stream, so that it can ask the set to stop before it has ended.
    struct Yielding<F> {
        #[pin]
        future: F,
    }
}

impl<F: InSet> Stream for Yielding<F> {
    type Item = MustYield;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<MustYield>> {
        let goes_on = match self.project().future.poll_in_set(cx) {
            // With the budget spent, the next poll must start after this future. Otherwise, the
            // futures after it would never get any of the budget.
            Polled::Pending => has_budget_remaining(),
            Polled::Over => return Poll::Ready(None),
            // An ended future will not spend the budget again.
            Polled::OverInPlace => true,
            Polled::Yield => false,
        };
        let left = LEFT.get();
        if left > 1 && goes_on {
            LEFT.set(left - 1);
            Poll::Pending
        } else {
            Poll::Ready(Some(MustYield))
        }
    }
}
