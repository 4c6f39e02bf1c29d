//! A branch by itself, whatever its type.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::outcome::caught::caught;
use crate::place::shared::member::Member;
use crate::place::shared::report::Report;
use crate::task::Judging;

/// A branch, and under a limit one after another. It is ready when a branch has ended, and does not
/// panic.
pub(crate) trait Seat: Future<Output = ()> + Send {
    /// Takes the next branch from where the last one came from, if there is one. For the one who has
    /// the turn.
    fn refill(self: Pin<&mut Self>) -> bool;
}

pub(crate) type BoxedSeat = Pin<Box<dyn Seat>>;

/// Where a seat's next branch comes from.
pub(crate) trait Refills<F> {
    fn next(&self) -> Option<(usize, F)>;
}

pub(crate) fn boxed_seat<F, J, R>(future: F, index: usize, report: R) -> BoxedSeat
where
    F: Future + Send + 'static,
    J: Judging<F::Output> + 'static,
    R: Report<J::Value, J::Policy> + Refills<F> + Send + 'static,
{
    let member = Member::<F, J, R>::new(future, index, report);
    Box::pin(Single { member })
}

pin_project! {
    struct Single<F, J, R>
    where
        F: Future,
        J: Judging<F::Output>,
        R: Report<J::Value, J::Policy>,
    {
        #[pin]
        member: Member<F, J, R>,
    }
}

impl<F, J, R> Future for Single<F, J, R>
where
    F: Future,
    J: Judging<F::Output>,
    R: Report<J::Value, J::Policy>,
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut member = self.project().member;
        if member.report().siblings().is_stopped() {
            // The task is aborted, or is about to be.
            return Poll::Pending;
        }
        match caught(|| member.as_mut().poll_ended(cx)) {
            Ok(true) => Poll::Ready(()),
            Ok(false) => Poll::Pending,
            Err(payload) => {
                member.panicked(payload);
                Poll::Ready(())
            }
        }
    }
}

impl<F, J, R> Seat for Single<F, J, R>
where
    F: Future + Send,
    J: Judging<F::Output>,
    R: Report<J::Value, J::Policy> + Refills<F> + Send,
{
    fn refill(self: Pin<&mut Self>) -> bool {
        let member = self.project().member;
        let next = member.report().next();
        next.is_some_and(|(index, future)| {
            member.replace(future, index);
            true
        })
    }
}
