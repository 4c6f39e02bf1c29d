//! User code that runs inside a gather and comes back to one: in a `Drop`, in the conversion of an
//! error, and in the waker of the awaiting task.

use std::future::{pending, ready};
use std::panic::panic_any;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context, Poll, Wake, Waker};

use futures::stream::Stream;
use gather::{Each, Gather, GatherFuture, gather, gather_each, gather_settled, try_gather};
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::yield_now;

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

/// A gather that is asked by code that it runs itself.
trait Asked: Send + Sync {
    fn ask(&self) -> String;
}

impl<T: Send> Asked for Gather<T> {
    fn ask(&self) -> String {
        let finished = self.is_finished();
        format!("{} {finished} {self:?}", self.progress())
    }
}

/// A handle that is reached from inside its own gather.
type Cell = Arc<OnceLock<Box<dyn Asked>>>;

/// When it is dropped, asks one gather and drops another.
struct AsksInDrop {
    own: Cell,
    other: Option<Gather<((), ())>>,
    asked: Arc<AtomicUsize>,
}

impl Drop for AsksInDrop {
    fn drop(&mut self) {
        if let Some(own) = self.own.get() {
            assert!(!own.ask().is_empty());
        }
        drop(self.other.take());
        // One gather is started and dropped here, and another one keeps running.
        if Handle::try_current().is_ok() {
            drop(gather!(limit = 1; ..[pending::<()>()]));
            gather!(ready(1)).detach();
        }
        self.asked.fetch_add(1, Ordering::SeqCst);
    }
}

/// Makes values that ask in their `Drop`, and counts the drops.
#[derive(Default)]
struct Asking {
    own: Cell,
    asked: Arc<AtomicUsize>,
    others: Probe,
}

impl Asking {
    fn value(&self) -> AsksInDrop {
        let hangs = || self.others.watch(pending::<()>());
        AsksInDrop {
            own: Arc::clone(&self.own),
            other: Some(gather!(hangs(), hangs())),
            asked: Arc::clone(&self.asked),
        }
    }

    fn set<T: Send + 'static>(&self, gather: Gather<T>) {
        assert!(self.own.set(Box::new(gather)).is_ok());
    }

    /// Waits until `values` values have been dropped, and everything that they hold.
    async fn dropped(&self, values: usize) {
        until(|| self.asked.load(Ordering::SeqCst) == values).await;
        until(|| self.others.seen().dropped == 2 * values).await;
    }
}

#[test]
fn values_that_nobody_takes_may_ask_a_gather_and_drop_another() {
    in_time(|| {
        on_both_flavours(|| async {
            for limit in [2, 5] {
                for way in ["drop", "abort", "detach", "fail"] {
                    let asking = Asking::default();
                    asking.set(gather!(limit = 1; pending::<()>(), ..[ready(1)]));
                    let value = || {
                        let value = asking.value();
                        async { Ok(value) }
                    };
                    let (fail, told) = oneshot::channel();
                    let fails = async { told.await.unwrap() };
                    let values = [value(), value(), value()];
                    let gather = try_gather!(limit = limit; fails, ..values);
                    until(|| gather.progress().finished() == 3).await;
                    match way {
                        "drop" => drop(gather),
                        "abort" => assert!(gather.abort().await.is_none()),
                        "detach" => gather.detach(),
                        _ => {
                            fail.send(Err::<(), _>("no")).unwrap();
                            assert!(gather.await.is_err());
                        }
                    }
                    asking.dropped(3).await;
                }
            }
        });
    });
}

#[test]
fn errors_that_come_too_late_may_ask_their_own_gather_and_drop_another() {
    in_time(|| {
        let runtime = two_workers();
        let asking = runtime.block_on(async { Asking::default() });
        let entered = runtime.enter();
        let (first, second) = (asking.value(), asking.value());
        drop(entered);
        let (go_on, told) = mpsc::channel();
        let (in_poll, is_in_poll) = mpsc::channel();
        let late = async move {
            in_poll.send(()).unwrap();
            told.recv().unwrap();
            Err::<(), _>(second)
        };
        let (fail, fails) = oneshot::channel();
        let fails = async { Err::<(), _>(fails.await.ok().unwrap()) };
        asking.set(try_gather!(on = runtime.handle(); late, fails));
        is_in_poll.recv().unwrap();
        assert!(fail.send(first).is_ok());
        runtime.block_on(async {
            for _ in 0..50 {
                yield_now().await;
            }
        });
        go_on.send(()).unwrap();
        // One of the two errors is the result, and stays.
        runtime.block_on(asking.dropped(1));
    });
}

