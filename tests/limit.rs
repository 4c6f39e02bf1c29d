//! `limit`: how many branches are in flight, in which order they start, and when an iterator is
//! pulled.

use std::future::{pending, ready};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use gather::{gather, gather_settled, try_gather};
use tokio::runtime::Builder;
use tokio::sync::Semaphore;
use tokio::task::yield_now;

mod support {
    pub(crate) mod caught;
    pub(crate) mod flavours;
    pub(crate) mod message;
    pub(crate) mod probe;
    pub(crate) mod until;
}

use support::caught::caught;
use support::flavours::on_both_flavours;
use support::probe::{Probe, Seen};
use support::until::until;

type Outcome = Result<usize, ()>;

/// Counts the branches that are in flight, and the most that were in flight at once.
#[derive(Clone, Default)]
struct InFlight(Arc<(AtomicUsize, AtomicUsize)>);

impl InFlight {
    /// A branch that is in flight from its first poll until it returns.
    async fn branch(self, yields: usize) -> Outcome {
        let (now, most) = &*self.0;
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        for _ in 0..yields {
            yield_now().await;
        }
        now.fetch_sub(1, Ordering::SeqCst);
        Ok(yields)
    }

    fn most(&self) -> usize {
        self.0.1.load(Ordering::SeqCst)
    }
}

#[test]
fn limit_bounds_what_is_in_flight_over_all_branches_and_spreads_together() {
    macro_rules! test {
        ($gather:ident) => {
            on_both_flavours(|| async {
                for limit in 1..6 {
                    let in_flight = InFlight::default();
                    let branch = |yields| in_flight.clone().branch(yields);
                    let spread = || {
                        let in_flight = in_flight.clone();
                        (0..10).map(move |yields| in_flight.clone().branch(yields % 4 + 1))
                    };
                    let gather = $gather!(
                        limit = limit;
                        branch(3), branch(1), ..spread(), branch(2), ..spread(), branch(1)
                    );
                    let _ = gather.await;
                    assert!((1..=limit).contains(&in_flight.most()));
                }
            });
        };
    }
    test!(gather);
    test!(try_gather);
    test!(gather_settled);
}

#[test]
fn as_many_as_the_limit_run_while_nobody_awaits_and_the_next_starts_when_one_ends() {
    on_both_flavours(|| async {
        let (probe, places) = (Probe::default(), Arc::new(Semaphore::new(0)));
        let branch = |_| {
            let places = Arc::clone(&places);
            probe.watch(async move { places.acquire().await.unwrap().forget() })
        };
        let (alone, spread, last) = (branch(0), (1..5).map(branch).collect::<Vec<_>>(), branch(5));
        let gather = gather!(limit = 2; alone, ..spread, last);
        for ended in 0..=4 {
            until(|| probe.seen().started == ended + 2 && probe.seen().dropped == ended).await;
            // The other branches have time to start, in case the limit does not hold them back.
            for _ in 0..10 {
                yield_now().await;
            }
            assert_eq!(probe.seen().started, ended + 2);
            assert_eq!(gather.progress().finished(), ended);
            places.add_permits(1);
        }
        places.add_permits(1);
        gather.await;
        assert_eq!(
            probe.seen(),
            Seen {
                watched: 6,
                started: 6,
                dropped: 6
            }
        );
    });
}

#[test]
fn branches_start_in_the_order_of_the_call() {
    on_both_flavours(|| async {
        let log = Arc::new(Mutex::new(Vec::new()));
        let branch = |at: usize| {
            let log = Arc::clone(&log);
            async move {
                log.lock().unwrap().push(at);
                yield_now().await;
                at
            }
        };
        let spread = |range: std::ops::Range<usize>| range.map(branch).collect::<Vec<_>>();
        let gather = gather!(
            limit = 1;
            branch(0), ..spread(1..4), branch(4), ..spread(5..5), ..spread(5..8), branch(8)
        );
        let all = gather.await;
        assert_eq!(all, (0, vec![1, 2, 3], 4, vec![], vec![5, 6, 7], 8));
        assert!(log.lock().unwrap().iter().copied().eq(0..9));
    });
}

#[test]
fn an_iterator_is_pulled_as_places_come_free() {
    on_both_flavours(|| async {
        let pulled = Arc::new(AtomicUsize::new(0));
        let places = Arc::new(Semaphore::new(0));
        let iterator = |pulled: &Arc<AtomicUsize>| {
            let (pulled, places) = (Arc::clone(pulled), Arc::clone(&places));
            (0..).map(move |at: usize| {
                pulled.fetch_add(1, Ordering::SeqCst);
                let places = Arc::clone(&places);
                async move {
                    places.acquire().await.unwrap().forget();
                    at
                }
            })
        };
        let never_pulled = Arc::new(AtomicUsize::new(0));
        let gather = gather!(
            limit = 3;
            ..iterator(&pulled).take(10), ..iterator(&never_pulled), pending::<()>()
        );
        for ended in 0..7 {
            until(|| pulled.load(Ordering::SeqCst) == ended + 3).await;
            for _ in 0..10 {
                yield_now().await;
            }
            assert_eq!(pulled.load(Ordering::SeqCst), ended + 3);
            assert_eq!(never_pulled.load(Ordering::SeqCst), 0);
            places.add_permits(1);
        }
        until(|| pulled.load(Ordering::SeqCst) == 10).await;
        assert_eq!(never_pulled.load(Ordering::SeqCst), 0);
        places.add_permits(1);
        until(|| never_pulled.load(Ordering::SeqCst) == 1).await;
        drop(gather);
    });
}

