//! What `progress` reports is never more and never less than is true.

use std::future::{pending, ready};
use std::iter;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use gather::{BranchError, Gather, Progress, gather, gather_settled, try_gather};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::yield_now;

mod support {
    pub(crate) mod background;
    pub(crate) mod flavours;
    pub(crate) mod in_time;
    pub(crate) mod outside;
    pub(crate) mod two_workers;
    pub(crate) mod until;
}

use support::background::in_the_background;
use support::flavours::on_both_flavours;
use support::in_time::in_time;
use support::outside::send_from_outside;
use support::two_workers::two_workers;
use support::until::until;

/// How long the tests that ask at arbitrary moments keep asking.
const A_WHILE: Duration = Duration::from_millis(700);

/// Asks until the gather has finished, and asserts that no answer contradicts an earlier one.
fn watch<T>(gather: &Gather<T>, total: Option<usize>) {
    let mut before: Option<Progress> = None;
    loop {
        // In this order, because the progress of a finished gather must say that all
        // branches have ended.
        let is_over = gather.is_finished();
        let now = gather.progress();
        if let Some(total) = now.total() {
            assert!(
                now.finished() <= total,
                "more has ended than there is: {now}"
            );
        }
        if total.is_some() {
            assert_eq!(now.total(), total, "the total of a known length: {now}");
        }
        if let Some(before) = before {
            assert!(
                before.finished() <= now.finished(),
                "it went back, from {before} to {now}"
            );
            if before.total().is_some() {
                assert_eq!(before.total(), now.total(), "from {before} to {now}");
            }
        }
        if is_over {
            assert_eq!(now.total(), Some(now.finished()), "all is over at {now}");
            return;
        }
        before = Some(now);
    }
}

/// Watches gathers that run on two workers, from this thread.
fn watch_for_a_while<T>(
    mut start: impl FnMut(&tokio::runtime::Handle) -> Gather<T>,
    total: Option<usize>,
) {
    let runtime = two_workers();
    let start_time = Instant::now();
    while start_time.elapsed() < A_WHILE {
        watch(&start(runtime.handle()), total);
    }
}

#[test]
fn a_total_that_is_known_never_changes() {
    for limit in [1, 3] {
        watch_for_a_while(
            |on| gather!(limit = limit, on = on; ..(0..10).map(|_| ready(()))),
            Some(10),
        );
    }
}

#[test]
fn a_total_of_several_spreads_and_branches_never_changes() {
    watch_for_a_while(
        |on| {
            let spread = || (0..5).map(|_| yield_now());
            gather!(limit = 2, on = on; ..spread(), ready(()), ..spread(), ready(()))
        },
        Some(12),
    );
}

#[test]
fn without_a_limit_progress_only_grows() {
    watch_for_a_while(
        |on| gather!(on = on; ready(()), ..(0..10).map(|_| ready(())), yield_now()),
        Some(12),
    );
}

#[test]
fn a_total_that_becomes_known_does_not_change_again() {
    watch_for_a_while(
        |on| {
            let spread = || (0..10).filter(|n| n % 2 == 0).map(|_| ready(()));
            gather!(limit = 2, on = on; ..spread(), ready(()), ..spread())
        },
        None,
    );
}

#[test]
fn a_failure_makes_progress_neither_go_back_nor_beyond_the_total() {
    watch_for_a_while(
        |on| {
            let fails = |n| async move { if n == 4 { Err(n) } else { Ok(n) } };
            try_gather!(limit = 2, on = on; ..(0..10).map(fails), ready(Ok(0)))
        },
        Some(11),
    );
    watch_for_a_while(
        |on| {
            let fails = |n| async move { if n == 4 { Err(n) } else { Ok(n) } };
            try_gather!(limit = 2, on = on; ..(0..10).filter(|n| n % 2 == 0).map(fails))
        },
        None,
    );
}

/// Asserts that nothing is left to wait for, and that the progress says so.
#[track_caller]
fn assert_over<T>(gather: &Gather<T>) {
    assert!(gather.is_finished());
    let progress = gather.progress();
    assert_eq!(progress.total(), Some(progress.finished()), "{progress}");
    let all = progress.finished();
    assert_eq!(progress.to_string(), format!("{all}/{all}"));
}

