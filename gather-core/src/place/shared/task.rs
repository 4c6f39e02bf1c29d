//! The future of a task that branches share.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::task::coop::has_budget_remaining;

use crate::place::shared::set::{InSet, Polled, Set, poll_yield};

/// Some of the branches of a task: one that is written out, a chunk of a spread or, under a limit, a
/// lane. It does not panic. Boxed, so that [`SharedTask`] is compiled once for all.
pub(crate) type BoxedJob = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The future of a task: the jobs that it drives.
pub(crate) enum SharedTask {
    /// No more than these are polled all, whichever has been woken: that is less than it costs to
    /// know.
    Few(Few),
    Many(Set<BoxedJob>),
}

pub(crate) struct Few {
    /// `None` where it has ended.
    jobs: Vec<Option<BoxedJob>>,
    /// The job to be polled first.
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
                // The next poll begins with those behind, or they would never have any of the budget.
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
