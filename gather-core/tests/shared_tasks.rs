//! `Group::tasks`: branches that share a number of tasks.

use std::collections::HashSet;
use std::future::{Future, pending, ready};
use std::iter;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Context, Poll};
use std::thread;

use gather_core::{BranchError, Gather, Group, branch, lazy_spread, spread};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Notify, Semaphore, mpsc, oneshot};
use tokio::task::{block_in_place, consume_budget, id, yield_now};

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn two_workers() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// Runs a test on both flavours, as a task.
fn on_both<F: Future<Output = ()> + Send + 'static>(test: impl Fn() -> F) {
    for runtime in [one_thread(), two_workers()] {
        if let Err(error) = runtime.block_on(runtime.spawn(test())) {
            resume_unwind(error.into_panic());
        }
    }
}

/// Sends when it is dropped.
struct Signal(mpsc::UnboundedSender<()>);

impl Drop for Signal {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

/// A branch that never ends, and what tells that it has been dropped.
fn hangs() -> (
    impl Future<Output = Result<(), &'static str>>,
    mpsc::UnboundedReceiver<()>,
) {
    let (dropped, is_dropped) = mpsc::unbounded_channel();
    let signal = Signal(dropped);
    let branch = async move {
        let _signal = signal;
        pending().await
    };
    (branch, is_dropped)
}

fn message(error: Box<dyn std::any::Any + Send>) -> String {
    match error.downcast::<String>() {
        Ok(message) => *message,
        Err(error) => (*error.downcast::<&str>().unwrap()).to_owned(),
    }
}

/// The result of a panic, without the message that the hook prints.
fn quietly<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).map_err(message)
}

async fn awaited<T: Send + 'static>(gather: Gather<T>) -> Result<T, Box<dyn std::any::Any + Send>> {
    tokio::spawn(gather.into_future())
        .await
        .map_err(|error| error.into_panic())
}

fn up_to<T>(end: T) -> Vec<T>
where
    std::ops::Range<T>: Iterator<Item = T>,
    T: Default,
{
    (T::default()..end).collect()
}

async fn until(mut is_so: impl FnMut() -> bool) {
    while !is_so() {
        yield_now().await;
    }
}

#[test]
fn branches_run_on_exactly_so_many_tasks() {
    on_both(|| async {
        for (branches, tasks, expected) in [
            (6, 2, 2),
            (7, 3, 3),
            (3, 8, 3),
            (5, 1, 1),
            (4, usize::MAX, 4),
        ] {
            let (started, mut is_started) = mpsc::unbounded_channel();
            let ids = (0..branches).map(|_| {
                let started = started.clone();
                async move {
                    started.send(id()).unwrap();
                    id()
                }
            });
            let gather = Group::new()
                .tasks(tasks)
                .spawn(spread("..ids", ids), |ids| ids);
            // They run though nobody awaits.
            for _ in 0..branches {
                is_started.recv().await.unwrap();
            }
            let ids = gather.await;
            assert_eq!(ids.len(), branches);
            assert_eq!(ids.iter().collect::<HashSet<_>>().len(), expected);
            // Each task has a run of them.
            assert_eq!(ids.chunk_by(|a, b| a == b).count(), expected);
            assert!(
                ids.chunk_by(|a, b| a == b)
                    .all(|run| run.len().abs_diff(branches / expected) <= 1)
            );
        }
    });
}

#[test]
fn written_out_branches_and_spreads_are_dealt_out_together() {
    on_both(|| async {
        let ids = || async { id() };
        let branches = (
            branch("a", ids()),
            spread("..b", (0..5).map(|_| ids())),
            (
                branch("c", ids()),
                spread("..none", iter::empty::<std::future::Ready<u8>>()),
            ),
        );
        let (a, b, (c, none)) = Group::new()
            .tasks(3)
            .spawn(branches, |results| results)
            .await;
        assert!(none.is_empty());
        let mut all = vec![a];
        all.extend(b);
        all.push(c);
        let runs: Vec<_> = all.chunk_by(|a, b| a == b).map(<[_]>::len).collect();
        assert_eq!(runs, [3, 2, 2]);
    });
}

#[test]
fn many_written_out_branches_share_a_task() {
    on_both(|| async {
        let one = |number: u32| async move {
            yield_now().await;
            (number, id())
        };
        let branches = (
            (
                branch("0", one(0)),
                branch("1", one(1)),
                branch("2", one(2)),
                branch("3", one(3)),
            ),
            (
                branch("4", one(4)),
                branch("5", one(5)),
                branch("6", one(6)),
                branch("7", one(7)),
            ),
            (
                branch("8", one(8)),
                branch("9", one(9)),
                branch("10", one(10)),
            ),
        );
        let gather = Group::new()
            .tasks(1)
            .spawn(branches, |((a, b, c, d), (e, f, g, h), (i, j, k))| {
                [a, b, c, d, e, f, g, h, i, j, k]
            });
        let all = gather.await;
        assert!(all.iter().map(|(number, _)| *number).eq(0..11));
        assert!(all.iter().all(|(_, task)| *task == all[0].1));
    });
}

