//! A branch's future in a task that it shares.

use std::future::Future;
use std::marker::PhantomData;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::outcome::caught::Unwanted;
use crate::outcome::caught::{Payload, caught_seldom, drop_silenced};
use crate::place::shared::report::Report;
use crate::place::shared::set::{InSet, Polled};
use crate::policy::Policy;
use crate::task::{Failure, Judging};

pin_project! {
    /// A branch, which says itself what became of it, in whatever way it ends.
    pub(crate) struct Member<F, J, R>
    where
        F: Future,
        J: Judging<F::Output>,
        R: Report<J::Value, J::Policy>,
    {
        // `None` once it has ended. The memory of its place is the task's.
        #[pin]
        future: Option<F>,
        index: usize,
        report: R,
        judging: PhantomData<fn() -> J>,
    }

    impl<F, J, R> PinnedDrop for Member<F, J, R>
    where
        F: Future,
        J: Judging<F::Output>,
        R: Report<J::Value, J::Policy>,
    {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.future.is_some() {
                // Aborted, or its runtime shut down. A panic in here is not to reach the neighbours,
                // which are dropped by the same code.
                let panicked = caught_seldom(&mut || this.future.set(None));
                this.report.cut_off(*this.index, panicked);
            }
        }
    }
}

impl<F, J, R> Member<F, J, R>
where
    F: Future,
    J: Judging<F::Output>,
    R: Report<J::Value, J::Policy>,
{
    #[inline]
    pub(crate) fn new(future: F, index: usize, report: R) -> Self {
        Member {
            future: Some(future),
            index,
            report,
            judging: PhantomData,
        }
    }

    pub(crate) fn report(&self) -> &R {
        &self.report
    }

    /// Has another branch in the place of the one that has ended.
    pub(crate) fn replace(self: Pin<&mut Self>, future: F, index: usize) {
        let mut this = self.project();
        this.future.set(Some(future));
        *this.index = index;
    }

    /// The branch has panicked, and whoever polled it has caught that.
    #[cold]
    pub(crate) fn panicked(self: Pin<&mut Self>, payload: Payload) {
        let this = self.project();
        this.report.panicked(*this.index, payload);
    }

    /// Polls the branch. Returns whether it has ended.
    ///
    /// Whoever calls this is to catch a panic, behind which the branch is over; its outcome is the
    /// payload.
    #[inline]
    pub(crate) fn poll_ended(self: Pin<&mut Self>, cx: &mut Context<'_>) -> bool {
        let this = self.project();
        let mut polling = Polling {
            future: this.future,
            index: *this.index,
            report: this.report,
            judging: PhantomData::<(J, J::Value, J::Policy)>,
        };
        let Some(future) = polling.future.as_mut().as_pin_mut() else {
            mem::forget(polling);
            return true;
        };
        let Poll::Ready(output) = future.poll(cx) else {
            mem::forget(polling);
            return false;
        };
        // If the future's `Drop` panics, so may that of the output.
        let output = Unwanted::unless_taken(output);
        polling.future.set(None);
        let kept = match J::judge(output.take()) {
            Ok(value) => Some(J::Policy::keep(value)),
            Err(error) => {
                J::Policy::failed(error, |error| {
                    polling.report.siblings().fail(Failure::Error(error));
                });
                None
            }
        };
        polling.report.put(polling.index, kept);
        mem::forget(polling);
        true
    }
}

impl<F, J, R> InSet for Member<F, J, R>
where
    F: Future,
    J: Judging<F::Output>,
    R: Report<J::Value, J::Policy>,
{
    #[inline]
    fn poll_in_set(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        if !self.as_mut().poll_ended(cx) {
            Polled::Pending
        } else if self.report.siblings().is_stopped() {
            Polled::Yield
        } else {
            Polled::OverInPlace
        }
    }
}

/// Drops a future that has panicked while the panic unwinds, as tokio drops a task. It is forgotten
/// where nothing unwinds.
struct Polling<'a, F, J, T, P, R>
where
    T: Send + 'static,
    P: Policy,
    R: Report<T, P>,
{
    future: Pin<&'a mut Option<F>>,
    index: usize,
    report: &'a R,
    judging: PhantomData<(J, T, P)>,
}

impl<F, J, T, P, R> Drop for Polling<'_, F, J, T, P, R>
where
    T: Send + 'static,
    P: Policy,
    R: Report<T, P>,
{
    fn drop(&mut self) {
        drop_silenced(caught_seldom(&mut || self.future.set(None)));
        self.report.unwinds(self.index);
    }
}
