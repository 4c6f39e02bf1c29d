//! An iterator under `limit`: where it is pulled and when, and what goes on while its `next` takes
//! long, panics, or comes back to the gather.

use std::future::{Future, pending, ready};
use std::panic::panic_any;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

use gather::{Gather, gather, gather_each, gather_settled, try_gather};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::Semaphore;
use tokio::task::{block_in_place, yield_now};

mod support {
    pub(crate) mod flavours;
    pub(crate) mod in_time;
    pub(crate) mod message;
    pub(crate) mod panic_of;
    pub(crate) mod probe;
    pub(crate) mod two_workers;
    pub(crate) mod until;
}

use support::flavours::on_both_flavours;
use support::in_time::in_time;
use support::panic_of::panic_of;
use support::probe::Probe;
use support::two_workers::two_workers;
use support::until::until;

/// The index of the item whose `next` blocks. It is the first item that a worker pulls.
///
/// Nothing here blocks with `tasks`: a task that has pulled wakes the others on its own worker, and
/// while that blocks in another `next`, no worker steals the one that was woken last.
const SLOW: usize = 3;

/// Blocks a `next` until the test tells it to go on.
struct Slow {
    entered: Sender<()>,
    go_on: Receiver<()>,
}

impl Slow {
    fn block(&self) {
        self.entered.send(()).unwrap();
        // If the test has failed, the sender is gone.
        let _ = self.go_on.recv();
    }
}

/// The test's end of the channels of a slow iterator.
struct Held {
    entered: Receiver<()>,
    go_on: Sender<()>,
}

fn slow() -> (Slow, Held) {
    let ((entered, is_entered), (go_on, told)) = (mpsc::channel(), mpsc::channel());
    let slow = Slow {
        entered,
        go_on: told,
    };
    let held = Held {
        entered: is_entered,
        go_on,
    };
    (slow, held)
}

/// A branch that ends as soon as it gets a permit.
fn admitted(permits: &Arc<Semaphore>) -> impl Future<Output = ()> + Send + use<> {
    let permits = Arc::clone(permits);
    async move { permits.acquire().await.unwrap().forget() }
}

/// Runs fifty tasks to their end, which hangs if every worker is blocked. A single blocked worker
/// leaves its tasks to the other.
fn has_turns(runtime: &Runtime) {
    for _ in 0..50 {
        let turn = runtime.spawn(yield_now());
        runtime.block_on(until(|| turn.is_finished()));
    }
}

#[test]
fn branches_that_end_while_next_blocks_do_not_block_their_workers() {
    in_time(|| {
        for limit in [SLOW, SLOW + 1] {
            let runtime = two_workers();
            let (slow, held) = slow();
            let permits = Arc::new(Semaphore::new(0));
            let branches = Arc::clone(&permits);
            let futures = (0..10).map(move |at| {
                if at == limit {
                    slow.block();
                }
                admitted(&branches)
            });
            let gather = gather!(limit = limit, on = runtime.handle(); ..futures);
            permits.add_permits(1);
            held.entered.recv().unwrap();
            // One worker is in `next`. The other one runs these branches to their end, and then all
            // other tasks.
            permits.add_permits(limit - 1);
            runtime.block_on(until(|| gather.progress().finished() == limit));
            has_turns(&runtime);
            held.go_on.send(()).unwrap();
            permits.add_permits(10);
            assert_eq!(runtime.block_on(gather.into_future()).len(), 10);
        }
    });
}

#[test]
fn branches_that_end_while_the_caller_is_in_its_first_pulls_do_not_block_their_worker() {
    in_time(|| {
        for blocks_at in [1, 2] {
            let runtime = Builder::new_multi_thread()
                .worker_threads(1)
                .build()
                .unwrap();
            let (slow, held) = slow();
            let (permits, probe) = (Arc::new(Semaphore::new(0)), Probe::default());
            let (branches, watches) = (Arc::clone(&permits), probe.clone());
            let futures = (0..10).map(move |at| {
                if at == blocks_at {
                    slow.block();
                }
                watches.watch(admitted(&branches))
            });
            let on = runtime.handle().clone();
            let caller = thread::spawn(move || gather!(limit = SLOW, on = on; ..futures));
            held.entered.recv().unwrap();
            permits.add_permits(10);
            runtime.block_on(until(|| probe.seen().dropped == blocks_at));
            has_turns(&runtime);
            held.go_on.send(()).unwrap();
            let gather = caller.join().unwrap();
            assert_eq!(runtime.block_on(gather.into_future()).len(), 10);
        }
    });
}

