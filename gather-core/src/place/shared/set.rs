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

/// Futures each of which is polled when it has been woken, in the order in which they were.
pub(crate) struct Set<F>(MergeBounded<Yielding<F>>);

/// As many are polled before the task yields to others. The crate `futures-buffered` stops behind the
/// 61st by itself, but in a way that has the task go on before any that yielded to it.
const POLLS_PER_YIELD: u32 = 60;

thread_local! {
    /// How many more the set that is being polled may poll before it yields.
    static LEFT: Cell<u32> = const { Cell::new(0) };
}

/// What a set can poll.
pub(crate) trait InSet {
    fn poll_in_set(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled;
}

/// How a future is after a poll.
pub(crate) enum Polled {
    Pending,
    /// It has ended, and is removed. The set goes on with the next at once: for futures of which few
    /// end at once.
    Over,
    /// It has ended, and stays in its place. Its owner counts those that do.
    OverInPlace,
    /// As `OverInPlace`, and the task is to yield before those behind are polled.
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
        // A set may be among the futures of another one. If a panic keeps this from being put back,
        // the other one yields too soon.
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

/// Yields to other tasks: the task is polled again behind those that are ready.
pub(crate) fn poll_yield(cx: &mut Context<'_>) -> Poll<()> {
    pin!(yield_now()).poll(cx)
}

/// The set must not be polled before the task has yielded.
struct MustYield;

pin_project! {
    /// A future as a stream, which can say something before it ends.
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
            // With the budget spent, the next poll is to begin with those behind, or they would never have
            // any of it.
            Polled::Pending => has_budget_remaining(),
            Polled::Over => return Poll::Ready(None),
            // It will not spend it again.
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
