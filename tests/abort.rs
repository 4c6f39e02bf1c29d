//! Stopping branches: by `abort`, and by dropping the handle.

use std::cell::Cell;
use std::future::{pending, ready};
use std::sync::{Arc, mpsc};
use std::task::Poll;
use std::time::Duration;

use gather::{BranchError, gather, gather_each, gather_settled, try_gather};
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::yield_now;
use tokio::time::timeout;

mod support {
    pub(crate) mod background;
    pub(crate) mod flavours;
    pub(crate) mod probe;
    pub(crate) mod two_workers;
    pub(crate) mod until;
}

use support::background::in_the_background;
use support::flavours::on_both_flavours;
use support::probe::{Probe, Seen};
use support::two_workers::two_workers;
use support::until::until;

type Outcome = Result<u8, &'static str>;

/// A branch that never ends, and a receiver that resolves when the branch is dropped.
fn endless() -> (impl Future<Output = Outcome> + Send, oneshot::Receiver<()>) {
    let (guard, dropped) = oneshot::channel::<()>();
    let branch = async move {
        pending::<()>().await;
        drop(guard);
        Ok(0)
    };
    (branch, dropped)
}

/// A branch that yields `times` times and then ends.
async fn yields(times: u8) -> Outcome {
    for _ in 0..times {
        yield_now().await;
    }
    Ok(times)
}

#[test]
fn abort_after_any_number_of_yields_drops_every_branch_before_it_resolves() {
    macro_rules! drops {
        ($gather:ident, $is_some:literal, $($place:tt)*) => {
            on_both_flavours(|| async {
                for before in 0..4 {
                    let probe = Probe::default();
                    let branch = || probe.watch(pending::<Outcome>());
                    let gather = $gather!($($place)* branch(), ..[branch(), branch()], branch());
                    for _ in 0..before {
                        yield_now().await;
                    }
                    let aborted = gather.abort().await;
                    assert_eq!(aborted.is_some(), $is_some);
                    assert_eq!(probe.seen().dropped, 4);
                }
            });
        };
    }
    macro_rules! test {
        ($($place:tt)*) => {
            drops!(gather, false, $($place)*);
            drops!(try_gather, false, $($place)*);
            drops!(gather_settled, true, $($place)*);
        };
    }
    in_the_background!(test);
}

#[test]
fn abort_gives_the_result_if_and_only_if_every_branch_has_ended() {
    macro_rules! test {
        ($($place:tt)*) => {
            let (kept, stopped) = (Cell::new(0), Cell::new(0));
            on_both_flavours(|| async {
                for slowest in 0..4 {
                    for before in 0..7 {
                        let gather = gather!($($place)* yields(0), yields(slowest), yields(1));
                        for _ in 0..before {
                            yield_now().await;
                        }
                        let was_finished = gather.is_finished();
                        if let Some(results) = gather.abort().await {
                            assert_eq!(results, (Ok(0), Ok(slowest), Ok(1)));
                            kept.update(|kept| kept + 1);
                        } else {
                            assert!(!was_finished, "abort lost a result that was there");
                            stopped.update(|stopped| stopped + 1);
                        }
                    }
                }
            });
            assert!(kept.get() > 0 && stopped.get() > 0, "{kept:?} kept, {stopped:?} stopped");
        };
    }
    in_the_background!(test);
}

#[test]
fn abort_after_0_1_2_and_3_yields_finds_what_has_ended_by_then() {
    macro_rules! test {
        ($($place:tt)*) => {
            Builder::new_current_thread().build().unwrap().block_on(async {
                for before in 0..4 {
                    let gather =
                        gather_settled!($($place)* yields(0), yields(1), yields(2), yields(3));
                    for _ in 0..before {
                        yield_now().await;
                    }
                    let (a, b, c, d) = gather.abort().await.unwrap();
                    let ended = [a, b, c, d].map(|outcome| match outcome {
                        Ok(_) => true,
                        Err(error) => !error.is_cancelled(),
                    });
                    assert_eq!(ended, [before > 0, before > 1, before > 2, before > 3]);
                }
            });
        };
    }
    // Under a limit, the last branches start later.
    test!();
    test!(tasks = 1;);
    test!(tasks = 2;);
}