#[test]
fn after_a_failure_all_are_finished_of_an_unknown_number_too() {
    on_both_flavours(|| async {
        for limit in 1..4 {
            for failing in [0, 4, 8] {
                let fails = move |n: u32| async move { if n == failing { Err(n) } else { Ok(n) } };
                let spread = || (0..10).filter(|n| n % 2 == 0).map(fails);
                let mut alone = try_gather!(limit = limit; ..spread());
                until(|| alone.is_finished()).await;
                assert_over(&alone);
                assert_eq!((&mut alone).await, Err(failing));
                assert_over(&alone);

                let mut among = try_gather!(limit = limit; ready(Ok(0)), ..spread(), ready(Ok(1)));
                assert_eq!((&mut among).await, Err(failing));
                assert_over(&among);

                let mut known = try_gather!(limit = limit; ..(0..10).map(fails));
                assert_eq!((&mut known).await, Err(failing));
                assert_eq!(known.progress().to_string(), "10/10");
            }
        }
    });
}

struct Tells(mpsc::Sender<()>);

impl Drop for Tells {
    fn drop(&mut self) {
        self.0.send(()).unwrap();
    }
}

#[test]
#[cfg_attr(plain, ignore = "what waits is dropped when `next` has returned")]
fn after_a_failure_while_next_blocks_all_are_finished_of_an_unknown_number_too() {
    macro_rules! test {
        ($($place:tt)*) => {
            let runtime = two_workers();
            let (fails, is_to_fail) = oneshot::channel();
            let (mut fails, mut is_to_fail) = (Some(fails), Some(is_to_fail));
            let (stopped, is_stopped) = mpsc::channel();
            let tells = Tells(stopped);
            let mut at = 0;
            let branches = iter::from_fn(move || {
                at += 1;
                if at == 3 {
                    send_from_outside(fails.take().unwrap());
                    is_stopped.recv().unwrap();
                }
                let is_to_fail = if at == 2 { is_to_fail.take() } else { None };
                Some(async {
                    let Some(is_to_fail) = is_to_fail else { return Ok(()) };
                    is_to_fail.await.unwrap();
                    Err("failed")
                })
            });
            let last = async move {
                let _tells = tells;
                pending::<Result<(), &str>>().await
            };
            let gather = try_gather!($($place)* limit = 2, on = runtime.handle(); ..branches, last);
            runtime.block_on(until(|| gather.is_finished()));
            assert_over(&gather);
            assert_eq!(runtime.block_on(gather.into_future()), Err("failed"));
        };
    }
    in_time(|| {
        test!();
        test!(tasks = 2,);
    });
}

#[test]
fn after_a_panic_all_are_finished_of_an_unknown_number_too() {
    on_both_flavours(|| async {
        for in_the_iterator in [false, true] {
            let panics = move |n: u32| {
                if in_the_iterator && n == 4 {
                    panic_any("next");
                }
                async move {
                    if n == 4 {
                        panic_any("a branch");
                    }
                }
            };
            let spread = (0..10).filter(|n| n % 2 == 0).map(panics);
            let mut gather = gather!(limit = 2; ..spread, pending::<()>());
            until(|| gather.is_finished()).await;
            assert_over(&gather);
            let resumed = catch_unwind(AssertUnwindSafe(|| {
                let awaits = pin!((&mut gather).into_future());
                awaits
                    .poll(&mut Context::from_waker(Waker::noop()))
                    .is_ready()
            }));
            assert!(resumed.is_err());
            assert_over(&gather);
        }
    });
}

#[test]
fn after_the_result_was_taken_all_are_finished() {
    on_both_flavours(|| async {
        let spread = || (0..10).filter(|n| n % 2 == 0).map(ready);
        let mut all = gather!(..spread());
        (&mut all).await;
        assert_eq!(all.progress().to_string(), "5/5");
        let mut limited = gather!(limit = 2; ..spread(), ready(1));
        (&mut limited).await;
        assert_eq!(limited.progress().to_string(), "6/6");
        let mut settled = gather_settled!(limit = 2; ..spread(), async { panic_any("no") });
        let _ = (&mut settled).await;
        assert_eq!(settled.progress().to_string(), "6/6");
    });
}

