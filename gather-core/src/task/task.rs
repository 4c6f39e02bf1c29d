//! The future that runs as a branch's tokio task.

use std::future::Future;
use std::marker::PhantomData;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::explain::BranchOutput;
use crate::outcome::caught::{caught_seldom, drop_silenced};
use crate::policy::{Judge, Policy};
use crate::task::failure::Failure;
use crate::task::siblings::{Siblings, Stop};

/// What a task returns to tokio: the branch's value, or that it failed and has said so.
pub(crate) type TaskOutput<T, P> = Result<T, <P as Policy>::Failed>;

/// What a task knows of its gather.
pub(crate) trait Link<E>: Send {
    /// The gather has failed with this branch.
    fn fail(&self, failure: Failure<E>);

    /// The branch was dropped before it ended: it was aborted, or its runtime shut down.
    fn cancelled(&self) {}
}

impl<E: Send> Link<E> for Arc<Siblings<E, dyn Stop>> {
    fn fail(&self, failure: Failure<E>) {
        Siblings::fail(self, failure);
    }
}

/// The siblings, with a reference count that only some of them share: cores would fight for one
/// that all the branches of a spread share.
impl<E: Send> Link<E> for Arc<Arc<Siblings<E, dyn Stop>>> {
    fn fail(&self, failure: Failure<E>) {
        Siblings::fail(self, failure);
    }
}

/// How the policy takes what a branch returns, in types alone: nothing is kept of it at run time.
pub(crate) trait Judging<B> {
    type Policy: Policy;
    type Value: Send + 'static;

    fn judge(output: B) -> Result<Self::Value, <Self::Policy as Policy>::Error>;
}

/// The [`Judging`] of a branch whose output is a `BranchOutput<O, L>`.
pub(crate) struct Judged<P, O, L, M>(PhantomData<fn() -> (P, O, L, M)>);

impl<P, B, O, L, M> Judging<B> for Judged<P, O, L, M>
where
    P: Judge<O, M>,
    P::Value: Send + 'static,
    B: BranchOutput<O, L>,
{
    type Policy = P;
    type Value = P::Value;

    #[inline]
    fn judge(output: B) -> Result<P::Value, P::Error> {
        P::judge(output.into_value())
    }
}

pin_project! {
    /// A branch's future, and its link to its gather.
    pub(crate) struct Task<F, J, L>
    where
        F: Future,
        J: Judging<F::Output>,
        L: Link<<J::Policy as Policy>::Error>,
    {
        // `None` once the branch has ended.
        #[pin]
        future: Option<F>,
        // Whether the user's code is being run: who is dropped meanwhile has panicked.
        polling: bool,
        judging: PhantomData<fn() -> J>,
        // Dropped after the future, whatever becomes of that: it is a field of its own.
        link: L,
    }

    impl<F, J, L> PinnedDrop for Task<F, J, L>
    where
        F: Future,
        J: Judging<F::Output>,
        L: Link<<J::Policy as Policy>::Error>,
    {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if *this.polling {
                panicked::<F, J, L>(this.future, this.link);
            } else if this.future.is_some() {
                cancelled::<F, J, L>(this.future, this.link);
            }
        }
    }
}

/// tokio drops a task that has panicked while the panic unwinds. The future is dropped under a
/// catch: a panic that leaves a `Drop` during unwinding would end the process.
#[cold]
fn panicked<F, J, L>(mut future: Pin<&mut Option<F>>, link: &L)
where
    F: Future,
    J: Judging<F::Output>,
    L: Link<<J::Policy as Policy>::Error>,
{
    drop_silenced(caught_seldom(&mut || future.set(None)));
    fail_by_panic::<J::Policy, L>(link);
}

/// A panic in the future's `Drop` is given on to tokio, which keeps it as that of the task.
#[cold]
fn cancelled<F, J, L>(mut future: Pin<&mut Option<F>>, link: &L)
where
    F: Future,
    J: Judging<F::Output>,
    L: Link<<J::Policy as Policy>::Error>,
{
    link.cancelled();
    if let Some(payload) = caught_seldom(&mut || future.set(None)) {
        fail_by_panic::<J::Policy, L>(link);
        resume_unwind(payload);
    }
}

fn fail_by_panic<P: Policy, L: Link<P::Error>>(link: &L) {
    if !P::KEEPS_PANICS
        && let Some(task) = tokio::task::try_id()
    {
        link.fail(Failure::PanicOf(task));
    }
}

impl<F, J, L> Task<F, J, L>
where
    F: Future,
    J: Judging<F::Output>,
    L: Link<<J::Policy as Policy>::Error>,
{
    #[inline]
    pub(crate) fn new(future: Option<F>, link: L) -> Self {
        Task {
            future,
            polling: false,
            judging: PhantomData,
            link,
        }
    }
}

impl<F, J, L> Future for Task<F, J, L>
where
    F: Future,
    J: Judging<F::Output>,
    L: Link<<J::Policy as Policy>::Error>,
{
    type Output = TaskOutput<J::Value, J::Policy>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        *this.polling = true;
        let running = this.future.as_mut().as_pin_mut();
        let polled = running
            .expect("tokio does not poll a task that has ended")
            .poll(cx);
        let Poll::Ready(output) = polled else {
            *this.polling = false;
            return Poll::Pending;
        };
        // If the future's `Drop` panics, so may that of the output.
        let output = Unwanted::unless_taken(output);
        this.future.set(None);
        let returned = match J::judge(output.take()) {
            Ok(value) => Ok(value),
            Err(error) => Err(J::Policy::failed(error, |error| {
                this.link.fail(Failure::Error(error));
            })),
        };
        *this.polling = false;
        Poll::Ready(returned)
    }
}

/// A value that is dropped under a catch, unless it is taken.
pub(crate) struct Unwanted<T>(Option<T>);

impl<T> Unwanted<T> {
    pub(crate) fn unless_taken(value: T) -> Self {
        Unwanted(Some(value))
    }

    pub(crate) fn take(mut self) -> T {
        self.0.take().expect("it is taken once")
    }
}

impl<T> Drop for Unwanted<T> {
    fn drop(&mut self) {
        if let Some(value) = self.0.take() {
            drop_silenced(value);
        }
    }
}
