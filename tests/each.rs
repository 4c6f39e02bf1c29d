//! `gather_each!`: results as their branches end, wherever the branches run.

use std::cell::Cell;
use std::collections::HashMap;
use std::future::{pending, ready};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Instant;

use futures::stream::{FusedStream, Stream, StreamExt};
use gather::{Each, Progress, gather, gather_each};
use tokio::runtime::Builder;
use tokio::sync::{Notify, oneshot};
use tokio::task::yield_now;
use tokio::time::{Duration, sleep, timeout};

mod support {
    pub(crate) mod flavours;
    pub(crate) mod probe;
    pub(crate) mod until;
}

use support::flavours::on_both_flavours;
use support::probe::{Probe, Seen};
use support::until::until;

async fn after(milliseconds: u64) -> u64 {
    sleep(Duration::from_millis(milliseconds)).await;
    milliseconds
}

async fn all<T>(mut each: Each<T>) -> Vec<(usize, T)> {
    let mut results = Vec::new();
    while let Some(result) = each.next().await {
        results.push(result);
    }
    results
}

/// Takes all results, and sorts them by index.
async fn sorted<T: Ord>(each: Each<T>) -> Vec<(usize, T)> {
    let mut results = all(each).await;
    results.sort();
    results
}

/// Runs the test with each combination of options under which all branches can run at once.
macro_rules! in_every_place {
    ($test:ident) => {
        $test!();
        $test!(tasks = 1;);
        $test!(tasks = 2;);
        $test!(limit = 100;);
        $test!(tasks = 1, limit = 100;);
        $test!(tasks = 2, limit = 100;);
    };
}

#[tokio::test(start_paused = true)]
async fn results_come_as_their_branches_end_and_each_has_its_index() {
    macro_rules! test {
        ($($options:tt)*) => {
            let each = gather_each!($($options)* after(30), after(10), ..[after(40), after(20)]);
            assert_eq!(all(each).await, [(1, 10), (3, 20), (0, 30), (2, 40)]);

            let each = gather_each!($($options)* ..[3, 1, 2].map(after));
            assert_eq!(all(each).await, [(1, 1), (2, 2), (0, 3)]);
        };
    }
    in_every_place!(test);
}

#[test]
fn the_index_counts_the_branches_from_the_left_whatever_the_spreads_yield() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                for (first, second) in [(0, 0), (3, 0), (0, 2), (70, 130)] {
                    let items = |from: usize, count: usize| (from..from + count).map(ready);
                    // A spread that does not know its length.
                    let silent = items(1 + first + 1, second).filter(|_| true);
                    let each = gather_each!(
                        $($options)*
                        ready(0), ..items(1, first), ready(first + 1), ..silent,
                        ready(first + second + 2), ready(first + second + 3),
                    );
                    let expected: Vec<_> = (0..first + second + 4).map(|n| (n, n)).collect();
                    assert_eq!(sorted(each).await, expected);
                }
            });
        };
    }
    in_every_place!(test);
    test!(limit = 1;);
    test!(limit = 3;);
    test!(tasks = 2, limit = 3;);
}

#[test]
fn none_comes_when_all_are_taken_and_nothing_is_left_running_and_stays() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let probe = Probe::default();
                let branch = |n| probe.watch(async move { yield_now().await; n });
                let mut each = gather_each!($($options)* branch(0), ..[1, 2, 3].map(branch));
                for _ in 0..4 {
                    assert!(each.next().await.is_some());
                }
                for _ in 0..3 {
                    assert_eq!(each.next().await, None);
                    assert_eq!(probe.seen().dropped, 4);
                    assert!(each.is_finished());
                }
            });
        };
    }
    in_every_place!(test);
    test!(limit = 1;);
    test!(tasks = 2, limit = 1;);
}

#[test]
fn branches_run_while_nobody_takes_their_results() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let each = gather_each!($($options)* ready(1), ..[2, 3].map(ready));
                until(|| each.is_finished() || each.progress().finished() == 3).await;
                assert_eq!(sorted(each).await, [(0, 1), (1, 2), (2, 3)]);
            });
        };
    }
    in_every_place!(test);
}

