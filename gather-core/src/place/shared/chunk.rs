//! Consecutive branches of a spread, driven by one task.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::vec;

use crate::outcome::caught::{caught, drop_each, drop_silenced};
use crate::place::shared::branch::Recorder;
use crate::place::shared::branch::SharedBranch;
use crate::place::shared::many::{ChunkResults, Sharers};
use crate::place::shared::set::{Set, poll_yield};
use crate::place::shared::task::BoxedJob;
use crate::task::{Judging, LARGE, SiblingsOf};

/// The branches of a spread that have not been dealt out to tasks.
pub(crate) trait Undealt {
    fn len(&self) -> usize;

    /// Splits off the next `branches` branches, as a job for one task.
    fn cut(&mut self, branches: usize) -> BoxedJob;
}

type PolicyOf<F, J> = <J as Judging<<F as Future>::Output>>::Policy;
type ValueOf<F, J> = <J as Judging<<F as Future>::Output>>::Value;

pub(crate) struct UndealtSpread<F, J>
where
    F: Future,
    J: Judging<F::Output>,
{
    futures: vec::IntoIter<F>,
    cut: usize,
    sharers: Arc<Sharers<ValueOf<F, J>, PolicyOf<F, J>>>,
    siblings: SiblingsOf<PolicyOf<F, J>>,
}

impl<F, J> UndealtSpread<F, J>
where
    F: Future,
    J: Judging<F::Output>,
{
    pub(crate) fn new(
        futures: Vec<F>,
        sharers: Arc<Sharers<ValueOf<F, J>, PolicyOf<F, J>>>,
        siblings: SiblingsOf<PolicyOf<F, J>>,
    ) -> Self {
        UndealtSpread {
            futures: futures.into_iter(),
            cut: 0,
            sharers,
            siblings,
        }
    }
}

impl<F, J> Undealt for UndealtSpread<F, J>
where
    F: Future + Send + 'static,
    J: Judging<F::Output> + 'static,
{
    fn len(&self) -> usize {
        self.futures.len()
    }

    fn cut(&mut self, branches: usize) -> BoxedJob {
        let results = self.sharers.add(self.cut, branches, &self.siblings);
        self.cut += branches;
        let futures = self.futures.by_ref().take(branches);
        if const { size_of::<F>() > LARGE } {
            Box::pin(Chunk::<_, J>::new(futures.map(Box::pin), results))
        } else {
            Box::pin(Chunk::<_, J>::new(futures, results))
        }
    }
}

impl<F, J> Drop for UndealtSpread<F, J>
where
    F: Future,
    J: Judging<F::Output>,
{
    fn drop(&mut self) {
        if self.futures.len() > 0 {
            // A later iterator has panicked, and that panic is unwinding.
            drop_silenced(drop_each(self.futures.by_ref().collect()));
        }
    }
}

type ResultsOf<F, J> = ChunkResults<ValueOf<F, J>, PolicyOf<F, J>>;

type BranchOf<F, J> = SharedBranch<F, J, Arc<ResultsOf<F, J>>>;

struct Chunk<F, J>
where
    F: Future,
    J: Judging<F::Output>,
{
    set: Set<BranchOf<F, J>>,
    results: Arc<ResultsOf<F, J>>,
}

impl<F, J> Chunk<F, J>
where
    F: Future,
    J: Judging<F::Output>,
{
    fn new(futures: impl Iterator<Item = F>, results: Arc<ResultsOf<F, J>>) -> Self {
        let branches = futures.enumerate();
        let set = Set::new(
            branches.map(|(index, future)| SharedBranch::new(future, index, Arc::clone(&results))),
        );
        Chunk { set, results }
    }
}

impl<F, J> Future for Chunk<F, J>
where
    F: Future,
    J: Judging<F::Output>,
{
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Chunk { set, results } = &mut *self;
        if results.siblings().is_stopped() {
            // The task has been aborted, or is about to be.
            return Poll::Pending;
        }
        // One catch covers all branches that are polled: a panic has left only the branch that it
        // came from, and the others are intact.
        if let Err(payload) = caught(|| Pin::new(set).poll(cx)) {
            let Some(index) = results.take_unwinding() else {
                // Not the panic of a branch: the task fails, and its branches count as cancelled.
                resume_unwind(payload);
            };
            results.panicked(index, payload);
            if results.running() > 0 {
                return poll_yield(cx);
            }
        }
        if results.running() == 0 {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}
