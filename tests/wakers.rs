//! Wakers at odd moments: kept beyond the end of the gather, cloned and woken on other threads,
//! dropped in the middle of a poll, woken after the end, and a new one in each poll.

use std::future::{Future, pending, poll_fn};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use futures::stream::Stream;
use gather::{Gather, gather, gather_each, gather_settled, try_gather};
use tokio::sync::oneshot;
use tokio::task::yield_now;

mod support {
    pub(crate) mod background;
    pub(crate) mod flavours;
    pub(crate) mod in_time;
    pub(crate) mod outside;
    pub(crate) mod places;
    pub(crate) mod two_workers;
    pub(crate) mod until;
}

use support::background::in_the_background;
use support::flavours::on_both_flavours;
use support::in_time::in_time;
use support::outside::send_from_outside;
use support::places::in_each_place;
use support::two_workers::two_workers;
use support::until::until;

/// Makes wakers, and counts those that are alive and those that were woken.
#[derive(Clone, Default)]
struct Wakers {
    alive: Arc<AtomicUsize>,
    woken: Arc<AtomicUsize>,
}

struct Counted(Wakers);

impl Wakers {
    /// A waker that differs from all others.
    fn one(&self) -> Waker {
        self.alive.fetch_add(1, Ordering::SeqCst);
        Waker::from(Arc::new(Counted(self.clone())))
    }

    fn alive(&self) -> usize {
        self.alive.load(Ordering::SeqCst)
    }

    fn woken(&self) -> usize {
        self.woken.load(Ordering::SeqCst)
    }
}

impl Wake for Counted {
    fn wake(self: Arc<Self>) {
        self.0.woken.fetch_add(1, Ordering::SeqCst);
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.alive.fetch_sub(1, Ordering::SeqCst);
    }
}

fn poll<F: Future>(future: &mut Pin<Box<F>>, waker: &Waker) -> Poll<F::Output> {
    future.as_mut().poll(&mut Context::from_waker(waker))
}

fn poll_next<S: Stream>(stream: &mut Pin<Box<S>>, waker: &Waker) -> Poll<Option<S::Item>> {
    stream.as_mut().poll_next(&mut Context::from_waker(waker))
}

/// The wakers that branches were polled with.
type Kept = Arc<Mutex<Vec<Waker>>>;

/// A branch that keeps the waker of each of its polls, and ends when it is told to.
fn keeps(kept: &Kept, ends: &Arc<AtomicBool>) -> impl Future<Output = u8> + Send + use<> {
    let (kept, ends) = (Arc::clone(kept), Arc::clone(ends));
    poll_fn(move |cx| {
        kept.lock().unwrap().push(cx.waker().clone());
        if ends.load(Ordering::SeqCst) {
            Poll::Ready(7)
        } else {
            Poll::Pending
        }
    })
}

fn wake_all(kept: &Kept) {
    let all = mem::take(&mut *kept.lock().unwrap());
    for (at, waker) in all.into_iter().enumerate() {
        if at % 2 == 0 {
            waker.wake();
        } else {
            waker.wake_by_ref();
        }
    }
}

#[test]
fn a_new_waker_in_each_poll_replaces_the_one_before_and_the_last_is_woken() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let wakers = Wakers::default();
                let ((one, first), (two, second)) = (oneshot::channel(), oneshot::channel());
                let (first, second) = (async { first.await.unwrap() }, async { second.await.unwrap() });
                let mut all = Box::pin(gather!($($options)* first, second).into_future());
                for _ in 0..100 {
                    assert!(poll(&mut all, &wakers.one()).is_pending());
                    yield_now().await;
                }
                // The gather waits for one branch, or for both if they run in the awaiting task.
                assert!(wakers.alive() <= 2);
                assert_eq!(wakers.woken(), 0);
                let last = Wakers::default();
                assert!(poll(&mut all, &last.one()).is_pending());
                one.send(1).unwrap();
                two.send(2).unwrap();
                // Branches that share a task wake the awaiter once for all of them.
                until(|| last.woken() >= 1).await;
                assert_eq!(all.await, (1, 2));
                assert_eq!(wakers.woken(), 0);
                until(|| wakers.alive() + last.alive() == 0).await;

                let wakers = Wakers::default();
                let (one, first) = oneshot::channel();
                let first = async { first.await.unwrap() };
                let mut each = Box::pin(gather_each!($($options)* ..[first]));
                for _ in 0..100 {
                    assert!(poll_next(&mut each, &wakers.one()).is_pending());
                    yield_now().await;
                }
                assert!(wakers.alive() <= 2);
                one.send(1).unwrap();
                until(|| wakers.woken() == 1).await;
                assert_eq!(poll_fn(|cx| each.as_mut().poll_next(cx)).await, Some((0, 1)));
                assert_eq!(poll_fn(|cx| each.as_mut().poll_next(cx)).await, None);
                until(|| wakers.alive() == 0).await;
            });
        };
    }
    in_time(|| {
        in_each_place!(test);
    });
}

