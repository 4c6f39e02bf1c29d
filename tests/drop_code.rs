//! Code that runs in a `Drop`. It panics, or it comes back to the gather that is dropping it.

use std::future::{pending, ready};
use std::panic::panic_any;
use std::pin::{Pin, pin};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use gather::{Gather, gather, gather_each, gather_settled, try_gather};
use tokio::sync::{oneshot, watch};

mod support {
    pub(crate) mod block_on;
    pub(crate) mod flavours;
    pub(crate) mod two_workers;
    pub(crate) mod until;
}

use support::block_on::block_on;
use support::flavours::on_both_flavours;
use support::two_workers::two_workers;
use support::until::until;

/// Much longer than the tests take, so that a hanging test fails.
const LONG: Duration = Duration::from_secs(20);

/// An output that is counted by its `Arc` and may panic when it is dropped.
struct Output {
    _counted: Arc<()>,
    panics: bool,
}

impl Drop for Output {
    fn drop(&mut self) {
        // A second panic while a first unwinds would end the process.
        if self.panics && !std::thread::panicking() {
            panic_any("an output");
        }
    }
}

type Outcome = Result<(), &'static str>;

async fn ok() -> Outcome {
    Ok(())
}

async fn never() -> Outcome {
    pending().await
}

async fn fails() -> Outcome {
    Err("no")
}

async fn panics() -> Outcome {
    panic_any("a branch")
}

/// Lets three branches end, one of them with an output that panics when it is dropped. Then the
/// body drops the outputs unread.
macro_rules! unread {
    ($gather:ident, ($($limit:tt)*), $last:expr, |$handle:ident| $body:expr) => {
        on_both_flavours(|| async {
            for position in 0..3 {
                let count = Arc::new(());
                let branch = |at| {
                    let output = Output { _counted: Arc::clone(&count), panics: at == position };
                    async { Ok::<_, &str>(output) }
                };
                let $handle = $gather!($($limit)* branch(0), ..[branch(1), branch(2)], $last);
                until(|| $handle.progress().finished() >= 3).await;
                // In a task, which catches the panic.
                let _ = tokio::spawn(async { $body; }).await;
                until(|| Arc::strong_count(&count) == 1).await;
            }
        });
    };
}

#[test]
fn an_output_that_panics_in_its_drop_keeps_no_other_from_being_dropped_with_the_handle() {
    unread!(gather, (), ok(), |gather| drop(gather));
    unread!(gather, (limit = 4;), ok(), |gather| drop(gather));
    unread!(gather, (), never(), |gather| drop(gather));
    unread!(try_gather, (), never(), |gather| drop(gather));
    unread!(gather_settled, (), never(), |gather| drop(gather));
}

#[test]
fn an_output_that_panics_in_its_drop_keeps_no_other_from_being_dropped_by_detach_and_abort() {
    unread!(gather, (), never(), |gather| gather.detach());
    unread!(gather, (limit = 4;), never(), |gather| gather.detach());
    unread!(gather, (), never(), |gather| drop(gather.abort().await));
    unread!(try_gather, (), never(), |gather| drop(gather.abort().await));
}

#[test]
fn an_output_that_panics_in_its_drop_keeps_no_other_from_being_dropped_at_a_failure() {
    unread!(try_gather, (), fails(), |gather| drop(gather.await));
    unread!(try_gather, (limit = 4;), fails(), |gather| drop(gather.await));
    unread!(gather, (), panics(), |gather| drop(gather.await));
}

#[test]
fn a_handle_with_outputs_that_panic_can_be_dropped_by_a_panic() {
    on_both_flavours(|| async {
        struct Panics;
        impl Drop for Panics {
            fn drop(&mut self) {
                panic_any("an output");
            }
        }
        // If the panic of the output escaped, it would be a second one and end the process.
        let gather = gather!(async { Panics }, ..[async { Panics }]);
        until(|| gather.is_finished()).await;
        let unwound = tokio::spawn(async {
            let _gather = gather;
            panic_any("the caller");
        });
        let payload = unwound.await.unwrap_err().into_panic();
        assert_eq!(payload.downcast_ref(), Some(&"the caller"));
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(plain, ignore = "it pulls a spread before anything starts")]
async fn a_future_of_a_spread_that_comes_after_a_failure_may_panic_when_it_is_dropped() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic_any("a future");
        }
    }
    let (guard, stopped) = mpsc::channel::<()>();
    let sibling = async move {
        pending::<()>().await;
        drop(guard);
        Ok(())
    };
    let (fail, is_to_fail) = oneshot::channel();
    let fails = async {
        is_to_fail.await.unwrap();
        Err::<(), _>("no")
    };
    let late = std::iter::once_with(move || {
        fail.send(()).unwrap();
        // The failure has stopped the sibling, and with it every running branch.
        assert_eq!(
            stopped.recv_timeout(LONG),
            Err(RecvTimeoutError::Disconnected)
        );
        let panics = Panics;
        async move {
            let _panics = panics;
            Ok(())
        }
    });
    // The panic counts as that of a branch that was never started, not as a panic of the call.
    let gather = try_gather!(sibling, fails, ..late);
    let payload = tokio::spawn(gather.into_future())
        .await
        .unwrap_err()
        .into_panic();
    assert_eq!(payload.downcast_ref(), Some(&"a future"));
}