#[tokio::test]
#[cfg_attr(plain, ignore = "it keeps something for each branch")]
async fn ten_million_branches_cost_as_many_futures_at_a_time_as_the_limit() {
    const LIMIT: usize = 64;
    let live = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (counted, peak) = (Arc::clone(&live), Arc::clone(&most));
    let futures = (0..10_000_000).map(move |_| {
        let live = Live(Arc::clone(&counted));
        let now = counted.fetch_add(1, Ordering::Relaxed) + 1;
        peak.fetch_max(now, Ordering::Relaxed);
        async move { drop(live) }
    });
    assert_eq!(gather!(limit = LIMIT; ..futures).await.len(), 10_000_000);
    assert_eq!(live.load(Ordering::Relaxed), 0);
    let most = most.load(Ordering::Relaxed);
    assert!((1..=LIMIT).contains(&most), "{most} futures at a time");
}

/// A part of each future, which counts the futures that are alive.
struct Live(Arc<AtomicUsize>);

impl Drop for Live {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[test]
fn many_ready_branches_do_not_starve_other_tasks() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let turns = Arc::new(AtomicUsize::new(0));
        let other = tokio::spawn({
            let turns = Arc::clone(&turns);
            async move {
                loop {
                    turns.fetch_add(1, Ordering::Relaxed);
                    yield_now().await;
                }
            }
        });
        gather!(limit = 2; ..(0..10_000).map(ready)).await;
        other.abort();
        let turns = turns.load(Ordering::Relaxed);
        assert!(turns >= 10, "the other task had {turns} turns");
    });
}

#[test]
fn a_limit_of_zero_panics_at_the_call_before_anything_starts() {
    macro_rules! test {
        ($gather:ident, $name:literal) => {
            on_both_flavours(|| async {
                let probe = Probe::default();
                let branch = || probe.watch(ready(Outcome::Ok(1)));
                let zero = 0;
                for panic in [
                    caught(|| $gather!(limit = zero; branch(), branch())),
                    caught(|| $gather!(limit = zero; ..[branch()])),
                    caught(|| $gather!(limit = zero; branch(), ..[branch()])),
                ] {
                    assert_eq!((panic.file.as_str(), panic.line), (file!(), line!()));
                    let says = concat!("`", $name, "` was called with `limit = 0`");
                    assert!(panic.message.starts_with(says), "{}", panic.message);
                }
                yield_now().await;
                let Seen { watched, started, dropped } = probe.seen();
                assert_eq!((started, dropped), (0, watched));
            });
        };
    }
    test!(gather, "gather!");
    test!(try_gather, "try_gather!");
    test!(gather_settled, "gather_settled!");
}

#[test]
fn a_limit_beyond_the_number_of_branches_starts_them_all() {
    on_both_flavours(|| async {
        for limit in [4, 5, usize::MAX] {
            let probe = Probe::default();
            let branch = || probe.watch(pending::<()>());
            let gather = gather!(limit = limit; branch(), ..[branch(), branch()], branch());
            until(|| probe.seen().started == 4).await;
            drop(gather);
        }
    });
}

#[test]
fn progress_tells_the_total_once_every_iterator_has_told_its_length() {
    on_both_flavours(|| async {
        let places = Arc::new(Semaphore::new(0));
        let branch = |_| {
            let places = Arc::clone(&places);
            async move { places.acquire().await.unwrap().forget() }
        };
        let known = (0..3).map(branch).collect::<Vec<_>>();
        let unknown = (0..3)
            .map(branch)
            .collect::<Vec<_>>()
            .into_iter()
            .filter(|_| true);
        let gather = gather!(limit = 1; ..known, branch(0), ..unknown, branch(0));
        for ended in 0..8 {
            until(|| gather.progress().finished() == ended).await;
            if ended < 7 {
                assert_eq!(gather.progress().total(), None);
                assert_eq!(gather.progress().to_string(), format!("{ended}/?"));
            } else {
                // The total is known once the iterator has been asked for more than it has.
                until(|| gather.progress().total() == Some(8)).await;
                assert_eq!(gather.progress().to_string(), "7/8");
            }
            places.add_permits(1);
        }
        until(|| gather.is_finished()).await;
        assert_eq!(gather.progress().to_string(), "8/8");

        let gather = gather!(limit = 1; ..(0..3).map(|_| pending::<()>()), ready(1));
        assert_eq!(gather.progress().to_string(), "0/4");
        let gather = gather!(limit = 9; ..(0..3).filter(|_| true).map(ready));
        until(|| gather.is_finished()).await;
        assert_eq!(gather.progress().to_string(), "3/3");
    });
}

#[test]
fn as_many_run_as_the_limit_allows_though_places_come_free_while_the_caller_pulls() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .build()
        .unwrap();
    let on = runtime.handle().clone();
    let probe = Probe::default();
    let watched = probe.clone();
    let branches = (0..5).map(move |at| {
        if (1..=2).contains(&at) {
            // The only worker runs this task when it has left the place of the previous branch.
            let (left, is_left) = mpsc::channel();
            on.spawn(async move { left.send(()) });
            is_left.recv().unwrap();
        }
        watched.watch(async move {
            if at > 1 {
                pending::<()>().await;
            }
        })
    });
    let _gather = gather!(limit = 3, on = runtime.handle(); ..branches);
    runtime.block_on(until(|| probe.seen().started == 5));
}