#[test]
fn no_branches_are_finished() {
    on_both(|| async {
        let none = || iter::empty::<std::future::Ready<u8>>();
        let gather = Group::new()
            .tasks(2)
            .spawn(spread("..none", none()), |none| none);
        assert!(gather.is_finished());
        assert_eq!(gather.progress().to_string(), "0/0");
        assert_eq!(gather.await, []);
        let gather = Group::new()
            .tasks(2)
            .limit(2)
            .spawn(lazy_spread("..none", none()), |none| none);
        assert!(gather.is_finished());
        assert_eq!(gather.progress().to_string(), "0/0");
        assert_eq!(gather.await, []);
    });
}

#[test]
fn tasks_run_in_parallel() {
    two_workers().block_on(async {
        let barrier = Arc::new(Barrier::new(2));
        let branches = (0..2).map(|number| {
            let barrier = Arc::clone(&barrier);
            async move {
                barrier.wait();
                number
            }
        });
        let gather = Group::new()
            .tasks(2)
            .spawn(spread("..meet", branches), |met| met);
        assert_eq!(gather.await, [0, 1]);
    });
}

#[test]
fn no_tasks_are_refused() {
    let error = quietly(|| Group::new().tasks(0)).unwrap_err();
    assert!(
        error.contains("`gather!`") && error.contains("`tasks = 0`"),
        "{error}"
    );
    let error = quietly(|| Group::settled().tasks(0)).unwrap_err();
    assert!(error.contains("`gather_settled!`"), "{error}");
    let error = quietly(|| Group::fail_fast::<()>().tasks(1).limit(0)).unwrap_err();
    assert!(
        error.contains("`try_gather!`") && error.contains("`limit = 0`"),
        "{error}"
    );
}

#[test]
fn outside_a_runtime_nothing_starts() {
    let error = quietly(|| Group::new().tasks(1).spawn(branch("a", async {}), |a| a)).unwrap_err();
    assert!(
        error.contains("`gather!` was called outside a tokio runtime"),
        "{error}"
    );
    let error = quietly(|| {
        Group::new()
            .tasks(1)
            .limit(1)
            .spawn(branch("a", async {}), |a| a)
    })
    .unwrap_err();
    assert!(
        error.contains("`gather!` was called outside a tokio runtime"),
        "{error}"
    );
}

#[test]
fn a_plain_thread_says_where() {
    let runtime = two_workers();
    let gather = Group::new()
        .tasks(2)
        .on(runtime.handle())
        .spawn(spread("..n", (0..10).map(|n| async move { n })), |n| n);
    assert_eq!(runtime.block_on(gather.into_future()), up_to(10));
    let gather = Group::new()
        .tasks(2)
        .limit(3)
        .on(runtime.handle())
        .spawn(lazy_spread("..n", (0..10).map(|n| async move { n })), |n| n);
    assert_eq!(runtime.block_on(gather.into_future()), up_to(10));
}

#[test]
fn the_first_error_stops_the_others_while_nobody_awaits() {
    on_both(|| async {
        // On one task, and each on its own.
        for tasks in [1, 2, 3] {
            let ((a, mut a_dropped), (b, mut b_dropped)) = (hangs(), hangs());
            let failing = async { Err::<(), _>("broken") };
            let branches = (branch("a", a), branch("b", failing), spread("..c", [b]));
            let gather = Group::fail_fast()
                .tasks(tasks)
                .spawn(branches, |results| results);
            a_dropped.recv().await.unwrap();
            b_dropped.recv().await.unwrap();
            assert_eq!(gather.await.unwrap_err(), "broken");
        }
    });
}

#[test]
fn behind_an_error_no_neighbour_is_polled() {
    one_thread().block_on(async {
        let polled = Arc::new(AtomicUsize::new(0));
        let branches = (0..10).map(|number| {
            let polled = Arc::clone(&polled);
            async move {
                polled.fetch_add(1, SeqCst);
                if number == 3 { Err(number) } else { Ok(()) }
            }
        });
        let gather = Group::fail_fast()
            .tasks(2)
            .spawn(spread("..b", branches), |results| results);
        assert_eq!(gather.await, Err(3));
        assert_eq!(polled.load(SeqCst), 4);
    });
}

#[test]
fn errors_are_converted() {
    on_both(|| async {
        let group =
            Group::<gather_core::All>::fail_fast_into::<Box<dyn std::error::Error + Send + Sync>>();
        let branches = (
            branch("a", async { "x".parse::<u8>() }),
            branch("b", async { Ok::<_, std::fmt::Error>(1) }),
        );
        let error = group
            .tasks(1)
            .spawn(branches, |results| results)
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), "invalid digit found in string");
    });
}

