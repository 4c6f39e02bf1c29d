//! Branches that block: one blocks a worker while others fail, and one waits for work on a
//! `spawn_blocking` thread, which nothing can stop.

use std::future::pending;
use std::panic::resume_unwind;
use std::sync::mpsc;

use gather::{gather, gather_settled, try_gather};
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

mod support {
    pub(crate) mod alarm;
    pub(crate) mod flavours;
    pub(crate) mod outside;
    pub(crate) mod probe;
    pub(crate) mod until;
}

use support::alarm::Alarm;
use support::flavours::on_both_flavours;
use support::outside::send_from_outside;
use support::probe::Probe;
use support::until::until;

type Outcome = Result<u8, &'static str>;

/// A branch fails while a sibling blocks its worker. The other siblings are dropped at once, no
/// queued branch starts, and the gather resolves when the blocking branch returns.
macro_rules! fails_while_another_blocks {
    ($gather:ident, ($($limit:tt)*), $failure:expr, |$result:ident| $check:expr) => {{
        let (waiting, queued) = (Probe::default(), Probe::default());
        let (inside, is_inside) = mpsc::channel();
        let (go, told_to_go) = mpsc::channel::<()>();
        let blocks = async move {
            inside.send(()).unwrap();
            told_to_go.recv().unwrap();
            Outcome::Ok(1)
        };
        let (fail, told_to_fail) = oneshot::channel::<()>();
        let fails = async move {
            told_to_fail.await.unwrap();
            $failure
        };
        let waits = [waiting.watch(pending::<Outcome>()), waiting.watch(pending())];
        let late = queued.watch(async { Outcome::Ok(1) });
        let mut gather = $gather!($($limit)* blocks, fails, ..waits, late).into_future();
        is_inside.recv().unwrap();
        let alarm = Alarm::default();
        assert!(alarm.poll(&mut gather).is_pending());
        send_from_outside(fail);
        until(|| waiting.seen().dropped == 2).await;
        until(|| queued.seen().dropped == 1).await;
        // The blocking branch has not ended, and the awaiter is not woken before it ends.
        assert!(alarm.poll(&mut gather).is_pending());
        assert_eq!(alarm.rung(), 0);
        go.send(()).unwrap();
        let $result = tokio::spawn(gather).await;
        $check;
        queued.seen().started
    }};
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_branch_that_blocks_its_worker_holds_up_the_end_and_nothing_else() {
    fails_while_another_blocks!(try_gather, (), Outcome::Err("no"), |result| {
        assert_eq!(result.unwrap(), Err("no"));
    });
    fails_while_another_blocks!(gather, (), panic_quietly(), |result| {
        assert!(result.unwrap_err().is_panic());
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_branch_that_blocks_its_worker_lets_nothing_more_start_in_its_place() {
    let started = fails_while_another_blocks!(try_gather, (limit = 4;), Outcome::Err("no"), |result| {
        assert_eq!(result.unwrap(), Err("no"));
    });
    assert_eq!(started, 0);
    let started = fails_while_another_blocks!(gather, (limit = 4;), panic_quietly(), |result| {
        assert!(result.unwrap_err().is_panic());
    });
    assert_eq!(started, 0);
}

fn panic_quietly() -> Outcome {
    resume_unwind(Box::new("a branch"))
}

#[test]
fn work_on_a_blocking_thread_goes_on_to_its_end_when_its_branch_is_stopped() {
    on_both_flavours(|| async {
        for way in ["abort", "drop", "failure"] {
            let (begun, has_begun) = oneshot::channel();
            let (go, told_to_go) = mpsc::channel::<()>();
            let (ended, has_ended) = oneshot::channel();
            let work = spawn_blocking(move || {
                begun.send(()).unwrap();
                told_to_go.recv().unwrap();
                ended.send(()).unwrap();
                7
            });
            let probe = Probe::default();
            let branch = probe.watch(async { Ok(work.await.unwrap()) });
            let (fail, told_to_fail) = oneshot::channel();
            let gather = try_gather!(branch, async { told_to_fail.await.unwrap() });
            has_begun.await.unwrap();
            match way {
                "abort" => assert_eq!(gather.abort().await, None),
                "drop" => drop(gather),
                _ => {
                    fail.send(Outcome::Err("no")).unwrap();
                    assert_eq!(gather.await, Err("no"));
                }
            }
            until(|| probe.seen().dropped == 1).await;
            // The gather has ended, but the work has not.
            go.send(()).unwrap();
            has_ended.await.unwrap();
        }
    });
}

#[test]
fn work_that_is_a_branch_itself_is_waited_for_no_longer_than_the_branch_lives() {
    on_both_flavours(|| async {
        let (begun, has_begun) = oneshot::channel();
        let (go, told_to_go) = mpsc::channel::<()>();
        let work = spawn_blocking(move || {
            begun.send(()).unwrap();
            told_to_go.recv().is_ok()
        });
        let gather = gather_settled!(work, async { 1 });
        has_begun.await.unwrap();
        until(|| gather.progress().finished() == 1).await;
        let (work, other) = gather.abort().await.unwrap();
        assert!(work.unwrap_err().is_cancelled());
        assert_eq!(other.unwrap(), 1);
        // The work is still running and receives this.
        go.send(()).unwrap();
    });
}
