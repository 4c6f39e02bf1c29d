//! Reading the join handles of ended tasks.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::task::{JoinError, JoinHandle};

use crate::outcome::caught::Payload;
use crate::outcome::{Boxed, BranchError};
use crate::policy::Policy;
use crate::task::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use crate::task::sync::{Mutex, lock};
use crate::task::{FirstFailure, TaskOutput};

/// Polls a join handle that has been taken out of its lock. Puts it back unless its task has ended.
/// If the task has ended, the caller drops the handle last, because the last waker may be dropped
/// with it.
#[inline]
pub(crate) fn poll_handle<T>(
    mut task: JoinHandle<T>,
    cx: &mut Context<'_>,
    put_back: impl FnOnce(JoinHandle<T>),
) -> Poll<(Result<T, JoinError>, JoinHandle<T>)> {
    if !task.is_finished() {
        return poll_running(task, cx, put_back);
    }
    if let Poll::Ready(ended) = Pin::new(&mut task).poll(cx) {
        return Poll::Ready((ended, task));
    }
    put_back(task);
    Poll::Pending
}

/// Reads a task that has ended and whose join handle has not been polled, so that no waker is
/// cloned or dropped here.
#[inline]
pub(crate) fn read<T>(mut task: JoinHandle<T>, cx: &mut Context<'_>) -> Result<T, JoinError> {
    let Poll::Ready(ended) = Pin::new(&mut task).poll(cx) else {
        unreachable!("a handle is ready when its task has ended, whatever is left of the budget")
    };
    ended
}

/// Cloning the waker of the awaiting task, and dropping the previous one, runs user code, which may
/// panic. The join handle is put back even then.
#[inline(never)]
fn poll_running<T>(
    task: JoinHandle<T>,
    cx: &mut Context<'_>,
    put_back: impl FnOnce(JoinHandle<T>),
) -> Poll<(Result<T, JoinError>, JoinHandle<T>)> {
    let mut polled = OutOfPlace(Some((task, put_back)));
    let task = polled.0.as_mut().map(|(task, _)| Pin::new(task));
    let ended = ready!(task.expect(OUT_OF_PLACE).poll(cx));
    let (task, _) = polled.0.take().expect(OUT_OF_PLACE);
    Poll::Ready((ended, task))
}

/// Why `OutOfPlace` holds a join handle.
const OUT_OF_PLACE: &str = "it is put back when it has been polled";

struct OutOfPlace<T, P: FnOnce(JoinHandle<T>)>(Option<(JoinHandle<T>, P)>);

impl<T, P: FnOnce(JoinHandle<T>)> Drop for OutOfPlace<T, P> {
    fn drop(&mut self) {
        if let Some((task, put_back)) = self.0.take() {
            put_back(task);
        }
    }
}

/// How far the branches of a gather have been read. It persists between polls.
#[derive(Debug)]
pub(crate) struct ReadSoFar {
    /// The index of the first branch or spread that has not been read. Only the handle uses it.
    next: AtomicUsize,
    /// Avoids the lock if no branch is missing.
    is_missing: AtomicBool,
    /// The error of the first cancelled branch, if its outcome cannot hold one.
    missing: Mutex<Option<Box<BranchError>>>,
}

/// One poll of a gather, as its branches see it.
pub struct Reading<'a, P: Policy> {
    pub(crate) so_far: &'a ReadSoFar,
    pub(crate) failure: &'a FirstFailure<Boxed<P::Error>>,
    pub(crate) stopped: &'a AtomicBool,
}

impl<P: Policy> fmt::Debug for Reading<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading")
            .field("so_far", &self.so_far)
            .finish_non_exhaustive()
    }
}

impl ReadSoFar {
    pub(crate) fn new() -> Self {
        ReadSoFar {
            next: AtomicUsize::new(0),
            is_missing: AtomicBool::new(false),
            missing: Mutex::new(None),
        }
    }

    #[inline]
    pub(crate) fn next(&self) -> usize {
        self.next.load(Ordering::Relaxed)
    }

    #[inline]
    pub(crate) fn set_next(&self, next: usize) {
        self.next.store(next, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn take_missing(&self) -> Option<Box<BranchError>> {
        if self.is_missing() {
            lock(&self.missing).take()
        } else {
            None
        }
    }

    #[inline]
    pub(crate) fn is_missing(&self) -> bool {
        self.is_missing.load(Ordering::Relaxed)
    }
}

impl<P: Policy> Reading<'_, P> {
    /// Returns what is kept of a task that has ended. `error` makes the error of its branch.
    #[inline]
    pub(crate) fn kept<T: Send + 'static>(
        &self,
        ended: Result<TaskOutput<T, P>, JoinError>,
        error: impl Fn(Option<Payload>) -> BranchError,
    ) -> Option<P::Kept<T>> {
        match ended {
            Ok(Ok(value)) => Some(P::keep(value)),
            Ok(Err(_)) => None,
            Err(ended) => self.lost::<T>(ended, &error),
        }
    }

    /// The task panicked or was cancelled.
    #[cold]
    fn lost<T: Send + 'static>(
        &self,
        ended: JoinError,
        error: &dyn Fn(Option<Payload>) -> BranchError,
    ) -> Option<P::Kept<T>> {
        let task = ended.id();
        let payload = ended.try_into_panic().ok();
        if P::KEEPS_PANICS {
            return P::keep_error(|| error(payload));
        }
        match payload {
            Some(payload) => self.failure.read_panic(task, error(Some(payload))),
            None => self.miss(|| error(None)),
        }
        None
    }

    /// Returns what is kept of a branch that was never started: it counts as cancelled.
    pub(crate) fn unstarted<T: Send + 'static>(
        &self,
        error: impl Fn() -> BranchError,
    ) -> Option<P::Kept<T>> {
        if !P::KEEPS_PANICS {
            self.miss(&error);
        }
        P::keep_error(error)
    }

    /// Records that a branch has no outcome.
    pub(crate) fn miss(&self, error: impl FnOnce() -> BranchError) {
        lock(&self.so_far.missing).get_or_insert_with(|| Box::new(error()));
        self.so_far.is_missing.store(true, Ordering::Relaxed);
    }

    /// Whether the branches were stopped, maybe while a join handle had been taken out.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }
}
