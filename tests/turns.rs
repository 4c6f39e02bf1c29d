//! Branches that share a thread or a task: each gets its turns, whatever its siblings do.

use std::cell::{Cell, RefCell};
use std::future::{poll_fn, ready};
use std::marker::PhantomPinned;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::{array, mem, ptr};

use gather::{gather, gather_each, try_gather};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::coop::has_budget_remaining;
use tokio::task::{JoinHandle, consume_budget, yield_now};

mod support {
    pub(crate) mod flavours;
}

use support::flavours::on_both_flavours;

type BoxFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs the test in each place that branches run in.
macro_rules! in_each_place {
    ($test:ident) => {
        $test!();
        $test!(limit = 3;);
        $test!(tasks = 1;);
        $test!(tasks = 2;);
        $test!(tasks = 1, limit = 3;);
        $test!(here;);
        $test!(here, limit = 3;);
    };
}

#[tokio::test]
async fn branches_that_yield_take_turns_on_one_thread() {
    macro_rules! test {
        ($($place:tt)*) => {
            let record = Arc::new(Mutex::new(Vec::new()));
            let branch = |name: u8| {
                let record = Arc::clone(&record);
                async move {
                    for round in 0..3 {
                        record.lock().unwrap().push((round, name));
                        yield_now().await;
                    }
                }
            };
            gather!($($place)* branch(0), ..[branch(1)], branch(2)).await;
            let mut rounds = record.lock().unwrap().clone();
            for round in rounds.chunks_mut(3) {
                round.sort_unstable();
            }
            let expected = (0..3).flat_map(|round| [0, 1, 2].map(|name| (round, name)));
            assert_eq!(rounds, expected.collect::<Vec<_>>());
        };
    }
    in_each_place!(test);
}

/// Branches of which the one at `greedy` takes every permit that it can get, and spends the budget
/// of its task again and again, until all others have ended.
fn greedy_and_modest<const N: usize>(greedy: usize) -> [impl Future<Output = ()> + Send; N] {
    let permits = Arc::new(Semaphore::new(N));
    let modest = Arc::new(AtomicUsize::new(0));
    array::from_fn(|at| {
        let (permits, modest) = (Arc::clone(&permits), Arc::clone(&modest));
        async move {
            if at != greedy {
                // With three branches, this takes several turns.
                for _ in 0..1_200 / N {
                    drop(permits.acquire().await.unwrap());
                }
                modest.fetch_add(1, Ordering::SeqCst);
                return;
            }
            for _ in 0..100_000 {
                if modest.load(Ordering::SeqCst) == N - 1 {
                    return;
                }
                drop(permits.acquire().await.unwrap());
            }
            panic!("the others never have any of the budget");
        }
    })
}

#[test]
fn a_branch_that_spends_the_budget_again_and_again_starves_no_other() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                for greedy in 0..3 {
                    let [a, b, c] = greedy_and_modest(greedy);
                    gather!($($place)* a, b, c).await;
                    let [a, b, c] = greedy_and_modest(greedy);
                    gather!($($place)* a, ..[b], c).await;
                    let all: [_; 3] = greedy_and_modest(greedy);
                    gather!($($place)* ..all).await;
                }
                // About as many branches as a set polls at a time.
                for greedy in [0, 30, 59] {
                    let all: [_; 60] = greedy_and_modest(greedy);
                    gather!($($place)* ..all).await;
                    let all: [_; 61] = greedy_and_modest(greedy);
                    gather!($($place)* ..all).await;
                    let all: [_; 62] = greedy_and_modest(greedy);
                    gather!($($place)* ..all).await;
                }
            });
        };
    }
    in_each_place!(test);
}

#[test]
fn a_branch_that_spends_the_budget_and_then_waits_for_another_one_lets_it_run() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                // This channel does not look at the budget, so that only the end of the turn can
                // wake the task.
                let (sender, receiver) = futures::channel::oneshot::channel();
                let spends = async {
                    for _ in 0..1_000 {
                        if !has_budget_remaining() {
                            break;
                        }
                        consume_budget().await;
                    }
                    receiver.await.unwrap();
                };
                gather!($($place)* spends, async { sender.send(()).unwrap() }).await;
            });
        };
    }
    in_each_place!(test);
}

/// A future that is ready once it has been polled `polls` times. It records its
/// address in each poll.
struct Placed {
    polls: Cell<usize>,
    places: Arc<Mutex<Vec<usize>>>,
    _pinned: PhantomPinned,
}

impl Future for Placed {
    type Output = usize;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
        self.places
            .lock()
            .unwrap()
            .push(ptr::from_ref(&*self).addr());
        self.polls.set(self.polls.get() - 1);
        if self.polls.get() > 0 {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(self.places.lock().unwrap().len())
    }
}