#[test]
fn abort_after_the_last_branch_has_ended_keeps_every_value() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let gather = gather!($($place)* yields(1), ..[yields(2)]);
                until(|| gather.is_finished()).await;
                assert_eq!(gather.abort().await, Some((Ok(1), vec![Ok(2)])));

                let gather = try_gather!($($place)* yields(1), yields(2));
                until(|| gather.is_finished()).await;
                assert_eq!(gather.abort().await, Some(Ok((1, 2))));

                let gather = gather_settled!($($place)* yields(1), yields(2));
                until(|| gather.is_finished()).await;
                let (a, b) = gather.abort().await.unwrap();
                assert_eq!((a.unwrap(), b.unwrap()), (Ok(1), Ok(2)));
            });
        };
    }
    in_the_background!(test);
}

#[test]
fn abort_of_a_failed_gather_gives_what_it_failed_with() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let fails = ready(Outcome::Err("no"));
                let gather = try_gather!($($place)* pending::<Outcome>(), fails);
                until(|| gather.is_finished()).await;
                assert_eq!(gather.abort().await, Some(Err("no")));

                let gather = gather!($($place)* pending::<()>(), async { panic!("boom") });
                until(|| gather.is_finished()).await;
                let resumed = tokio::spawn(async { gather.abort().await.map(drop) }).await;
                let payload = resumed.unwrap_err().into_panic();
                assert_eq!(payload.downcast_ref(), Some(&"boom"));
            });
        };
    }
    in_the_background!(test);
}

#[test]
fn abort_of_settled_keeps_what_finished_and_tells_of_the_rest_that_it_was_cancelled() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                for endless in 0..3 {
                    let branch = |index| async move {
                        if index == endless {
                            pending::<()>().await;
                        }
                        index
                    };
                    let gather = gather_settled!($($place)* branch(0), branch(1), branch(2));
                    until(|| gather.progress().finished() == 2).await;
                    let (a, b, c) = gather.abort().await.unwrap();
                    for (index, outcome) in [a, b, c].into_iter().enumerate() {
                        assert_eq!(
                            outcome.map_err(|error| error.is_cancelled()),
                            if index == endless {
                                Err(true)
                            } else {
                                Ok(index)
                            }
                        );
                    }
                }
            });
        };
    }
    in_the_background!(test);
}

#[test]
fn abort_stops_the_branches_before_its_future_is_polled_and_though_it_never_is() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let ((a, a_dropped), (b, b_dropped)) = (endless(), endless());
                let stopped = gather!($($place)* a, b).abort();
                a_dropped.await.unwrap_err();
                b_dropped.await.unwrap_err();
                assert_eq!(stopped.await, None);

                let (a, a_dropped) = endless();
                drop(gather!($($place)* a).abort());
                a_dropped.await.unwrap_err();
            });
        };
    }
    in_the_background!(test);
}

#[test]
fn abort_waits_for_a_branch_that_is_in_the_middle_of_a_poll() {
    macro_rules! test {
        ($($place:tt)*) => {
            two_workers().block_on(async {
                let probe = Probe::default();
                let (entered, in_poll) = oneshot::channel();
                let (release, released) = mpsc::channel();
                let busy = probe.watch(async move {
                    entered.send(()).unwrap();
                    released.recv_timeout(Duration::from_secs(20)).unwrap();
                    pending::<()>().await;
                });
                let gather = gather!($($place)* busy, probe.watch(pending::<()>()));
                in_poll.await.unwrap();
                let mut stopped = Box::pin(gather.abort());
                until(|| probe.seen().dropped == 1).await;
                let early = std::future::poll_fn(|cx| Poll::Ready(stopped.as_mut().poll(cx))).await;
                assert!(early.is_pending(), "a branch is still running");
                release.send(()).unwrap();
                assert_eq!(stopped.await, None);
                assert_eq!(probe.seen().dropped, 2);
            });
        };
    }
    // Branches that share a task do not run beside one another.
    test!();
    test!(limit = 2;);
    test!(tasks = 2;);
    test!(tasks = 2, limit = 2;);
}

#[test]
fn abort_that_races_with_completion_gives_every_value_or_none() {
    macro_rules! test {
        ($($place:tt)*) => {
            two_workers().block_on(async {
                let (mut kept, mut stopped) = (0, 0);
                // Longer after a round in which a branch was stopped, and shorter after the others.
                let mut yields = 0;
                for _ in 0..300 {
                    let permits = Arc::new(Semaphore::new(0));
                    let branch = |value: u8| {
                        let permits = Arc::clone(&permits);
                        async move {
                            permits.acquire().await.unwrap().forget();
                            value
                        }
                    };
                    let gather = gather!($($place)* branch(1), ..[branch(2), branch(3)], branch(4));
                    permits.add_permits(4);
                    for _ in 0..yields {
                        yield_now().await;
                    }
                    if let Some(results) = gather.abort().await {
                        assert_eq!(results, (1, vec![2, 3], 4));
                        kept += 1;
                        yields /= 2;
                    } else {
                        stopped += 1;
                        yields = (2 * yields + 1).min(100_000);
                    }
                }
                assert!(kept > 0 && stopped > 0, "{kept} kept, {stopped} stopped");
            });
        };
    }
    in_the_background!(test);
}