#[test]
fn no_branches_are_no_results_and_need_no_runtime() {
    let each: Each<u8> = gather_each!();
    assert!(each.is_finished());
    assert_eq!(each.progress().to_string(), "0/0");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    assert_eq!(runtime.block_on(all(each)), []);

    runtime.block_on(async {
        let none: [std::future::Ready<u8>; 0] = [];
        assert_eq!(all(gather_each!(..none.clone())).await, []);
        assert_eq!(all(gather_each!(limit = 2; ..none.clone())).await, []);
        assert_eq!(all(gather_each!(tasks = 2; ..none.clone())).await, []);
        assert_eq!(all(gather_each!(tasks = 2, limit = 2; ..none)).await, []);
        let each: Each<u8> = gather_each!(limit = 2;);
        assert_eq!(all(each).await, []);
    });
}

#[test]
fn on_starts_the_branches_of_a_plain_thread_on_the_runtime_given() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let each =
        gather_each!(on = runtime.handle(); sleep(Duration::ZERO), ..[sleep(Duration::ZERO)]);
    assert_eq!(runtime.block_on(sorted(each)), [(0, ()), (1, ())]);
    let each = gather_each!(on = runtime.handle(), limit = 2, tasks = 1; ..[1, 2].map(ready));
    assert_eq!(runtime.block_on(sorted(each)), [(0, 1), (1, 2)]);
}

#[test]
fn a_next_that_is_dropped_loses_nothing() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let (go, gone) = oneshot::channel::<u8>();
                let mut each = gather_each!($($options)* async { gone.await.unwrap() }, ready(1));
                assert_eq!(each.next().await, Some((1, 1)));
                for _ in 0..3 {
                    let next = timeout(Duration::from_millis(1), each.next()).await;
                    assert!(next.is_err());
                }
                go.send(7).unwrap();
                // The result is ready, and has not been taken yet.
                until(|| each.progress().finished() == 2).await;
                drop(each.next());
                assert_eq!(each.next().await, Some((0, 7)));
                assert_eq!(each.next().await, None);
            });
        };
    }
    in_every_place!(test);
}

#[tokio::test(start_paused = true)]
async fn a_next_that_loses_a_select_is_tried_again() {
    let mut each = gather_each!(..[25, 5, 15].map(after));
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    let (mut results, mut ticked) = (Vec::new(), 0);
    loop {
        tokio::select! {
            result = each.next() => match result {
                Some(result) => results.push(result),
                None => break,
            },
            _ = ticks.tick() => ticked += 1,
        }
    }
    assert_eq!(results, [(1, 5), (2, 15), (0, 25)]);
    assert!((2..=3).contains(&ticked), "{ticked}");
}

#[tokio::test(start_paused = true)]
async fn it_is_a_stream_of_the_same() {
    let each = gather_each!(..[3, 1, 2].map(after));
    let values: Vec<u64> = each.map(|(_, value)| value).collect().await;
    assert_eq!(values, [1, 2, 3]);

    let by_index: HashMap<usize, u64> = gather_each!(after(3), after(1)).collect().await;
    assert_eq!(by_index, HashMap::from([(0, 3), (1, 1)]));

    let first_two: Vec<_> = gather_each!(..[3, 1, 2].map(after)).take(2).collect().await;
    assert_eq!(first_two, [(1, 1), (2, 2)]);
}

#[tokio::test(start_paused = true)]
async fn as_a_fused_stream_it_can_be_selected_over() {
    let mut left = gather_each!(..[4, 1].map(after));
    let mut right = gather_each!(..[3, 2].map(after));
    assert!(!left.is_terminated());
    let mut values = Vec::new();
    loop {
        futures::select! {
            (_, value) = left.select_next_some() => values.push(value),
            (_, value) = right.select_next_some() => values.push(value),
            complete => break,
        }
    }
    assert_eq!(values, [1, 2, 3, 4]);
    assert!(left.is_terminated() && right.is_terminated());
}