#[test]
fn futures_that_are_stopped_may_ask_their_own_gather_and_drop_another() {
    in_time(|| {
        on_both_flavours(|| async {
            // Under the first limit, two of them have not started.
            for limit in [2, 5] {
                let asking = Asking::default();
                let hangs = || {
                    let value = asking.value();
                    async {
                        let _value = value;
                        pending::<Result<(), &str>>().await
                    }
                };
                let (fail, told) = oneshot::channel();
                let fails = async { told.await.unwrap() };
                asking.set(try_gather!(limit = limit; fails, hangs(), ..[hangs(), hangs()]));
                fail.send(Err::<(), _>("no")).unwrap();
                asking.dropped(3).await;
            }
        });
    });
}

#[test]
fn what_a_detached_branch_returns_may_drop_and_start_gathers_in_its_drop() {
    in_time(|| {
        on_both_flavours(|| async {
            for limit in [1, 4] {
                let asking = Asking::default();
                let values: Vec<_> = (0..3).map(|_| asking.value()).collect();
                let branches = values.into_iter().map(|value| async {
                    yield_now().await;
                    value
                });
                gather!(limit = limit; ..branches).detach();
                asking.dropped(3).await;
                let settled = asking.value();
                gather_settled!(limit = limit; async { settled }).detach();
                asking.dropped(4).await;
            }
        });
    });
}

/// An error that is converted from another one by code that gathers, or that panics.
struct Converted(Gather<(u8,)>);

struct Original {
    own: Cell,
    panics: bool,
}

impl From<Original> for Converted {
    fn from(original: Original) -> Self {
        if let Some(own) = original.own.get() {
            assert!(!own.ask().is_empty());
        }
        drop(gather!(pending::<()>(), ..[pending::<()>()]));
        drop(try_gather!(limit = 1; pending::<Result<(), ()>>(), pending::<Result<(), ()>>()));
        if original.panics {
            panic_any("a conversion");
        }
        Converted(gather!(ready(7)))
    }
}

#[test]
fn a_conversion_of_an_error_may_ask_its_own_gather_and_start_others() {
    in_time(|| {
        on_both_flavours(|| async {
            macro_rules! test {
                ($($options:tt)*) => {
                    let (own, sibling) = (Cell::default(), Probe::default());
                    let failing = |panics| {
                        let (own, sibling) = (Arc::clone(&own), sibling.clone());
                        let (fail, told) = oneshot::channel::<()>();
                        let fails = async move {
                            let _ = told.await;
                            Err::<u8, _>(Original { own, panics })
                        };
                        let hangs = sibling.watch(pending::<Result<u8, Original>>());
                        let gather = try_gather!($($options)* hangs, ..[fails]);
                        (fail, gather)
                    };
                    // This gather is asked while it fails, and is not awaited.
                    let (fail, gather) = failing(false);
                    assert!(own.set(Box::new(gather)).is_ok());
                    fail.send(()).unwrap();
                    until(|| sibling.seen().dropped == 1).await;

                    let (fail, gather) = failing(false);
                    drop(fail);
                    let Converted(inner) = gather.await.map(drop).unwrap_err();
                    assert_eq!(inner.await, (7,));

                    let (fail, gather) = failing(true);
                    drop(fail);
                    assert_eq!(panic_of(gather).await, "a conversion");
                    assert_eq!(sibling.seen().dropped, 3);
                };
            }
            test!(error = Converted;);
            test!(error = Converted, limit = 2;);
        });
    });
}

/// A waker that runs user code when it wakes, and when its last clone is dropped.
struct Hooked<W: Fn() + Send + Sync, D: FnMut() + Send + Sync> {
    wakes: W,
    drops: D,
}

impl<W, D> Wake for Hooked<W, D>
where
    W: Fn() + Send + Sync + 'static,
    D: FnMut() + Send + Sync + 'static,
{
    fn wake(self: Arc<Self>) {
        (self.wakes)();
    }
}

impl<W: Fn() + Send + Sync, D: FnMut() + Send + Sync> Drop for Hooked<W, D> {
    fn drop(&mut self) {
        (self.drops)();
    }
}

fn hooked(
    wakes: impl Fn() + Send + Sync + 'static,
    drops: impl FnMut() + Send + Sync + 'static,
) -> Waker {
    Waker::from(Arc::new(Hooked { wakes, drops }))
}

