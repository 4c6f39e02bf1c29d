//! Where a branch's outcome waits until the gather is awaited.

use std::any::Any;
use std::fmt;
use std::mem;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Waker;

use crate::caught::drop_caught;
use crate::error::BranchError;
use crate::slots::{AnySlot, Slots, sealed};
use crate::state::{Payload, State, lock};

/// What is in a slot.
pub(crate) enum Entry<T> {
    /// Nothing: the branch has not waited yet, or what was here has been taken.
    Empty,
    /// The branch waits; this wakes its task.
    Waiting(Waker),
    Finished(T),
    /// Boxed, as a payload is wider than most values.
    Panicked(Box<Payload>),
    Cancelled,
}

impl<T> Entry<T> {
    /// Wakes the branch, if it waits.
    pub(crate) fn wake(&self) {
        if let Entry::Waiting(waker) = self {
            waker.wake_by_ref();
        }
    }

    /// Takes the outcome, and leaves what is needed to stop a branch that has none yet.
    pub(crate) fn take_outcome(&mut self) -> Entry<T> {
        match self {
            Entry::Waiting(_) => Entry::Empty,
            _ => mem::replace(self, Entry::Empty),
        }
    }

    pub(crate) fn into_outcome(self, name: &'static str, index: usize) -> Result<T, BranchError> {
        match self {
            Entry::Finished(value) => Ok(value),
            Entry::Panicked(payload) => Err(BranchError::panicked(name, index, *payload)),
            _ => Err(BranchError::cancelled(name, index)),
        }
    }
}

/// The place for the outcome of one branch.
///
/// [`Branch::slot`](crate::Branch::slot) makes one, and the branch's task fills it.
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
            entry: Mutex::new(Entry::Empty),
        }
    }

    pub(crate) fn index(&self) -> usize {
        self.index.load(Ordering::Relaxed)
    }

    pub(crate) fn wait(&self, waker: Waker) {
        *lock(&self.entry) = Entry::Waiting(waker);
    }

    /// Keeps the outcome, if anybody wants it.
    pub(crate) fn settle<E>(&self, outcome: Entry<T>, state: &State<E>) {
        let unwanted = {
            let mut entry = lock(&self.entry);
            let waiting = mem::replace(&mut *entry, outcome);
            // Under the lock: whoever discards says so first, and then empties the slot.
            (waiting, state.is_discarded().then(|| entry.take_outcome()))
        };
        drop(unwanted);
    }

    fn take_outcome(&self) -> Entry<T> {
        lock(&self.entry).take_outcome()
    }
}

impl<T: Send + 'static> sealed::Sealed for Slot<T> {}

impl<T: Send + 'static> Slots for Slot<T> {
    type Values = T;
    type Outcomes = Result<T, BranchError>;

    const COUNT: usize = 1;

    fn at(&self, _: usize) -> &dyn Any {
        self
    }

    fn values(&self) -> T {
        self.outcomes().unwrap_or_else(|error| panic!("{error}"))
    }

    fn outcomes(&self) -> Result<T, BranchError> {
        self.take_outcome().into_outcome(self.name, self.index())
    }

    fn visit(&self, visitor: &mut dyn FnMut(&dyn AnySlot)) {
        visitor(self);
    }
}

impl<T: 'static> AnySlot for Slot<T> {
    fn number(&self, index: usize) {
        self.index.store(index, Ordering::Relaxed);
    }

    fn stop(&self) {
        lock(&self.entry).wake();
    }

    fn discard(&self) -> Option<Payload> {
        drop_caught(self.take_outcome())
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
