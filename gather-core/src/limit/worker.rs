//! The task in a place, which runs one branch of an iterator after another.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tokio::task::coop::poll_proceed;
use tokio::task::yield_now;

use crate::limit::feed::{Feed, Kept, Output, Pulled};
use crate::limit::queue::{Place, Turn};
use crate::limit::shelf::Shelf;
use crate::outcome::caught::{Payload, caught, caught_seldom, drop_silenced};
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
        index: usize,
        feed: Arc<Feed<I, J>>,
        shelf: Arc<Shelf<Kept<I, J>>>,
        // The turn to pull, in a task that begins with that.
        turn: Option<Turn>,
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
            if *this.has_left {
                return;
            }
            // Stopped, or its runtime was: either way, nothing more can run.
            this.place.queue().close();
            if this.branch.is_some() {
                let panicked = caught_seldom(&mut || this.branch.set(None));
                this.feed.cancelled(*this.index, panicked, this.shelf);
            }
        }
    }
}

impl<I, J> Worker<I, J>
where
    I: Iterator<Item: Future>,
    J: Judging<Output<I>>,
{
    /// A task that begins with a branch, or with the turn to pull one.
    pub(crate) fn new(
        first: Result<(usize, I::Item), Turn>,
        feed: Arc<Feed<I, J>>,
        shelf: Arc<Shelf<Kept<I, J>>>,
        place: Place,
    ) -> Self {
        let (index, branch, turn) = match first {
            Ok((index, branch)) => (index, Some(branch), None),
            Err(turn) => (0, None, Some(turn)),
        };
        Worker {
            branch,
            index,
            feed,
            shelf,
            turn,
            has_left: false,
            place,
        }
    }
}

/// As many branches may end in one turn before other tasks have theirs: a branch that never awaits
/// spends nothing of the task's budget, and as a task of its own it would be a turn.
const BRANCHES_A_TURN: usize = 4;

impl<I, J> Future for Worker<I, J>
where
    I: Iterator<Item: Future>,
    J: Judging<Output<I>>,
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let queue = Arc::clone(this.place.queue());
        let mut ended_in_a_row = 0;
        while !queue.is_closed() {
            if this.branch.is_none() {
                let Some(turn) = this.turn.take().or_else(|| queue.try_turn()) else {
                    break;
                };
                match this.feed.pull(&queue) {
                    Pulled::Branch(index, branch) => {
                        *this.index = index;
                        this.branch.set(Some(branch));
                    }
                    Pulled::Last => {
                        queue.remove_ended();
                        break;
                    }
                    Pulled::Nothing => break,
                }
                drop(turn);
                continue;
            }
            let ended = ready!(poll_branch(this.branch.as_mut(), cx));
            let kept = this.feed.ended(*this.index, ended);
            this.shelf.put(*this.index, kept);
            ended_in_a_row += 1;
            if ended_in_a_row == BRANCHES_A_TURN {
                // Polled once, it has this task polled again when the others have had their turn.
                return pin!(yield_now()).poll(cx);
            }
            ready!(poll_proceed(cx)).made_progress();
        }
        // With a branch left, dropping the task cancels it.
        *this.has_left = this.branch.is_none();
        Poll::Ready(())
    }
}

/// Polls a branch; the payload is that of its panic. When it is ready, the future has been dropped.
#[inline]
fn poll_branch<F: Future>(
    future: Pin<&mut Option<F>>,
    cx: &mut Context<'_>,
) -> Poll<Result<F::Output, Payload>> {
    // Out of the closure's reach: a panicking `Drop` of the future is not to unwind through it.
    let mut output = None;
    let polled = caught(|| {
        let mut polling = Polling(Some(future));
        let Some(future) = &mut polling.0 else { return };
        let running = future.as_mut().as_pin_mut();
        if let Poll::Ready(ready) = running.expect("a branch is polled until it has ended").poll(cx) {
            output = Some(ready);
            future.set(None);
        }
        polling.0 = None;
    });
    match (polled, output) {
        (Ok(()), None) => Poll::Pending,
        (Ok(()), Some(output)) => Poll::Ready(Ok(output)),
        (Err(payload), output) => {
            drop_silenced(output);
            Poll::Ready(Err(payload))
        }
    }
}

/// Drops a future that has panicked while the panic unwinds, as tokio drops a task.
struct Polling<'a, F>(Option<Pin<&'a mut Option<F>>>);

impl<F> Drop for Polling<'_, F> {
    fn drop(&mut self) {
        if let Some(future) = &mut self.0 {
            drop_silenced(caught_seldom(&mut || future.set(None)));
        }
    }
}
