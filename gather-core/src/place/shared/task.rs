//! The future of a task that branches share.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::task::coop::has_budget_remaining;

use crate::place::shared::set::{InSet, Polled, Set, poll_yield};

/// A part of what a task runs: a branch that is written out, a chunk of a spread or, under a limit,
/// its lanes. It does not panic because a branch does. Boxed, so that [`SharedTask`] is compiled only once.
pub(crate) type BoxedJob = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The future of a task, which drives its jobs.
pub(crate) enum SharedTask {
    /// At most [`FEW`] jobs. Every poll polls all of them: that costs less than to track which ones
    /// have been woken.
    Few(Few),
    Many(Set<BoxedJob>),
}

pub(crate) struct Few {
    /// `None` for a job that has ended.
    jobs: Vec<Option<BoxedJob>>,
    /// The job that the next poll starts with.
    next: usize,
}

const FEW: usize = 8;

impl SharedTask {
    pub(crate) fn new(jobs: Vec<BoxedJob>) -> Self {
        if jobs.len() > FEW {
            return SharedTask::Many(Set::new(jobs));
        }
        SharedTask::Few(Few {
            jobs: jobs.into_iter().map(Some).collect(),
            next: 0,
        })
    }
}

impl Future for SharedTask {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match &mut *self {
            SharedTask::Few(few) => few.poll(cx),
            SharedTask::Many(set) => Pin::new(set).poll(cx),
        }
    }
}

impl Few {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Few { jobs, next } = self;
        let count = jobs.len();
        let (behind, first) = jobs.split_at_mut(*next);
        let mut is_pending = false;
        for (passed, job) in first.iter_mut().chain(behind).enumerate() {
            let Some(running) = job else { continue };
            if running.as_mut().poll(cx).is_ready() {
                *job = None;
                continue;
            }
            is_pending = true;
            if !has_budget_remaining() {
                // The next poll starts after this job. Otherwise, the jobs after it would never get
                // any of the budget.
                *next = (*next + passed + 1) % count;
                return poll_yield(cx);
            }
        }
        if is_pending {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }
}

impl InSet for BoxedJob {
    fn poll_in_set(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        match self.poll(cx) {
            Poll::Ready(()) => Polled::Over,
            Poll::Pending => Polled::Pending,
        }
    }
}