fn poll<F: Future + Unpin>(future: &mut F, waker: &Waker) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(waker))
}

/// A branch that ends when it is told to.
fn told<T: Send + 'static>() -> (oneshot::Sender<T>, impl Future<Output = T> + Send) {
    let (send, told) = oneshot::channel();
    (send, async { told.await.ok().unwrap() })
}

#[test]
fn a_waker_may_ask_its_own_gather_and_drop_it_when_it_wakes() {
    in_time(|| {
        on_both_flavours(|| async {
            for limit in [1, 2] {
                for fails in [false, true] {
                    let own = Arc::new(Mutex::new(None));
                    let (woken, is_woken) = mpsc::channel();
                    let (weak, woken) = (Arc::downgrade(&own), Mutex::new(woken));
                    let waker = hooked(
                        move || {
                            // The handle is taken out first, so that the test holds no lock.
                            let own: Option<Gather<_>> =
                                weak.upgrade().unwrap().lock().unwrap().take();
                            if let Some(own) = own {
                                assert!(!own.ask().is_empty());
                                drop(own);
                                woken.lock().unwrap().send(()).unwrap();
                            }
                        },
                        || {},
                    );
                    let (send, branch) = told();
                    let mut gather = try_gather!(limit = limit; branch);
                    // By hand, so that the waker stays registered when this future is gone.
                    let mut page = Page(&mut gather);
                    assert!(poll(&mut page, &waker).is_pending());
                    *own.lock().unwrap() = Some(gather);
                    send.send(if fails { Err("no") } else { Ok(1) }).unwrap();
                    until(|| is_woken.try_recv().is_ok()).await;
                    tokio::spawn(yield_now()).await.unwrap();
                }
            }
        });
    });
}

/// Polls a handle that it borrows, with a future that lives for one poll.
struct Page<'a, T>(&'a mut Gather<T>);

impl<T> Future for Page<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let mut waits = (&mut *self.0).into_future();
        Pin::new(&mut waits).poll(cx)
    }
}

#[test]
fn a_waker_may_drop_another_gather_when_it_wakes_and_when_it_is_dropped() {
    in_time(|| {
        on_both_flavours(|| async {
            for limit in [1, 2] {
                let probe = Probe::default();
                let mut others = [(); 2].map(|()| Some(gather!(probe.watch(pending::<()>()))));
                let (at_wake, mut at_drop) = (Mutex::new(others[0].take()), others[1].take());
                let waker = hooked(
                    move || drop(at_wake.lock().unwrap().take()),
                    move || drop(at_drop.take()),
                );
                let (send, branch) = told();
                let mut gather = gather!(limit = limit; branch, ready(1)).into_future();
                assert!(poll(&mut gather, &waker).is_pending());
                drop(waker);
                send.send(7).unwrap();
                until(|| probe.seen().dropped >= 1).await;
                assert_eq!(gather.await, (7, 1));
                until(|| probe.seen().dropped == 2).await;
            }
        });
    });
}

#[test]
fn a_waker_that_panics_when_it_wakes_harms_no_branch_and_no_worker() {
    in_time(|| {
        on_both_flavours(|| async {
            for limit in [1, 2] {
                let woken = Arc::new(AtomicUsize::new(0));
                let counts = Arc::clone(&woken);
                let waker = hooked(
                    move || {
                        counts.fetch_add(1, Ordering::SeqCst);
                        panic_any("a waker");
                    },
                    || {},
                );
                let (send, branch) = told();
                let mut all = gather!(limit = limit; branch, ready(1)).into_future();
                assert!(poll(&mut all, &waker).is_pending());
                send.send(7).unwrap();
                until(|| woken.load(Ordering::SeqCst) > 0).await;
                assert_eq!(all.await, (7, 1));

                let probe = Probe::default();
                let (fail, branch) = told::<Result<u8, _>>();
                let hangs = probe.watch(pending::<Result<u8, &str>>());
                let mut failed = try_gather!(hangs, branch).into_future();
                assert!(poll(&mut failed, &waker).is_pending());
                fail.send(Err("no")).unwrap();
                until(|| probe.seen().dropped == 1).await;
                assert_eq!(failed.await, Err("no"));
                tokio::spawn(yield_now()).await.unwrap();
            }
        });
    });
}