#[test]
fn dropping_the_handle_stops_all() {
    on_both(|| async {
        let ((a, mut a_dropped), (b, mut b_dropped), (c, mut c_dropped)) =
            (hangs(), hangs(), hangs());
        let branches = (branch("a", a), spread("..b", [b]), spread("..c", [c]));
        drop(Group::new().tasks(2).spawn(branches, |results| results));
        for dropped in [&mut a_dropped, &mut b_dropped, &mut c_dropped] {
            dropped.recv().await.unwrap();
        }
        // What waits for a place as well.
        let ((a, mut a_dropped), (b, mut b_dropped), (c, mut c_dropped)) =
            (hangs(), hangs(), hangs());
        let branches = (branch("a", a), branch("b", b), lazy_spread("..c", [c]));
        drop(
            Group::new()
                .tasks(2)
                .limit(1)
                .spawn(branches, |results| results),
        );
        for dropped in [&mut a_dropped, &mut b_dropped, &mut c_dropped] {
            dropped.recv().await.unwrap();
        }
    });
}

#[test]
fn abort_waits_until_all_have_stopped() {
    on_both(|| async {
        for limit in [None, Some(1), Some(2)] {
            let ((a, mut a_dropped), (b, mut b_dropped)) = (hangs(), hangs());
            let branches = (branch("a", a), branch("b", b));
            let group = Group::new().tasks(2);
            let gather = match limit {
                None => group.spawn(branches, |results| results),
                Some(limit) => group.limit(limit).spawn(branches, |results| results),
            };
            assert!(gather.abort().await.is_none());
            a_dropped.try_recv().unwrap();
            b_dropped.try_recv().unwrap();
        }
    });
}

#[test]
fn abort_keeps_the_results_that_are_there() {
    on_both(|| async {
        let branches = || {
            (0..4).map(|number| async move {
                if number % 2 == 1 {
                    pending::<()>().await;
                }
                number
            })
        };
        let is_partial = |results: &[Result<i32, BranchError>]| {
            let [Ok(0), Err(one), Ok(2), Err(three)] = results else {
                panic!("{results:?}")
            };
            assert!(one.is_cancelled() && three.is_cancelled());
            assert_eq!((one.index(), three.index()), (1, 3));
        };
        let gather = Group::settled().tasks(2).spawn(
            (spread("..b", branches()), branch("hangs", pending::<()>())),
            |results| results,
        );
        until(|| gather.progress().finished() == 2).await;
        let (results, hangs) = gather.abort().await.unwrap();
        is_partial(&results);
        let hangs = hangs.unwrap_err();
        assert!(hangs.is_cancelled());
        assert_eq!((hangs.name(), hangs.index()), ("hangs", 1));

        let gather = Group::settled()
            .tasks(2)
            .limit(4)
            .spawn(lazy_spread("..b", branches()), |results| results);
        until(|| gather.progress().finished() == 2).await;
        is_partial(&gather.abort().await.unwrap());
    });
}

#[test]
fn detached_branches_run_on() {
    on_both(|| async {
        let (ended, mut is_ended) = mpsc::unbounded_channel();
        let go = Arc::new(Notify::new());
        let later = {
            let (ended, go) = (ended.clone(), Arc::clone(&go));
            async move {
                go.notified().await;
                Signal(ended)
            }
        };
        let branches = (
            branch("later", later),
            spread("..now", [ready(Signal(ended))]),
        );
        let gather = Group::new().tasks(2).spawn(branches, |results| results);
        until(|| gather.progress().finished() == 1).await;
        gather.detach();
        // What was there is dropped, and so is what comes.
        is_ended.recv().await.unwrap();
        go.notify_one();
        is_ended.recv().await.unwrap();
        assert!(is_ended.recv().await.is_none());
    });
}

#[test]
fn a_failure_stops_branches_that_are_detached() {
    on_both(|| async {
        for limit in [None, Some(2)] {
            let (hangs, mut dropped) = hangs();
            let (go, gone) = oneshot::channel::<()>();
            let branches = (
                branch("hangs", hangs),
                branch("fails", async move {
                    gone.await.unwrap();
                    Err::<(), _>("broken")
                }),
            );
            let group = Group::fail_fast().tasks(1);
            match limit {
                None => group.spawn(branches, |results| results).detach(),
                Some(limit) => group
                    .limit(limit)
                    .spawn(branches, |results| results)
                    .detach(),
            }
            yield_now().await;
            go.send(()).unwrap();
            dropped.recv().await.unwrap();
        }
    });
}

