//! `limit` when the gather ends early: a failure, an abort, a drop or a runtime that shuts down
//! while branches are queued.

use std::future::{pending, ready};
use std::panic::panic_any;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use gather::{gather, gather_settled, try_gather};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

mod support {
    pub(crate) mod flavours;
    pub(crate) mod message;
    pub(crate) mod outside;
    pub(crate) mod panic_of;
    pub(crate) mod probe;
    pub(crate) mod until;
}

use support::flavours::on_both_flavours;
use support::outside::send_from_outside;
use support::panic_of::panic_of;
use support::probe::{Probe, Seen};
use support::until::until;

type Outcome = Result<usize, &'static str>;

/// Much longer than the tests take, so that a hanging test fails.
const LONG: Duration = Duration::from_secs(20);

/// An iterator without an end, and a receiver that resolves when the iterator is dropped.
fn endless<F>(
    branch: impl Fn() -> F + Send + 'static,
) -> (
    impl Iterator<Item = F> + Send + 'static,
    oneshot::Receiver<()>,
) {
    let (guard, dropped) = oneshot::channel::<()>();
    let futures = std::iter::repeat_with(move || {
        let _held = &guard;
        branch()
    });
    (futures, dropped)
}

#[test]
fn aborted_while_queued_nothing_more_starts_and_all_is_dropped() {
    macro_rules! test {
        ($gather:ident, $is_some:literal) => {
            on_both_flavours(|| async {
                let probe = Probe::default();
                let branch = || probe.watch(pending::<Outcome>());
                let (futures, iterator_dropped) = endless(pending::<Outcome>);
                let gather = $gather!(
                    limit = 2; branch(), branch(), branch(), ..[branch()], ..futures, branch()
                );
                until(|| probe.seen().started == 2).await;
                let aborted = gather.abort().await;
                assert_eq!(aborted.is_some(), $is_some);
                assert_eq!((probe.seen().started, probe.seen().dropped), (2, 5));
                iterator_dropped.await.unwrap_err();
            });
        };
    }
    test!(gather, false);
    test!(try_gather, false);
    test!(gather_settled, true);
}

#[test]
fn dropped_while_queued_nothing_more_starts_and_all_is_dropped() {
    macro_rules! test {
        ($gather:ident) => {
            on_both_flavours(|| async {
                let probe = Probe::default();
                let branch = || probe.watch(pending::<Outcome>());
                let (futures, iterator_dropped) = endless(pending::<Outcome>);
                let gather = $gather!(
                    limit = 2; branch(), branch(), branch(), ..[branch()], ..futures, branch()
                );
                until(|| probe.seen().started == 2).await;
                drop(gather);
                until(|| probe.seen().dropped == 5).await;
                assert_eq!(probe.seen().started, 2);
                iterator_dropped.await.unwrap_err();
            });
        };
    }
    test!(gather);
    test!(try_gather);
    test!(gather_settled);
}

fn boom() -> Outcome {
    panic_any("boom")
}

#[test]
fn a_failure_while_queued_starts_nothing_more_and_drops_all_before_the_gather_resolves() {
    macro_rules! test {
        ($gather:ident, $failure:expr, |$result:ident| $check:expr) => {
            on_both_flavours(|| async {
                let probe = Probe::default();
                let branch = || probe.watch(pending::<Outcome>());
                let (fail, told) = oneshot::channel::<()>();
                let fails = async move {
                    told.await.unwrap();
                    $failure
                };
                let (futures, iterator_dropped) = endless(pending::<Outcome>);
                let gather = $gather!(
                    limit = 2; branch(), fails, branch(), ..[branch()], ..futures, branch()
                );
                until(|| probe.seen().started == 1).await;
                fail.send(()).unwrap();
                let $result = tokio::spawn(gather.into_future()).await;
                assert_eq!((probe.seen().started, probe.seen().dropped), (1, 4));
                iterator_dropped.await.unwrap_err();
                $check;
            });
        };
    }
    test!(try_gather, Outcome::Err("no"), |result| {
        assert_eq!(result.unwrap().unwrap_err(), "no");
    });
    test!(try_gather, boom(), |result| {
        let payload = result.map(drop).unwrap_err().into_panic();
        assert_eq!(payload.downcast_ref(), Some(&"boom"));
    });
    test!(gather, boom(), |result| {
        let payload = result.map(drop).unwrap_err().into_panic();
        assert_eq!(payload.downcast_ref(), Some(&"boom"));
    });
}

#[test]
fn a_failure_inside_an_iterator_without_end_ends_it() {
    on_both_flavours(|| async {
        for failing in [0, 1, 100] {
            let mut pulled = 0;
            let (futures, iterator_dropped) = endless(|| ());
            let futures = futures.map(move |()| {
                pulled += 1;
                ready(if pulled > failing {
                    Err("no")
                } else {
                    Ok(pulled)
                })
            });
            let gather = try_gather!(limit = 3; ..futures, pending::<Outcome>());
            assert_eq!(gather.await, Err("no"));
            iterator_dropped.await.unwrap_err();
        }
    });
}

