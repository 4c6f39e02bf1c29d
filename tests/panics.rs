//! No panic is lost and none is invented: what a panicking branch does to its siblings and to the
//! awaiting task.

use std::future::{pending, ready};
use std::panic::panic_any;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gather::{Gather, gather, gather_each, gather_settled, try_gather};
use tokio::sync::{broadcast, oneshot};
use tokio::time::{Instant, sleep};

mod support {
    pub(crate) mod background;
    pub(crate) mod flavours;
    pub(crate) mod message;
    pub(crate) mod panic_of;
    pub(crate) mod probe;
    pub(crate) mod until;
}

use support::background::in_the_background;
use support::flavours::on_both_flavours;
use support::panic_of::panic_of;
use support::probe::Probe;
use support::until::until;

type Outcome = Result<u8, &'static str>;

/// Panics when it is dropped.
struct PanicsInDrop(&'static str);

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        // A second panic while a first unwinds would end the process, and no test could report it.
        if !std::thread::panicking() {
            panic_any(self.0);
        }
    }
}

/// The branch at each position panics in turn. Its payload is resumed once all
/// siblings are dropped.
macro_rules! in_every_position {
    ($gather:ident, $($limit:tt)*) => {
        on_both_flavours(|| async {
            for panicking in 0..4 {
                let probe = Probe::default();
                let branch = |index| {
                    probe.watch(async move {
                        if index == panicking {
                            panic_any(Payload(index));
                        }
                        pending::<Outcome>().await
                    })
                };
                let gather = $gather!($($limit)* branch(0), ..[branch(1), branch(2)], branch(3));
                let resumed = tokio::spawn(gather.into_future()).await.map(drop);
                assert_eq!(probe.seen().dropped, 4, "a sibling lives");
                let payload = resumed.unwrap_err().into_panic();
                assert_eq!(payload.downcast_ref(), Some(&Payload(panicking)));
            }
        });
    };
}

#[derive(Debug, PartialEq)]
struct Payload(usize);

#[test]
fn the_original_payload_is_resumed_once_every_sibling_has_been_dropped() {
    in_every_position!(gather,);
    in_every_position!(gather, limit = 4;);
}

#[test]
fn try_gather_resumes_the_original_payload_too() {
    in_every_position!(try_gather,);
    in_every_position!(try_gather, limit = 4;);
}

#[test]
fn the_siblings_are_stopped_by_the_panic_itself_while_nobody_awaits() {
    on_both_flavours(|| async {
        let (guard, dropped) = oneshot::channel::<()>();
        let sibling = async move {
            pending::<()>().await;
            drop(guard);
        };
        let gather = gather!(sibling, async { panic!("boom") });
        dropped.await.unwrap_err();
        until(|| gather.is_finished()).await;
        assert_eq!(panic_of(gather).await, "boom");
    });
}

#[tokio::test(start_paused = true)]
async fn the_siblings_are_stopped_at_the_time_of_the_panic_though_it_is_awaited_much_later() {
    let start = Instant::now();
    let probe = Probe::default();
    let panics = async {
        sleep(Duration::from_secs(1)).await;
        panic!("boom");
    };
    let gather = gather!(probe.watch(pending::<()>()), panics);
    sleep(Duration::from_millis(1001)).await;
    assert_eq!(probe.seen().dropped, 1);
    sleep(Duration::from_secs(10)).await;
    assert_eq!(panic_of(gather).await, "boom");
    assert_eq!(start.elapsed().as_secs(), 11);
}

#[test]
fn of_two_panics_the_first_in_time_is_resumed() {
    macro_rules! test {
        ($gather:ident) => {
            on_both_flavours(|| async {
                for first in 0..2 {
                    let branch = |index| async move {
                        if index == first {
                            panic!("first");
                        }
                        // This is dropped because of the first panic, and then panics, too.
                        let _second = PanicsInDrop("second");
                        pending::<Outcome>().await
                    };
                    assert_eq!(panic_of($gather!(branch(0), branch(1))).await, "first");
                }
            });
        };
    }
    test!(gather);
    test!(try_gather);
}

#[test]
fn a_branch_that_panics_while_its_future_is_dropped_has_panicked_although_it_returned() {
    on_both_flavours(|| async {
        let branch = || {
            let guard = PanicsInDrop("in drop");
            PendingOnce(Some(guard))
        };
        assert_eq!(panic_of(gather!(ready(1), branch())).await, "in drop");
        assert_eq!(panic_of(gather!(..[branch()])).await, "in drop");
        assert_eq!(panic_of(gather!(limit = 1; ..[branch()])).await, "in drop");
        let (settled,) = gather_settled!(branch()).await;
        assert_eq!(
            settled.unwrap_err().to_string(),
            "branch 0, `branch()`, panicked: in drop"
        );
    });
}