#[test]
fn after_a_slow_next_as_many_run_at_a_time_as_before() {
    in_time(|| {
        let runtime = two_workers();
        for slow_at in [SLOW, SLOW + 1, SLOW + 4] {
            let (slow, held) = slow();
            let (permits, probe) = (Arc::new(Semaphore::new(0)), Probe::default());
            let (branches, watches) = (Arc::clone(&permits), probe.clone());
            let futures = (0..20).map(move |at| {
                if at == slow_at {
                    slow.block();
                }
                watches.watch(admitted(&branches))
            });
            let gather = gather!(limit = SLOW, on = runtime.handle(); ..futures);
            for ended in 1..=slow_at - SLOW + 1 {
                permits.add_permits(1);
                runtime.block_on(until(|| probe.seen().dropped == ended));
            }
            held.entered.recv().unwrap();
            // All branches that had a place end while `next` blocks.
            permits.add_permits(SLOW - 1);
            runtime.block_on(until(|| probe.seen().dropped == slow_at));
            has_turns(&runtime);
            held.go_on.send(()).unwrap();
            runtime.block_on(until(|| probe.seen().started == slow_at + SLOW));
            has_turns(&runtime);
            let seen = probe.seen();
            assert_eq!((seen.started, seen.dropped), (slow_at + SLOW, slow_at));
            permits.add_permits(20);
            runtime.block_on(gather.into_future());
        }
    });
}

#[test]
fn branches_behind_a_slow_iterator_start_once_it_has_ended() {
    in_time(|| {
        let runtime = two_workers();
        let (slow, held) = slow();
        let (permits, probe) = (Arc::new(Semaphore::new(0)), Probe::default());
        let branches = Arc::clone(&permits);
        // Its `next` takes long to report the end.
        let futures = (0..=SLOW)
            .inspect(move |at| {
                if *at == SLOW {
                    slow.block();
                }
            })
            .take_while(|at| *at < SLOW)
            .map(move |_| admitted(&branches));
        let last = || probe.watch(admitted(&permits));
        let gather = gather!(
            limit = SLOW, on = runtime.handle(); ..futures, last(), last(), ..[last(), last()]
        );
        permits.add_permits(1);
        held.entered.recv().unwrap();
        permits.add_permits(SLOW - 1);
        has_turns(&runtime);
        held.go_on.send(()).unwrap();
        runtime.block_on(until(|| probe.seen().started == SLOW));
        permits.add_permits(4);
        let (all, .., others) = runtime.block_on(gather.into_future());
        assert_eq!((all.len(), others.len()), (SLOW, 2));
    });
}

#[test]
fn a_slow_next_that_panics_ends_the_gather_though_its_branches_have_ended() {
    in_time(|| {
        let runtime = two_workers();
        macro_rules! test {
            ($gather:ident) => {{
                let (slow, held) = slow();
                let permits = Arc::new(Semaphore::new(0));
                let branches = Arc::clone(&permits);
                let futures = (0..10).map(move |at| {
                    if at == SLOW {
                        slow.block();
                        panic_any("next");
                    }
                    let ends = admitted(&branches);
                    async move {
                        ends.await;
                        Ok::<_, ()>(at)
                    }
                });
                let gather = $gather!(limit = SLOW, on = runtime.handle(); ..futures);
                permits.add_permits(1);
                held.entered.recv().unwrap();
                permits.add_permits(SLOW - 1);
                has_turns(&runtime);
                held.go_on.send(()).unwrap();
                gather
            }};
        }
        let gather = test!(gather);
        assert_eq!(runtime.block_on(panic_of(gather)), "next");
        let gather = test!(try_gather);
        assert_eq!(runtime.block_on(panic_of(gather)), "next");
        let gather = test!(gather_settled);
        let mut all = runtime.block_on(gather.into_future());
        let panicked = all.pop().unwrap().unwrap_err();
        assert_eq!((panicked.index(), panicked.is_panic()), (SLOW, true));
        let values: Vec<_> = all.into_iter().map(Result::unwrap).collect();
        assert_eq!(values, [Ok(0), Ok(1), Ok(2)]);
    });
}

