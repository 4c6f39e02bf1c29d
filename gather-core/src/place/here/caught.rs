//! Polling a branch that may panic.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::outcome::caught::{Payload, Unwanted, caught, caught_seldom, drop_silenced};
use crate::place::here::policy::Policy;

/// Polls a branch, and drops it when it has returned. A panic is returned if the policy catches
/// panics, and unwinds otherwise.
#[inline]
pub(crate) fn poll_branch<P: Policy, F: Future>(
    mut future: Pin<&mut Option<F>>,
    cx: &mut Context<'_>,
) -> Poll<Result<F::Output, Payload>> {
    if !P::CATCHES {
        return poll_unwinding(future, cx).map(Ok);
    }
    match caught(|| poll_unwinding(future.as_mut(), cx)) {
        Ok(polled) => polled.map(Ok),
        Err(payload) => Poll::Ready(Err(payload)),
    }
}

/// The function that judges the output of a branch. Only the function that makes a branch requires
/// that its policy [accepts](crate::here::Accepts) the output, so that a mistake is reported once.
pub(crate) type Judging<F, T, P> = fn(<F as Future>::Output) -> Result<T, <P as Policy>::Error>;

/// Judges the output of a branch. A user's `From` may panic in here, which counts as a panic of the
/// branch.
#[inline]
pub(crate) fn judged<P: Policy, O, T>(
    ended: Result<O, Payload>,
    judge: fn(O) -> Result<T, P::Error>,
) -> Result<Result<T, P::Error>, Payload> {
    ended.and_then(|output| caught_if::<P, _>(|| judge(output)))
}

/// Runs the closure, and catches its panic if the policy does.
pub(crate) fn caught_if<P: Policy, T>(run: impl FnOnce() -> T) -> Result<T, Payload> {
    if P::CATCHES { caught(run) } else { Ok(run()) }
}

#[inline]
fn poll_unwinding<F: Future>(future: Pin<&mut Option<F>>, cx: &mut Context<'_>) -> Poll<F::Output> {
    let mut polling = Polling(future, true);
    let running = polling.0.as_mut().as_pin_mut();
    let polled = running
        .expect("a branch is polled until it has ended")
        .poll(cx);
    if let Poll::Ready(output) = polled {
        // If the future's `Drop` panics, the output is dropped while that panic unwinds: a second
        // panic would abort the process.
        let output = Unwanted::unless_taken(output);
        polling.0.set(None);
        polling.1 = false;
        return Poll::Ready(output.into_inner());
    }
    polling.1 = false;
    Poll::Pending
}

/// A branch, and whether it is being polled. If it panics, it is dropped under a catch while the
/// panic unwinds: a second panic would abort the process.
struct Polling<'a, F>(Pin<&'a mut Option<F>>, bool);

impl<F> Drop for Polling<'_, F> {
    fn drop(&mut self) {
        if self.1 {
            drop_silenced(caught_seldom(&mut || self.0.set(None)));
        }
    }
}
