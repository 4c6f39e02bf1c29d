//! The future that runs as a branch's tokio task.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

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
    /// Takes the outcome, once, after the branch's future has been dropped.
    fn settle(&self, outcome: Outcome<O>);
}

pin_project! {
    /// A branch's future and its seat.
    pub(crate) struct Task<F, X>
    where
        F: Future,
        X: Seat<F::Output>,
    {
        // `None` once it has returned or panicked: the future is dropped before its outcome counts.
        #[pin]
        future: Option<F>,
        seat: Option<X>,
    }

    impl<F, X> PinnedDrop for Task<F, X>
    where
        F: Future,
        X: Seat<F::Output>,
    {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if let Some(seat) = this.seat.take() {
                seat.settle(match drop_caught(this.future.as_mut()) {
                    None => Outcome::Cancelled,
                    Some(payload) => Outcome::Panicked(payload),
                });
            }
        }
    }
}

/// Drops the future; the payload is that of a panic in its `Drop`.
fn drop_caught<F>(mut future: Pin<&mut Option<F>>) -> Option<Payload> {
    catch_unwind(AssertUnwindSafe(|| future.set(None))).err()
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
        let polled = catch_unwind(AssertUnwindSafe(|| {
            this.future
                .as_mut()
                .as_pin_mut()
                .map_or(Poll::Pending, |future| future.poll(cx))
        }));
        let outcome = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => match drop_caught(this.future.as_mut()) {
                None => Outcome::Returned(output),
                Some(payload) => Outcome::Panicked(payload),
            },
            Err(payload) => {
                // Of two panics the first is the one to report.
                drop_caught(this.future.as_mut());
                Outcome::Panicked(payload)
            }
        };
        if let Some(seat) = this.seat.take() {
            seat.settle(outcome);
        }
        Poll::Ready(())
    }
}