#[tokio::test(start_paused = true)]
async fn the_next_result_can_be_selected_over_until_none_is_left() {
    let mut left = gather_each!(..[4, 1].map(after));
    let mut right = gather_each!(here; ..[3, 2].map(after));
    let mut values = Vec::new();
    loop {
        let next = futures::select! {
            next = left.next() => next,
            next = right.next() => next,
            complete => break,
        };
        values.extend(next.map(|(_, value)| value));
    }
    assert_eq!(values, [1, 2, 3, 4]);
}

#[tokio::test]
async fn a_stream_says_how_many_are_left() {
    let mut each = gather_each!(ready(1), ..[2, 3].map(ready));
    for left in [3, 2, 1] {
        assert_eq!(each.size_hint(), (left, Some(left)));
        each.next().await.unwrap();
    }
    assert_eq!(each.size_hint(), (0, Some(0)));
    assert_eq!(each.next().await, None);
    assert_eq!(each.size_hint(), (0, Some(0)));

    let mut endless = gather_each!(limit = 2; ..(0..).map(ready));
    assert_eq!(endless.size_hint(), (0, None));
    endless.next().await.unwrap();
    assert_eq!(endless.size_hint(), (0, None));
}

#[tokio::test]
async fn asking_after_each_result_does_not_take_longer_the_more_branches_there_are() {
    const MANY: u32 = 10_000;
    let begin = Instant::now();
    let mut each = gather_each!(..(0..MANY).map(ready));
    while each.next().await.is_some() {}
    let alone = begin.elapsed();

    let begin = Instant::now();
    let mut each = gather_each!(..(0..MANY).map(ready));
    while each.next().await.is_some() {
        assert_eq!(each.progress().total(), Some(10_000));
        assert!(each.size_hint().0 < 10_000);
        black_box(each.is_finished());
    }
    // In proportion to the branches, each question would take a thousand times as long.
    let asked = begin.elapsed();
    let at_most = 30 * alone + Duration::from_secs(1);
    assert!(asked < at_most, "{alone:?}, {asked:?}");
}

#[tokio::test]
async fn debug_shows_the_progress() {
    let mut each = gather_each!(ready(1), pending());
    assert_eq!(each.next().await, Some((0, 1)));
    assert_eq!(format!("{each:?}"), "Each { progress: 1/2 }");
}

#[test]
fn leaving_early_stops_the_others() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let probe = Probe::default();
                let hangs = |_| probe.watch(pending());
                let first = probe.watch(ready(Err::<u8, _>("no")));
                let second = probe.watch(async { yield_now().await; Ok(7) });
                let first_success = async {
                    let mut each = gather_each!($($options)* hangs(0), first, second, ..[1, 2].map(hangs));
                    while let Some((index, result)) = each.next().await {
                        if let Ok(value) = result {
                            return Some((index, value));
                        }
                    }
                    None
                };
                assert_eq!(first_success.await, Some((2, 7)));
                until(|| probe.seen().dropped == 5).await;

                let probe = Probe::default();
                let hangs = |_| probe.watch(pending());
                let fails = probe.watch(ready(Err::<u8, _>("no")));
                let question_mark = async {
                    let mut each = gather_each!($($options)* ..[0, 1].map(hangs), fails);
                    while let Some((_, result)) = each.next().await {
                        result?;
                    }
                    Ok::<_, &str>(())
                };
                assert_eq!(question_mark.await, Err("no"));
                until(|| probe.seen().dropped == 3).await;
            });
        };
    }
    in_every_place!(test);
}

#[tokio::test]
async fn a_handle_is_stored_and_returned_and_moves_to_another_task() {
    struct Downloads {
        pages: Each<String>,
    }
    fn start() -> Downloads {
        let pages = ["a", "b"].map(|page| ready(page.to_owned()));
        Downloads {
            pages: gather_each!(..pages),
        }
    }
    let downloads = start();
    let pages = tokio::spawn(sorted(downloads.pages)).await.unwrap();
    assert_eq!(pages, [(0, "a".to_owned()), (1, "b".to_owned())]);
}