#[test]
fn a_gather_that_is_dropped_or_fails_while_next_blocks_pulls_no_more() {
    in_time(|| {
        let runtime = two_workers();
        for fails in [false, true] {
            let (slow, held) = slow();
            let (permits, probe) = (Arc::new(Semaphore::new(0)), Probe::default());
            let pulled = Arc::new(AtomicUsize::new(0));
            // The branch that gets the first permit, whichever it is, makes room
            // for the slow `next`.
            let admitted_before = Arc::new(AtomicUsize::new(0));
            let (branches, watches, pulls) =
                (Arc::clone(&permits), probe.clone(), Arc::clone(&pulled));
            let futures = (0..).map(move |at| {
                pulls.fetch_add(1, Ordering::SeqCst);
                if at == SLOW {
                    slow.block();
                }
                let ends = admitted(&branches);
                let before = Arc::clone(&admitted_before);
                watches.watch(async move {
                    ends.await;
                    let is_first = before.fetch_add(1, Ordering::SeqCst) == 0;
                    if is_first || !fails { Ok(()) } else { Err(()) }
                })
            });
            let gather = try_gather!(limit = SLOW, on = runtime.handle(); ..futures);
            permits.add_permits(1);
            held.entered.recv().unwrap();
            if fails {
                permits.add_permits(1);
                runtime.block_on(until(|| probe.seen().dropped == SLOW));
                held.go_on.send(()).unwrap();
                runtime.block_on(until(|| gather.is_finished()));
                assert_eq!(runtime.block_on(gather.into_future()), Err(()));
            } else {
                drop(gather);
                runtime.block_on(until(|| probe.seen().dropped == SLOW));
                held.go_on.send(()).unwrap();
            }
            // The branch that the slow `next` returned is dropped, too.
            runtime.block_on(until(|| probe.seen().dropped == SLOW + 1));
            has_turns(&runtime);
            assert_eq!(pulled.load(Ordering::SeqCst), SLOW + 1);
        }
    });
}

#[test]
fn an_iterator_may_wait_in_block_in_place_for_what_its_runtime_does() {
    macro_rules! test {
        ($($tasks:tt)*) => {
            let runtime = two_workers();
            let branches = || {
                let permits = Arc::new(Semaphore::new(1));
                (0..12).map(move |at| {
                    if at >= 4 {
                        // The other branches end while this waits.
                        permits.add_permits(3);
                        block_in_place(|| {
                            for _ in 0..50 {
                                let page = Handle::current().spawn(yield_now());
                                Handle::current().block_on(page).unwrap();
                            }
                        });
                    }
                    let ends = admitted(&permits);
                    async move {
                        ends.await;
                        at
                    }
                })
            };
            // The caller is a task, too.
            let futures = branches();
            let all = runtime.spawn(async { gather!($($tasks)* limit = 4; ..futures).await });
            let all = runtime.block_on(all).unwrap();
            assert!(all.into_iter().eq(0..12));

            let futures = branches();
            let all = runtime.spawn(async {
                let mut each = gather_each!($($tasks)* limit = 4; ..futures);
                let mut all = Vec::new();
                while let Some((index, value)) = each.next().await {
                    assert_eq!(index, value);
                    all.push(value);
                }
                all
            });
            let mut all = runtime.block_on(all).unwrap();
            all.sort_unstable();
            assert!(all.into_iter().eq(0..12));
        };
    }
    in_time(|| {
        test!();
        test!(tasks = 2,);
    });
}

tokio::task_local! {
    static REQUEST: u32;
}

#[test]
#[cfg_attr(
    plain,
    ignore = "under a limit others may pull before the caller has filled the places"
)]
fn the_caller_pulls_for_the_first_places_so_that_its_task_locals_are_seen() {
    const LIMIT: u32 = 8;
    macro_rules! test {
        ($($tasks:tt)*) => {
            let runtime = two_workers();
            // Each branch ends at once, and the iterator ends at the limit or before.
            for branches in [1, 2, 3, 6, LIMIT] {
                let rounds = async move {
                    for round in 0..1000 {
                        let reads = (0..branches).map(|at| ready((at, REQUEST.get())));
                        let gather = gather_settled!($($tasks)* limit = 8; ..reads);
                        for (at, read) in (0..).zip(gather.await) {
                            let read = read.map_err(|error| error.to_string());
                            assert_eq!(read, Ok((at, 7)), "of {branches} in round {round}");
                        }
                        let reads = (0..branches).map(|at| ready((at, REQUEST.get())));
                        let mut each = gather_each!($($tasks)* limit = 8; ..reads);
                        let mut left = branches;
                        while let Some((_, (_, read))) = each.next().await {
                            assert_eq!(read, 7, "of {branches} in round {round}");
                            left -= 1;
                        }
                        assert_eq!(left, 0);
                    }
                };
                let rounds = runtime.spawn(REQUEST.scope(7, rounds));
                runtime.block_on(rounds).unwrap();
            }
        };
    }
    in_time(|| {
        test!();
        test!(tasks = 2,);
    });
}

