//! Models of the first failure. `RUSTFLAGS="--cfg loom" cargo test --release -p gather-core --lib`
//! runs these, and those of [`gather`](crate::gather) and [`limit`](crate::place::limit).

use std::mem;
use std::sync::Arc;

use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::{model, thread};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{AbortHandle, Id, JoinHandle, yield_now};

use crate::task::failure::{Failure, FirstFailure};
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
        assert!(matches!(first.take(), Some(Failure::Error(_))));
        assert!(first.take().is_none());
        assert_eq!(count(&drops), 2);
    });
}

#[test]
fn a_panic_outranks_an_error_whichever_comes_first() {
    model(|| {
        let first = Arc::new(FirstFailure::new());
        let failures = [Failure::Error("error"), Failure::Panic(Box::new("panic"))];
        let failing = failures.map(|failure| {
            let first = Arc::clone(&first);
            thread::spawn(move || first.record(failure))
        });
        for failing in failing {
            failing.join().unwrap();
        }
        assert!(matches!(first.take(), Some(Failure::Panic(_))));
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
        first.read_panic(panicked, Box::new(1));
        later.join().unwrap();
        first.read_panic(other, Box::new(2));
        let Some(Failure::Panic(payload)) = first.take() else {
            panic!("the payload of the first panic has been read");
        };
        assert!(matches!(payload.downcast_ref(), Some(1 | 2)));
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
        assert!(first.take().is_none());
    });
}

/// Stands for what has been started.
struct Stopping {
    told: AtomicUsize,
    failed_before: AtomicBool,
}

impl Stop for Stopping {
    fn stop(&self) {
        self.told.fetch_add(1, Ordering::Relaxed);
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
        mem::drop(siblings.failure.take().unwrap());
    });
}