#[tokio::test]
async fn what_turns_into_a_future_is_a_branch_and_its_type_is_that_of_the_others() {
    let mut each: Each<u64> = gather_each!(async { "7".parse().unwrap() });
    assert_eq!(each.next().await, Some((0, 7)));

    let each = gather_each!(ready(1_u8), async { "7".parse().unwrap() });
    assert_eq!(sorted(each).await, [(0, 1), (1, 7)]);
    let each = gather_each!(gather!(ready(1), ready(2)), gather!(ready(3), ready(4)));
    assert_eq!(sorted(each).await, [(0, (1, 2)), (1, (3, 4))]);
}

#[tokio::test]
async fn more_branches_than_a_tuple_has_elements() {
    let each = gather_each!(
        ready(0),
        ready(1),
        ready(2),
        ready(3),
        ready(4),
        ready(5),
        ready(6),
        ready(7),
        ready(8),
        ready(9),
        ready(10),
        ready(11),
        ready(12),
        ready(13),
        ready(14),
        ready(15),
        ready(16),
        ..(17..30).map(ready),
        ready(30),
    );
    let expected: Vec<_> = (0..31).map(|n| (n, n)).collect();
    assert_eq!(sorted(each).await, expected);
}

#[tokio::test]
async fn a_lone_spread_may_borrow_from_a_temporary() {
    fn numbers() -> Vec<usize> {
        vec![0, 1, 2]
    }
    let each = gather_each!(..numbers().iter().map(|n| ready(*n)));
    assert_eq!(sorted(each).await, [(0, 0), (1, 1), (2, 2)]);
}

#[test]
fn abort_returns_what_nobody_had_taken_when_all_has_stopped() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let probe = Probe::default();
                let hangs = probe.watch(pending::<u8>());
                let mut each = gather_each!($($options)* ready(1), hangs, ..[2, 3].map(ready));
                until(|| each.progress().finished() == 3).await;
                let (first, _) = each.next().await.unwrap();
                let abort = each.abort();
                let mut rest = abort.await;
                assert_eq!(probe.seen(), Seen { watched: 1, started: 1, dropped: 1 });
                rest.sort_unstable();
                let mut expected = vec![(0, 1), (2, 2), (3, 3)];
                expected.retain(|(index, _)| *index != first);
                assert_eq!(rest, expected);
            });
        };
    }
    in_every_place!(test);
}

#[tokio::test]
async fn abort_behind_the_last_result_returns_nothing() {
    let mut each = gather_each!(ready(1));
    each.next().await.unwrap();
    assert_eq!(each.next().await, None);
    assert_eq!(each.abort().await, []);
}

#[test]
fn progress_counts_what_has_ended_taken_or_not() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let go = Arc::new(Notify::new());
                let waits = {
                    let go = Arc::clone(&go);
                    async move { go.notified().await; 2 }
                };
                let mut each = gather_each!($($options)* ready(0), ready(1), waits);
                until(|| each.progress().finished() == 2).await;
                assert_eq!(each.progress().total(), Some(3));
                for _ in 0..2 {
                    assert!(each.next().await.is_some());
                    assert_eq!(each.progress().to_string(), "2/3");
                }
                assert!(!each.is_finished());
                go.notify_one();
                until(|| each.is_finished()).await;
                assert_eq!(each.progress().to_string(), "3/3");
                assert_eq!(each.next().await, Some((2, 2)));
                assert_eq!(each.next().await, None);
                assert_eq!(each.progress().to_string(), "3/3");
            });
        };
    }
    in_every_place!(test);
}

