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

/// The failure that is to be told: the panic that came first, or else the error that did.
#[derive(Debug)]
pub(crate) struct FirstFailure<E> {
    /// Spares the lock where nothing has failed.
    has_failed: AtomicBool,
    place: Mutex<Place<E>>,
}

#[derive(Debug)]
enum Place<E> {
    Wanted(Failed<E>),
    /// Nobody will take the result.
    Unwanted,
}

#[derive(Debug)]
struct Failed<E> {
    error: Option<E>,
    /// The tasks that look as if they had panicked, in the order in which they did. One that was
    /// dropped by somebody who unwinds looks so too: its handle has no payload.
    panicked: Vec<Id>,
    /// The payload that is told, and how many tasks had panicked before it.
    panic: Option<(usize, Payload)>,
}

impl<E> Failed<E> {
    /// Keeps the payload, if it came before the one that is here. Returns the other.
    fn keep(&mut self, before: usize, payload: Payload) -> Option<Payload> {
        let is_first = self.panic.as_ref().is_none_or(|(first, _)| before < *first);
        if is_first {
            let later = self.panic.replace((before, payload));
            later.map(|(_, payload)| payload)
        } else {
            Some(payload)
        }
    }
}

impl<E> FirstFailure<E> {
    pub(crate) fn new() -> Self {
        let failed = Failed {
            error: None,
            panicked: Vec::new(),
            panic: None,
        };
        FirstFailure {
            has_failed: AtomicBool::new(false),
            place: Mutex::new(Place::Wanted(failed)),
        }
    }

    /// Records a failure, and drops one that is not to be told.
    pub(crate) fn record(&self, failure: Failure<E>) {
        let unwanted = match &mut *lock(&self.place) {
            Place::Wanted(failed) => match failure {
                Failure::Error(error) if failed.error.is_none() => {
                    failed.error = Some(error);
                    None
                }
                Failure::Error(error) => Some(Failure::Error(error)),
                Failure::Panic(payload) => {
                    let before = failed.panicked.len();
                    failed.keep(before, payload).map(Failure::Panic)
                }
                Failure::PanicOf(task) => {
                    failed.panicked.push(task);
                    None
                }
            },
            Place::Unwanted => Some(failure),
        };
        self.has_failed.store(true, Ordering::Release);
        drop_silenced(unwanted);
    }

    /// The payload of a task's panic has been read: it is told if that panic came first.
    pub(crate) fn read_panic(&self, task: Id, payload: Payload) {
        let unwanted = match &mut *lock(&self.place) {
            Place::Wanted(failed) => {
                let before = failed.panicked.iter().position(|id| *id == task);
                let before = before.unwrap_or(failed.panicked.len());
                failed.keep(before, payload)
            }
            Place::Unwanted => Some(payload),
        };
        drop_silenced(unwanted);
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Acquire)
    }

    /// The failure to be told, once all tasks have been read: it is an error or a payload.
    pub(crate) fn take(&self) -> Option<Failure<E>> {
        if !self.has_failed() {
            return None;
        }
        let (error, panic) = match &mut *lock(&self.place) {
            Place::Wanted(failed) => (failed.error.take(), failed.panic.take()),
            Place::Unwanted => return None,
        };
        let Some((_, payload)) = panic else {
            return error.map(Failure::Error);
        };
        drop_silenced(error);
        Some(Failure::Panic(payload))
    }

    /// Nobody will take the result: what is here, and what comes, is dropped.
    pub(crate) fn discard(&self) {
        let unwanted = mem::replace(&mut *lock(&self.place), Place::Unwanted);
        drop_silenced(unwanted);
    }
}