#[test]
fn an_output_may_hold_a_gather_and_start_one_when_it_is_dropped() {
    struct Gathers {
        inner: Option<Gather<((), ())>>,
        started: oneshot::Sender<()>,
    }
    struct Starts(Option<Gathers>);
    impl Drop for Starts {
        fn drop(&mut self) {
            let Gathers { inner, started } = self.0.take().unwrap();
            drop(inner);
            gather!(async { started.send(()).unwrap() }).detach();
        }
    }
    on_both_flavours(|| async {
        let (guard, inner_dropped) = oneshot::channel::<()>();
        let (started, has_started) = oneshot::channel();
        let guarded = async move {
            pending::<()>().await;
            drop(guard);
        };
        let gathers = Gathers {
            inner: Some(gather!(guarded, pending::<()>())),
            started,
        };
        let gather = gather!(async { Starts(Some(gathers)) }, ready(1));
        until(|| gather.is_finished()).await;
        drop(gather);
        inner_dropped.await.unwrap_err();
        has_started.await.unwrap();
    });
}

type Cell<T> = Arc<Mutex<Option<Gather<T>>>>;

#[test]
fn a_branch_may_drop_abort_or_detach_its_own_gather() {
    on_both_flavours(|| async {
        for way in ["drop", "abort", "detach"] {
            let cell: Cell<((), ())> = Cell::default();
            let (go, told) = oneshot::channel::<()>();
            let (done, is_done) = oneshot::channel();
            let (guard, sibling_dropped) = oneshot::channel::<()>();
            let own = Arc::clone(&cell);
            let branch = async move {
                told.await.unwrap();
                let own = own.lock().unwrap().take().unwrap();
                match way {
                    "drop" => drop(own),
                    "abort" => drop(own.abort()),
                    _ => own.detach(),
                }
                done.send(()).unwrap();
            };
            let sibling = async move {
                if way == "detach" {
                    return;
                }
                pending::<()>().await;
                drop(guard);
            };
            *cell.lock().unwrap() = Some(gather!(branch, sibling));
            go.send(()).unwrap();
            is_done.await.unwrap();
            sibling_dropped.await.unwrap_err();
        }
    });
}

#[test]
fn a_future_that_drops_its_own_gather_when_it_is_dropped_does_no_harm() {
    struct DropsOwn<T>(Cell<T>);
    impl<T> Drop for DropsOwn<T> {
        fn drop(&mut self) {
            let own = self.0.lock().unwrap().take();
            drop(own);
        }
    }
    on_both_flavours(|| async {
        let cell: Cell<Result<(u8, u8), &str>> = Cell::default();
        let (fail, told) = oneshot::channel();
        let drops = DropsOwn(Arc::clone(&cell));
        let branch = async move {
            let _drops = drops;
            pending::<Result<u8, &str>>().await
        };
        let gather = try_gather!(branch, async { told.await.unwrap() });
        *cell.lock().unwrap() = Some(gather);
        fail.send(Err("no")).unwrap();
        until(|| Arc::strong_count(&cell) == 1).await;
        assert!(cell.lock().unwrap().is_none());
    });
}

/// A waker that panics when its last clone is dropped.
struct PanickingWaker;

impl Wake for PanickingWaker {
    fn wake(self: Arc<Self>) {}
}

impl Drop for PanickingWaker {
    fn drop(&mut self) {
        panic_any("a waker");
    }
}

