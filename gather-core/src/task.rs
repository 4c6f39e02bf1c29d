//! The future that runs as a branch's tokio task.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;

use crate::caught::{caught, drop_silenced};
use crate::state::Payload;

/// How a branch ended.
#[derive(Debug)]
pub enum Outcome<O> {
    /// It returned.
    Returned(O),
    /// It panicked, in its body or while its future was dropped.
    Panicked(Payload),
    /// It was dropped before it returned: aborted, or its runtime shut down.
    Cancelled,
}

/// Where a branch reports to. Dropping the seat says that the branch has ended, whatever became
/// of it: the seat therefore exists before the task does.
pub trait Seat<O>: Send + 'static {
    /// Whether the branch is to stop.
    fn is_stopped(&self) -> bool;

    /// Keeps the waker of the branch's task, to be woken when the branch is to stop.
    fn wait(&self, waker: &Waker);

    /// Takes the outcome, once, after the branch's future has been dropped.
    fn settle(&self, outcome: Outcome<O>);
}

/// Polls a branch. When the outcome is there, the future has been dropped.
pub(crate) fn poll_branch<F: Future>(
    mut future: Pin<&mut Option<F>>,
    cx: &mut Context<'_>,
) -> Poll<Outcome<F::Output>> {
    let polled = caught(|| {
        let future = future.as_mut().as_pin_mut();
        future
            .expect("a branch is not polled once it has ended")
            .poll(cx)
    });
    Poll::Ready(match polled {
        Ok(Poll::Pending) => return Poll::Pending,
        Ok(Poll::Ready(output)) => match caught(|| future.set(None)) {
            Ok(()) => Outcome::Returned(output),
            Err(payload) => Outcome::Panicked(payload),
        },
        Err(payload) => {
            drop_silenced(caught(|| future.set(None)));
            Outcome::Panicked(payload)
        }
    })
}

/// Drops a branch that has not ended.
pub(crate) fn cancel_branch<F: Future>(mut future: Pin<&mut Option<F>>) -> Outcome<F::Output> {
    match caught(|| future.set(None)) {
        Ok(()) => Outcome::Cancelled,
        Err(payload) => Outcome::Panicked(payload),
    }
}

pin_project! {
    /// A branch's future and its seat.
    ///
    /// It is stopped by a flag and a waker, and not by tokio's `abort`: a handle to abort it by is
    /// there only when it has been spawned, and a failure in between would miss it.
    pub(crate) struct Task<F, X>
    where
        F: Future,
        X: Seat<F::Output>,
    {
        #[pin]
        future: Option<F>,
        seat: Option<X>,
        // A task's waker is the same whenever it is polled: it is kept once.
        waits: bool,
    }

    impl<F, X> PinnedDrop for Task<F, X>
    where
        F: Future,
        X: Seat<F::Output>,
    {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if let Some(seat) = this.seat.take() {
                seat.settle(cancel_branch(this.future));
            }
        }
    }
}

impl<F, X> Task<F, X>
where
    F: Future,
    X: Seat<F::Output>,
{
    pub(crate) fn new(future: F, seat: X) -> Self {
        Task {
            future: Some(future),
            seat: Some(seat),
            waits: false,
        }
    }
}

impl<F, X> Future for Task<F, X>
where
    F: Future,
    X: Seat<F::Output>,
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let Some(seat) = this.seat else {
            return Poll::Ready(());
        };
        let outcome = if seat.is_stopped() {
            cancel_branch(this.future)
        } else if let Poll::Ready(outcome) = poll_branch(this.future.as_mut(), cx) {
            outcome
        } else if mem::replace(this.waits, true) {
            return Poll::Pending;
        } else {
            seat.wait(cx.waker());
            // Whoever stopped the branches may not have found the waker.
            if !seat.is_stopped() {
                return Poll::Pending;
            }
            cancel_branch(this.future)
        };
        if let Some(seat) = this.seat.take() {
            seat.settle(outcome);
        }
        Poll::Ready(())
    }
}