#[test]
fn a_settled_panic_leaves_its_neighbours_alone() {
    on_both(|| async {
        for tasks in [1, 2] {
            let branches = || {
                (0..70).map(|number| async move {
                    yield_now().await;
                    if number % 3 == 1 {
                        panic_any(number);
                    }
                    yield_now().await;
                    number
                })
            };
            let is_right = |results: Vec<Result<i32, BranchError>>| {
                assert_eq!(results.len(), 70);
                for (number, result) in (0..).zip(results) {
                    match result {
                        Ok(value) => assert!(value == number && number % 3 != 1),
                        Err(error) => {
                            assert!(number % 3 == 1 && error.is_panic());
                            assert_eq!(error.index(), usize::try_from(number).unwrap());
                            assert_eq!(error.into_panic().downcast_ref(), Some(&number));
                        }
                    }
                }
            };
            let branches_of_all = (
                spread("..b", branches()),
                branch("breaks", async { panic!("broken") }),
                branch("fine", async { 1 }),
            );
            let gather = Group::settled()
                .tasks(tasks)
                .spawn(branches_of_all, |results| results);
            let (results, breaks, fine): (_, Result<(), _>, _) = gather.await;
            is_right(results);
            assert_eq!(fine.unwrap(), 1);
            assert_eq!(
                breaks.unwrap_err().to_string(),
                "branch 1, `breaks`, panicked: broken"
            );

            let branches = lazy_spread("..b", branches());
            let gather = Group::settled()
                .tasks(tasks)
                .limit(5)
                .spawn(branches, |results| results);
            is_right(gather.await);
        }
    });
}

#[test]
fn a_panic_stops_the_others_and_is_resumed() {
    on_both(|| async {
        let (hangs, mut dropped) = hangs();
        let breaks = (0..3).map(|number| async move {
            if number == 1 {
                panic_any(number);
            }
            pending::<()>().await;
        });
        let branches = (branch("hangs", hangs), spread("..breaks", breaks));
        let gather = Group::new().tasks(2).spawn(branches, |results| results);
        dropped.recv().await.unwrap();
        assert_eq!(awaited(gather).await.unwrap_err().downcast_ref(), Some(&1));
    });
}

/// A future that notes whether the thread is panicking when it is dropped.
struct Watches {
    was_panicking: Arc<AtomicBool>,
    panics: bool,
}

impl Future for Watches {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        assert!(!self.panics, "the poll is broken");
        Poll::Pending
    }
}

impl Drop for Watches {
    fn drop(&mut self) {
        self.was_panicking.store(thread::panicking(), SeqCst);
        panic!("the drop is broken");
    }
}

#[test]
fn a_future_is_dropped_while_its_panic_unwinds_and_may_panic_again() {
    on_both(|| async {
        for which in 0..3 {
            let was_panicking = Arc::new(AtomicBool::new(false));
            let watches = Watches {
                was_panicking: Arc::clone(&was_panicking),
                panics: true,
            };
            let group = Group::settled().tasks(1);
            let result = match which {
                0 => group.spawn(branch("a", watches), |a| a).await,
                1 => {
                    group
                        .spawn(spread("..a", [watches]), |mut a| a.remove(0))
                        .await
                }
                _ => {
                    group
                        .limit(1)
                        .spawn(lazy_spread("..a", [watches]), |mut a| a.remove(0))
                        .await
                }
            };
            assert_eq!(
                message(result.unwrap_err().into_panic()),
                "the poll is broken"
            );
            assert!(was_panicking.load(SeqCst));
        }
    });
}

#[test]
fn panics_of_drops_are_kept_apart_when_branches_are_aborted() {
    on_both(|| async {
        let watches = || Watches {
            was_panicking: Arc::default(),
            panics: false,
        };
        for which in 0..3 {
            let group = Group::settled().tasks(1);
            let gather = match which {
                0 => group.spawn(
                    (branch("a", watches()), branch("b", watches())),
                    |(a, b)| vec![a, b],
                ),
                1 => group.spawn(spread("..a", [watches(), watches()]), |results| results),
                _ => group
                    .limit(2)
                    .spawn(lazy_spread("..a", [watches(), watches()]), |results| {
                        results
                    }),
            };
            yield_now().await;
            let results = gather.abort().await.unwrap();
            assert_eq!(results.len(), 2);
            for result in results {
                assert_eq!(
                    message(result.unwrap_err().into_panic()),
                    "the drop is broken"
                );
            }
        }
    });
}

#[test]
fn a_panic_of_a_drop_is_the_gathers() {
    on_both(|| async {
        let watches = || Watches {
            was_panicking: Arc::default(),
            panics: false,
        };
        let gather = Group::new()
            .tasks(1)
            .spawn(spread("..a", [watches(), watches()]), |a| a);
        yield_now().await;
        let aborted = tokio::spawn(gather.abort()).await;
        assert_eq!(
            message(aborted.unwrap_err().into_panic()),
            "the drop is broken"
        );
    });
}

/// A value that panics when it is dropped.
#[derive(Debug)]
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("a bomb");
    }
}