/// A future that is ready at once, and panics when it is dropped.
struct PendingOnce(#[expect(dead_code, reason = "it is there for its drop")] Option<PanicsInDrop>);

impl Future for PendingOnce {
    type Output = u8;

    fn poll(self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<u8> {
        std::task::Poll::Ready(1)
    }
}

/// A branch that never ends, and panics when it is stopped.
async fn endless() -> u8 {
    let _guard = PanicsInDrop("stopped");
    pending().await
}

#[test]
fn a_branch_that_panics_when_it_is_aborted_makes_the_panic_the_result() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                // Before it has begun, there is no guard to drop.
                let start = || {
                    let (begun, has_begun) = oneshot::channel();
                    let stopped = async {
                        begun.send(()).unwrap();
                        endless().await;
                        Outcome::Ok(1)
                    };
                    (stopped, has_begun)
                };
                macro_rules! panics {
                    ($gather:ident) => {
                        let (stopped, has_begun) = start();
                        let gather = $gather!($($place)* ready(Outcome::Ok(1)), stopped);
                        has_begun.await.unwrap();
                        let aborted = tokio::spawn(gather.abort()).await.map(drop);
                        let payload = aborted.unwrap_err().into_panic();
                        assert_eq!(payload.downcast_ref(), Some(&"stopped"));
                    };
                }
                panics!(gather);
                panics!(try_gather);
                panics!(gather_each);

                let (stopped, has_begun) = start();
                let gather = gather_settled!($($place)* ready(1), stopped);
                has_begun.await.unwrap();
                until(|| gather.progress().finished() == 1).await;
                let (one, stopped) = gather.abort().await.unwrap();
                assert_eq!(one.unwrap(), 1);
                let error = stopped.unwrap_err().to_string();
                assert_eq!(error, "branch 1, `stopped`, panicked: stopped");
            });
        };
    }
    in_the_background!(test);
}

#[test]
fn a_branch_that_panics_when_it_is_stopped_by_a_drop_harms_nobody() {
    on_both_flavours(|| async {
        let probe = Probe::default();
        let gather = gather!(probe.watch(endless()), ..[probe.watch(endless())]);
        until(|| probe.seen().started == 2).await;
        drop(gather);
        until(|| probe.seen().dropped == 2).await;
    });
}

#[test]
fn a_panic_of_a_branch_that_is_stopped_comes_out_of_its_own_gather_and_of_no_outer_one() {
    on_both_flavours(|| async {
        let start = || {
            let (begun, has_begun) = oneshot::channel();
            let panics = async move {
                let _guard = PanicsInDrop("stopped");
                begun.send(()).unwrap();
                pending::<Outcome>().await
            };
            let fails = async {
                has_begun.await.unwrap();
                Err::<(), _>("the error")
            };
            (panics, fails)
        };
        let (panics, fails) = start();
        assert_eq!(panic_of(try_gather!(panics, fails)).await, "stopped");

        // The inner gather is dropped with its branch, and is no longer awaited.
        let (panics, fails) = start();
        let inside = async { try_gather!(panics).await };
        assert_eq!(try_gather!(inside, fails).await, Err("the error"));
    });
}

/// Counts its drop, and then panics.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
        if !std::thread::panicking() {
            panic_any("dropped unread");
        }
    }
}

