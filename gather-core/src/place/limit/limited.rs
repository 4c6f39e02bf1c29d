//! The running and waiting branches of a call with a limit.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::outcome::caught::Payload;
use crate::place::limit::queue::Queue;
use crate::policy::Policy;
use crate::running::{Counts, Reading, Running};

/// Branches that share a limited number of slots, with the queue that stops them.
pub struct Limited<R> {
    queue: Arc<Queue>,
    running: R,
}

impl<R> Limited<R> {
    pub(crate) fn new(queue: Arc<Queue>, running: R) -> Self {
        Limited { queue, running }
    }

    pub(crate) fn inner(&self) -> &R {
        &self.running
    }
}

impl<P: Policy, R: Running<P>> Running<P> for Limited<R> {
    type Results = R::Results;

    const COUNT: usize = R::COUNT;

    fn poll_ended(&self, first: usize, reading: &Reading<'_, P>, cx: &mut Context<'_>) -> Poll<()> {
        self.running.poll_ended(first, reading, cx)
    }

    fn is_ended(&self) -> bool {
        self.running.is_ended()
    }

    fn count(&self, counts: &mut Counts) {
        self.running.count(counts);
    }

    fn abort(&self) {
        self.queue.close();
    }

    fn detach(&self) {
        self.running.detach();
    }

    fn clear(&self) -> Option<Payload> {
        self.running.clear()
    }

    fn take(&self) -> R::Results {
        self.running.take()
    }
}

impl<R: fmt::Debug> fmt::Debug for Limited<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Limited").field(&self.running).finish()
    }
}
