//! A place in a task, which runs one branch after another.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use crate::place::shared::branch::BoxedBranch;
use crate::place::shared::line::{Line, LineSource};
use crate::place::shared::set::{InSet, Polled, poll_yield};

/// Runs branches in its place until there are no more.
pub(crate) struct Lane {
    branch: BoxedBranch,
    has_ended: bool,
    /// Where the branch came from.
    source: Arc<dyn LineSource>,
    place: usize,
    line: Arc<Line>,
    has_left: bool,
}

impl Lane {
    pub(crate) fn new(
        branch: BoxedBranch,
        source: Arc<dyn LineSource>,
        place: usize,
        line: Arc<Line>,
    ) -> Self {
        Lane {
            branch,
            has_ended: false,
            source,
            place,
            line,
            has_left: false,
        }
    }

    /// Takes the next branch, and returns whether there was one. The caller must hold the turn.
    fn take_next(&mut self) -> bool {
        let is_first = |first| Arc::ptr_eq(&first, &self.source);
        if self.line.first().is_some_and(is_first) && self.branch.as_mut().take_next() {
            return true;
        }
        let Some((source, branch)) = self.line.next_branch(self.place) else {
            return false;
        };
        self.source = source;
        self.branch = branch;
        true
    }
}

/// How many branches may end in one place before it yields to the others.
const BRANCHES_PER_YIELD: usize = 2;

impl Future for Lane {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut ended = 0;
        while !self.line.is_closed() {
            if !self.has_ended {
                ready!(self.branch.as_mut().poll(cx));
                self.has_ended = true;
                ended += 1;
            }
            if !self.line.take_turn(cx.waker()) {
                return Poll::Pending;
            }
            let is_next = self.take_next();
            self.line.give_up_turn();
            if !is_next {
                break;
            }
            self.has_ended = false;
            if ended == BRANCHES_PER_YIELD {
                return poll_yield(cx);
            }
        }
        // If a branch is left, dropping the lane cancels it.
        self.has_left = self.has_ended;
        Poll::Ready(())
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        if !self.has_left {
            // The gather was stopped, or its runtime shut down: nothing more can run.
            self.line.close();
        }
    }
}

impl InSet for Lane {
    fn poll_in_set(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        match self.poll(cx) {
            Poll::Ready(()) => Polled::Over,
            Poll::Pending => Polled::Pending,
        }
    }
}
