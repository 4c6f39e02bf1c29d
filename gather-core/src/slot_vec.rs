//! Where the outcomes of a spread's branches wait until the gather is awaited.

use std::any::Any;
use std::fmt;
use std::mem;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Waker;

use crate::caught::{drop_caught, first};
use crate::error::BranchError;
use crate::slot::Entry;
use crate::slots::{AnySlot, Slots, sealed};
use crate::state::{Payload, State, lock};

/// The places for the outcomes of a spread's branches, in the order of its iterator.
///
/// [`Spread::slot`](crate::Spread::slot) makes one, and the branches' tasks fill it.
pub struct SlotVec<T> {
    name: &'static str,
    index: AtomicUsize,
    // One lock for all: it is held for a few instructions, and the vector grows while its first
    // branches are already ending.
    entries: Mutex<Entries<T>>,
}

struct Entries<T> {
    all: Vec<Entry<T>>,
    /// Whether the iterator has given its last branch.
    complete: bool,
}

impl<T> Entries<T> {
    fn at(&mut self, index: usize) -> &mut Entry<T> {
        if self.all.len() <= index {
            self.all.resize_with(index + 1, || Entry::Empty);
        }
        &mut self.all[index]
    }
}

impl<T> SlotVec<T> {
    pub(crate) fn new(name: &'static str) -> Self {
        let entries = Entries {
            all: Vec::new(),
            complete: false,
        };
        SlotVec {
            name,
            index: AtomicUsize::new(0),
            entries: Mutex::new(entries),
        }
    }

    pub(crate) fn index(&self) -> usize {
        self.index.load(Ordering::Relaxed)
    }

    pub(crate) fn reserve(&self, branches: usize) {
        lock(&self.entries).all.reserve(branches);
    }

    /// Says that there are no more branches than those that were given a place.
    pub(crate) fn complete(&self) {
        lock(&self.entries).complete = true;
    }

    pub(crate) fn wait(&self, index: usize, waker: Waker) {
        *lock(&self.entries).at(index) = Entry::Waiting(waker);
    }

    /// Keeps the outcome, if anybody wants it.
    pub(crate) fn settle<E>(&self, index: usize, outcome: Entry<T>, state: &State<E>) {
        let unwanted = {
            let mut entries = lock(&self.entries);
            let entry = entries.at(index);
            let waiting = mem::replace(entry, outcome);
            // Under the lock: whoever discards says so first, and then empties the slots.
            (waiting, state.is_discarded().then(|| entry.take_outcome()))
        };
        drop(unwanted);
    }

    fn take_all<U>(&self, outcome: impl Fn(Entry<T>, usize) -> U) -> Vec<U> {
        let entries = mem::take(&mut lock(&self.entries).all);
        entries
            .into_iter()
            .enumerate()
            .map(|(index, entry)| outcome(entry, index))
            .collect()
    }
}

impl<T: Send + 'static> sealed::Sealed for SlotVec<T> {}

impl<T: Send + 'static> Slots for SlotVec<T> {
    type Values = Vec<T>;
    type Outcomes = Vec<Result<T, BranchError>>;

    const COUNT: usize = 1;

    fn at(&self, _: usize) -> &dyn Any {
        self
    }

    fn values(&self) -> Vec<T> {
        self.take_all(|entry, index| {
            entry
                .into_outcome(self.name, index)
                .unwrap_or_else(|error| panic!("{error}"))
        })
    }

    fn outcomes(&self) -> Vec<Result<T, BranchError>> {
        self.take_all(|entry, index| entry.into_outcome(self.name, index))
    }

    fn visit(&self, visitor: &mut dyn FnMut(&dyn AnySlot)) {
        visitor(self);
    }
}

impl<T: 'static> AnySlot for SlotVec<T> {
    fn number(&self, index: usize) {
        self.index.store(index, Ordering::Relaxed);
    }

    fn stop(&self) {
        for entry in &lock(&self.entries).all {
            entry.wake();
        }
    }

    fn discard(&self) -> Option<Payload> {
        let outcomes: Vec<Entry<T>> = lock(&self.entries)
            .all
            .iter_mut()
            .map(Entry::take_outcome)
            .collect();
        let mut panicked = None;
        for outcome in outcomes {
            panicked = first(panicked, drop_caught(outcome));
        }
        panicked
    }

    fn missing(&self) -> Option<BranchError> {
        let entries = lock(&self.entries);
        let missing = entries
            .all
            .iter()
            .position(|entry| !matches!(entry, Entry::Finished(_)));
        match missing {
            Some(index) => Some(BranchError::cancelled(self.name, index)),
            None if entries.complete => None,
            None => Some(BranchError::cancelled(self.name, entries.all.len())),
        }
    }
}

impl<T> fmt::Debug for SlotVec<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlotVec")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