#[test]
fn wakers_that_branches_gave_away_outlive_their_gather_and_are_woken_and_dropped_on_other_threads()
{
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                for is_dropped in [false, true] {
                    let (kept, ends) = (Kept::default(), Arc::new(AtomicBool::new(false)));
                    let wakers = Wakers::default();
                    let branch = || keeps(&kept, &ends);
                    let mut all = Box::pin(gather!($($options)* branch(), ..[branch()]).into_future());
                    let mut each = Box::pin(gather_each!($($options)* ..[branch(), branch()]));
                    assert!(poll(&mut all, &wakers.one()).is_pending());
                    assert!(poll_next(&mut each, &wakers.one()).is_pending());
                    until(|| kept.lock().unwrap().len() == 4).await;
                    let clones = kept.lock().unwrap().clone();
                    if is_dropped {
                        drop((all, each));
                    } else {
                        ends.store(true, Ordering::SeqCst);
                        wake_all(&kept);
                        assert_eq!(all.await, (7, vec![7]));
                        for left in [2, 1, 0] {
                            let next = poll_fn(|cx| each.as_mut().poll_next(cx)).await;
                            assert_eq!(next.map(|(_, value)| value), (left > 0).then_some(7));
                        }
                        drop(each);
                    }
                    let woken_late = thread::spawn(move || {
                        wake_all(&kept);
                        for waker in clones {
                            waker.clone().wake();
                            drop(waker);
                        }
                    });
                    woken_late.join().unwrap();
                    until(|| wakers.alive() == 0).await;
                }
            });
        };
    }
    in_time(|| {
        in_each_place!(test);
    });
}

#[test]
fn wakers_are_cloned_woken_and_dropped_in_the_middle_of_a_poll() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let kept = Kept::default();
                // Each branch drops what the others have kept, including the last
                // clones of their wakers.
                let branch = move |polls: usize| {
                    let kept = Arc::clone(&kept);
                    let mut left = polls;
                    poll_fn(move |cx| {
                        let others = mem::take(&mut *kept.lock().unwrap());
                        let own = cx.waker().clone();
                        for waker in others.iter().chain([&own]) {
                            waker.wake_by_ref();
                        }
                        drop(others);
                        kept.lock().unwrap().extend([own.clone(), own]);
                        if left == 0 {
                            return Poll::Ready(polls);
                        }
                        left -= 1;
                        Poll::Pending
                    })
                };
                let all = gather!($($options)* branch(3), ..(0..20).map(branch.clone()), branch(0));
                assert_eq!(all.await, (3, (0..20).collect(), 0));
                let mut each = Box::pin(gather_each!($($options)* ..(0..20).map(branch)));
                let mut seen = 0;
                while let Some((index, polls)) = poll_fn(|cx| each.as_mut().poll_next(cx)).await {
                    assert_eq!(index, polls);
                    seen += 1;
                }
                assert_eq!(seen, 20);
            });
        };
    }
    in_time(|| {
        in_each_place!(test);
    });
}

#[test]
fn clones_are_woken_on_other_threads_while_the_gather_is_polled_dropped_or_ends() {
    macro_rules! test {
        ($($options:tt)*) => {
            // Not on the paused clock, which does not wait for other threads.
            two_workers().block_on(async {
                for round in 0..8 {
                    let (kept, ends) = (Kept::default(), Arc::new(AtomicBool::new(false)));
                    let is_over = Arc::new(AtomicBool::new(false));
                    let branch = || keeps(&kept, &ends);
                    let mut all = Box::pin(gather!($($options)* branch(), branch()).into_future());
                    let threads = [(); 2].map(|()| {
                        let (kept, is_over) = (Arc::clone(&kept), Arc::clone(&is_over));
                        thread::spawn(move || {
                            while !is_over.load(Ordering::SeqCst) {
                                wake_all(&kept);
                                thread::yield_now();
                            }
                            wake_all(&kept);
                        })
                    });
                    for _ in 0..round * 4 {
                        let _ = poll(&mut all, &Wakers::default().one());
                        yield_now().await;
                    }
                    if round % 2 == 0 {
                        ends.store(true, Ordering::SeqCst);
                        assert_eq!(all.await, (7, 7));
                    } else {
                        drop(all);
                    }
                    is_over.store(true, Ordering::SeqCst);
                    for thread in threads {
                        thread.join().unwrap();
                    }
                }
            });
        };
    }
    in_time(|| {
        in_each_place!(test);
    });
}

