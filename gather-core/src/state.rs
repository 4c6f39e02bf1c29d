//! What the branches of a gather and its handle agree on: how many have not ended, who waits for
//! that, and the first failure.
//!
//! Nothing here knows of tokio, of a branch's type or of where results are kept, so that the
//! protocol can be read, and checked, on its own.

use std::any::Any;
use std::task::{Context, Poll, Waker};

use crate::caught::drop_silenced;
use crate::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use crate::sync::{Mutex, lock};

/// What a panic carried.
pub(crate) type Payload = Box<dyn Any + Send + 'static>;

/// Why a gather gives no value.
#[derive(Debug)]
pub(crate) enum Failure<E> {
    /// A branch failed with an error of the user's.
    Error(E),
    /// A branch panicked.
    Panic(Payload),
}

/// More than there can be branches.
const STARTING: usize = usize::MAX / 2;

/// A countdown to zero with one waiter, and the failure that came first.
#[derive(Debug)]
pub(crate) struct State<E> {
    /// The branches that have not ended. While they are being started it is too large by
    /// [`STARTING`]: it neither has to be raised for each, nor touches zero between two of them.
    unfinished: AtomicUsize,
    waiter: Mutex<Option<Waker>>,
    /// The branches are to stop.
    stopped: AtomicBool,
    /// Nobody will take the result.
    discarded: AtomicBool,
    /// A branch was stopped before it had an outcome.
    cancelled: AtomicBool,
    failed: AtomicBool,
    failure: Mutex<Option<Failure<E>>>,
}

impl<E> State<E> {
    /// The state of branches that are being started.
    pub(crate) fn new() -> Self {
        State {
            unfinished: AtomicUsize::new(STARTING),
            waiter: Mutex::new(None),
            stopped: AtomicBool::new(false),
            discarded: AtomicBool::new(false),
            cancelled: AtomicBool::new(false),
            failed: AtomicBool::new(false),
            failure: Mutex::new(None),
        }
    }

    /// So many branches have been started, of which some may have ended, and no more are to come.
    ///
    /// Nobody can wait yet who would have to be woken.
    pub(crate) fn set_started(&self, branches: usize) {
        self.unfinished
            .fetch_sub(STARTING - branches, Ordering::AcqRel);
    }

    /// One has ended; the last one wakes the waiter.
    pub(crate) fn count_down(&self) {
        if self.unfinished.fetch_sub(1, Ordering::AcqRel) == 1 {
            let waiter = lock(&self.waiter).take();
            if let Some(waiter) = waiter {
                waiter.wake();
            }
        }
    }

    pub(crate) fn unfinished(&self) -> usize {
        self.unfinished.load(Ordering::Acquire)
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.unfinished() == 0
    }

    /// Ready when all have ended; until then the task of `cx` is the one to be woken.
    pub(crate) fn poll_finished(&self, cx: &Context<'_>) -> Poll<()> {
        if self.is_finished() {
            return Poll::Ready(());
        }
        self.wait_with(cx.waker());
        // The last one may have ended before there was a waiter for it to wake.
        if self.is_finished() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    fn wait_with(&self, waker: &Waker) {
        // Cloning and dropping a waker may run anybody's code: not under the lock.
        let waiter = waker.clone();
        let replaced = lock(&self.waiter).replace(waiter);
        drop(replaced);
    }

    /// Nobody waits any more.
    pub(crate) fn stop_waiting(&self) {
        let waiter = lock(&self.waiter).take();
        // Whoever drops a handle has more to do than this.
        drop_silenced(waiter);
    }

    /// Records a failure. The first in time stays, but a panic outranks an error.
    pub(crate) fn fail(&self, failure: Failure<E>) {
        let unwanted = {
            let mut first = lock(&self.failure);
            match (&*first, &failure) {
                // Under the lock: whoever discards says so first, and then takes the failure.
                _ if self.is_discarded() => Some(failure),
                (None, _) | (Some(Failure::Error(_)), Failure::Panic(_)) => first.replace(failure),
                _ => Some(failure),
            }
        };
        self.failed.store(true, Ordering::Release);
        drop_silenced(unwanted);
    }

    /// Says that the branches are to stop. Gives whether nobody has said so before.
    pub(crate) fn stop(&self) -> bool {
        !self.stopped.swap(true, Ordering::AcqRel)
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// Has what the branches give from now on dropped. Gives the failure, if there is one.
    pub(crate) fn discard(&self) -> Option<Failure<E>> {
        self.discarded.store(true, Ordering::Release);
        lock(&self.failure).take()
    }

    pub(crate) fn is_discarded(&self) -> bool {
        self.discarded.load(Ordering::Acquire)
    }

    /// A branch has ended without an outcome: the gather has no value.
    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
    }

    pub(crate) fn has_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    pub(crate) fn take_failure(&self) -> Option<Failure<E>> {
        if self.has_failed() {
            lock(&self.failure).take()
        } else {
            None
        }
    }
}

impl<E> Drop for State<E> {
    fn drop(&mut self) {
        drop_silenced(self.take_failure());
    }
}
