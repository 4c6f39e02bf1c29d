//! Where a branch's outcome waits until the gather is awaited.

use std::fmt;
use std::mem;

use crate::caught::{drop_caught, drop_silenced};
use crate::error::BranchError;
use crate::slots::{AnySlot, Slots, TypedSlot, sealed};
use crate::state::{Payload, State};
use crate::sync::Mutex;
use crate::sync::lock;
use crate::task::Spawned;

/// What is in a slot.
pub(crate) enum Entry<T> {
    /// Nothing: the branch has not started yet, or what was here has been taken.
    Empty,
    /// The task of the branch, while it has no outcome.
    Running(Spawned),
    Finished(T),
    /// Boxed, as a payload is wider than most values.
    Panicked(Box<Payload>),
    Cancelled,
}

impl<T> Entry<T> {
    /// Keeps the task, unless its branch has ended already.
    #[inline]
    pub(crate) fn start(&mut self, task: Spawned) {
        if let Entry::Empty = self {
            // As below: there is nothing to drop, and the code that would is more than the rest.
            mem::forget(mem::replace(self, Entry::Running(task)));
        }
    }

    /// Keeps the outcome, and gives the task that it is of.
    #[inline]
    pub(crate) fn settle(&mut self, outcome: Entry<T>) -> Option<Spawned> {
        match mem::replace(self, outcome) {
            Entry::Running(task) => Some(task),
            empty => {
                mem::forget(empty);
                None
            }
        }
    }

    /// Stops the branch, if it has not ended.
    pub(crate) fn stop(&self) {
        if let Entry::Running(task) = self {
            task.abort();
        }
    }

    /// Takes the outcome, and leaves what is needed to stop a branch that has none yet.
    pub(crate) fn take_outcome(&mut self) -> Entry<T> {
        match self {
            Entry::Running(_) => Entry::Empty,
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
    entry: Mutex<Entry<T>>,
}

impl<T> Slot<T> {
    pub(crate) fn new(name: &'static str) -> Self {
        Slot {
            name,
            entry: Mutex::new(Entry::Empty),
        }
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

    fn at(&self, _: usize) -> &dyn AnySlot {
        self
    }

    fn values(&self) -> T {
        self.take_outcome()
            .into_outcome(self.name, 0)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    fn outcomes(&self, next: &mut usize) -> Result<T, BranchError> {
        let slot = *next;
        *next += 1;
        self.take_outcome().into_outcome(self.name, slot)
    }

    fn visit(&self, visitor: &mut dyn FnMut(&dyn AnySlot)) {
        visitor(self);
    }
}

impl<T> TypedSlot<T> for Slot<T> {
    #[inline]
    fn settle<E>(&self, _: usize, outcome: Entry<T>, state: &State<E>) {
        let mut entry = lock(&self.entry);
        let task = entry.settle(outcome);
        // Under the lock: whoever discards says so first, and then empties the slot.
        if state.is_discarded() {
            let unwanted = entry.take_outcome();
            drop(entry);
            drop_silenced(unwanted);
        } else {
            drop(entry);
        }
        drop(task);
    }
}

impl<T: 'static> AnySlot for Slot<T> {
    fn name(&self) -> Option<&'static str> {
        Some(self.name)
    }

    #[inline]
    fn start(&self, _: usize, task: Spawned) {
        lock(&self.entry).start(task);
    }

    fn stop(&self) {
        lock(&self.entry).stop();
    }

    fn discard(&self) -> Option<Payload> {
        drop_caught(self.take_outcome())
    }

    fn missing(&self, slot: usize) -> Option<BranchError> {
        match &*lock(&self.entry) {
            Entry::Finished(_) => None,
            _ => Some(BranchError::cancelled(self.name, slot)),
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