#[test]
fn results_that_nobody_takes_may_panic() {
    on_both(|| async {
        let bombs = || {
            (
                branch("a", async { Bomb }),
                spread("..b", (0..3).map(|_| async { Bomb })),
            )
        };
        let gather = Group::new().tasks(2).spawn(bombs(), |results| results);
        until(|| gather.is_finished()).await;
        drop(gather);

        Group::new()
            .tasks(2)
            .spawn(bombs(), |results| results)
            .detach();

        // Some are there when another branch fails.
        let (go, gone) = oneshot::channel::<()>();
        let fails = async move {
            gone.await.unwrap();
            panic!("a branch")
        };
        let branches = (bombs(), branch("fails", fails));
        let gather = Group::new().tasks(2).spawn(branches, |_: (_, ())| ());
        until(|| gather.progress().finished() == 4).await;
        go.send(()).unwrap();
        assert_eq!(message(awaited(gather).await.unwrap_err()), "a branch");
    });
}

#[test]
fn progress_is_exact() {
    on_both(|| async {
        for limit in [None, Some(3), Some(10)] {
            let steps = Arc::new(Semaphore::new(0));
            let branch = {
                let steps = Arc::clone(&steps);
                move |_| {
                    let steps = Arc::clone(&steps);
                    async move { steps.acquire().await.unwrap().forget() }
                }
            };
            let branches = (0..10).map(branch);
            let group = Group::new().tasks(3);
            let mut gather = match limit {
                None => group.spawn(spread("..b", branches), |results| results.len()),
                Some(limit) => group
                    .limit(limit)
                    .spawn(lazy_spread("..b", branches), |results| results.len()),
            };
            for step in 0..10 {
                assert_eq!(gather.progress().to_string(), format!("{step}/10"));
                assert!(!gather.is_finished());
                steps.add_permits(1);
                until(|| gather.progress().finished() > step).await;
            }
            assert_eq!((&mut gather).await, 10);
            assert_eq!(gather.progress().to_string(), "10/10");
        }
    });
}

#[test]
fn progress_counts_what_was_stopped_once_it_has() {
    on_both(|| async {
        let (hangs, _dropped) = hangs();
        let fails = (0..5).map(|number| async move {
            if number == 2 {
                Err("broken")
            } else {
                pending().await
            }
        });
        let branches = (branch("hangs", hangs), spread("..fails", fails));
        let mut gather = Group::fail_fast::<&str>()
            .tasks(2)
            .spawn(branches, |_: ((), Vec<()>)| ());
        assert_eq!((&mut gather).await, Err("broken"));
        assert_eq!(gather.progress().to_string(), "6/6");
    });
}

#[test]
fn a_limit_is_over_all_tasks_together() {
    on_both(|| async {
        for (tasks, limit, expected) in [(1, 4, 1), (3, 4, 3), (4, 2, 2), (2, 1, 1), (8, 64, 8)] {
            let in_flight = Arc::new(AtomicUsize::new(0));
            let most = Arc::new(AtomicUsize::new(0));
            let in_flight = (Arc::clone(&in_flight), Arc::clone(&most));
            let branches = (0..200).map(move |number| {
                let (in_flight, most) = in_flight.clone();
                async move {
                    most.fetch_max(in_flight.fetch_add(1, SeqCst) + 1, SeqCst);
                    for _ in 0..number % 4 {
                        yield_now().await;
                    }
                    in_flight.fetch_sub(1, SeqCst);
                    (number, id())
                }
            });
            let group = Group::new().tasks(tasks).limit(limit);
            let results = group
                .spawn(lazy_spread("..b", branches), |results| results)
                .await;
            assert!(results.iter().map(|(number, _)| *number).eq(0..200));
            assert!(most.load(SeqCst) <= limit);
            let ids: HashSet<_> = results.iter().map(|(_, task)| *task).collect();
            assert_eq!(ids.len(), expected);
        }
    });
}

#[test]
fn under_a_limit_an_iterator_is_pulled_as_places_come_free() {
    on_both(|| async {
        let (pulled, steps) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
        let branches = {
            let (pulled, steps) = (Arc::clone(&pulled), Arc::clone(&steps));
            (0..20).map(move |number| {
                pulled.fetch_add(1, SeqCst);
                let steps = Arc::clone(&steps);
                async move {
                    steps.acquire().await.unwrap().forget();
                    number
                }
            })
        };
        let gather = Group::new()
            .tasks(2)
            .limit(5)
            .spawn(lazy_spread("..b", branches), |results| results);
        // These by the caller.
        assert_eq!(pulled.load(SeqCst), 5);
        for step in 1..=15 {
            steps.add_permits(1);
            until(|| pulled.load(SeqCst) == 5 + step).await;
            yield_now().await;
            assert_eq!(pulled.load(SeqCst), 5 + step);
        }
        steps.add_permits(5);
        assert_eq!(gather.await, up_to(20));
    });
}

