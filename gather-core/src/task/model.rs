//! Models of the first failure. `RUSTFLAGS="--cfg loom" cargo test --profile loom -p gather-core --lib`
//! runs these, and those of [`gather`](crate::gather) and [`limit`](crate::place::limit).

use std::mem;
use std::sync::Arc;

use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::{model, thread};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{AbortHandle, Id, JoinHandle, yield_now};

use crate::outcome::{Boxed, BranchError};
use crate::task::failure::{Failure, FirstFailure, Rank, Told};
use crate::task::siblings::{Siblings, Stop};

/// Counts how often it is dropped.
pub(crate) struct Counted(Arc<AtomicUsize>);

impl Counted {
    pub(crate) fn by(drops: &Arc<AtomicUsize>) -> Self {
        Counted(Arc::clone(drops))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

pub(crate) fn counter() -> Arc<AtomicUsize> {
    Arc::new(AtomicUsize::new(0))
}

pub(crate) fn count(counter: &AtomicUsize) -> usize {
    counter.load(Ordering::Relaxed)
}

/// tokio's own tasks. None is polled before a model's threads are over: loom does not know what
/// happens inside tokio, so nothing in a model is to depend on it but what is asked at the end.
pub(crate) struct Tasks {
    pub(crate) runtime: Runtime,
}

impl Tasks {
    pub(crate) fn new() -> Self {
        let runtime = Builder::new_current_thread().build();
        Tasks {
            runtime: runtime.expect("it needs nothing of the system"),
        }
    }

    /// A task that ends when it is aborted, and something to ask whether it was.
    pub(crate) fn endless<T: Send + 'static>(&self) -> (JoinHandle<T>, AbortHandle) {
        let task = self.runtime.spawn(std::future::pending());
        let abort = task.abort_handle();
        (task, abort)
    }

    /// Has those stop that were told to.
    pub(crate) fn settle(&self) {
        self.runtime.block_on(async {
            for _ in 0..3 {
                yield_now().await;
            }
        });
    }

    fn some_id(&self) -> Id {
        self.endless::<()>().1.id()
    }
}

/// The panic of the branch at an index.
fn panic(index: usize) -> BranchError {
    BranchError::of_branch("branch()", index, Some(Box::new("panic")))
}

fn take<E>(first: &FirstFailure<E>) -> Option<Told<E>> {
    first.take(Rank::PanicsFirst)
}

#[test]
fn of_two_failures_one_is_kept_and_is_taken_once() {
    model(|| {
        let first = Arc::new(FirstFailure::new());
        let drops = counter();
        let failing = [(); 2].map(|()| {
            let (first, error) = (Arc::clone(&first), Counted::by(&drops));
            thread::spawn(move || first.record(Failure::Error(error)))
        });
        for failing in failing {
            failing.join().unwrap();
        }
        assert_eq!(count(&drops), 1);
        assert!(matches!(take(&first), Some(Told::Error(_))));
        assert!(take(&first).is_none());
        assert_eq!(count(&drops), 2);
    });
}

#[test]
fn a_panic_outranks_an_error_whichever_comes_first() {
    model(|| {
        let first = Arc::new(FirstFailure::new());
        let failures = [Failure::Error("error"), Failure::Panic(panic(0))];
        let failing = failures.map(|failure| {
            let first = Arc::clone(&first);
            thread::spawn(move || first.record(failure))
        });
        for failing in failing {
            failing.join().unwrap();
        }
        assert!(matches!(take(&first), Some(Told::Panic(_))));
    });
}

/// The task records that it has panicked; the payload comes when its handle is read.
#[test]
fn the_panic_that_came_first_is_told_when_its_payload_has_been_read() {
    model(|| {
        let tasks = Tasks::new();
        let [panicked, other] = [tasks.some_id(), tasks.some_id()];
        let first = Arc::new(FirstFailure::<&str>::new());
        let later = thread::spawn({
            let first = Arc::clone(&first);
            move || {
                first.record(Failure::Error("error"));
                first.record(Failure::PanicOf(other));
            }
        });
        first.record(Failure::PanicOf(panicked));
        first.read_panic(panicked, panic(1));
        later.join().unwrap();
        first.read_panic(other, panic(2));
        let Some(Told::Panic(panic)) = take(&first) else {
            panic!("the payload of the first panic has been read");
        };
        assert!(matches!(panic.index(), 1 | 2));
    });
}

/// With `catch`. Whoever records second does so once the first has: then the first is told, though the
/// payload of its panic comes last.
#[test]
fn of_an_error_and_a_panic_that_is_read_late_the_first_in_time_is_told() {
    model(|| {
        let tasks = Tasks::new();
        let panicked = tasks.some_id();
        let first = Arc::new(FirstFailure::new());
        let has_panicked = Arc::new(AtomicBool::new(false));
        let panicking = thread::spawn({
            let (first, has_panicked) = (Arc::clone(&first), Arc::clone(&has_panicked));
            move || {
                let error_is_first = first.has_failed();
                first.record(Failure::PanicOf(panicked));
                has_panicked.store(true, Ordering::Release);
                error_is_first
            }
        });
        let panic_is_first = has_panicked.load(Ordering::Acquire);
        first.record(Failure::Error("error"));
        let error_is_first = panicking.join().unwrap();
        first.read_panic(panicked, panic(0));
        match first.take(Rank::InTime).unwrap() {
            Told::Error(_) => assert!(!panic_is_first),
            Told::Panic(_) => assert!(!error_is_first),
        }
    });
}

#[test]
fn a_failure_that_is_discarded_while_it_is_recorded_is_dropped_once() {
    model(|| {
        let first = Arc::new(FirstFailure::new());
        let drops = counter();
        let failing = thread::spawn({
            let (first, error) = (Arc::clone(&first), Counted::by(&drops));
            move || first.record(Failure::Error(error))
        });
        first.discard();
        failing.join().unwrap();
        // While its place is still there.
        assert_eq!(count(&drops), 1);
        assert!(take(&first).is_none());
    });
}

/// Stands for what has been started.
struct Stopping {
    told: AtomicUsize,
    failed_before: AtomicBool,
}

impl<E: Send + 'static> Stop<E> for Stopping {
    fn stop(&self) {
        self.told.fetch_add(1, Ordering::Relaxed);
    }

    fn boxed(&self, error: E) -> Boxed<E> {
        Box::new(move || error)
    }
}

#[test]
fn of_two_branches_that_fail_one_stops_the_others_and_has_recorded_its_failure() {
    model(|| {
        let siblings = Arc::new(Siblings::new(Stopping {
            told: AtomicUsize::new(0),
            failed_before: AtomicBool::new(false),
        }));
        let failing = ["first", "second"].map(|error| {
            let siblings = Arc::clone(&siblings);
            thread::spawn(move || siblings.fail(Failure::Error(error)))
        });
        if siblings.is_stopped() {
            let failed = siblings.failure.has_failed();
            siblings
                .running
                .failed_before
                .store(failed, Ordering::Relaxed);
            assert!(failed, "whoever is stopped finds out why");
        }
        for failing in failing {
            failing.join().unwrap();
        }
        assert_eq!(count(&siblings.running.told), 1);
        mem::drop(take(&siblings.failure).unwrap());
    });
}