#[test]
fn progress_never_shows_more_or_less_than_is_true() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                const ALL: usize = 200;
                let ended = Arc::new(AtomicUsize::new(0));
                let branch = |n| {
                    let ended = Arc::clone(&ended);
                    async move {
                        for _ in 0..n % 5 {
                            yield_now().await;
                        }
                        ended.fetch_add(1, Ordering::SeqCst);
                    }
                };
                let branches: Vec<_> = (0..ALL).map(branch).collect();
                let mut each = gather_each!($($options)* ..branches);
                let (mut taken, mut before) = (0, 0);
                loop {
                    let progress = each.progress();
                    let at_most = ended.load(Ordering::SeqCst);
                    assert!(progress.finished() <= at_most, "{progress}, {at_most}");
                    assert!(progress.finished() >= taken.max(before), "{progress}, {taken}");
                    assert_eq!(progress.total(), Some(ALL));
                    before = progress.finished();
                    if each.next().await.is_none() {
                        break;
                    }
                    taken += 1;
                }
                assert_eq!(each.progress().to_string(), "200/200");
            });
        };
    }
    in_every_place!(test);
    test!(limit = 7;);
    test!(tasks = 2, limit = 7;);
}

#[test]
fn what_a_branch_drops_may_ask_for_the_progress() {
    struct Asks(Arc<Mutex<Option<Each<()>>>>, Arc<AtomicUsize>);
    impl Drop for Asks {
        fn drop(&mut self) {
            // Another thread may hold the lock, and it does not wait for this drop.
            if let Ok(each) = self.0.try_lock()
                && let Some(each) = &*each
            {
                let _ = (each.progress(), each.is_finished(), format!("{each:?}"));
            }
            self.1.fetch_add(1, Ordering::SeqCst);
        }
    }
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let (place, dropped) = (Arc::new(Mutex::new(None)), Arc::new(AtomicUsize::new(0)));
                let branch = |_| {
                    let asks = Asks(Arc::clone(&place), Arc::clone(&dropped));
                    async move {
                        yield_now().await;
                        drop(asks);
                    }
                };
                let branches: Vec<_> = (0..20).map(branch).collect();
                let each = gather_each!($($options)* ..branches);
                *place.lock().unwrap() = Some(each);
                until(|| dropped.load(Ordering::SeqCst) == 20).await;
                let each = place.lock().unwrap().take().unwrap();
                assert_eq!(all(each).await.len(), 20);
            });
        };
    }
    in_every_place!(test);
}

#[test]
fn a_waker_and_a_result_may_ask_for_the_progress() {
    type Place = Arc<Mutex<Option<Each<Asks>>>>;
    struct Asks(Place, Arc<AtomicUsize>);
    impl Asks {
        fn ask(&self) {
            // Another thread may hold the lock, and it does not wait for this.
            if let Ok(each) = self.0.try_lock()
                && let Some(each) = &*each
            {
                let _ = (each.progress(), each.is_finished(), format!("{each:?}"));
            }
        }
    }
    impl Drop for Asks {
        fn drop(&mut self) {
            self.ask();
            self.1.fetch_add(1, Ordering::SeqCst);
        }
    }
    impl Wake for Asks {
        fn wake(self: Arc<Self>) {
            self.ask();
            self.1.fetch_add(1, Ordering::SeqCst);
        }
    }
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let (place, woken) = (Place::default(), Arc::new(AtomicUsize::new(0)));
                let dropped = Arc::new(AtomicUsize::new(0));
                let notify = Arc::new(Notify::new());
                let branch = |_| {
                    let asks = Asks(Arc::clone(&place), Arc::clone(&dropped));
                    let notify = Arc::clone(&notify);
                    async move {
                        notify.notified().await;
                        asks
                    }
                };
                let branches: Vec<_> = (0..3).map(branch).collect();
                let mut each = gather_each!($($options)* ..branches);
                // Two wakers, so that the second one replaces the first.
                for _ in 0..2 {
                    let asks = Asks(Arc::clone(&place), Arc::clone(&woken));
                    let waker = Waker::from(Arc::new(asks));
                    let polled = each.poll_next_unpin(&mut Context::from_waker(&waker));
                    assert!(polled.is_pending());
                }
                *place.lock().unwrap() = Some(each);
                until(|| {
                    notify.notify_waiters();
                    let each = place.lock().unwrap();
                    each.as_ref().unwrap().progress().finished() == 3
                })
                .await;
                // The first waker was dropped when the second replaced it; the second
                // was woken and dropped.
                until(|| woken.load(Ordering::SeqCst) == 3).await;
                let each = place.lock().unwrap().take();
                drop(each);
                until(|| dropped.load(Ordering::SeqCst) == 3).await;
            });
        };
    }
    in_every_place!(test);
}

