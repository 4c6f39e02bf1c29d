//! The first failure of a gather.
//!
//! Nothing here knows of a branch's type or of where results are kept, so that the protocol can be
//! read, and checked, by itself.

use std::mem;

use tokio::task::Id;

use crate::outcome::caught::{Payload, drop_silenced};
use crate::task::sync::atomic::{AtomicBool, Ordering};
use crate::task::sync::{Mutex, lock};

/// Why a gather has no value.
#[derive(Debug)]
pub(crate) enum Failure<E> {
    /// A branch failed with an error of the user's.
    Error(E),
    /// The user's code panicked where this crate runs it and not tokio: an iterator, mostly.
    Panic(Payload),
    /// A task panicked. tokio keeps the payload until the task's handle is read.
    PanicOf(Id),
}

impl<E> Failure<E> {
    fn is_panic(&self) -> bool {
        !matches!(self, Failure::Error(_))
    }

    fn is_panic_of(&self, task: Id) -> bool {
        matches!(self, Failure::PanicOf(panicked) if *panicked == task)
    }
}

/// The failure that came first in time, but that a panic outranks an error.
#[derive(Debug)]
pub(crate) struct FirstFailure<E> {
    /// Spares the lock where nothing has failed.
    has_failed: AtomicBool,
    place: Mutex<Place<E>>,
}

#[derive(Debug)]
enum Place<E> {
    Wanted(Option<Failure<E>>),
    /// Nobody will take the result.
    Unwanted,
}

impl<E> FirstFailure<E> {
    pub(crate) fn new() -> Self {
        FirstFailure {
            has_failed: AtomicBool::new(false),
            place: Mutex::new(Place::Wanted(None)),
        }
    }

    /// Records a failure, and drops the one that is not to be told.
    pub(crate) fn record(&self, failure: Failure<E>) {
        let unwanted = match &mut *lock(&self.place) {
            Place::Wanted(first) => match first {
                Some(earlier) if earlier.is_panic() || !failure.is_panic() => Some(failure),
                _ => first.replace(failure),
            },
            Place::Unwanted => Some(failure),
        };
        self.has_failed.store(true, Ordering::Release);
        drop_silenced(unwanted);
    }

    /// The payload of a task's panic has been read: it is told if that panic came first.
    pub(crate) fn read_panic(&self, task: Id, payload: Payload) {
        let unwanted = match &mut *lock(&self.place) {
            Place::Wanted(Some(first)) if first.is_panic_of(task) => {
                *first = Failure::Panic(payload);
                None
            }
            _ => Some(payload),
        };
        drop_silenced(unwanted);
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Acquire)
    }

    pub(crate) fn take(&self) -> Option<Failure<E>> {
        if !self.has_failed() {
            return None;
        }
        match &mut *lock(&self.place) {
            Place::Wanted(first) => first.take(),
            Place::Unwanted => None,
        }
    }

    /// Nobody will take the result: what is here, and what comes, is dropped.
    pub(crate) fn discard(&self) {
        let unwanted = mem::replace(&mut *lock(&self.place), Place::Unwanted);
        drop_silenced(unwanted);
    }
}