#[test]
fn a_waker_that_panics_when_a_result_wakes_it_harms_no_branch_and_no_result() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let woken = Arc::new(AtomicUsize::new(0));
                let counts = Arc::clone(&woken);
                let waker = hooked(
                    move || {
                        counts.fetch_add(1, Ordering::SeqCst);
                        panic_any("a waker");
                    },
                    || {},
                );
                let ((first, a), (second, b)) = (told(), told());
                let mut each = gather_each!($($place)* ..[a, b]);
                let poll = |each: &mut Each<u8>| {
                    Pin::new(each).poll_next(&mut Context::from_waker(&waker))
                };
                assert!(poll(&mut each).is_pending());
                first.send(7).unwrap();
                until(|| woken.load(Ordering::SeqCst) == 1).await;
                assert_eq!(poll(&mut each), Poll::Ready(Some((0, 7))));
                assert!(poll(&mut each).is_pending());
                second.send(8).unwrap();
                until(|| woken.load(Ordering::SeqCst) > 1).await;
                assert_eq!(each.next().await, Some((1, 8)));
                assert_eq!(each.next().await, None);
            });
        };
    }
    in_time(|| {
        test!();
        test!(limit = 2;);
        test!(tasks = 1;);
        test!(tasks = 1, limit = 2;);
    });
}

/// A waker whose last clone blocks in its drop until it is told to go on.
fn blocks_in_drop() -> (Waker, Receiver<()>, Sender<()>) {
    let ((entered, is_entered), (go_on, told)) = (mpsc::channel(), mpsc::channel::<()>());
    let told = Mutex::new(told);
    let waker = hooked(
        || {},
        move || {
            entered.send(()).unwrap();
            let _ = told.lock().unwrap().recv();
        },
    );
    (waker, is_entered, go_on)
}

/// Polls with `first`, of which the gather then has the only clone, and then with another waker.
fn replace_waker<T>(gather: &mut GatherFuture<T>, first: Waker) -> Poll<T> {
    assert!(poll(gather, &first).is_pending());
    drop(first);
    poll(gather, Waker::noop())
}

#[test]
fn branches_fail_and_end_while_the_waker_of_the_awaiter_is_blocked_in_its_drop() {
    in_time(|| {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .unwrap();
        for limit in [2, 3] {
            let (waker, entered, go_on) = blocks_in_drop();
            let probe = Probe::default();
            let (fail, branch) = told::<Result<u8, _>>();
            let hangs = probe.watch(pending::<Result<u8, &str>>());
            let gather = try_gather!(limit = limit, on = runtime.handle(); branch, hangs);
            runtime.block_on(until(|| probe.seen().started == 1));
            let awaits = std::thread::spawn(move || {
                let mut gather = gather.into_future();
                let replaced = replace_waker(&mut gather, waker);
                (gather, replaced)
            });
            // The awaiter is in the middle of a poll, in which it registers the other waker.
            entered.recv().unwrap();
            fail.send(Err("no")).unwrap();
            // Meanwhile the only worker stops the sibling, ends the branch that
            // failed, and goes on.
            runtime.block_on(until(|| probe.seen().dropped == 1));
            runtime.block_on(runtime.spawn(yield_now())).unwrap();
            go_on.send(()).unwrap();
            let (gather, replaced) = awaits.join().unwrap();
            let result = match replaced {
                Poll::Ready(result) => result,
                Poll::Pending => runtime.block_on(gather),
            };
            assert_eq!(result, Err("no"));
        }
    });
}

#[test]
fn other_branches_fail_and_end_while_a_waker_is_blocked_in_its_wake() {
    in_time(|| {
        let runtime = two_workers();
        let ((entered, is_entered), (go_on, goes_on)) = (mpsc::channel(), mpsc::channel::<()>());
        let (entered, goes_on) = (Mutex::new(entered), Mutex::new(goes_on));
        let waker = hooked(
            move || {
                entered.lock().unwrap().send(()).unwrap();
                let _ = goes_on.lock().unwrap().recv();
            },
            || {},
        );
        let (send, branch) = told();
        let mut gather = gather!(on = runtime.handle(); branch).into_future();
        assert!(poll(&mut gather, &waker).is_pending());
        send.send(7).unwrap();
        is_entered.recv().unwrap();
        // The branch has ended, whatever its worker does, so the gather can be awaited.
        let awaited = runtime.block_on(gather);
        assert_eq!(awaited, (7,));
        runtime.block_on(runtime.spawn(yield_now())).unwrap();
        go_on.send(()).unwrap();
    });
}
