//! The futures that a task polls by turns.

use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use futures_buffered::MergeBounded;
use futures_core::Stream;
use pin_project_lite::pin_project;
use tokio::task::coop::has_budget_remaining;
use tokio::task::yield_now;

/// Futures each of which is polled when it has been woken, in the order in which they were.
pub(crate) struct Set<F>(MergeBounded<Turns<F>>);

/// As many are polled before other tasks have their turn. The crate `futures-buffered` stops behind the
/// 61st by itself, but in a way that has the task go on before any that yielded to it.
const POLLS_A_TURN: u32 = 60;

thread_local! {
    /// How many may still be polled in the turn of the set that is being polled.
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
    /// As `OverInPlace`, and those behind are not to be polled in this turn.
    TurnOver,
}

impl<F: InSet> Set<F> {
    pub(crate) fn new(futures: impl IntoIterator<Item = F>) -> Self {
        let futures = futures.into_iter();
        Set(futures.map(|future| Turns { future }).collect())
    }
}

impl<F: InSet> Future for Set<F> {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // A set may be among the futures of another one. If a panic keeps this from being put back,
        // the other one yields too soon.
        let outer = LEFT.replace(POLLS_A_TURN);
        let polled = Pin::new(&mut self.0).poll_next(cx);
        LEFT.set(outer);
        match polled {
            Poll::Ready(None) => Poll::Ready(()),
            Poll::Ready(Some(TurnIsOver)) => yield_turn(cx),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// Has this polled again when other tasks have had their turn.
pub(crate) fn yield_turn(cx: &mut Context<'_>) -> Poll<()> {
    pin!(yield_now()).poll(cx)
}

/// The set is to be polled no more until the task has yielded.
struct TurnIsOver;

pin_project! {
    /// A future as a stream, which can say something before it ends.
    struct Turns<F> {
        #[pin]
        future: F,
    }
}

impl<F: InSet> Stream for Turns<F> {
    type Item = TurnIsOver;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<TurnIsOver>> {
        let goes_on = match self.project().future.poll_in_set(cx) {
            // With the budget spent, those behind are to begin the next turn, or they would never have
            // any of it.
            Polled::Pending => has_budget_remaining(),
            Polled::Over => return Poll::Ready(None),
            // It will not spend it again.
            Polled::OverInPlace => true,
            Polled::TurnOver => false,
        };
        let left = LEFT.get();
        if left > 1 && goes_on {
            LEFT.set(left - 1);
            Poll::Pending
        } else {
            Poll::Ready(Some(TurnIsOver))
        }
    }
}