#[test]
fn under_a_limit_branches_start_in_the_order_of_the_call() {
    one_thread().block_on(async {
        let order = Arc::new(Mutex::new(Vec::new()));
        let one = {
            let order = Arc::clone(&order);
            move |number: u32| {
                let order = Arc::clone(&order);
                async move {
                    order.lock().unwrap().push(number);
                    yield_now().await;
                    number
                }
            }
        };
        let branches = (
            branch("0", one(0)),
            lazy_spread("..1-4", (1..5).map(one.clone())),
            branch("5", one(5)),
            branch("6", one(6)),
            lazy_spread("..7-9", (7..10).map(one.clone())),
        );
        let gather = Group::new()
            .tasks(2)
            .limit(3)
            .spawn(branches, |results| results);
        let (zero, first, five, six, second) = gather.await;
        assert_eq!((zero, five, six), (0, 5, 6));
        assert_eq!((first, second), (vec![1, 2, 3, 4], vec![7, 8, 9]));
        assert_eq!(*order.lock().unwrap(), up_to(10));
    });
}

#[test]
fn an_endless_iterator_ends_with_a_failure() {
    on_both(|| async {
        let branches = (0..).map(|number| async move {
            yield_now().await;
            if number == 1000 { Err(number) } else { Ok(()) }
        });
        let (behind, mut dropped) = hangs();
        let branches = (
            lazy_spread("..b", branches),
            branch("behind", async move {
                let _ = behind.await;
                Ok(())
            }),
        );
        let gather = Group::fail_fast()
            .tasks(2)
            .limit(7)
            .spawn(branches, |results| results);
        // It waits behind, and is dropped though nobody awaits.
        dropped.recv().await.unwrap();
        assert_eq!(gather.await, Err(1000));
    });
}

#[test]
fn branches_end_while_an_iterator_is_slow() {
    two_workers().block_on(async {
        let (ended, is_ended) = std::sync::mpsc::channel();
        let (release, released) = std::sync::mpsc::channel::<()>();
        let go = Arc::new(Semaphore::new(0));
        let first = Arc::clone(&go);
        let branches = (0..8).map(move |number| {
            if number == 3 {
                // One of the three has ended. So can the other two meanwhile.
                block_in_place(|| {
                    first.add_permits(2);
                    is_ended.recv().unwrap();
                    is_ended.recv().unwrap();
                    is_ended.recv().unwrap();
                    released.recv().unwrap();
                });
            }
            let (ended, go) = (ended.clone(), Arc::clone(&first));
            async move {
                if number < 3 {
                    go.acquire().await.unwrap().forget();
                    ended.send(()).unwrap();
                }
                number
            }
        });
        let mut gather = Group::new()
            .tasks(3)
            .limit(3)
            .spawn(lazy_spread("..b", branches), |results| results);
        go.add_permits(1);
        release.send(()).unwrap();
        assert_eq!((&mut gather).await, up_to(8));
    });
}

#[test]
fn an_iterator_that_panics_starts_nothing() {
    on_both(|| async {
        let (hangs, mut dropped) = hangs();
        let broken = (0..3).map(|number| {
            assert!(number < 2, "the iterator is broken");
            Watches {
                was_panicking: Arc::default(),
                panics: false,
            }
        });
        let branches = (
            branch("hangs", hangs),
            spread(
                "..fine",
                [Watches {
                    was_panicking: Arc::default(),
                    panics: false,
                }],
            ),
            spread(
                "..ready",
                (0..2).map(|number| {
                    assert!(number < 1, "the iterator is broken");
                    ready(())
                }),
            ),
        );
        assert_eq!(
            quietly(|| Group::new().tasks(2).spawn(branches, |results| results)).unwrap_err(),
            "the iterator is broken"
        );
        dropped.recv().await.unwrap();

        // Under a limit it is a branch that panics, the one that it would have yielded.
        let gather = Group::settled().tasks(2).limit(3).spawn(
            (
                lazy_spread("..broken", broken),
                branch("behind", async { 1 }),
            ),
            |results| results,
        );
        until(|| gather.progress().finished() == 2).await;
        let (results, behind) = gather.abort().await.unwrap();
        assert_eq!(results.len(), 3);
        assert_eq!(
            results[2].as_ref().unwrap_err().to_string(),
            "item 2 of `..broken` panicked: the iterator is broken"
        );
        assert_eq!(behind.unwrap(), 1);
    });
}

