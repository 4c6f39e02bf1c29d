//! The first failure of a gather.
//!
//! Nothing here depends on a branch's type or on where results are kept, so the protocol can be
//! read and checked by itself.
//!
//! The payload of a task's panic stays in tokio's `JoinHandle` until the handle reads it.
//! `Gathering::result` resumes it; `gather_settled!` keeps it in a `BranchError`.

use std::collections::HashMap;
use std::mem;

use tokio::task::Id;

use crate::outcome::BranchError;
use crate::outcome::caught::drop_silenced;
use crate::task::sync::atomic::{AtomicBool, Ordering};
use crate::task::sync::{Mutex, lock};

/// Why a gather has no value.
#[derive(Debug)]
pub(crate) enum Failure<E> {
    /// A branch failed with an error of the user's.
    Error(E),
    /// User code panicked where this crate runs it, not tokio: usually an iterator.
    Panic(BranchError),
    /// A task panicked. tokio keeps the payload until the task's handle is read.
    PanicOf(Id),
}

impl<E> Failure<E> {
    /// The same failure with another error.
    pub(crate) fn map<D>(self, error: impl FnOnce(E) -> D) -> Failure<D> {
        match self {
            Failure::Error(failed) => Failure::Error(error(failed)),
            Failure::Panic(panic) => Failure::Panic(panic),
            Failure::PanicOf(task) => Failure::PanicOf(task),
        }
    }
}

/// The failure that a gather ends with.
#[derive(Debug)]
pub(crate) enum Told<E> {
    Error(E),
    Panic(BranchError),
}

/// Which failure to report, if there are both errors and panics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rank {
    /// The first panic, or the first error if there is no panic.
    PanicsFirst,
    /// The first of all failures.
    InTime,
}

/// The failures of a gather that may be reported: the first error and the first panic.
#[derive(Debug)]
pub(crate) struct FirstFailure<E> {
    /// Avoids the lock if nothing has failed.
    has_failed: AtomicBool,
    place: Mutex<Place<E>>,
}

#[derive(Debug)]
enum Place<E> {
    /// The failures so far, if there are any.
    Wanted(Option<Box<Failed<E>>>),
    /// Nobody will take the result.
    Unwanted,
}

#[derive(Debug)]
struct Failed<E> {
    /// The number of recorded failures. Each gets the current number, which orders them in time.
    recorded: usize,
    error: Option<(usize, E)>,
    /// The tasks that appear to have panicked. A task that is dropped by a thread that unwinds
    /// looks the same, but its join handle has no payload.
    panicked: HashMap<Id, usize>,
    panic: Option<(usize, BranchError)>,
}

impl<E> Failed<E> {
    fn nothing() -> Box<Self> {
        Box::new(Failed {
            recorded: 0,
            error: None,
            panicked: HashMap::new(),
            panic: None,
        })
    }

    /// Keeps the earlier of this panic and the stored one. Returns the other.
    fn keep(&mut self, time: usize, panic: BranchError) -> Option<BranchError> {
        let is_first = self.panic.as_ref().is_none_or(|(first, _)| time < *first);
        if is_first {
            let later = self.panic.replace((time, panic));
            later.map(|(_, panic)| panic)
        } else {
            Some(panic)
        }
    }
}

impl<E> FirstFailure<E> {
    pub(crate) fn new() -> Self {
        FirstFailure {
            has_failed: AtomicBool::new(false),
            place: Mutex::new(Place::Wanted(None)),
        }
    }

    /// Records a failure. Drops the failure that will not be reported.
    pub(crate) fn record(&self, failure: Failure<E>) {
        let unwanted = match &mut *lock(&self.place) {
            Place::Wanted(failed) => {
                let failed = failed.get_or_insert_with(Failed::nothing);
                let time = failed.recorded;
                failed.recorded += 1;
                match failure {
                    Failure::Error(error) if failed.error.is_none() => {
                        failed.error = Some((time, error));
                        None
                    }
                    Failure::Error(error) => Some(Failure::Error(error)),
                    Failure::Panic(panic) => failed.keep(time, panic).map(Failure::Panic),
                    Failure::PanicOf(task) => {
                        failed.panicked.insert(task, time);
                        None
                    }
                }
            }
            Place::Unwanted => Some(failure),
        };
        self.has_failed.store(true, Ordering::Release);
        drop_silenced(unwanted);
    }

    /// Records that the payload of a task's panic has been read. It is reported if that panic was
    /// the first.
    pub(crate) fn read_panic(&self, task: Id, panic: BranchError) {
        let unwanted = match &mut *lock(&self.place) {
            Place::Wanted(failed) => {
                let failed = failed.get_or_insert_with(Failed::nothing);
                let recorded = failed.panicked.get(&task).copied();
                failed.keep(recorded.unwrap_or(failed.recorded), panic)
            }
            Place::Unwanted => Some(panic),
        };
        drop_silenced(unwanted);
    }

    #[inline]
    pub(crate) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Acquire)
    }

    /// Whether there is a failure to report, once all tasks have been read.
    pub(crate) fn is_told(&self) -> bool {
        self.has_failed()
            && match &*lock(&self.place) {
                Place::Wanted(Some(failed)) => failed.error.is_some() || failed.panic.is_some(),
                Place::Wanted(None) | Place::Unwanted => false,
            }
    }

    /// Takes the failure to report, once all tasks have been read.
    pub(crate) fn take(&self, rank: Rank) -> Option<Told<E>> {
        if !self.has_failed() {
            return None;
        }
        let (error, panic) = match &mut *lock(&self.place) {
            Place::Wanted(Some(failed)) => (failed.error.take(), failed.panic.take()),
            Place::Wanted(None) | Place::Unwanted => return None,
        };
        let (told, unwanted) = match (error, panic) {
            (Some((failed, error)), Some((panicked, panic)))
                if rank == Rank::InTime && failed < panicked =>
            {
                (Told::Error(error), Some(Told::Panic(panic)))
            }
            (error, Some((_, panic))) => {
                let unwanted = error.map(|(_, error)| Told::Error(error));
                (Told::Panic(panic), unwanted)
            }
            (Some((_, error)), None) => (Told::Error(error), None),
            (None, None) => return None,
        };
        drop_silenced(unwanted);
        Some(told)
    }

    /// Drops the failures, now and later: nobody will take the result.
    pub(crate) fn discard(&self) {
        let unwanted = mem::replace(&mut *lock(&self.place), Place::Unwanted);
        drop_silenced(unwanted);
    }
}