/// Wakes nobody, and panics when its last clone is dropped.
struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {}
}

impl Drop for Panics {
    fn drop(&mut self) {
        panic_any("the waker");
    }
}

#[test]
fn a_waker_that_panics_when_it_is_replaced_loses_no_branch() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let ((one, first), (two, second)) = (oneshot::channel(), oneshot::channel());
                let first = async { first.await.unwrap() };
                let mut all = Box::pin(gather!($($options)* first, ..[async { second.await.unwrap() }]).into_future());
                let mut unwound = false;
                for end in [one, two] {
                    assert!(poll(&mut all, &Waker::from(Arc::new(Panics))).is_pending());
                    let polled = catch_unwind(AssertUnwindSafe(|| poll(&mut all, Waker::noop())));
                    unwound |= polled.is_err();
                    assert!(poll(&mut all, Waker::noop()).is_pending());
                    end.send(1).unwrap();
                    yield_now().await;
                }
                assert!(unwound);
                assert_eq!(all.await, (1, vec![1]));

                let (one, first) = oneshot::channel::<u8>();
                let first = async { first.await.unwrap() };
                let mut each = Box::pin(gather_each!($($options)* first));
                assert!(poll_next(&mut each, &Waker::from(Arc::new(Panics))).is_pending());
                let polled = catch_unwind(AssertUnwindSafe(|| poll_next(&mut each, Waker::noop())));
                assert!(polled.is_err());
                assert!(poll_next(&mut each, Waker::noop()).is_pending());
                one.send(1).unwrap();
                assert_eq!(poll_fn(|cx| each.as_mut().poll_next(cx)).await, Some((0, 1)));
                assert_eq!(poll_fn(|cx| each.as_mut().poll_next(cx)).await, None);
            });
        };
    }
    in_time(|| {
        in_the_background!(test);
    });
}

#[test]
fn a_waker_that_panics_when_it_is_replaced_ends_what_runs_here_as_a_branch_would() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let held = Arc::new(());
                let hangs = || {
                    let held = Arc::clone(&held);
                    async move {
                        let _held = held;
                        pending::<Result<(), u8>>().await
                    }
                };
                macro_rules! ends {
                    ($all:expr) => {
                        let mut all = Box::pin($all);
                        assert!(poll(&mut all, &Waker::from(Arc::new(Panics))).is_pending());
                        let polls = AssertUnwindSafe(|| poll(&mut all, Waker::noop()).is_ready());
                        let payload = catch_unwind(polls).unwrap_err();
                        assert_eq!(payload.downcast_ref(), Some(&"the waker"));
                        assert_eq!(Arc::strong_count(&held), 1, "a branch lives");
                    };
                }
                ends!(gather!($($options)* hangs(), ..[hangs(), hangs()]));
                ends!(try_gather!($($options)* hangs(), ..[hangs(), hangs()]));
                ends!(gather_settled!($($options)* hangs(), ..[hangs(), hangs()]));

                let mut each = Box::pin(gather_each!($($options)* hangs(), ..[hangs(), hangs()]));
                assert!(poll_next(&mut each, &Waker::from(Arc::new(Panics))).is_pending());
                let polls = AssertUnwindSafe(|| poll_next(&mut each, Waker::noop()).is_ready());
                let payload = catch_unwind(polls).unwrap_err();
                assert_eq!(payload.downcast_ref(), Some(&"the waker"));
                assert_eq!(Arc::strong_count(&held), 1, "a branch lives");
                assert_eq!(poll_next(&mut each, Waker::noop()), Poll::Ready(None));
            });
        };
    }
    in_time(|| {
        test!(here;);
        test!(here, limit = 2;);
    });
}

