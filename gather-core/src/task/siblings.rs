//! What the tasks and the handle of one gather share: one allocation, whatever their number.
//!
//! `stop` reaches the tasks through `Contents: Stop` in `gather/gathering.rs`, which calls
//! `Running::abort`.

use std::sync::Arc;

use crate::outcome::Boxed;
use crate::policy::Policy;
use crate::task::failure::{Failure, FirstFailure};
use crate::task::sync::atomic::{AtomicBool, Ordering};

/// The branches of one gather: what any of them may do to all.
pub(crate) struct Siblings<E, R: ?Sized> {
    pub(crate) stopped: AtomicBool,
    pub(crate) failure: FirstFailure<Boxed<E>>,
    /// What has been started. A task can only stop it: a type that named all of it would be in the
    /// name of each task's type, and what the compiler writes would grow with the square of the
    /// branches.
    pub(crate) running: R,
}

/// The siblings as a task knows them.
pub(crate) type SiblingsOf<P> = Arc<Siblings<<P as Policy>::Error, dyn Stop<<P as Policy>::Error>>>;

/// What can be stopped, and knows that the errors of its branches can be sent.
pub(crate) trait Stop<E>: Send + Sync {
    /// Aborts every branch that has been started, and starts no more. Runs no code of the user's
    /// under a lock, and waits for none of it.
    fn stop(&self);

    /// Makes the error one that can be sent.
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
    /// Stops all branches, unless somebody has done that, or is at it.
    pub(crate) fn stop(&self) {
        // Whoever starts a branch, or has its handle out of its place to poll it, puts the handle
        // into its place under a lock that `running.stop()` takes too, and looks here afterwards.
        if !self.stopped.swap(true, Ordering::AcqRel) {
            self.running.stop();
        }
    }

    /// Stops all branches: when this returns, each has been told to, whoever else is at it. For the
    /// handle, which lets go of them next.
    pub(crate) fn stop_each(&self) {
        self.stopped.store(true, Ordering::Release);
        self.running.stop();
    }

    /// Fails the gather: whoever did that first tells the siblings to stop.
    #[cold]
    pub(crate) fn fail(&self, failure: Failure<E>) {
        self.failure
            .record(failure.map(|error| self.running.boxed(error)));
        self.stop();
    }

    /// Whether the branches are to stop, so that none is to be started.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }
}