#[test]
fn after_the_runtime_has_shut_down_all_are_finished_of_an_unknown_number_too() {
    for limit in [1, 2, 20] {
        let runtime = two_workers();
        let spread = (0..10).filter(|n| n % 2 == 0).map(|_| pending::<()>());
        let gather = gather_settled!(limit = limit, on = runtime.handle(); ..spread, ready(1));
        drop(runtime);
        assert_over(&gather);
    }
}

#[test]
fn what_has_ended_is_counted_when_nobody_awaits_and_when_somebody_has_begun_to() {
    on_both_flavours(|| async {
        let permits = Arc::new(Semaphore::new(0));
        let branch = || {
            let permits = Arc::clone(&permits);
            async move { permits.acquire().await.unwrap().forget() }
        };
        macro_rules! test {
            ($($limit:tt)*) => {
                // The branches in the middle end, in an order that awaiting cannot rely on.
                let mut gather = gather!(
                    $($limit)* pending::<()>(), branch(), ..[branch(), branch(), branch()], branch()
                );
                for ended in 0..5 {
                    until(|| gather.progress().finished() == ended).await;
                    assert_eq!(gather.progress().to_string(), format!("{ended}/6"));
                    {
                        let waits = pin!((&mut gather).into_future());
                        assert!(waits.poll(&mut Context::from_waker(Waker::noop())).is_pending());
                    }
                    assert_eq!(gather.progress().to_string(), format!("{ended}/6"));
                    permits.add_permits(1);
                }
                until(|| gather.progress().finished() == 5).await;
                assert!(!gather.is_finished());
            };
        }
        test!();
        test!(limit = 6;);
        test!(limit = 3;);
    });
}

#[test]
fn a_branch_of_settled_that_panicked_is_counted_once_when_its_panic_has_been_read() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let branches = (0..2).map(|at| async move {
                    if at == 1 {
                        panic_any("a branch");
                    }
                    pending::<()>().await;
                });
                let mut gather = gather_settled!($($place)* ..branches);
                until(|| gather.progress().finished() == 1).await;
                for _ in 0..20 {
                    let waits = pin!((&mut gather).into_future());
                    assert!(waits.poll(&mut Context::from_waker(Waker::noop())).is_pending());
                    assert_eq!(gather.progress().to_string(), "1/2");
                    yield_now().await;
                }
            });
        };
    }
    in_the_background!(test);
}

/// An iterator that reports another length than it has.
struct Liar<I> {
    has: I,
    says: usize,
}

impl<I: Iterator> Iterator for Liar<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.has.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.says, Some(self.says))
    }
}

#[test]
fn no_more_is_finished_than_there_is_whatever_an_iterator_says_of_its_length() {
    let runtime = two_workers();
    for says in [0, 3, 11, 1000, usize::MAX] {
        let start = Instant::now();
        while start.elapsed() < A_WHILE / 5 {
            let liar = Liar {
                has: (0..10).map(|_| ready(())),
                says,
            };
            let gather = gather!(limit = 2, on = runtime.handle(); ..liar, ready(()));
            loop {
                let is_over = gather.is_finished();
                let progress = gather.progress();
                let total = progress.total();
                assert!(
                    total.is_none_or(|total| progress.finished() <= total),
                    "{progress}"
                );
                if is_over {
                    assert_eq!(progress.to_string(), "11/11");
                    break;
                }
            }
        }
    }
}

type Asks = Box<dyn Fn() -> (bool, Progress) + Send + Sync>;

/// What the waiting branches know of their own gather.
#[derive(Default)]
struct Own {
    asks: OnceLock<Asks>,
    waiting: AtomicUsize,
    wrong: Mutex<Vec<String>>,
}

impl Own {
    fn has<T: Send + 'static>(&self, gather: Gather<T>) {
        let asks: Asks = Box::new(move || (gather.is_finished(), gather.progress()));
        assert!(self.asks.set(asks).is_ok());
    }

    fn waits(self: &Arc<Self>) -> Waits {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        Waits(Arc::clone(self))
    }

    /// Waits until all branches have been dropped, and asserts that none of
    /// them got a wrong answer.
    async fn is_right(&self, options: &str) {
        until(|| self.waiting.load(Ordering::SeqCst) == 0).await;
        let wrong = self.wrong.lock().unwrap();
        assert!(wrong.is_empty(), "{wrong:?} with {options}");
    }
}