/// The waker of the last poll is dropped together with what the gather waited for.
#[test]
fn a_waker_that_panics_when_its_branch_has_ended_loses_no_result() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let (one, first) = oneshot::channel();
                let first = async { first.await.unwrap() };
                let mut all = gather!($($options)* first, ..[async { 2 }]);
                let waker = Waker::from(Arc::new(Panics));
                assert!(poll(&mut Box::pin((&mut all).into_future()), &waker).is_pending());
                drop(waker);
                one.send(1).unwrap();
                until(|| all.is_finished()).await;
                let polled = catch_unwind(AssertUnwindSafe(|| {
                    poll(&mut Box::pin((&mut all).into_future()), Waker::noop())
                }));
                match polled {
                    Ok(polled) => assert_eq!(polled, Poll::Ready((1, vec![2]))),
                    Err(_) => assert_eq!(all.await, (1, vec![2])),
                }

                let (one, first) = oneshot::channel();
                let mut all = gather!($($options)* ..[async { first.await.unwrap() }], async { 2 });
                let waker = Waker::from(Arc::new(Panics));
                assert!(poll(&mut Box::pin((&mut all).into_future()), &waker).is_pending());
                drop(waker);
                one.send(1).unwrap();
                until(|| all.is_finished()).await;
                let polled = catch_unwind(AssertUnwindSafe(|| {
                    poll(&mut Box::pin((&mut all).into_future()), Waker::noop())
                }));
                match polled {
                    Ok(polled) => assert_eq!(polled, Poll::Ready((vec![1], 2))),
                    Err(_) => assert_eq!(all.await, (vec![1], 2)),
                }
            });
        };
    }
    in_time(|| {
        in_the_background!(test);
    });
}

#[test]
fn a_waker_that_panics_while_branches_are_ending_hides_no_panic_of_a_branch() {
    macro_rules! test {
        ($($options:tt)*) => {
            let runtime = two_workers();
            let _entered = runtime.enter();
            let (release, released) = mpsc::channel::<()>();
            let (blocks, is_blocked) = mpsc::channel();
            let blocked = async move {
                blocks.send(()).unwrap();
                released.recv().unwrap();
                pending::<()>().await;
            };
            let panics = async move {
                is_blocked.recv().unwrap();
                panic_any("a branch");
            };
            let mut each = Box::pin(gather_each!($($options)* blocked, panics));
            runtime.block_on(until(|| each.progress().finished() == 1));
            assert!(poll_next(&mut each, &Waker::from(Arc::new(Panics))).is_pending());
            let polled = catch_unwind(AssertUnwindSafe(|| poll_next(&mut each, Waker::noop())));
            assert_eq!(polled.unwrap_err().downcast_ref(), Some(&"the waker"));
            assert!(poll_next(&mut each, Waker::noop()).is_pending());
            release.send(()).unwrap();
            let next = poll_fn(|cx| each.as_mut().poll_next(cx));
            let next = catch_unwind(AssertUnwindSafe(|| runtime.block_on(next)));
            assert_eq!(next.unwrap_err().downcast_ref(), Some(&"a branch"));
        };
    }
    in_time(|| {
        test!();
        test!(limit = 2;);
        test!(tasks = 2;);
        test!(tasks = 2, limit = 2;);
    });
}

struct Tells(mpsc::Sender<()>);

