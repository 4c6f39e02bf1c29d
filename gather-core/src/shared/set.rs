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

impl<F: Future<Output = ()>> Stream for Turns<F> {
    type Item = TurnIsOver;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<TurnIsOver>> {
        if self.project().future.poll(cx).is_ready() {
            return Poll::Ready(None);
        }
        let left = LEFT.get().saturating_sub(1);
        LEFT.set(left);
        // With the budget spent, those behind are to begin the next turn, or they would never have any
        // of it.
        if left > 0 && has_budget_remaining() {
            Poll::Pending
        } else {
            Poll::Ready(Some(TurnIsOver))
        }
    }
}
