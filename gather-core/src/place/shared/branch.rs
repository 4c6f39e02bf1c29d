//! A branch in a shared task. It records its own outcome, however it ends.

use std::future::Future;
use std::marker::PhantomData;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::outcome::BranchError;
use crate::outcome::caught::{Payload, Unwanted, caught, caught_seldom, drop_silenced};
use crate::place::shared::set::{InSet, Polled};
use crate::policy::Policy;
use crate::task::{Failure, Judging, SiblingsOf};

/// Records the outcome of a branch whose value is a `T`.
pub(crate) trait Recorder<T: Send + 'static, P: Policy> {
    fn siblings(&self) -> &SiblingsOf<P>;

    /// Makes the error of a branch that panicked with this payload or, without one, was cancelled.
    fn error(&self, index: usize, panic: Option<Payload>) -> BranchError;

    /// Records that the branch has ended, and what is kept of it.
    fn put(&self, index: usize, kept: Option<P::Kept<T>>);

    /// Records that the branch was cancelled, if what is kept of it does not say so.
    fn missed(&self, _: usize) {}

    /// Notes that a panic of the branch is unwinding to the code that polls its set.
    fn unwinds(&self, _: usize) {}

    /// Records that the branch has panicked.
    fn panicked(&self, index: usize, payload: Payload) {
        let panic = self.error(index, Some(payload));
        let kept = if P::KEEPS_PANICS {
            P::keep_error(|| panic)
        } else {
            self.siblings().fail(Failure::Panic(panic));
            None
        };
        self.put(index, kept);
    }

    /// Records that the branch was dropped before it ended, and the panic of that drop, if there
    /// was one.
    #[cold]
    fn cut_off(&self, index: usize, panicked: Option<Payload>) {
        if let Some(payload) = panicked {
            return self.panicked(index, payload);
        }
        let kept = P::keep_error(|| self.error(index, None));
        if kept.is_none() {
            self.missed(index);
        }
        self.put(index, kept);
    }
}

/// A type-erased branch that is polled alone. Under a limit, it runs one branch after another, and
/// is ready whenever one of them has ended. It does not panic.
pub(crate) trait AnyBranch: Future<Output = ()> + Send {
    /// Takes the next branch from the source of the last one, and returns whether there was one.
    /// The caller must hold the turn.
    fn take_next(self: Pin<&mut Self>) -> bool;
}

pub(crate) type BoxedBranch = Pin<Box<dyn AnyBranch>>;

/// Where a branch's successor comes from.
pub(crate) trait Refills<F> {
    fn next(&self) -> Option<(usize, F)>;
}

pub(crate) fn boxed_branch<F, J, R>(future: F, index: usize, recorder: R) -> BoxedBranch
where
    F: Future + Send + 'static,
    J: Judging<F::Output> + 'static,
    R: Recorder<J::Value, J::Policy> + Refills<F> + Send + 'static,
{
    Box::pin(SharedBranch::<F, J, R>::new(future, index, recorder))
}

pin_project! {
    /// A branch: polled alone as an [`AnyBranch`], or among others in a [`Set`].
    ///
    /// [`Set`]: crate::place::shared::set::Set
    pub(crate) struct SharedBranch<F, J, R>
    where
        F: Future,
        J: Judging<F::Output>,
        R: Recorder<J::Value, J::Policy>,
    {
        // `None` once the branch has ended. Its memory stays part of the task.
        #[pin]
        future: Option<F>,
        index: usize,
        recorder: R,
        judging: PhantomData<fn() -> J>,
    }

    impl<F, J, R> PinnedDrop for SharedBranch<F, J, R>
    where
        F: Future,
        J: Judging<F::Output>,
        R: Recorder<J::Value, J::Policy>,
    {
        fn drop(this: Pin<&mut Self>) {
            if this.future.is_some() {
                this.cut_off();
            }
        }
    }
}