#[test]
fn results_that_panic_when_nobody_takes_them_do_so_for_nobody() {
    macro_rules! test {
        (|$a:ident, $b:ident, $c:ident| $start:expr, $end:expr) => {
            on_both_flavours(|| async {
                let dropped = Arc::new(AtomicUsize::new(0));
                let branch = || {
                    let dropped = Arc::clone(&dropped);
                    async { Counted(dropped) }
                };
                let ($a, $b, $c) = (branch(), branch(), branch());
                let gather = $start;
                until(|| gather.progress().finished() >= 3).await;
                let leaves = tokio::spawn(async move { $end(gather).await });
                leaves.await.expect("no panic comes out");
                until(|| dropped.load(Ordering::SeqCst) == 3).await;
            });
        };
    }
    macro_rules! in_every_form {
        ($end:expr) => {
            test!(|a, b, c| gather!(a, ..[b], c, pending::<()>()), $end);
            test!(|a, b, c| gather!(limit = 4; a, ..[b], c, pending::<()>()), $end);
        };
    }
    in_every_form!(async |gather| drop(gather));
    in_every_form!(async |gather: Gather<_>| drop(gather.abort()));
    in_every_form!(async |gather: Gather<_>| assert!(gather.abort().await.is_none()));
    in_every_form!(async |gather: Gather<_>| gather.detach());
    test!(
        |a, b, c| gather_settled!(a, ..[b], c, pending::<()>()),
        async |gather| drop(gather)
    );
    // All branches have ended. There is a result, and nobody takes it.
    test!(|a, b, c| gather!(a, ..[b], c), async |gather| drop(gather));
    test!(|a, b, c| gather!(a, ..[b], c), async |gather: Gather<_>| {
        drop(gather.abort());
    });
    test!(|a, b, c| gather!(a, ..[b], c), async |gather: Gather<_>| {
        gather.detach();
    });
    test!(|a, b, c| gather!(limit = 1; a, ..[b], c), async |gather| {
        drop(gather);
    });
    test!(
        |a, b, c| gather!(limit = 1; a, ..[b], c),
        async |gather: Gather<_>| gather.detach()
    );
}

#[test]
fn results_that_panic_when_detached_branches_return_them_do_so_for_nobody() {
    on_both_flavours(|| async {
        let dropped = Arc::new(AtomicUsize::new(0));
        let (go, _) = broadcast::channel::<()>(1);
        let branch = || {
            let (dropped, mut told) = (Arc::clone(&dropped), go.subscribe());
            async move {
                told.recv().await.unwrap();
                Counted(dropped)
            }
        };
        gather!(branch(), ..[branch(), branch()]).detach();
        gather!(limit = 3; branch(), ..[branch(), branch()]).detach();
        go.send(()).unwrap();
        until(|| dropped.load(Ordering::SeqCst) == 6).await;
    });
}

#[test]
fn a_result_that_panics_when_it_is_dropped_after_a_sibling_failed_outranks_the_error() {
    on_both_flavours(|| async {
        let gives = async { Ok::<_, &str>(PanicsInDrop("a result")) };
        let (fail, told) = oneshot::channel();
        let fails = async { Err::<(), _>(told.await.unwrap()) };
        let gather = try_gather!(gives, fails);
        until(|| gather.progress().finished() == 1).await;
        fail.send("an error").unwrap();
        assert_eq!(panic_of(gather).await, "a result");

        let gives = async { PanicsInDrop("a result") };
        let (fail, told) = oneshot::channel::<()>();
        let fails = async {
            told.await.unwrap();
            panic!("a branch")
        };
        let gather = gather!(gives, fails);
        until(|| gather.progress().finished() == 1).await;
        fail.send(()).unwrap();
        assert_eq!(panic_of(gather).await, "a branch");
    });
}

#[test]
fn of_several_results_that_panic_when_they_are_dropped_after_a_sibling_failed_the_first_is_told() {
    /// Records its number when it is dropped, and panics with it.
    struct Panics(usize, Arc<Mutex<Vec<usize>>>);
    impl Drop for Panics {
        fn drop(&mut self) {
            self.1.lock().unwrap().push(self.0);
            panic_any(self.0);
        }
    }
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let dropped = Arc::default();
                let says = Arc::clone(&dropped);
                let returns = move |n| {
                    let panics = Panics(n, Arc::clone(&says));
                    async { Ok::<_, &str>(panics) }
                };
                let (fail, told) = oneshot::channel();
                let fails = async { Err::<(), _>(told.await.unwrap()) };
                let gather = try_gather!($($place)* ..(0..4).map(returns.clone()), returns(4), fails);
                until(|| gather.progress().finished() == 5).await;
                fail.send("an error").unwrap();
                let panicked = tokio::spawn(gather.into_future()).await.map(drop);
                let payload = panicked.unwrap_err().into_panic();
                let dropped = dropped.lock().unwrap();
                assert_eq!((payload.downcast_ref(), dropped.len()), (Some(&dropped[0]), 5));
            });
        };
    }
    in_the_background!(test);
}

#[test]
fn a_panic_stops_gathers_inside_the_siblings_and_comes_out_of_the_outermost() {
    on_both_flavours(|| async {
        let (guard, dropped) = oneshot::channel::<()>();
        let sibling = async move {
            pending::<()>().await;
            drop(guard);
        };
        let gather = gather!(
            gather!(sibling, pending::<()>()),
            gather!(gather!(ready(1), async { panic!("innermost") })),
        );
        assert_eq!(panic_of(gather).await, "innermost");
        dropped.await.unwrap_err();
    });
}