#[test]
fn a_runtime_that_shuts_down_is_told() {
    let wait = one_thread();
    for limit in [None, Some(1), Some(2)] {
        macro_rules! branches {
            () => {
                (
                    branch("ends", async { 1 }),
                    branch("hangs", pending::<()>()),
                )
            };
        }
        let runtime = one_thread();
        let group = Group::settled().tasks(1).on(runtime.handle());
        let gather = match limit {
            None => group.spawn(branches!(), |results| results),
            Some(limit) => group.limit(limit).spawn(branches!(), |results| results),
        };
        runtime.block_on(until(|| gather.progress().finished() == 1));
        drop(runtime);
        let (ends, hangs) = wait.block_on(gather.into_future());
        assert_eq!(ends.unwrap(), 1);
        assert!(hangs.unwrap_err().is_cancelled());

        let runtime = one_thread();
        let group = Group::new().tasks(1).on(runtime.handle());
        let gather = match limit {
            None => group.spawn(branches!(), |results| results),
            Some(limit) => group.limit(limit).spawn(branches!(), |results| results),
        };
        runtime.block_on(until(|| gather.progress().finished() == 1));
        drop(runtime);
        assert!(gather.is_finished());
        assert_eq!(
            quietly(|| wait.block_on(gather.into_future())).unwrap_err(),
            "gather!: branch 1, `hangs`, was cancelled because its runtime shut down"
        );
    }
    // Before anything was polled, and a spread.
    let runtime = one_thread();
    let hang = || (0..3).map(|_| pending::<()>());
    let spread = Group::new()
        .tasks(2)
        .on(runtime.handle())
        .spawn(spread("..b", hang()), |b| b);
    let lazy = Group::new()
        .tasks(2)
        .limit(2)
        .on(runtime.handle())
        .spawn(lazy_spread("..b", hang()), |b| b);
    drop(runtime);
    for gather in [spread, lazy] {
        assert_eq!(
            quietly(|| wait.block_on(gather.into_future())).unwrap_err(),
            "gather!: item 0 of `..b` was cancelled because its runtime shut down"
        );
    }
}

#[test]
fn gathers_nest() {
    on_both(|| async {
        let inner = |number: u32| {
            let branches = (0..3).map(move |n| async move {
                yield_now().await;
                number * 10 + n
            });
            async move {
                Group::new()
                    .tasks(2)
                    .spawn(spread("..inner", branches), |n| n)
                    .await
            }
        };
        let gather = Group::new()
            .tasks(2)
            .spawn(spread("..outer", (0..3).map(inner)), |n| n);
        assert_eq!(gather.await, [[0, 1, 2], [10, 11, 12], [20, 21, 22]]);

        // Dropping the outer one stops the inner one.
        let (hangs, mut dropped) = hangs();
        let (started, is_started) = oneshot::channel();
        let outer = async move {
            let inner = Group::new().tasks(1).spawn(branch("hangs", hangs), |a| a);
            started.send(()).unwrap();
            inner.await
        };
        let gather = Group::new().tasks(1).spawn(branch("outer", outer), |a| a);
        is_started.await.unwrap();
        drop(gather);
        dropped.recv().await.unwrap();
    });
}

#[test]
fn ten_thousand_branches_each_of_which_waits_for_the_next() {
    on_both(|| async {
        for limited in [false, true] {
            let mut behind: Option<oneshot::Receiver<u64>> = None;
            let branches: Vec<_> = (0..10_000)
                .map(|number| {
                    let (tell, told) = oneshot::channel();
                    let before = behind.replace(told);
                    async move {
                        let sum = match before {
                            Some(before) => before.await.unwrap() + number,
                            None => number,
                        };
                        let _ = tell.send(sum);
                        sum
                    }
                })
                .collect();
            let group = Group::new().tasks(4);
            let sums = if limited {
                group
                    .limit(64)
                    .spawn(lazy_spread("..b", branches), |sums| sums)
                    .await
            } else {
                // In reverse they are all waiting when the last one ends.
                group
                    .spawn(spread("..b", branches.into_iter().rev()), |sums| sums)
                    .await
            };
            assert_eq!(sums.len(), 10_000);
            assert_eq!(sums.iter().max(), Some(&(9_999 * 10_000 / 2)));
        }
    });
}

#[test]
fn other_tasks_run_between_branches_that_end_at_once() {
    for limit in [None, Some(1), Some(64)] {
        one_thread().block_on(async {
            let turns = Arc::new(AtomicUsize::new(0));
            let other = tokio::spawn({
                let turns = Arc::clone(&turns);
                async move {
                    loop {
                        turns.fetch_add(1, SeqCst);
                        yield_now().await;
                    }
                }
            });
            let seen = {
                let turns = Arc::clone(&turns);
                move |_| {
                    let turns = Arc::clone(&turns);
                    async move { turns.load(SeqCst) }
                }
            };
            let branches = (0..1000).map(seen);
            let group = Group::new().tasks(1);
            let seen = match limit {
                None => group.spawn(spread("..b", branches), |seen| seen).await,
                Some(limit) => {
                    group
                        .limit(limit)
                        .spawn(lazy_spread("..b", branches), |seen| seen)
                        .await
                }
            };
            let mut between: Vec<_> = seen.chunk_by(|a, b| a == b).map(<[_]>::len).collect();
            between.sort_unstable();
            assert!(*between.last().unwrap() <= 128, "{between:?}");
            other.abort();
        });
    }
}

