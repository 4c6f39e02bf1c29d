//! No panic is lost and none is invented: what a panicking branch does to the others and to the
//! one who awaits.

use std::future::{pending, ready};
use std::panic::panic_any;
use std::time::Duration;

use gather::{gather, gather_settled, try_gather};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

mod support {
    pub(crate) mod flavours;
    pub(crate) mod message;
    pub(crate) mod panic_of;
    pub(crate) mod probe;
    pub(crate) mod until;
}

use support::flavours::on_both_flavours;
use support::panic_of::panic_of;
use support::probe::Probe;
use support::until::until;

type Outcome = Result<u8, &'static str>;

/// Panics when it is dropped.
struct PanicsInDrop(&'static str);

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        // A second panic during a first ends the process: no test could tell of it.
        if !std::thread::panicking() {
            panic_any(self.0);
        }
    }
}

/// A branch of a kind for each position: the one at `panicking` does what it is told.
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
                        // Dropped, and so panicking, because of the first.
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
            "branch `branch()` panicked: in drop"
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
    on_both_flavours(|| async {
        let gather = gather!(ready(1), endless());
        until(|| gather.progress().finished() == 1).await;
        tokio::task::yield_now().await;
        let aborted = tokio::spawn(async { gather.abort().await.map(drop) }).await;
        // On two threads the branch may not have begun yet, and then there is no guard to drop.
        match aborted {
            Err(error) => {
                let payload = error.into_panic();
                assert_eq!(payload.downcast_ref(), Some(&"stopped"));
            }
            Ok(result) => assert_eq!(result, None),
        }
    });
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
fn results_that_panic_when_they_are_dropped_unread_do_so_in_the_drop_of_the_handle() {
    on_both_flavours(|| async {
        let gather = gather!(
            async { PanicsInDrop("a") },
            ..[async { PanicsInDrop("b") }],
            async { PanicsInDrop("c") }
        );
        until(|| gather.is_finished()).await;
        let dropped = tokio::spawn(async { drop(gather) }).await;
        let payload = dropped.unwrap_err().into_panic();
        assert_eq!(payload.downcast_ref(), Some(&"a"));
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
