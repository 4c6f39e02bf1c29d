//! The task in a place, which runs one branch of an iterator after another.

use std::future::Future;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio::task::{try_id, yield_now};

use crate::outcome::caught::{Unwanted, caught_seldom, drop_silenced};
use crate::place::limit::lazy_iter::{Kept, LazyIter, Output};
use crate::place::limit::queue::Place;
use crate::place::limit::results::PlaceResults;
use crate::task::Judging;

pin_project! {
    /// Runs branches in a place until there are no more, or until the turn to pull the next one is
    /// taken.
    pub(crate) struct Worker<I, J>
    where
        I: Iterator,
        I::Item: Future,
        J: Judging<Output<I>>,
    {
        #[pin]
        branch: Option<I::Item>,
        // The index of the branch whose outcome is not in the results yet.
        running: Option<usize>,
        iter: Arc<LazyIter<I, J>>,
        results: Arc<PlaceResults<Kept<I, J>>>,
        has_turn: bool,
        // Whether user code is running. A worker that is dropped meanwhile has panicked.
        polling: bool,
        has_left: bool,
        // Dropped last, so that the next task in this place finds everything settled.
        place: Place,
    }

    impl<I, J> PinnedDrop for Worker<I, J>
    where
        I: Iterator,
        I::Item: Future,
        J: Judging<Output<I>>,
    {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let queue = this.place.queue();
            if !*this.polling && !*this.has_left {
                // The gather was stopped, or its runtime shut down: nothing more can run.
                queue.close();
            }
            let panicked = caught_seldom(&mut || this.branch.set(None));
            if *this.polling && let Some(task) = try_id() {
                // The task has panicked, and tokio drops it while that panic unwinds.
                drop_silenced(panicked);
                let (index, ended) = match *this.running {
                    Some(index) => (index, None),
                    None => this.iter.end_in_panic(&**queue),
                };
                this.iter.panicked_in(task, index);
                this.results.put(index, None);
                drop_silenced(ended);
            } else if let Some(index) = *this.running {
                this.results.put(index, this.iter.cancelled(index, panicked));
            }
            if this.iter.siblings().is_stopped() {
                queue.close();
            }
            if mem::take(this.has_turn) {
                queue.hand_on();
            }
        }
    }
}

impl<I, J> Worker<I, J>
where
    I: Iterator<Item: Future>,
    J: Judging<Output<I>>,
{
    /// Makes a worker that starts with a branch or, without one, with the turn to pull one.
    pub(crate) fn new(
        first: Option<(usize, I::Item)>,
        iter: Arc<LazyIter<I, J>>,
        results: Arc<PlaceResults<Kept<I, J>>>,
        place: Place,
    ) -> Self {
        let has_turn = first.is_none();
        let (running, branch) = first.unzip();
        Worker {
            branch,
            running,
            iter,
            results,
            has_turn,
            polling: false,
            has_left: false,
            place,
        }
    }
}

/// How many branches may end before the task yields. tokio's budget bounds the branches that await
/// something. A branch that never awaits spends none of it; as a task of its own, it would have let
/// other tasks run after it.
const BRANCHES_PER_YIELD: usize = 4;

impl<I, J> Future for Worker<I, J>
where
    I: Iterator<Item: Future>,
    J: Judging<Output<I>>,
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let queue = this.place.queue();
        let mut ended_in_a_row = 0;
        while !queue.is_closed() {
            if let Some(branch) = this.branch.as_mut().as_pin_mut() {
                *this.polling = true;
                let Poll::Ready(output) = branch.poll(cx) else {
                    *this.polling = false;
                    return Poll::Pending;
                };
                // If the future's `Drop` panics, the output is dropped while that panic unwinds: a
                // second panic would abort the process.
                let output = Unwanted::unless_taken(output);
                this.branch.set(None);
                let kept = this.iter.returned(output.into_inner());
                *this.polling = false;
                if kept.is_none() {
                    // The branch has failed. If another task is stopping the gather, it may not
                    // have closed the queue yet.
                    queue.close();
                }
                if let Some(index) = this.running.take() {
                    this.results.put(index, kept);
                }
                ended_in_a_row += 1;
                if ended_in_a_row == BRANCHES_PER_YIELD {
                    // Polling this once reschedules the task after the others.
                    return pin!(yield_now()).poll(cx);
                }
            }
            if !*this.has_turn && !queue.try_turn() {
                break;
            }
            *this.has_turn = true;
            *this.polling = true;
            let pulled = this.iter.pull(&**queue);
            *this.polling = false;
            let Some((index, branch)) = pulled else {
                break;
            };
            *this.running = Some(index);
            this.branch.set(Some(branch));
            *this.has_turn = false;
            queue.hand_on();
        }
        // If a branch is left, dropping the task cancels it.
        *this.has_left = this.branch.is_none();
        Poll::Ready(())
    }
}