#[test]
fn a_branch_that_spends_the_budget_starves_nobody() {
    one_thread().block_on(async {
        for which in 0..4 {
            let stop = Arc::new(AtomicBool::new(false));
            let greedy = {
                let stop = Arc::clone(&stop);
                async move {
                    while !stop.load(SeqCst) {
                        consume_budget().await;
                    }
                    0
                }
            };
            let other = tokio::spawn(async {
                for _ in 0..10 {
                    yield_now().await;
                }
            });
            let modest = |number: u32| {
                let stop = Arc::clone(&stop);
                async move {
                    for _ in 0..10 {
                        consume_budget().await;
                        yield_now().await;
                    }
                    if number == 3 {
                        stop.store(true, SeqCst);
                    }
                    number
                }
            };
            let boxed =
                |n: u32| -> Pin<Box<dyn Future<Output = u32> + Send>> { Box::pin(modest(n)) };
            let first: Pin<Box<dyn Future<Output = u32> + Send>> = Box::pin(greedy);
            let group = Group::new().tasks(1);
            let all = match which {
                0 => {
                    let branches = iter::once(first).chain((1..4).map(boxed));
                    group.spawn(spread("..b", branches), |all| all).await
                }
                1 => {
                    let branches = (
                        branch("0", first),
                        branch("1", modest(1)),
                        branch("2", modest(2)),
                        branch("3", modest(3)),
                    );
                    group.spawn(branches, |(a, b, c, d)| vec![a, b, c, d]).await
                }
                2 => {
                    let branches: Vec<_> = iter::once(first).chain((1..4).map(boxed)).collect();
                    group
                        .limit(4)
                        .spawn(lazy_spread("..b", branches), |all| all)
                        .await
                }
                _ => {
                    let branches = (spread("..a", [first]), spread("..b", (1..4).map(boxed)));
                    group
                        .spawn(branches, |(mut a, b)| {
                            a.extend(b);
                            a
                        })
                        .await
                }
            };
            assert_eq!(all, [0, 1, 2, 3]);
            other.await.unwrap();
        }
    });
}

#[test]
fn nothing_is_left_behind() {
    on_both(|| async {
        for limit in [None, Some(2)] {
            let held = Arc::new(());
            let branches = (0..10).map(|number| {
                let held = Arc::clone(&held);
                async move {
                    if number == 0 {
                        yield_now().await;
                        return Err("broken");
                    }
                    pending::<()>().await;
                    Ok(held)
                }
            });
            let group = Group::fail_fast().tasks(3);
            let mut gather = match limit {
                None => group.spawn(spread("..b", branches), |results| results),
                Some(limit) => {
                    let branches: Vec<_> = branches.collect();
                    group
                        .limit(limit)
                        .spawn(lazy_spread("..b", branches), |results| results)
                }
            };
            assert_eq!((&mut gather).await.unwrap_err(), "broken");
            assert_eq!(Arc::strong_count(&held), 1);
        }
    });
}

#[test]
fn a_settled_gather_frees_each_future_as_it_ends() {
    on_both(|| async {
        let held = Arc::new(());
        let go = Arc::new(Notify::new());
        let branches = (0..10).map(|number| {
            let (held, go) = (Arc::clone(&held), Arc::clone(&go));
            async move {
                if number == 9 {
                    go.notified().await;
                }
                drop(held);
            }
        });
        let gather = Group::settled()
            .tasks(2)
            .spawn(spread("..b", branches), |results| results);
        until(|| gather.progress().finished() == 9).await;
        assert_eq!(Arc::strong_count(&held), 2);
        go.notify_one();
        assert_eq!(gather.await.len(), 10);
    });
}

#[test]
fn large_futures_and_results_run_as_well() {
    on_both(|| async {
        let branches = (0..20_u8).map(|number| async move {
            let large = [number; 10_000];
            yield_now().await;
            large[usize::from(number) * 100]
        });
        let gather = Group::new()
            .tasks(3)
            .spawn(spread("..b", branches), |results| results);
        assert_eq!(gather.await, up_to(20));
    });
}

#[test]
fn an_iterator_may_look_at_the_gather() {
    on_both(|| async {
        let handle = Arc::new(Mutex::new(None::<Gather<usize>>));
        let looks = Arc::clone(&handle);
        let branches = (0..20).map(move |number| {
            if let Some(gather) = &*looks.lock().unwrap() {
                assert_eq!(gather.progress().total(), Some(20));
                // All that were given before may have ended: whose end asked for this one is alone in
                // asking, and its task may be paused for as long as the others need.
                assert!(!gather.is_finished() && gather.progress().finished() <= number);
            }
            yield_now()
        });
        let branches = lazy_spread("..b", branches);
        let gather = Group::new()
            .tasks(2)
            .limit(3)
            .spawn(branches, |results| results.len());
        *handle.lock().unwrap() = Some(gather);
        let is_finished = || {
            handle
                .lock()
                .unwrap()
                .as_ref()
                .is_some_and(Gather::is_finished)
        };
        until(is_finished).await;
        let gather = handle.lock().unwrap().take().unwrap();
        assert_eq!(gather.await, 20);
    });
}
