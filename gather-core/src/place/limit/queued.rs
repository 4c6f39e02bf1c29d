//! A branch that waits for a place, and then runs there as a task of its own.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tokio::task::{AbortHandle, JoinHandle};

use crate::outcome::caught::{Payload, drop_caught};
use crate::place::limit::queue::{InPlace, Place, QueueSource};
use crate::policy::Policy;
use crate::running::{Counts, One, Reading, Running};
use crate::task::sync::{Mutex, lock};
use crate::task::{Failure, SiblingsOf, TaskOutput};

/// The closure that starts a branch. It owns the branch's future.
pub(crate) type StartQueued<T, P> =
    Box<dyn FnOnce(&Handle, InPlace<P>) -> JoinHandle<TaskOutput<T, P>> + Send>;

/// A branch that is waiting or running, or has ended.
///
/// A [`Branch`](crate::Branch) becomes this under a limit.
pub struct Queued<T: Send + 'static, P: Policy> {
    one: One<T, P>,
    stage: Mutex<Stage<T, P>>,
}

enum Stage<T: Send + 'static, P: Policy> {
    Waiting(StartQueued<T, P>),
    /// It no longer waits: its task is being started, or it is being dropped.
    Leaving,
    /// It has been started, or never will be.
    Settled,
}

/// The branch as the queue sees it.
pub(crate) struct OneInQueue<T: Send + 'static, P: Policy> {
    pub(crate) queued: Arc<Queued<T, P>>,
    pub(crate) siblings: SiblingsOf<P>,
}

impl<T: Send + 'static, P: Policy> Queued<T, P> {
    pub(crate) fn new(one: One<T, P>, start: StartQueued<T, P>) -> Self {
        Queued {
            one,
            stage: Mutex::new(Stage::Waiting(start)),
        }
    }

    /// Takes the closure that starts the branch, if the branch still waits. The caller must then
    /// settle the branch.
    fn take_waiting(&self) -> Option<StartQueued<T, P>> {
        let mut stage = lock(&self.stage);
        match mem::replace(&mut *stage, Stage::Leaving) {
            Stage::Waiting(start) => Some(start),
            other => {
                *stage = other;
                None
            }
        }
    }

    fn settle(&self) {
        *lock(&self.stage) = Stage::Settled;
    }
}

impl<T: Send + 'static, P: Policy> QueueSource for OneInQueue<T, P> {
    fn is_one(&self) -> bool {
        true
    }

    fn start_next(self: Arc<Self>, place: Place) -> Option<AbortHandle> {
        let start = self.queued.take_waiting()?;
        let queue = Arc::clone(place.queue());
        let siblings = Arc::clone(&self.siblings);
        let task = start(&queue.runtime, InPlace { siblings, place });
        let abort = task.abort_handle();
        self.queued.one.started(task, &self.siblings);
        self.queued.settle();
        Some(abort)
    }

    fn start_pulling(self: Arc<Self>, _: Place) -> AbortHandle {
        unreachable!("only the task that holds the turn starts a branch, and once")
    }

    fn drop_unstarted(&self) {
        let Some(start) = self.queued.take_waiting() else {
            return;
        };
        if let Some(payload) = drop_caught(start) {
            let one = &self.queued.one;
            if P::KEEPS_PANICS {
                one.dropped_unstarted(payload);
            } else {
                let panic = one.error(Some(payload));
                self.siblings.fail(Failure::Panic(panic));
            }
        }
        self.queued.settle();
    }
}

impl<T: Send + 'static, P: Policy> Running<P> for Arc<Queued<T, P>> {
    type Results = P::Kept<T>;

    const COUNT: usize = 1;

    fn poll_ended(&self, first: usize, reading: &Reading<'_, P>, cx: &mut Context<'_>) -> Poll<()> {
        // The branches before it have ended, so it has been started unless the queue is closed.
        self.one.poll_ended(first, reading, cx)
    }

    fn is_ended(&self) -> bool {
        matches!(*lock(&self.stage), Stage::Settled) && self.one.is_ended()
    }

    fn count(&self, counts: &mut Counts) {
        counts.add(usize::from(Running::<P>::is_ended(self)), Some(1));
    }

    fn abort(&self) {
        self.one.abort();
    }

    fn detach(&self) {
        self.one.detach();
    }

    fn clear(&self) -> Option<Payload> {
        // A waiting branch is dropped when the queue is closed.
        self.one.clear()
    }

    fn take(&self) -> P::Kept<T> {
        self.one.take()
    }
}

impl<T: Send + 'static, P: Policy> fmt::Debug for Queued<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.one.fmt(f)
    }
}