#[test]
fn a_branch_is_not_moved_once_it_has_been_polled() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let all: Vec<_> = (0..12).map(|_| Arc::new(Mutex::new(Vec::new()))).collect();
                let branch = |at: usize| Placed {
                    polls: Cell::new(1 + at % 4),
                    places: Arc::clone(&all[at]),
                    _pinned: PhantomPinned,
                };
                let spread: Vec<_> = (2..12).map(branch).collect();
                let (a, b, others) = gather!($($place)* branch(0), branch(1), ..spread).await;
                let polls = (0..12).map(|at| 1 + at % 4);
                assert!([a, b].into_iter().chain(others).eq(polls));
                for places in all {
                    let places = places.lock().unwrap();
                    assert!(places.iter().all(|place| *place == places[0]), "it was moved");
                }
            });
        };
    }
    in_each_place!(test);
}

#[test]
fn of_many_branches_one_that_was_not_woken_is_not_polled() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let polls = Arc::new(AtomicUsize::new(0));
                let (wake, woken) = oneshot::channel::<()>();
                let mut woken = Box::pin(woken);
                let counts = Arc::clone(&polls);
                let sleeps: BoxFuture = Box::pin(poll_fn(move |cx| {
                    counts.fetch_add(1, Ordering::SeqCst);
                    woken.as_mut().poll(cx).map(drop)
                }));
                let mut wake = Some(wake);
                let busy = (0..19).map(|_| -> BoxFuture {
                    let wake = wake.take();
                    Box::pin(async move {
                        for _ in 0..50 {
                            yield_now().await;
                        }
                        if let Some(wake) = wake {
                            wake.send(()).unwrap();
                        }
                    })
                });
                let all: Vec<_> = [sleeps].into_iter().chain(busy).collect();
                gather!($($place)* ..all).await;
                assert_eq!(polls.load(Ordering::SeqCst), 2, "when it began, and when it was woken");
            });
        };
    }
    test!();
    test!(limit = 20;);
    test!(tasks = 1;);
    test!(here;);
    test!(here, limit = 20;);
}

#[test]
fn branches_pass_on_what_one_of_them_begins_with() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let (first, mut received) = oneshot::channel();
                let mut branches = Vec::new();
                for _ in 0..200 {
                    let (send, receiver) = oneshot::channel();
                    let receives = mem::replace(&mut received, receiver);
                    branches.push(async move { send.send(receives.await.unwrap() + 1).unwrap() });
                }
                // The branches that wait come first, so that each one has to be
                // woken by the next one.
                branches.reverse();
                let starts = async { first.send(0).unwrap() };
                let ends = async { received.await.unwrap() };
                let (ended, _, ()) = gather!($($place)* ends, ..branches, starts).await;
                assert_eq!(ended, 200);
            });
        };
    }
    test!();
    test!(limit = 202;);
    test!(tasks = 1;);
    test!(tasks = 2;);
    test!(tasks = 2, limit = 202;);
    test!(here;);
    test!(here, limit = 202;);
}

#[tokio::test]
async fn an_iterator_of_ready_branches_lets_other_tasks_run() {
    macro_rules! test {
        ($($options:tt)*) => {
            let mut other = None;
            let branches = (0..1_000_000).take_while(move |n| {
                if *n == 10 {
                    other = Some(tokio::spawn(async {}));
                }
                !other.as_ref().is_some_and(JoinHandle::is_finished)
            });
            let ended = gather!($($options)* ..branches.map(ready)).await;
            assert!(ended.len() < 1_000, "{} with {}", ended.len(), stringify!($($options)*));
        };
    }
    test!(limit = 2;);
    test!(tasks = 1, limit = 2;);
    test!(here, limit = 2;);
}

#[tokio::test]
async fn no_branch_here_overtakes_an_iterator_that_lets_other_tasks_run() {
    let started = RefCell::new(Vec::new());
    let branches = (0..1_000).map(async |n| {
        started.borrow_mut().push(n);
        // Each branch but the first spends a unit of the budget, and its place spends another. The
        // budget is an even number, so it is a place that finds the budget spent, and this place is
        // free for the next branch in line.
        if n > 0 {
            consume_budget().await;
        }
    });
    let behind = async { started.borrow_mut().push(1_000) };
    gather!(here, limit = 3; ..branches, behind).await;
    let started = started.into_inner();
    assert_eq!(started.len(), 1_001);
    assert_eq!(started.last(), Some(&1_000));
}

#[test]
fn a_branch_here_that_is_written_out_is_polled_once_in_each_poll() {
    let polls = [Cell::new(0), Cell::new(0)];
    let [first, second] = polls.each_ref().map(|polls| {
        poll_fn(|_| {
            polls.set(polls.get() + 1);
            Poll::<()>::Pending
        })
    });
    let mut both = pin!(gather!(here; first, second));
    for polled in 1..=3 {
        let mut cx = Context::from_waker(Waker::noop());
        assert!(both.as_mut().poll(&mut cx).is_pending());
        assert_eq!(polls.each_ref().map(Cell::get), [polled; 2]);
    }
}

