//! The time that it takes to stop a gather is proportional to the number of its branches.
//!
//! If each stopped branch looked at all others, the time would grow quadratically.

use std::future::pending;
use std::panic::resume_unwind;
use std::time::{Duration, Instant};

use gather::{gather, try_gather};
use tokio::runtime::Builder;
use tokio::task::yield_now;

const MANY: usize = 30_000;

/// A hundred times as long as a test takes.
const LONG: Duration = Duration::from_secs(20);

/// Runs the test on one thread, and asserts that it does not take long.
fn quickly(test: impl Future<Output = ()>) {
    let start = Instant::now();
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(test);
    drop(runtime);
    assert!(start.elapsed() < LONG, "it took {:?}", start.elapsed());
}

fn hang() -> impl Iterator<Item = std::future::Pending<()>> + Send {
    (0..MANY).map(|_| pending())
}

struct Panics;

impl Drop for Panics {
    fn drop(&mut self) {
        resume_unwind(Box::new("dropped"));
    }
}

#[test]
fn abort_of_as_many_as_the_limit_allows() {
    quickly(async {
        let gather = gather!(limit = MANY; ..hang());
        yield_now().await;
        assert_eq!(gather.abort().await, None);
    });
}

#[test]
fn a_runtime_that_shuts_down_while_as_many_run_as_the_limit_allows() {
    quickly(async {
        gather!(limit = MANY; ..hang()).detach();
        yield_now().await;
    });
}

#[test]
fn abort_of_branches_that_panic_when_they_are_dropped() {
    quickly(async {
        let branches = (0..MANY).map(|_| async {
            let _panics = Panics;
            pending::<Result<(), ()>>().await
        });
        let gather = try_gather!(..branches);
        yield_now().await;
        let aborted = tokio::spawn(gather.abort()).await;
        assert!(aborted.is_err_and(|error| error.is_panic()));
    });
}

#[test]
fn a_failure_that_stops_branches_which_fail_as_well() {
    quickly(async {
        let branches = (0..MANY).map(|_| async { Err::<(), _>("failed") });
        assert_eq!(try_gather!(..branches).await, Err("failed"));
    });
}
