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
    /// Runs branches in a place until there are no more, or somebody else has the turn to pull the
    /// next one.
    pub(crate) struct Worker<I, J>
    where
        I: Iterator,
        I::Item: Future,
        J: Judging<Output<I>>,
    {
        #[pin]
        branch: Option<I::Item>,
        // The index of a branch whose end is not in the results yet.
        running: Option<usize>,
        iter: Arc<LazyIter<I, J>>,
        results: Arc<PlaceResults<Kept<I, J>>>,
        has_turn: bool,
        // Whether the user's code is being run: who is dropped meanwhile has panicked.
        polling: bool,
        has_left: bool,
        // Dropped last: what comes next in this place finds all as it is to be.
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
                // Stopped, or its runtime was: either way, nothing more can run.
                queue.close();
            }
            let panicked = caught_seldom(&mut || this.branch.set(None));
            if *this.polling && let Some(task) = try_id() {
                // tokio drops a task that has panicked while the panic unwinds.
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
    /// A task that begins with a branch, or else with the turn to pull one.
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

/// As many branches may end before the task yields to others. tokio's budget bounds what branches do
/// that await something; one that never awaits spends nothing of it, and as a task of its own would
/// have let others run behind it.
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
                // If the future's `Drop` panics, so may that of the output.
                let output = Unwanted::unless_taken(output);
                this.branch.set(None);
                let kept = this.iter.returned(output.into_inner());
                *this.polling = false;
                if kept.is_none() {
                    // It has failed. Who else stops the gather may not have come to the queue yet.
                    queue.close();
                }
                if let Some(index) = this.running.take() {
                    this.results.put(index, kept);
                }
                ended_in_a_row += 1;
                if ended_in_a_row == BRANCHES_PER_YIELD {
                    // Polled once, it has this task polled again behind the others.
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
        // With a branch left, dropping the task cancels it.
        *this.has_left = this.branch.is_none();
        Poll::Ready(())
    }
}