#[test]
#[cfg_attr(
    plain,
    ignore = "under a limit others may pull before the caller has filled the places"
)]
fn of_more_branches_than_the_limit_the_caller_pulls_as_many_as_the_limit_and_pulls_first() {
    const LIMIT: usize = 4;
    in_time(|| {
        let runtime = two_workers();
        for _ in 0..1000 {
            let pulled_by = Arc::new(Mutex::new(Vec::new()));
            let pulls = Arc::clone(&pulled_by);
            let futures = (0..20).map(move |at| {
                pulls.lock().unwrap().push(thread::current().id());
                ready(at)
            });
            let gather = gather!(limit = LIMIT, on = runtime.handle(); ..futures);
            runtime.block_on(gather.into_future());
            let pulled_by = pulled_by.lock().unwrap();
            let caller = thread::current().id();
            let own = pulled_by.iter().take_while(|by| **by == caller).count();
            assert_eq!(own, LIMIT, "the first pulls of the caller");
            assert_eq!(
                pulled_by.iter().filter(|by| **by == caller).count(),
                LIMIT,
                "all pulls of the caller"
            );
        }
    });
}

#[test]
fn the_call_returns_though_the_iterator_is_endless_and_its_branches_end_at_once() {
    in_time(|| {
        macro_rules! test {
            ($gather:ident, $($before:tt)*) => {
                on_both_flavours(|| async {
                    for limit in 1..5 {
                        let pulled = Arc::new(AtomicUsize::new(0));
                        let pulls = Arc::clone(&pulled);
                        let endless = std::iter::repeat_with(move || {
                            pulls.fetch_add(1, Ordering::SeqCst);
                            ready(Ok::<_, ()>(()))
                        });
                        let gather = $gather!(limit = limit; $($before)* ..endless);
                        until(|| pulled.load(Ordering::SeqCst) > 100).await;
                        assert!(!gather.is_finished());
                        drop(gather);
                    }
                });
            };
        }
        test!(gather,);
        test!(gather, ready(()), ready(()),);
        test!(try_gather,);
        test!(gather_settled,);
    });
}

#[test]
fn branches_that_end_at_once_are_pulled_in_order_and_one_at_a_time() {
    in_time(|| {
        on_both_flavours(|| async {
            for limit in [1, 2, 8] {
                let pulling = Arc::new(AtomicBool::new(false));
                let mut pulled = 0;
                let futures = std::iter::from_fn(move || {
                    assert!(!pulling.swap(true, Ordering::SeqCst));
                    pulled += 1;
                    let at = pulled;
                    pulling.store(false, Ordering::SeqCst);
                    (at <= 2000).then(|| ready(at))
                });
                let all = gather!(limit = limit; ..futures).await;
                assert!(all.into_iter().eq(1..=2000));
            }
        });
    });
}

/// A gather that its own branches and iterators can reach.
struct Shared<T>(Arc<OnceLock<Gather<T>>>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Shared(Arc::clone(&self.0))
    }
}

impl<T> Shared<T> {
    fn new() -> Self {
        Shared(Arc::new(OnceLock::new()))
    }

    /// Whether the gather has finished, or `None` if the call has not returned yet.
    fn ask(&self) -> Option<bool> {
        let gather = self.0.get()?;
        let progress = gather.progress();
        assert!(
            progress
                .total()
                .is_none_or(|total| progress.finished() <= total)
        );
        let debugged = format!("{gather:?}");
        assert!(debugged.starts_with("Gather"), "{debugged}");
        Some(gather.is_finished())
    }

    fn set(&self, gather: Gather<T>) {
        assert!(self.0.set(gather).is_ok());
    }
}

#[test]
fn next_may_ask_its_own_gather_how_far_it_is() {
    in_time(|| {
        on_both_flavours(|| async {
            macro_rules! test {
                ($numbers:expr) => {
                    for limit in 1..4 {
                        let shared = Shared::new();
                        let asks = shared.clone();
                        let permits = Arc::new(Semaphore::new(0));
                        let branches = Arc::clone(&permits);
                        let futures = $numbers.map(move |at| {
                            // Until the call returns, there is no handle to ask.
                            assert_eq!(asks.ask(), (at >= limit).then_some(false));
                            admitted(&branches)
                        });
                        shared.set(gather!(limit = limit; ..futures));
                        permits.add_permits(100);
                        until(|| shared.0.get().unwrap().is_finished()).await;
                        assert_eq!(shared.0.get().unwrap().progress().to_string(), "100/100");
                    }
                };
            }
            test!(0..100);
            test!((0..100).filter(|_| true));
        });
    });
}