#[test]
fn a_waker_that_panics_when_it_is_dropped_keeps_no_branch_from_being_stopped() {
    on_both_flavours(|| async {
        let count = Arc::new(());
        let counted = Arc::clone(&count);
        let branch = async move {
            pending::<()>().await;
            drop(counted);
        };
        let mut gather = gather!(branch, ready(1)).into_future();
        let waker = Waker::from(Arc::new(PanickingWaker));
        let polled = Pin::new(&mut gather).poll(&mut Context::from_waker(&waker));
        assert!(polled.is_pending());
        // The handle now has the last clone.
        drop(waker);
        drop(gather);
        until(|| Arc::strong_count(&count) == 1).await;
    });
}

#[test]
fn a_waker_that_panics_when_it_is_dropped_with_an_each_does_so_for_nobody() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let count = Arc::new(());
                let counted = Arc::clone(&count);
                let branch = async move {
                    pending::<()>().await;
                    drop(counted);
                };
                let mut each = gather_each!($($options)* branch, ..[pending(), pending()]);
                let waker = Waker::from(Arc::new(PanickingWaker));
                let polled = pin!(each.next()).poll(&mut Context::from_waker(&waker));
                assert!(polled.is_pending());
                // The handle now has the last clone.
                drop(waker);
                drop(each);
                until(|| Arc::strong_count(&count) == 1).await;
            });
        };
    }
    test!();
    test!(tasks = 1;);
    test!(limit = 3;);
}

#[test]
#[cfg_attr(plain, ignore = "it keeps a waker until the next poll")]
fn a_waker_that_panics_when_a_place_is_taken_again_cancels_no_branch() {
    let runtime = two_workers();
    let (end, ends) = watch::channel(0..0);
    let (pulls, is_pulled) = mpsc::channel();
    let (go_on, goes_on) = mpsc::channel::<()>();
    let branches = (0..7).map(move |at| {
        if at == 4 {
            let _ = pulls.send(());
            let _ = goes_on.recv_timeout(LONG);
        }
        let mut ends = ends.clone();
        async move {
            drop(ends.wait_for(|ends| ends.contains(&at)).await.unwrap());
            at
        }
    });
    let mut gather = gather!(on = runtime.handle(), limit = 4; ..branches);
    let panicking = Arc::new(PanickingWaker);
    let kept = Arc::downgrade(&panicking);
    let panicking = Waker::from(panicking);
    let mut polling = pin!((&mut gather).into_future());
    let polled = polling.as_mut().poll(&mut Context::from_waker(&panicking));
    assert!(polled.is_pending());
    drop(panicking);
    // One task is inside `next` meanwhile. The last task, which has the waker, leaves its place.
    let _ = end.send(2..3);
    is_pulled.recv_timeout(LONG).unwrap();
    let _ = end.send(2..4);
    runtime.block_on(until(|| runtime.metrics().num_alive_tasks() == 3));
    let _ = go_on.send(());
    runtime.block_on(until(|| kept.strong_count() == 0));
    let _ = end.send(0..7);
    assert_eq!(
        runtime.block_on(gather.into_future()),
        [0, 1, 2, 3, 4, 5, 6]
    );
}

/// When dropped, waits until a gather has stopped, and reports whether everything of it is gone.
struct CleansUp(mpsc::Sender<bool>);

impl Drop for CleansUp {
    fn drop(&mut self) {
        // The drop blocks whatever thread it runs on, so the gather needs a runtime of its own.
        let runtime = two_workers();
        let waits = Arc::new(());
        let left = Arc::downgrade(&waits);
        let waits = async move {
            drop(waits);
            ok().await
        };
        let gather = gather!(on = runtime.handle(), limit = 1; never(), waits);
        block_on(gather.abort());
        let _ = self.0.send(left.strong_count() == 0);
        runtime.shutdown_background();
    }
}

#[test]
fn a_gather_that_runs_within_the_drop_of_what_waits_ends_with_its_branches_dropped() {
    macro_rules! test {
        ($($options:tt)*) => {{
            let runtime = two_workers();
            let (clean, is_clean) = mpsc::channel();
            let cleans_up = CleansUp(clean);
            let waits = async move {
                let _cleans_up = cleans_up;
                never().await
            };
            let gather = gather!(on = runtime.handle(), $($options)* never(), waits);
            drop(gather);
            assert_eq!(is_clean.recv_timeout(LONG), Ok(true));
        }};
    }
    test!(limit = 1;);
    test!(tasks = 1, limit = 1;);
}
