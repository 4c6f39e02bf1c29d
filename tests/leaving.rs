//! The block around a gather: its body, the branches that are stopped when it is left, and the ways
//! of leaving it that wait for them.

use std::future::{pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::task::Poll;
use std::time::Duration;

use gather::{gather, gather_settled, try_gather};
use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::timeout;

mod support {
    pub(crate) mod background;
    pub(crate) mod flavours;
    pub(crate) mod outside;
    pub(crate) mod places;
    pub(crate) mod probe;
    pub(crate) mod until;
}

use support::background::in_the_background;
use support::flavours::on_both_flavours;
use support::outside::send_from_outside;
use support::places::in_each_place;
use support::probe::{Probe, Watched};
use support::until::until;

type Outcome = Result<u8, &'static str>;

const LONG: Duration = Duration::from_secs(20);

#[test]
fn a_body_in_a_select_beside_the_gather_is_dropped_by_a_failure() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let probe = Probe::default();
                let (fail, told) = oneshot::channel();
                let fails = async move {
                    told.await.unwrap();
                    Outcome::Err("no")
                };
                let body = probe.watch(async move {
                    fail.send(()).unwrap();
                    pending::<()>().await;
                });
                let gather = try_gather!($($place)* fails, probe.watch(pending::<Outcome>()));
                let ended = tokio::select! {
                    () = body => unreachable!("it never ends"),
                    ended = gather => ended,
                };
                assert_eq!(ended, Err("no"));
                assert_eq!(probe.seen().dropped, 2);
            });
        };
    }
    in_each_place!(test);
}

#[test]
fn leaving_the_block_by_question_mark_return_break_or_panic_stops_the_branches() {
    fn fails() -> Outcome {
        Err("no")
    }
    macro_rules! leave {
        ($gather:ident $($place:tt)*) => {
            on_both_flavours(|| async {
                let probe = Probe::default();
                let endless = || probe.watch(pending::<Outcome>());
                let by_question_mark = async || {
                    let gather = $gather!($($place)* endless(), ..[endless()]);
                    fails()?;
                    let _ = gather.await;
                    fails()
                };
                assert_eq!(by_question_mark().await, Err("no"));
                let by_return = async || {
                    let gather = $gather!($($place)* endless(), ..[endless()]);
                    if let Err(error) = fails() {
                        return error;
                    }
                    let _ = gather.await;
                    "yes"
                };
                assert_eq!(by_return().await, "no");
                loop {
                    let gather = $gather!($($place)* endless(), ..[endless()]);
                    if fails().is_err() {
                        break;
                    }
                    let _ = gather.await;
                }
                let by_panic = catch_unwind(AssertUnwindSafe(|| {
                    let _gather = $gather!($($place)* endless(), ..[endless()]);
                    fails().unwrap()
                }));
                assert!(by_panic.is_err());
                assert_eq!(probe.seen().watched, 8);
                until(|| probe.seen().dropped == 8).await;
            });
        };
    }
    macro_rules! test {
        ($($place:tt)*) => {
            leave!(gather $($place)*);
            leave!(try_gather $($place)*);
            leave!(gather_settled $($place)*);
        };
    }
    in_each_place!(test);
}