/// A branch that never ends. When it is dropped, it asks its gather, which has three branches.
struct Waits(Arc<Own>);

impl Future for Waits {
    type Output = Result<(), ()>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Pending
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        let (is_finished, progress) = self.0.asks.get().unwrap()();
        let waiting = self.0.waiting.load(Ordering::SeqCst);
        if is_finished || progress.finished() + waiting > 3 {
            let wrong = format!("{progress}, finished: {is_finished}, while {waiting} wait");
            self.0.wrong.lock().unwrap().push(wrong);
        }
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

#[test]
fn a_branch_that_is_stopped_is_counted_once_it_has_been_dropped() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                for is_spread in [false, true] {
                    let own = Arc::new(Own::default());
                    let (fail, told) = oneshot::channel::<()>();
                    let fails = async {
                        told.await.unwrap();
                        Err(())
                    };
                    if is_spread {
                        let all: [Pin<Box<dyn Future<Output = Result<(), ()>> + Send>>; 3] =
                            [Box::pin(fails), Box::pin(own.waits()), Box::pin(own.waits())];
                        own.has(try_gather!($($options)* ..all));
                    } else {
                        own.has(try_gather!($($options)* fails, own.waits(), own.waits()));
                    }
                    fail.send(()).unwrap();
                    own.is_right(stringify!($($options)*)).await;
                }
            });
        };
    }
    in_the_background!(test);
}

#[test]
fn a_branch_whose_runtime_shuts_down_is_counted_once_it_has_been_dropped() {
    macro_rules! test {
        ($($options:tt)*) => {
            for is_spread in [false, true] {
                let runtime = two_workers();
                let own = Arc::new(Own::default());
                let all = [own.waits(), own.waits(), own.waits()];
                let entered = runtime.enter();
                if is_spread {
                    own.has(gather!($($options)* ..all));
                } else {
                    let [first, second, third] = all;
                    own.has(gather!($($options)* first, second, third));
                }
                drop(entered);
                drop(runtime);
                two_workers().block_on(own.is_right(stringify!($($options)*)));
            }
        };
    }
    in_the_background!(test);
}

type Settled = Gather<Vec<Result<(), BranchError>>>;

/// Yields three futures and then panics. When it is dropped, it asks for the progress.
struct PanicsAndAsks {
    yielded: usize,
    gather: Arc<OnceLock<Settled>>,
    found: mpsc::Sender<Progress>,
}

impl Iterator for PanicsAndAsks {
    type Item = Pin<Box<dyn Future<Output = ()> + Send>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.yielded == 3 {
            panic_any("next");
        }
        self.yielded += 1;
        let gather = Arc::clone(&self.gather);
        Some(Box::pin(async move {
            // Waits until the handle is there to be asked.
            while gather.get().is_none() {
                yield_now().await;
            }
        }))
    }
}

impl Drop for PanicsAndAsks {
    fn drop(&mut self) {
        if let Some(gather) = self.gather.get() {
            let _ = self.found.send(gather.progress());
        }
    }
}

#[test]
#[cfg_attr(
    plain,
    ignore = "it drops an iterator that panicked before it counts that"
)]
fn an_iterator_that_panicked_finds_its_panic_counted_when_it_is_dropped() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let gather = Arc::new(OnceLock::new());
                let (found, progress) = mpsc::channel();
                let branches = PanicsAndAsks {
                    yielded: 0,
                    gather: Arc::clone(&gather),
                    found,
                };
                let _ = gather.set(gather_settled!($($options)* ..branches));
                until(|| gather.get().is_some_and(Gather::is_finished)).await;
                let found: Vec<_> = progress.try_iter().map(|it| it.to_string()).collect();
                assert_eq!(found, ["4/4"]);
            });
        };
    }
    test!(limit = 1;);
    test!(tasks = 1, limit = 1;);
}