/// Branches that spend the budget until the one at `modest` has spent a little of it.
fn spending_and_modest(count: usize, modest: usize) -> Vec<BoxFuture> {
    let is_done = Arc::new(AtomicBool::new(false));
    let branch = |at| -> BoxFuture {
        let is_done = Arc::clone(&is_done);
        if at == modest {
            return Box::pin(async move {
                for _ in 0..3 {
                    consume_budget().await;
                }
                is_done.store(true, Ordering::SeqCst);
            });
        }
        Box::pin(async move {
            while !is_done.load(Ordering::SeqCst) {
                consume_budget().await;
            }
        })
    };
    (0..count).map(branch).collect()
}

/// Awaits a future that must resolve within a few thousand polls.
async fn in_some_polls<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut polls = 0;
    poll_fn(|cx| {
        polls += 1;
        assert!(polls < 20_000, "a branch is starved");
        future.as_mut().poll(cx)
    })
    .await
}

#[test]
fn several_branches_here_that_spend_the_budget_starve_no_other() {
    on_both_flavours(|| async {
        for modest in 0..4 {
            let all = || {
                <[BoxFuture; 4]>::try_from(spending_and_modest(4, modest))
                    .unwrap_or_else(|_| unreachable!("there are four"))
            };
            let [a, b, c, d] = all();
            in_some_polls(gather!(here; a, b, c, d)).await;
            let [a, b, c, d] = all();
            in_some_polls(gather!(here; a, ..[b, c, d])).await;
            let [a, b, c, d] = all();
            in_some_polls(gather!(here; ..[a, b, c], d)).await;
            let [a, b, c, d] = all();
            in_some_polls(gather!(here, limit = 4; a, ..[b, c], d)).await;
            let [a, b, c, d] = all();
            in_some_polls(gather!(here; gather!(here; a, b), gather!(here; c, d))).await;
            let [a, b, c, d] = all();
            in_some_polls(gather!(here; gather!(here; a, ..[b, c]), d)).await;
        }
        // The set of a spread polls 61 branches at a time.
        for (count, modest) in [(61, 30), (62, 30), (122, 60), (183, 1)] {
            let all = || spending_and_modest(count, modest);
            in_some_polls(gather!(here; ..all())).await;
            in_some_polls(gather!(here, limit = count; ..all())).await;
            let mut each = gather_each!(here; ..all());
            in_some_polls(async move { while each.next().await.is_some() {} }).await;
        }
    });
}

#[test]
fn a_branch_here_that_spends_the_budget_has_its_turn_before_those_that_the_iterator_yields_later() {
    // Each branch but the first ends just as it spends the budget.
    async fn spend(branch: usize, units: usize) -> Result<(), usize> {
        for _ in 0..units {
            consume_budget().await;
        }
        if branch == 0 || branch == 100_000 {
            Err(branch)
        } else {
            Ok(())
        }
    }
    on_both_flavours(|| async {
        for limit in [2, 3, 16, 100] {
            for units in [31, 42, 63, 64, 126, 127, 128, 129] {
                let first = |branch| if branch == 0 { 1_000 } else { units };
                let branches = (0..).map(|branch| spend(branch, first(branch)));
                let failed = try_gather!(here, limit = limit; ..branches).await;
                assert_eq!(failed, Err(0), "limit {limit}, {units} units");
            }
        }
    });
}

#[test]
fn branches_here_that_spend_the_budget_as_they_end_are_followed_by_the_next() {
    async fn spend(units: usize) {
        for _ in 0..units {
            consume_budget().await;
        }
    }
    on_both_flavours(|| async {
        for units in 0..=128 {
            for limit in [1, 2] {
                let branches = (0..8).map(|_| spend(units));
                // Not awaited in a task that anything else wakes.
                gather!(here, limit = limit; ..branches).await;
            }
        }
    });
}

#[test]
fn a_branch_here_that_spends_the_budget_starves_none_of_a_spread_behind_it() {
    on_both_flavours(|| async {
        // The set of a spread polls 61 branches at a time. Of 122 branches, the same half must not
        // always get the budget.
        for modest in 1..=122 {
            let mut all = spending_and_modest(123, modest);
            let spread = all.split_off(1);
            let first = all.remove(0);
            in_some_polls(gather!(here; first, ..spread)).await;
        }
    });
}

#[test]
fn a_branch_here_that_spends_the_budget_has_its_next_turn_beside_an_iterator_within_another_branch()
{
    on_both_flavours(|| async {
        // The set of a spread polls 61 at a time: each of these once, in this order.
        for (spends, nests) in [(0, 60), (1, 0)] {
            let is_done = Cell::new(false);
            let waits = || {
                poll_fn(|cx| {
                    if is_done.get() {
                        return Poll::Ready(());
                    }
                    cx.waker().wake_by_ref();
                    Poll::Pending
                })
            };
            let branch = |at| -> Pin<Box<dyn Future<Output = ()> + '_>> {
                if at == spends {
                    return Box::pin(async {
                        for _ in 0..1_000 {
                            consume_budget().await;
                        }
                        is_done.set(true);
                    });
                }
                if at == nests {
                    return Box::pin(async { drop(gather!(here; ..[waits()]).await) });
                }
                Box::pin(waits())
            };
            in_some_polls(gather!(here; ..(0..61).map(branch))).await;
        }
    });
}