#[test]
#[cfg_attr(plain, ignore = "it is the one who takes a result that pulls")]
fn an_iterator_that_is_pulled_under_a_limit_may_ask_for_the_progress() {
    std::thread_local! {
        static POLLS: Cell<bool> = const { Cell::new(false) };
    }
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let place = Arc::new(Mutex::new(None::<Each<usize>>));
                let asked = Arc::new(AtomicUsize::new(0));
                let (asks, counts) = (Arc::clone(&place), Arc::clone(&asked));
                let branches = (0..20).map(move |n| {
                    // The thread that polls holds the lock. Any other thread may wait for the lock,
                    // because a poll never waits for the iterator.
                    if !POLLS.get()
                        && let Some(each) = &*asks.lock().unwrap()
                    {
                        assert!(each.progress().finished() <= n);
                        assert!(!each.is_finished());
                        counts.fetch_add(1, Ordering::SeqCst);
                    }
                    ready(n)
                });
                *place.lock().unwrap() = Some(gather_each!($($options)* ..branches));
                let mut next = std::future::poll_fn(|cx| {
                    let mut each = place.lock().unwrap();
                    POLLS.set(true);
                    let polled = each.as_mut().unwrap().poll_next_unpin(cx);
                    POLLS.set(false);
                    polled
                });
                let mut taken = 0;
                while (&mut next).await.is_some() {
                    taken += 1;
                }
                assert_eq!(taken, 20);
                assert!(asked.load(Ordering::SeqCst) > 0);
            });
        };
    }
    test!(limit = 1;);
    test!(limit = 3;);
    test!(limit = 3, tasks = 2;);
}

#[test]
fn taking_finished_results_lets_other_tasks_run() {
    macro_rules! test {
        ($($options:tt)*) => {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let mut each = gather_each!($($options)* ..(0..10_000).map(ready));
                until(|| each.is_finished() || each.progress().finished() == 100).await;
                let ran = Arc::new(AtomicUsize::new(0));
                let counts = Arc::clone(&ran);
                let other = tokio::spawn(async move {
                    loop {
                        counts.fetch_add(1, Ordering::SeqCst);
                        yield_now().await;
                    }
                });
                while each.next().await.is_some() {}
                assert!(ran.load(Ordering::SeqCst) > 10);
                other.abort();
            });
        };
    }
    in_every_place!(test);
}

#[test]
fn a_result_takes_two_polls_of_the_one_who_waits_at_the_most() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                const ALL: usize = 500;
                let branch = |n: usize| async move {
                    for _ in 0..n % 7 {
                        yield_now().await;
                    }
                };
                let each = gather_each!($($options)* ..(0..ALL).map(branch));
                let mut polls = 0;
                let mut takes = std::pin::pin!(all(each));
                let results = std::future::poll_fn(|cx| {
                    polls += 1;
                    takes.as_mut().poll(cx)
                })
                .await;
                assert_eq!(results.len(), ALL);
                // Plus one poll for each task that is still ending.
                assert!(polls <= 2 * ALL + 10, "{polls}");
            });
        };
    }
    in_every_place!(test);
    test!(limit = 8;);
    test!(tasks = 2, limit = 8;);
}

