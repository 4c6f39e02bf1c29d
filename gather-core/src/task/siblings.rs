//! The state that the tasks and the handle of one gather share, in one allocation.
//!
//! `stop` reaches the tasks through `Contents: Stop` in `gather/gathering.rs`, which calls
//! `Running::abort`.

use std::sync::Arc;

use crate::outcome::Boxed;
use crate::policy::Policy;
use crate::task::failure::{Failure, FirstFailure};
use crate::task::sync::atomic::{AtomicBool, Ordering};

/// The branches of one gather, with the operations that affect all of them.
pub(crate) struct Siblings<E, R: ?Sized> {
    pub(crate) stopped: AtomicBool,
    pub(crate) failure: FirstFailure<Boxed<E>>,
    /// The started branches. A task can only stop them: if it named their type, that name would be
    /// part of each task's type, and the generated code would grow with the square of the number of
    /// branches.
    pub(crate) running: R,
}

/// The siblings as a task sees them.
pub(crate) type SiblingsOf<P> = Arc<Siblings<<P as Policy>::Error, dyn Stop<<P as Policy>::Error>>>;

/// Stops all branches, and makes their errors sendable.
pub(crate) trait Stop<E>: Send + Sync {
    /// Aborts every started branch, starts no more, and drops those that wait to be started: their
    /// `Drop` runs here, under no lock. Waits for no other thread.
    fn stop(&self);

    /// Wraps the error so that it can be sent.
    fn boxed(&self, error: E) -> Boxed<E>;
}

impl<E, R> Siblings<E, R> {
    pub(crate) fn new(running: R) -> Self {
        Siblings {
            stopped: AtomicBool::new(false),
            failure: FirstFailure::new(),
            running,
        }
    }
}

impl<E, R: Stop<E> + ?Sized> Siblings<E, R> {
    /// Stops all branches, unless another party has done so or is doing so.
    pub(crate) fn stop(&self) {
        // A party that starts a branch, or has taken its join handle out to poll it, puts the
        // handle back under a lock that `running.stop()` also takes, and then checks this flag.
        if !self.stopped.swap(true, Ordering::AcqRel) {
            self.running.stop();
        }
    }

    /// Stops all branches, even if another party is doing so. When this returns, each has been told
    /// to stop. For the handle, which drops them next.
    pub(crate) fn stop_each(&self) {
        self.stopped.store(true, Ordering::Release);
        self.running.stop();
    }

    /// Fails the gather. The first failure stops the siblings.
    #[cold]
    pub(crate) fn fail(&self, failure: Failure<E>) {
        self.failure
            .record(failure.map(|error| self.running.boxed(error)));
        self.stop();
    }

    /// Whether the branches have been told to stop, so that no more may start.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }
}
