//! Where a branch's outcome waits until the gather is awaited.

use std::fmt;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::task::JoinHandle;

use crate::error::BranchError;
use crate::slots::{AnySlot, Slots, sealed};
use crate::state::{Payload, lock};

/// What is in a slot. The join handle is there to abort the task by: the outcome does not come
/// through it.
pub(crate) enum Entry<T> {
    /// The branch has not started.
    Vacant,
    Running(JoinHandle<()>),
    Finished(T),
    Panicked(Payload),
    Cancelled,
    /// Nobody wants the outcome.
    Discarded,
}

impl<T> Entry<T> {
    /// Keeps the handle of a task that has just been started, unless it has ended already.
    /// Gives back what is to be dropped once the lock on the entry is released.
    pub(crate) fn start(&mut self, task: JoinHandle<()>) -> Option<JoinHandle<()>> {
        if matches!(self, Entry::Vacant) {
            *self = Entry::Running(task);
            None
        } else {
            Some(task)
        }
    }

    /// Keeps the outcome of the branch, if anybody wants it.
    /// Gives back what is to be dropped once the lock on the entry is released.
    pub(crate) fn end(&mut self, outcome: Entry<T>) -> Entry<T> {
        match self {
            Entry::Discarded => outcome,
            _ => mem::replace(self, outcome),
        }
    }

    pub(crate) fn stop(&self) {
        if let Entry::Running(task) = self {
            task.abort();
        }
    }

    /// Drops it; the payload is that of a panic in the `Drop` of the value.
    pub(crate) fn drop_caught(self) -> Option<Payload> {
        catch_unwind(AssertUnwindSafe(|| drop(self))).err()
    }

    pub(crate) fn into_outcome(self, name: &'static str, index: usize) -> Result<T, BranchError> {
        match self {
            Entry::Finished(value) => Ok(value),
            Entry::Panicked(payload) => Err(BranchError::panicked(name, index, payload)),
            _ => Err(BranchError::cancelled(name, index)),
        }
    }
}

/// The place for the outcome of one branch.
///
/// [`Branch::slot`](crate::Branch::slot) makes one; it is filled by the branch's task, and emptied
/// by the closure given to [`Running::gather`](crate::Running::gather).
pub struct Slot<T> {
    name: &'static str,
    index: AtomicUsize,
    entry: Mutex<Entry<T>>,
}

impl<T> Slot<T> {
    pub(crate) fn new(name: &'static str) -> Self {
        Slot {
            name,
            index: AtomicUsize::new(0),
            entry: Mutex::new(Entry::Vacant),
        }
    }

    pub(crate) fn filled(name: &'static str, value: T) -> Self {
        Slot {
            entry: Mutex::new(Entry::Finished(value)),
            ..Slot::new(name)
        }
    }

    /// Says which of the branches this is, counted from 0.
    pub(crate) fn set_index(&self, index: usize) {
        self.index.store(index, Ordering::Relaxed);
    }

    fn index(&self) -> usize {
        self.index.load(Ordering::Relaxed)
    }

    pub(crate) fn start(&self, task: JoinHandle<()>) {
        let ended = lock(&self.entry).start(task);
        drop(ended);
    }

    pub(crate) fn end(&self, outcome: Entry<T>) {
        let replaced = lock(&self.entry).end(outcome);
        drop(replaced);
    }

    fn empty(&self) -> Entry<T> {
        mem::replace(&mut *lock(&self.entry), Entry::Discarded)
    }

    /// Takes the branch's value.
    ///
    /// # Panics
    ///
    /// If the value is not there. Within [`Running::gather`](crate::Running::gather)'s closure it
    /// is, once, unless the group is a [`Group::settled`](crate::Group::settled) one.
    #[must_use]
    pub fn take(&self) -> T {
        self.outcome().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Takes what became of the branch: for a [`Group::settled`](crate::Group::settled) group.
    ///
    /// # Errors
    ///
    /// How the branch panicked, or that it was cancelled.
    pub fn outcome(&self) -> Result<T, BranchError> {
        self.empty().into_outcome(self.name, self.index())
    }
}

impl<T: Send + 'static> sealed::Sealed for Slot<T> {}

impl<T: Send + 'static> Slots for Slot<T> {
    fn visit(&self, visitor: &mut dyn FnMut(&dyn AnySlot)) {
        visitor(self);
    }
}

impl<T> AnySlot for Slot<T> {
    fn stop(&self) {
        lock(&self.entry).stop();
    }

    fn discard(&self) -> Option<Payload> {
        self.empty().drop_caught()
    }

    fn missing(&self) -> Option<BranchError> {
        match &*lock(&self.entry) {
            Entry::Finished(_) => None,
            _ => Some(BranchError::cancelled(self.name, self.index())),
        }
    }
}

impl<T> fmt::Debug for Slot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