impl Drop for Tells {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

/// Wakes nobody. Its drop makes a branch fail, and may wait until another branch has been stopped.
struct LetsFail {
    fails: Mutex<Option<oneshot::Sender<()>>>,
    is_stopped: Option<Mutex<mpsc::Receiver<()>>>,
}

impl Wake for LetsFail {
    fn wake(self: Arc<Self>) {}
}

impl Drop for LetsFail {
    fn drop(&mut self) {
        let fails = self.fails.get_mut().unwrap().take().unwrap();
        if let Some(is_stopped) = &mut self.is_stopped {
            // The worker of a branch that ends may be the one that drops the waker.
            send_from_outside(fails);
            is_stopped.get_mut().unwrap().recv().unwrap();
        } else {
            fails.send(()).unwrap();
        }
    }
}

type Branch = Pin<Box<dyn Future<Output = Result<(), u8>> + Send>>;

/// The branch given, one that fails when the waker is dropped, and one that never ends. The
/// drop of the waker waits until the last one has been stopped, if `waits` says so.
fn one_fails_behind(first: Branch, waits: bool) -> ([Branch; 3], Waker) {
    let (stopped, is_stopped) = mpsc::channel();
    let (fails, is_to_fail) = oneshot::channel();
    let tells = Tells(stopped);
    let last = Box::pin(async move {
        let _tells = tells;
        pending().await
    });
    let fails_when_told = Box::pin(async {
        is_to_fail.await.unwrap();
        Err(7)
    });
    let waker = Waker::from(Arc::new(LetsFail {
        fails: Mutex::new(Some(fails)),
        is_stopped: waits.then(|| Mutex::new(is_stopped)),
    }));
    ([first, fails_when_told, last], waker)
}

#[test]
fn a_branch_that_fails_while_a_waker_is_replaced_stops_the_one_that_is_being_polled() {
    /// Polls with `waker`, and then with other wakers.
    async fn awaited<T>(all: Gather<Result<T, u8>>, waker: Waker) -> Option<u8> {
        let mut all = Box::pin(all.into_future());
        assert!(poll(&mut all, &waker).is_pending());
        drop(waker);
        all.await.err()
    }

    macro_rules! test {
        ($waits:literal, $($options:tt)*) => {
            let runtime = two_workers();
            let _entered = runtime.enter();
            let ([first, second, last], waker) = one_fails_behind(Box::pin(pending()), $waits);
            let all = try_gather!($($options)* first, second, last);
            assert_eq!(runtime.block_on(awaited(all, waker)), Some(7));
            let (all, waker) = one_fails_behind(Box::pin(pending()), $waits);
            let all = try_gather!($($options)* ..all);
            assert_eq!(runtime.block_on(awaited(all, waker)), Some(7));
        };
    }
    in_time(|| {
        test!(true,);
        test!(true, limit = 2;);
        // The task whose waker is dropped is stopped after that, and so are all its branches.
        test!(false, tasks = 1;);
        test!(false, tasks = 2;);
        test!(false, tasks = 1, limit = 2;);
    });
}

#[test]
fn a_branch_that_fails_while_the_waker_of_an_ended_one_is_dropped_stops_the_others() {
    /// Polls with `waker`, and with other wakers when the first branch has ended.
    async fn awaited<T>(
        mut all: Gather<Result<T, u8>>,
        waker: Waker,
        ends: oneshot::Sender<()>,
    ) -> Option<u8> {
        assert!(poll(&mut Box::pin((&mut all).into_future()), &waker).is_pending());
        drop(waker);
        ends.send(()).unwrap();
        until(|| all.progress().finished() == 1).await;
        all.await.err()
    }

    macro_rules! test {
        ($waits:literal, $($options:tt)*) => {
            let runtime = two_workers();
            let _entered = runtime.enter();
            let first = || -> (oneshot::Sender<()>, Branch) {
                let (ends, is_to_end) = oneshot::channel();
                (ends, Box::pin(async { is_to_end.await.map_err(|_| 0) }))
            };
            let (ends, ends_when_told) = first();
            let ([first_branch, second, last], waker) = one_fails_behind(ends_when_told, $waits);
            let all = try_gather!($($options)* first_branch, second, last);
            assert_eq!(runtime.block_on(awaited(all, waker, ends)), Some(7));
            let (ends, ends_when_told) = first();
            let (all, waker) = one_fails_behind(ends_when_told, $waits);
            let all = try_gather!($($options)* ..all);
            assert_eq!(runtime.block_on(awaited(all, waker, ends)), Some(7));
        };
    }
    in_time(|| {
        test!(true,);
        test!(true, limit = 2;);
        // The task whose waker is dropped is stopped after that, and so are all its branches.
        test!(false, tasks = 1;);
        test!(false, tasks = 2;);
        test!(false, tasks = 1, limit = 2;);
    });
}

#[test]
fn a_branch_here_that_fails_while_a_waker_is_replaced_is_polled_again() {
    async fn awaited<T>(all: impl Future<Output = Result<T, u8>>, waker: Waker) -> Option<u8> {
        let mut all = Box::pin(all);
        assert!(poll(&mut all, &waker).is_pending());
        drop(waker);
        all.await.err()
    }

    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let ([first, second, last], waker) = one_fails_behind(Box::pin(pending()), false);
                let all = try_gather!($($options)* first, second, last);
                assert_eq!(awaited(all, waker).await, Some(7));
                let (all, waker) = one_fails_behind(Box::pin(pending()), false);
                assert_eq!(awaited(try_gather!($($options)* ..all), waker).await, Some(7));
            });
        };
    }
    in_time(|| {
        test!(here;);
        test!(here, limit = 2;);
    });
}
