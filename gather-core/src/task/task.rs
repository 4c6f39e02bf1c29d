//! The future that runs as a branch's tokio task.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread::panicking;

use pin_project_lite::pin_project;
use tokio::task::try_id;

use crate::explain::BranchValue;
use crate::outcome::caught::{Unwanted, caught_seldom, resume_unless_unwinding};
use crate::policy::{Accepts, Policy};
use crate::task::failure::Failure;
use crate::task::siblings::{Siblings, Stop};

/// The output of a tokio task: the branch's value, or a mark that it has failed and reported that.
pub(crate) type TaskOutput<T, P> = Result<T, <P as Policy>::Failed>;

/// A task's link to its gather.
pub(crate) trait Link<E>: Send {
    /// Records that this branch has failed the gather.
    fn fail(&self, failure: Failure<E>);

    /// Records that the branch was dropped before it ended: it was aborted, or its runtime shut
    /// down.
    fn cancelled(&self) {}
}

impl<E> Link<E> for Arc<Siblings<E, dyn Stop<E>>> {
    fn fail(&self, failure: Failure<E>) {
        Siblings::fail(self, failure);
    }
}

/// The siblings, with a reference count that only some of them share. If all branches of a spread
/// shared one, cores would contend for it.
impl<E> Link<E> for Arc<Arc<Siblings<E, dyn Stop<E>>>> {
    fn fail(&self, failure: Failure<E>) {
        Siblings::fail(self, failure);
    }
}

/// How the policy judges the output of a branch. Only types carry this, so it costs nothing at run
/// time.
pub(crate) trait Judging<B> {
    type Policy: Policy;
    type Value: Send + 'static;

    fn judge(output: B) -> Result<Self::Value, <Self::Policy as Policy>::Error>;
}

/// The [`Judging`] of a branch whose value is a `BranchValue<T, L>`.
pub(crate) struct Judged<P, T, L, M>(Inferred<P, T, L, M>);

type Inferred<P, T, L, M> = PhantomData<fn() -> (P, T, L, M)>;

impl<P, B, T, L, M> Judging<B> for Judged<P, T, L, M>
where
    P: Accepts<B, M>,
    P::Value: BranchValue<T, L>,
    T: Send + 'static,
{
    type Policy = P;
    type Value = T;

    #[inline]
    fn judge(output: B) -> Result<T, P::Error> {
        P::judge(output).map(BranchValue::into_value)
    }
}

pin_project! {
    /// The progress of a branch. It is only a word larger than its future, because tokio moves
    /// tasks.
    #[project = StageProjection]
    enum Stage<F> {
        Running { #[pin] future: F },
        // The future has returned and is dropped, but its output may still fail the gather.
        Returned,
        Ended,
    }
}

pin_project! {
    /// A branch's future and its link to the gather.
    pub(crate) struct Task<F, J, L>
    where
        F: Future,
        J: Judging<F::Output>,
        L: Link<<J::Policy as Policy>::Error>,
    {
        #[pin]
        stage: Stage<F>,
        judging: PhantomData<fn() -> J>,
        // A separate field, so it is dropped after the future even if that drop panics.
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
            if !matches!(*this.stage, Stage::Ended) {
                cut_off::<F, J, L>(this.stage, this.link);
            }
        }
    }
}

/// Drops a branch that has not ended. If it has panicked, tokio calls this while the panic unwinds.
///
/// The future is dropped under a catch, because a panic that leaves a `Drop` during unwinding
/// aborts the process. If nothing unwinds, a panic of the future's `Drop` is passed on to tokio,
/// which keeps it as the panic of the task.
///
/// A thread that drops a runtime may also be unwinding. The tasks of that runtime then appear to
/// have panicked, until their join handles are read.
#[cold]
fn cut_off<F, J, L>(mut stage: Pin<&mut Stage<F>>, link: &L)
where
    F: Future,
    J: Judging<F::Output>,
    L: Link<<J::Policy as Policy>::Error>,
{
    let is_unwinding = panicking();
    if !is_unwinding {
        link.cancelled();
    }
    let panicked = caught_seldom(&mut || stage.set(Stage::Ended));
    if !J::Policy::KEEPS_PANICS
        && (is_unwinding || panicked.is_some())
        && let Some(task) = try_id()
    {
        link.fail(Failure::PanicOf(task));
    }
    resume_unless_unwinding(panicked);
}

impl<F, J, L> Task<F, J, L>
where
    F: Future,
    J: Judging<F::Output>,
    L: Link<<J::Policy as Policy>::Error>,
{
    #[inline]
    pub(crate) fn new(future: F, link: L) -> Self {
        Task {
            stage: Stage::Running { future },
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
        let StageProjection::Running { future } = this.stage.as_mut().project() else {
            unreachable!("tokio does not poll a task that has ended");
        };
        let Poll::Ready(output) = future.poll(cx) else {
            return Poll::Pending;
        };
        // If the future's `Drop` panics, the output is dropped while that panic unwinds: a second
        // panic would abort the process.
        let output = Unwanted::unless_taken(output);
        this.stage.set(Stage::Returned);
        let returned = match J::judge(output.into_inner()) {
            Ok(value) => Ok(value),
            Err(error) => Err(J::Policy::failed(error, |error| {
                this.link.fail(Failure::Error(error));
            })),
        };
        this.stage.set(Stage::Ended);
        Poll::Ready(returned)
    }
}
