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

/// What became of a branch.
pub(crate) enum Outcome<T> {
    /// Nothing yet, or what was here has been taken.
    Missing,
    Finished(T),
    /// Boxed, as a payload is wider than most values.
    Panicked(Box<Payload>),
    Cancelled,
}

impl<T> Outcome<T> {
    pub(crate) fn into_result(self, name: &'static str, index: usize) -> Result<T, BranchError> {
        match self {
            Outcome::Finished(value) => Ok(value),
            Outcome::Panicked(payload) => Err(BranchError::panicked(name, index, *payload)),
            _ => Err(BranchError::cancelled(name, index)),
        }
    }
}

/// What a slot has of a branch.
pub(crate) struct Entry<T> {
    pub(crate) outcome: Outcome<T>,
    /// The branch's task, once it was started. It is kept when the branch has ended, too: the
    /// memory of a task is best freed by the thread that took it, which is mostly the one that
    /// takes the results as well.
    task: Option<Spawned>,
}

impl<T> Entry<T> {
    pub(crate) const EMPTY: Self = Entry {
        outcome: Outcome::Missing,
        task: None,
    };

    #[inline]
    pub(crate) fn start(&mut self, task: Spawned) {
        let none = self.task.replace(task);
        debug_assert!(none.is_none(), "a branch is started once");
        // There is nothing to drop, and the code that would is more than the rest.
        mem::forget(none);
    }

    /// Keeps the outcome, if anybody wants it, and else gives back all that there is to be dropped.
    #[inline]
    pub(crate) fn settle<E>(&mut self, outcome: Outcome<T>, state: &State<E>) -> Option<Self> {
        let none = mem::replace(&mut self.outcome, outcome);
        debug_assert!(matches!(none, Outcome::Missing), "a branch ends once");
        // As above.
        mem::forget(none);
        // Under the slot's lock: whoever discards says so first, and then empties the slot.
        state
            .is_discarded()
            .then(|| mem::replace(self, Entry::EMPTY))
    }

    /// Stops the branch, if it has not ended.
    pub(crate) fn stop(&self) {
        if let (Outcome::Missing, Some(task)) = (&self.outcome, &self.task) {
            task.abort();
        }
    }

    /// Takes what is there of a branch that has ended, and leaves what is needed to stop one that
    /// has not.
    pub(crate) fn take_ended(&mut self) -> Self {
        match self.outcome {
            Outcome::Missing => Entry::EMPTY,
            _ => mem::replace(self, Entry::EMPTY),
        }
    }
}

/// The place for the outcome of one branch.
///
/// It is that of a [`Branch`](crate::Branch), whose task fills it.
pub struct Slot<T> {
    name: &'static str,
    entry: Mutex<Entry<T>>,
}

impl<T> Slot<T> {
    pub(crate) fn new(name: &'static str) -> Self {
        Slot {
            name,
            entry: Mutex::new(Entry::EMPTY),
        }
    }

    fn take_ended(&self) -> Entry<T> {
        lock(&self.entry).take_ended()
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
        self.take_ended()
            .outcome
            .into_result(self.name, 0)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    fn outcomes(&self, next: &mut usize) -> Result<T, BranchError> {
        let slot = *next;
        *next += 1;
        self.take_ended().outcome.into_result(self.name, slot)
    }

    fn visit(&self, visitor: &mut dyn FnMut(&dyn AnySlot)) {
        visitor(self);
    }
}

impl<T: 'static> TypedSlot<T> for Slot<T> {
    #[inline]
    fn start(&self, _: usize, task: Spawned) {
        lock(&self.entry).start(task);
    }

    #[inline]
    fn settle<E>(&self, _: usize, outcome: Outcome<T>, state: &State<E>) {
        let unwanted = lock(&self.entry).settle(outcome, state);
        if unwanted.is_some() {
            drop_silenced(unwanted);
        }
    }
}

impl<T: 'static> AnySlot for Slot<T> {
    fn stop(&self) {
        lock(&self.entry).stop();
    }

    fn discard(&self) -> Option<Payload> {
        drop_caught(self.take_ended())
    }

    fn missing(&self, slot: usize) -> Option<BranchError> {
        match lock(&self.entry).outcome {
            Outcome::Finished(_) => None,
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