#[test]
fn an_iterator_may_ask_its_own_gather_how_far_it_is_when_it_is_dropped() {
    struct AsksInDrop<F> {
        branches: F,
        own: Shared<Vec<()>>,
        tells: Sender<Option<bool>>,
    }
    impl<F: Iterator> Iterator for AsksInDrop<F> {
        type Item = F::Item;
        fn next(&mut self) -> Option<F::Item> {
            self.branches.next()
        }
    }
    impl<F> Drop for AsksInDrop<F> {
        fn drop(&mut self) {
            let _ = self.tells.send(self.own.ask());
        }
    }
    in_time(|| {
        on_both_flavours(|| async {
            let (told, hears) = mpsc::channel();
            let shared = Shared::new();
            let permits = Arc::new(Semaphore::new(0));
            // It yields two items, as many as the limit, so a worker finds its end and drops it.
            let branches = Arc::clone(&permits);
            let two = AsksInDrop {
                branches: (0..2).map(move |_| admitted(&branches)),
                own: shared.clone(),
                tells: told,
            };
            shared.set(gather!(limit = 2; ..two));
            permits.add_permits(2);
            until(|| shared.0.get().unwrap().is_finished()).await;
            assert_eq!(hears.recv(), Ok(Some(false)));
        });
    });
}

#[test]
fn next_may_drop_abort_or_detach_its_own_gather() {
    in_time(|| {
        on_both_flavours(|| async {
            for way in ["drop", "abort", "detach"] {
                let own = Arc::new(Mutex::new(None::<Gather<Vec<()>>>));
                let (permits, probe) = (Arc::new(Semaphore::new(0)), Probe::default());
                let (branches, watches) = (Arc::clone(&permits), probe.clone());
                let takes = Arc::clone(&own);
                let futures = (0..10).map(move |at| {
                    if at == 2 {
                        let own = takes.lock().unwrap().take().unwrap();
                        match way {
                            "drop" => drop(own),
                            "abort" => drop(own.abort()),
                            _ => own.detach(),
                        }
                        branches.add_permits(100);
                    }
                    watches.watch(admitted(&branches))
                });
                *own.lock().unwrap() = Some(gather!(limit = 2; ..futures));
                permits.add_permits(1);
                let all = if way == "detach" { 10 } else { 3 };
                until(|| probe.seen().dropped == all).await;
                for _ in 0..20 {
                    yield_now().await;
                }
                assert_eq!(probe.seen().watched, all);
            }
        });
    });
}

#[test]
fn next_may_drop_another_gather_and_start_one() {
    in_time(|| {
        on_both_flavours(|| async {
            for limit in 1..4 {
                let probe = Probe::default();
                let others: Vec<_> = (0..10)
                    .map(|_| gather!(limit = 1; ..[probe.watch(pending::<()>())]))
                    .collect();
                let futures = others.into_iter().map(|other| {
                    drop(other);
                    gather!(limit = 2; ..(0..3).map(|n| async move {
                        yield_now().await;
                        n
                    }))
                });
                let all = gather!(limit = limit; ..futures).await;
                assert_eq!(all, vec![vec![0, 1, 2]; 10]);
                until(|| probe.seen().dropped == 10).await;
            }
        });
    });
}

#[test]
#[cfg_attr(plain, ignore = "it has a task for each branch under a limit too")]
fn other_tasks_have_turns_between_branches_that_never_wait() {
    const BRANCHES: usize = 600;
    let runtime = Builder::new_current_thread().build().unwrap();
    for limit in [1, 4, 16] {
        let work = || {
            (0..BRANCHES).map(|n| async move {
                for turn in 0..100 {
                    std::hint::black_box(turn);
                }
                n
            })
        };
        let turns = runtime.block_on(async {
            let gathered = tokio::spawn(async move { gather!(limit = limit; ..work()).await });
            let mut turns = 0;
            while !gathered.is_finished() {
                turns += 1;
                yield_now().await;
            }
            assert_eq!(gathered.await.unwrap().len(), BRANCHES);
            turns
        });
        // With a task for each branch and a semaphore, other tasks have a turn for
        // every `limit` branches.
        let fair = BRANCHES / limit / 4;
        assert!(turns >= fair, "{turns} turns for {fair}, limit {limit}");
    }
}