impl<F, J, R> SharedBranch<F, J, R>
where
    F: Future,
    J: Judging<F::Output>,
    R: Recorder<J::Value, J::Policy>,
{
    #[inline]
    pub(crate) fn new(future: F, index: usize, recorder: R) -> Self {
        SharedBranch {
            future: Some(future),
            index,
            recorder,
            judging: PhantomData,
        }
    }

    /// Handles a drop before the branch has ended: it was aborted, or its runtime shut down.
    #[cold]
    fn cut_off(self: Pin<&mut Self>) {
        let mut this = self.project();
        // A panic must not get out of here: the code that drops this also drops the neighbouring
        // branches.
        let panicked = caught_seldom(&mut || this.future.set(None));
        this.recorder.cut_off(*this.index, panicked);
    }

    /// Polls the branch. All of the returned state matters to a set; a branch that is polled alone
    /// needs only whether it has ended.
    ///
    /// The caller must catch a panic. After one, the branch has ended, and its outcome is the
    /// payload.
    #[inline]
    fn poll_branch(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        let mut polling = Polling { branch: self };
        let this = polling.branch.as_mut().project();
        let Some(future) = this.future.as_pin_mut() else {
            mem::forget(polling);
            return Polled::OverInPlace;
        };
        let Poll::Ready(output) = future.poll(cx) else {
            mem::forget(polling);
            return Polled::Pending;
        };
        // If the future's `Drop` panics, the output is dropped while that panic unwinds: a second
        // panic would abort the process.
        let output = Unwanted::unless_taken(output);
        let mut this = polling.branch.as_mut().project();
        this.future.set(None);
        let (kept, polled) = match J::judge(output.into_inner()) {
            Ok(value) => (Some(J::Policy::keep(value)), Polled::OverInPlace),
            Err(error) => {
                J::Policy::failed(error, |error| {
                    this.recorder.siblings().fail(Failure::Error(error));
                });
                (None, Polled::Yield)
            }
        };
        this.recorder.put(*this.index, kept);
        mem::forget(polling);
        polled
    }
}

/// A branch that is polled alone: this catches its panic.
impl<F, J, R> Future for SharedBranch<F, J, R>
where
    F: Future,
    J: Judging<F::Output>,
    R: Recorder<J::Value, J::Policy>,
{
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.recorder.siblings().is_stopped() {
            // The task has been aborted, or is about to be.
            return Poll::Pending;
        }
        match caught(|| self.as_mut().poll_branch(cx)) {
            Ok(Polled::Pending) => Poll::Pending,
            Ok(_) => Poll::Ready(()),
            Err(payload) => {
                self.recorder.panicked(self.index, payload);
                Poll::Ready(())
            }
        }
    }
}

impl<F, J, R> AnyBranch for SharedBranch<F, J, R>
where
    F: Future + Send,
    J: Judging<F::Output>,
    R: Recorder<J::Value, J::Policy> + Refills<F> + Send,
{
    fn take_next(self: Pin<&mut Self>) -> bool {
        let mut this = self.project();
        let Some((index, future)) = this.recorder.next() else {
            return false;
        };
        this.future.set(Some(future));
        *this.index = index;
        true
    }
}

/// A branch in a set: its panic unwinds to the code that polls the set.
impl<F, J, R> InSet for SharedBranch<F, J, R>
where
    F: Future,
    J: Judging<F::Output>,
    R: Recorder<J::Value, J::Policy>,
{
    #[inline]
    fn poll_in_set(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        self.poll_branch(cx)
    }
}

/// Drops a future that has panicked while the panic unwinds, as tokio does for a task. If there is
/// no panic, this guard is forgotten.
struct Polling<'a, F, J, R>
where
    F: Future,
    J: Judging<F::Output>,
    R: Recorder<J::Value, J::Policy>,
{
    branch: Pin<&'a mut SharedBranch<F, J, R>>,
}

impl<F, J, R> Drop for Polling<'_, F, J, R>
where
    F: Future,
    J: Judging<F::Output>,
    R: Recorder<J::Value, J::Policy>,
{
    fn drop(&mut self) {
        let mut this = self.branch.as_mut().project();
        drop_silenced(caught_seldom(&mut || this.future.set(None)));
        this.recorder.unwinds(*this.index);
    }
}