/// A branch that stays in the middle of a poll from the first signal until the second.
fn held(
    probe: &Probe,
) -> (
    Watched<impl Future<Output = Outcome> + Send + use<>>,
    oneshot::Receiver<()>,
    mpsc::Sender<()>,
) {
    let (entered, in_poll) = oneshot::channel();
    let (release, released) = mpsc::channel();
    let branch = probe.watch(async move {
        send_from_outside(entered);
        released.recv_timeout(LONG).unwrap();
        pending().await
    });
    (branch, in_poll, release)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_leaves_does_not_wait_for_a_branch_that_is_in_the_middle_of_a_poll() {
    macro_rules! test {
        ($($place:tt)*) => {
            for way in 0..4 {
                let probe = Probe::default();
                let (branch, in_poll, release) = held(&probe);
                let gather = gather!($($place)* branch);
                in_poll.await.unwrap();
                match way {
                    0 => drop(gather),
                    1 => assert!(timeout(Duration::ZERO, gather).await.is_err()),
                    2 => tokio::select! {
                        biased;
                        _ = gather => unreachable!("it never ends"),
                        () = ready(()) => {}
                    },
                    _ => {
                        let awaits = tokio::spawn(gather.into_future());
                        awaits.abort();
                        assert!(awaits.await.unwrap_err().is_cancelled());
                    }
                }
                assert_eq!(probe.seen().dropped, 0, "it is still in its poll");
                release.send(()).unwrap();
                until(|| probe.seen().dropped == 1).await;
            }
        };
    }
    in_the_background!(test);
}

/// Whether a future is still pending when other tasks have had turns.
async fn is_pending<F: Future + ?Sized>(mut future: Pin<&mut F>) -> bool {
    for _ in 0..20 {
        yield_now().await;
    }
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_pending())).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_aborts_waits_for_a_branch_that_is_in_the_middle_of_a_poll() {
    macro_rules! test {
        ($($place:tt)*) => {
            let probe = Probe::default();
            let (branch, in_poll, release) = held(&probe);
            let gather = gather!($($place)* branch);
            in_poll.await.unwrap();
            let mut stopped = Box::pin(gather.abort());
            assert!(is_pending(stopped.as_mut()).await);
            release.send(()).unwrap();
            assert_eq!(stopped.await, None);
            assert_eq!(probe.seen().dropped, 1);
        };
    }
    in_the_background!(test);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_a_gather_inside_a_branch_that_is_stopped() {
    macro_rules! test {
        ($($place:tt)*) => {
            for fails in [true, false] {
                let probe = Probe::default();
                let (branch, in_poll, release) = held(&probe);
                let inner = async move { gather!(branch).await.0 };
                if fails {
                    let fails = async move {
                        in_poll.await.unwrap();
                        Outcome::Err("no")
                    };
                    assert_eq!(try_gather!($($place)* inner, fails).await, Err("no"));
                } else {
                    let gather = gather!($($place)* inner);
                    in_poll.await.unwrap();
                    assert_eq!(gather.abort().await, None);
                }
                assert_eq!(probe.seen().dropped, 0, "the branch inside is still in its poll");
                release.send(()).unwrap();
                until(|| probe.seen().dropped == 1).await;
            }
        };
    }
    in_the_background!(test);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gather_that_runs_here_inside_a_branch_is_waited_for_with_that_branch() {
    macro_rules! test {
        ($($place:tt)*) => {
            for fails in [true, false] {
                let (probe, other) = (Probe::default(), Probe::default());
                let (branch, in_poll, release) = held(&probe);
                let inner = async move { gather!(here; branch).await.0 };
                let fails_or_waits = other.watch(async move {
                    in_poll.await.unwrap();
                    if fails { Outcome::Err("no") } else { pending().await }
                });
                let gather = try_gather!($($place)* inner, fails_or_waits);
                until(|| probe.seen().started == 1).await;
                let mut stopped: Pin<Box<dyn Future<Output = _>>> = if fails {
                    until(|| other.seen().dropped == 1).await;
                    Box::pin(async { Some(gather.await) })
                } else {
                    Box::pin(gather.abort())
                };
                assert!(is_pending(stopped.as_mut()).await);
                release.send(()).unwrap();
                assert_eq!(stopped.await, fails.then_some(Err("no")));
                assert_eq!(probe.seen().dropped, 1);
            }
        };
    }
    // In one task the branches take turns, so no other branch can fail during a poll.
    test!();
    test!(limit = 2;);
    test!(tasks = 2;);
}

#[tokio::test]
async fn a_gather_of_nothing_gives_other_tasks_no_turn() {
    let had_a_turn = Arc::new(AtomicBool::new(false));
    let tells = Arc::clone(&had_a_turn);
    tokio::spawn(async move { tells.store(true, Ordering::SeqCst) });

    macro_rules! test {
        ($($place:tt)*) => {
            gather!($($place)*).await;
            let nothing: Result<(), ()> = try_gather!($($place)*).await;
            assert_eq!(nothing, Ok(()));
            gather_settled!($($place)*).await;
            assert!(gather!($($place)* ..[ready(1); 0]).await.is_empty());
            assert!(!had_a_turn.load(Ordering::SeqCst));
        };
    }
    in_each_place!(test);
    yield_now().await;
    assert!(had_a_turn.load(Ordering::SeqCst));
}