/// A place becomes free, and the iterator is asked for the next branch. Another branch fails while
/// its `next` runs. The branch that `next` then returns must not start.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn what_an_iterator_gives_after_the_failure_does_not_start() {
    for _ in 0..20 {
        let probe = Probe::default();
        let (guard, failed) = mpsc::channel::<()>();
        let (asks, asked) = oneshot::channel::<()>();
        let mut asks = Some(asks);
        let late = probe.clone();
        let futures = (0..).map(move |at| {
            if at == 1 {
                send_from_outside(asks.take().unwrap());
                assert_eq!(
                    failed.recv_timeout(LONG),
                    Err(RecvTimeoutError::Disconnected)
                );
            }
            let probe = if at == 0 {
                Probe::default()
            } else {
                late.clone()
            };
            probe.watch(ready(Outcome::Ok(at)))
        });
        let sibling = async move {
            pending::<()>().await;
            drop(guard);
            Ok(0)
        };
        let fails = async move {
            asked.await.unwrap();
            Outcome::Err("no")
        };
        let gather = try_gather!(limit = 3; sibling, fails, ..futures);
        assert_eq!(gather.await, Err("no"));
        let Seen {
            watched,
            started,
            dropped,
        } = probe.seen();
        assert_eq!((started, dropped), (0, watched));
    }
}

#[test]
fn settled_that_is_aborted_tells_of_all_that_was_asked_for_and_of_no_more() {
    on_both_flavours(|| async {
        let futures = (0_usize..).map(|at| async move {
            if at > 2 {
                pending::<()>().await;
            }
            at
        });
        let gather = gather_settled!(limit = 2; ..futures, ready(7));
        until(|| gather.progress().finished() == 3).await;
        until(|| gather.progress().total().is_none()).await;
        let (spread, queued) = gather.abort().await.unwrap();
        assert!(queued.unwrap_err().is_cancelled());
        let (ended, stopped) = spread.split_at(3);
        for (at, outcome) in ended.iter().enumerate() {
            assert_eq!(outcome.as_ref().unwrap(), &at);
        }
        assert!(stopped.len() <= 2);
        assert!(
            stopped
                .iter()
                .all(|outcome| outcome.as_ref().unwrap_err().is_cancelled())
        );
    });
}

#[test]
fn settled_that_is_aborted_tells_of_a_queued_branch_that_panics_when_it_is_dropped() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic_any("boom");
        }
    }
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let panics = Panics;
                let queued = async move {
                    let _panics = panics;
                };
                let gather = gather_settled!($($options)* pending::<()>(), queued, ready(()));
                let (running, queued, last) = gather.abort().await.unwrap();
                assert!(running.unwrap_err().is_cancelled());
                let payload = queued.unwrap_err().into_panic();
                assert_eq!(payload.downcast_ref(), Some(&"boom"));
                assert!(last.unwrap_err().is_cancelled());
            });
        };
    }
    test!(limit = 1;);
    test!(tasks = 1, limit = 1;);
}

#[test]
fn detached_while_queued_everything_still_starts() {
    on_both_flavours(|| async {
        let ended = Arc::new(AtomicUsize::new(0));
        let branch = |_| {
            let ended = Arc::clone(&ended);
            async move {
                tokio::task::yield_now().await;
                ended.fetch_add(1, Ordering::SeqCst);
            }
        };
        let spread = (0..20).map(branch).collect::<Vec<_>>();
        gather!(limit = 2; branch(0), ..spread, branch(0)).detach();
        until(|| ended.load(Ordering::SeqCst) == 22).await;
    });
}

#[test]
fn a_runtime_that_shuts_down_while_branches_are_queued_is_no_hang() {
    let current_thread = Builder::new_current_thread().build();
    let multi_thread = Builder::new_multi_thread().worker_threads(2).build();
    let here = Builder::new_current_thread().build().unwrap();
    for runtime in [current_thread.unwrap(), multi_thread.unwrap()] {
        let probe = Probe::default();
        let branch = || probe.watch(pending::<Outcome>());
        let (futures, iterator_dropped) = endless(pending::<Outcome>);
        let (all, settled) = runtime.block_on(async {
            let all = gather!(limit = 2; branch(), branch(), ..futures, branch());
            let settled = gather_settled!(limit = 1; branch(), ..[branch()], branch());
            until(|| probe.seen().started == 3).await;
            (all, settled)
        });
        drop(runtime);
        assert_eq!((probe.seen().started, probe.seen().dropped), (3, 6));
        iterator_dropped.blocking_recv().unwrap_err();
        let message = here.block_on(panic_of(all));
        assert!(
            message.ends_with("was cancelled because its runtime shut down"),
            "{message}"
        );
        let (first, spread, last) = here.block_on(settled.into_future());
        assert!(first.unwrap_err().is_cancelled() && last.unwrap_err().is_cancelled());
        assert!(
            spread
                .iter()
                .all(|outcome| outcome.as_ref().unwrap_err().is_cancelled())
        );
    }
}

#[tokio::test]
async fn branches_that_never_started_count_as_ended_when_all_is_over() {
    let fails = |_| async { Err::<(), _>("no") };
    for mut gather in [
        try_gather!(..(0..9).map(fails)),
        try_gather!(limit = 1; ..(0..9).map(fails)),
    ] {
        assert!((&mut gather).await.is_err());
        let progress = gather.progress();
        assert!(gather.is_finished());
        assert_eq!(Some(progress.finished()), progress.total(), "{progress}");
    }
}