#[test]
fn dropping_the_handle_drops_every_branch() {
    macro_rules! drops {
        ($gather:ident, $($place:tt)*) => {
            on_both_flavours(|| async {
                let ((a, a_dropped), (b, b_dropped), (c, c_dropped)) =
                    (endless(), endless(), endless());
                drop($gather!($($place)* a, ..[b], c));
                a_dropped.await.unwrap_err();
                b_dropped.await.unwrap_err();
                c_dropped.await.unwrap_err();
            });
        };
    }
    macro_rules! test {
        ($($place:tt)*) => {
            drops!(gather, $($place)*);
            drops!(try_gather, $($place)*);
            drops!(gather_settled, $($place)*);
            drops!(gather_each, $($place)*);
        };
    }
    in_the_background!(test);
}

#[test]
fn branches_that_were_never_polled_are_dropped_unpolled() {
    macro_rules! test {
        ($($place:tt)*) => {
            let runtime = Builder::new_current_thread().build().unwrap();
            let probe = Probe::default();
            let branch = || probe.watch(ready(1));
            runtime.block_on(async {
                drop(gather!($($place)* branch(), ..[branch()], branch()));
                assert!(gather!($($place)* branch(), branch()).abort().await.is_none());
            });
            let unpolled = Seen {
                watched: 5,
                started: 0,
                dropped: 5,
            };
            assert_eq!(probe.seen(), unpolled);
        };
    }
    in_the_background!(test);
}

#[test]
fn a_timeout_and_a_lost_select_that_own_the_handle_drop_every_branch() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let (branch, dropped) = endless();
                let gather = gather!($($place)* branch, pending::<()>());
                let late = timeout(Duration::from_millis(1), gather).await;
                late.unwrap_err();
                dropped.await.unwrap_err();

                let (branch, dropped) = endless();
                tokio::select! {
                    biased;
                    _ = gather!($($place)* branch, pending::<()>()) => unreachable!(),
                    () = ready(()) => {}
                }
                dropped.await.unwrap_err();
            });
        };
    }
    in_the_background!(test);
}

#[test]
fn stopping_a_gather_stops_the_gathers_inside_it() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                for by_abort in [true, false] {
                    let ((a, a_dropped), (b, b_dropped), (c, c_dropped)) =
                        (endless(), endless(), endless());
                    let inner = gather!($($place)* a, gather_settled!($($place)* b));
                    let gather = gather!($($place)* inner, async move {
                        try_gather!($($place)* c).await.is_ok()
                    });
                    if by_abort {
                        assert_eq!(gather.abort().await.map(drop), None);
                    } else {
                        drop(gather);
                    }
                    a_dropped.await.unwrap_err();
                    b_dropped.await.unwrap_err();
                    c_dropped.await.unwrap_err();
                }
            });
        };
    }
    in_the_background!(test);
}

#[test]
fn abort_stops_a_branch_that_awaits_a_task_and_not_that_task() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let (send, receiver) = oneshot::channel();
                let (told, task_told) = oneshot::channel();
                let task = tokio::spawn(async move {
                    told.send(receiver.await.unwrap()).unwrap();
                });
                let gather = gather!($($place)* task);
                yield_now().await;
                assert!(gather.abort().await.is_none());
                send.send(7).unwrap();
                assert_eq!(task_told.await, Ok(7));
            });
        };
    }
    in_the_background!(test);
}

#[test]
fn the_aborted_branches_of_settled_are_named() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let gather = gather_settled!($($place)* pending::<u8>(), ..[pending::<u8>()]);
                let (alone, spread) = gather.abort().await.unwrap();
                let named = |error: &BranchError| (error.name(), error.index());
                assert_eq!(named(&alone.unwrap_err()), ("pending::<u8>()", 0));
                let [spread] = <[_; 1]>::try_from(spread).unwrap();
                assert_eq!(named(&spread.unwrap_err()), ("..[pending::<u8>()]", 0));
            });
        };
    }
    in_the_background!(test);
}