#[test]
fn a_waker_that_finds_all_finished_finds_all_counted() {
    struct Asks(Arc<Mutex<Option<Each<()>>>>, mpsc::Sender<Progress>);
    impl Wake for Asks {
        fn wake(self: Arc<Self>) {
            let each = self.0.lock().unwrap();
            let each = each.as_ref().unwrap();
            if each.is_finished() {
                self.1.send(each.progress()).unwrap();
            }
        }
    }
    macro_rules! test {
        ($($options:tt)*) => {
            let runtime = Builder::new_current_thread().build().unwrap();
            let guard = runtime.enter();
            let mut each = gather_each!($($options)* pending(), ..[pending(), pending()]);
            drop(guard);
            let (place, (tells, told)) = (Arc::default(), mpsc::channel());
            let waker = Waker::from(Arc::new(Asks(Arc::clone(&place), tells)));
            assert!(each.poll_next_unpin(&mut Context::from_waker(&waker)).is_pending());
            *place.lock().unwrap() = Some(each);
            drop((runtime, waker));
            let progress = told.try_iter().last().unwrap();
            assert_eq!(progress.to_string(), "3/3");
        };
    }
    in_every_place!(test);

    // The number of branches of an iterator that does not know its length is known once the
    // iterator has been dropped.
    macro_rules! test {
        ($($options:tt)*) => {
            let runtime = Builder::new_current_thread().build().unwrap();
            let guard = runtime.enter();
            let mut each = gather_each!($($options)* ..std::iter::repeat_with(|| ready(())));
            drop(guard);
            let (place, (tells, told)) = (Arc::default(), mpsc::channel());
            let waker = Waker::from(Arc::new(Asks(Arc::clone(&place), tells)));
            // The result of the only branch is taken, and the iterator is not pulled again.
            assert_eq!(runtime.block_on(each.next()), Some((0, ())));
            assert!(each.poll_next_unpin(&mut Context::from_waker(&waker)).is_pending());
            *place.lock().unwrap() = Some(each);
            drop((runtime, waker));
            for progress in told.try_iter() {
                assert_eq!(Some(progress.finished()), progress.total());
            }
        };
    }
    test!(limit = 1;);
    test!(tasks = 1, limit = 1;);
}

#[test]
fn what_has_finished_stays_so_for_a_waker_that_takes_the_results() {
    /// When woken, takes all results that are ready, and asks for the progress
    /// before and after each.
    struct Takes(Mutex<Option<Each<usize>>>, mpsc::Sender<(bool, usize)>);
    impl Takes {
        fn tell(&self, each: &Each<usize>) {
            let progress = each.progress().finished();
            self.1.send((each.is_finished(), progress)).unwrap();
        }
    }
    impl Wake for Takes {
        fn wake(self: Arc<Self>) {
            let mut place = self.0.lock().unwrap();
            let mut each = place.take().unwrap();
            let waker = Waker::from(Arc::clone(&self));
            let mut polling = true;
            self.tell(&each);
            while polling {
                let polled = each.poll_next_unpin(&mut Context::from_waker(&waker));
                polling = matches!(polled, Poll::Ready(Some(_)));
                self.tell(&each);
            }
            *place = Some(each);
        }
    }
    async fn later(n: usize) -> usize {
        yield_now().await;
        n
    }
    macro_rules! test {
        ($($options:tt)*) => {
            let runtime = Builder::new_current_thread().build().unwrap();
            let guard = runtime.enter();
            let each = gather_each!($($options)* later(0), ..[1, 2].map(later));
            drop(guard);
            let (tells, told) = mpsc::channel();
            let takes = Arc::new(Takes(Mutex::new(Some(each)), tells));
            Arc::clone(&takes).wake();
            runtime.block_on(until(|| {
                takes.0.lock().unwrap().as_ref().unwrap().is_terminated()
            }));
            let told: Vec<_> = told.try_iter().collect();
            assert!(told.is_sorted(), "{told:?}");
        };
    }
    in_every_place!(test);
}

#[tokio::test]
async fn a_handle_that_is_dropped_drops_the_results_that_are_there() {
    macro_rules! test {
        ($($options:tt)*) => {
            let value = Arc::new(());
            let each = gather_each!($($options)* ready(Arc::clone(&value)), pending());
            until(|| each.progress().finished() == 1).await;
            assert_eq!(Arc::strong_count(&value), 2);
            drop(each);
            // The result is dropped with the handle, although the other branch has
            // not been dropped yet.
            assert_eq!(Arc::strong_count(&value), 1);
        };
    }
    in_every_place!(test);
}
