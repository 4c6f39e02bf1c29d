//! Where the outcomes of a spread's branches wait until the gather is awaited.

use std::fmt;
use std::mem;

use crate::caught::{drop_caught, drop_silenced, first};
use crate::error::BranchError;
use crate::slot::{Entry, Outcome};
use crate::slots::{AnySlot, Slots, TypedSlot, sealed};
use crate::state::{Payload, State};
use crate::sync::Mutex;
use crate::sync::lock;
use crate::task::Spawned;

/// The places for the outcomes of a spread's branches, in the order of its iterator.
///
/// It is that of a [`Spread`](crate::Spread), whose branches' tasks fill it.
pub struct SlotVec<T> {
    name: &'static str,
    // One lock for all: it is held for a few instructions, and the vector grows while its first
    // branches are already ending. A lock for each was no faster on two workers.
    entries: Mutex<Entries<T>>,
}

struct Entries<T> {
    all: Vec<Entry<T>>,
    /// Whether the iterator has given its last branch.
    complete: bool,
}

impl<T> Entries<T> {
    #[inline]
    fn at(&mut self, index: usize) -> &mut Entry<T> {
        while self.all.len() <= index {
            self.all.push(Entry::EMPTY);
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
            entries: Mutex::new(entries),
        }
    }

    /// Expects so many branches, or more.
    pub(crate) fn reserve(&self, branches: usize) {
        let all = &mut lock(&self.entries).all;
        // An iterator may say anything: what cannot be reserved comes by and by. What can is filled
        // here, as a vector that grows while branches end is a tenth slower on two workers.
        if all.try_reserve(branches).is_ok() {
            all.resize_with(branches, || Entry::EMPTY);
        }
    }

    fn take_all<U>(&self, result: impl Fn(Outcome<T>, usize) -> U) -> Vec<U> {
        let entries = mem::take(&mut lock(&self.entries).all);
        entries
            .into_iter()
            .enumerate()
            .map(|(index, entry)| result(entry.outcome, index))
            .collect()
    }
}

impl<T: Send + 'static> sealed::Sealed for SlotVec<T> {}

impl<T: Send + 'static> Slots for SlotVec<T> {
    type Values = Vec<T>;
    type Outcomes = Vec<Result<T, BranchError>>;

    const COUNT: usize = 1;

    fn at(&self, _: usize) -> &dyn AnySlot {
        self
    }

    fn values(&self) -> Vec<T> {
        self.take_all(|outcome, index| {
            outcome
                .into_result(self.name, index)
                .unwrap_or_else(|error| panic!("{error}"))
        })
    }

    fn outcomes(&self, next: &mut usize) -> Vec<Result<T, BranchError>> {
        *next += 1;
        self.take_all(|outcome, index| outcome.into_result(self.name, index))
    }

    fn visit(&self, visitor: &mut dyn FnMut(&dyn AnySlot)) {
        visitor(self);
    }
}

impl<T: 'static> TypedSlot<T> for SlotVec<T> {
    #[inline]
    fn start(&self, index: usize, task: Spawned) {
        lock(&self.entries).at(index).start(task);
    }

    #[inline]
    fn settle<E>(&self, index: usize, outcome: Outcome<T>, state: &State<E>) {
        let unwanted = lock(&self.entries).at(index).settle(outcome, state);
        if unwanted.is_some() {
            drop_silenced(unwanted);
        }
    }
}

impl<T: 'static> AnySlot for SlotVec<T> {
    fn complete(&self, branches: usize) {
        let mut entries = lock(&self.entries);
        entries.all.resize_with(branches, || Entry::EMPTY);
        entries.complete = true;
    }

    fn stop(&self) {
        for entry in &lock(&self.entries).all {
            entry.stop();
        }
    }

    fn discard(&self) -> Option<Payload> {
        let ended: Vec<Entry<T>> = lock(&self.entries)
            .all
            .iter_mut()
            .map(Entry::take_ended)
            .collect();
        let mut panicked = None;
        for entry in ended {
            panicked = first(panicked, drop_caught(entry));
        }
        panicked
    }

    fn missing(&self, _: usize) -> Option<BranchError> {
        let entries = lock(&self.entries);
        let missing = entries
            .all
            .iter()
            .position(|entry| !matches!(entry.outcome, Outcome::Finished(_)));
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
