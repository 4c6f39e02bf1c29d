//! Nothing is left behind: every future is dropped before the gather resolves, and every output is
//! dropped exactly once.

use std::future::pending;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::task::Poll;
use std::time::Duration;

use gather::{gather, gather_settled, try_gather};
use tokio::sync::{oneshot, watch};
use tokio::task::yield_now;

mod support {
    pub(crate) mod flavours;
    pub(crate) mod outside;
    pub(crate) mod probe;
    pub(crate) mod until;
}

use support::flavours::on_both_flavours;
use support::outside::send_from_outside;
use support::probe::{Probe, Seen, Watched};
use support::until::until;

/// A counted output. It is a future only because a probe counts futures.
type Output = Watched<std::future::Pending<()>>;

#[derive(Clone, Copy, PartialEq)]
enum Ending {
    Returns,
    Fails,
    Panics,
    Never,
}

use Ending::{Fails, Never, Panics, Returns};

const LONG: Duration = Duration::from_secs(20);

/// Counts the futures and the outputs of a gather.
#[derive(Clone, Default)]
struct Counted {
    futures: Probe,
    outputs: Probe,
}

impl Counted {
    /// A branch that returns an output at once, or waits for `go` and then ends in another way.
    fn branch(
        &self,
        ending: Ending,
        go: &watch::Receiver<bool>,
    ) -> Watched<impl Future<Output = Result<Output, Output>> + Send + use<>> {
        let (outputs, mut go) = (self.outputs.clone(), go.clone());
        self.futures.watch(async move {
            if ending != Returns {
                // The other branches have ended by now.
                go.wait_for(|go| *go).await.unwrap();
            }
            match ending {
                Returns => Ok(outputs.watch(pending())),
                Fails => Err(outputs.watch(pending())),
                // `resume_unwind` skips the panic hook, which would print fifty messages.
                Panics => resume_unwind(Box::new("boom")),
                Never => pending().await,
            }
        })
    }

    fn assert_all_futures_dropped(&self) {
        let Seen {
            watched, dropped, ..
        } = self.futures.seen();
        assert_eq!(dropped, watched, "a future lives");
    }

    async fn assert_all_dropped_once(&self) {
        until(|| self.futures.seen().dropped == self.futures.seen().watched).await;
        until(|| self.outputs.seen().dropped == self.outputs.seen().watched).await;
        // A second drop would happen soon after the first.
        for _ in 0..5 {
            yield_now().await;
        }
        let Seen {
            watched, dropped, ..
        } = self.outputs.seen();
        assert_eq!(dropped, watched);
    }
}

/// Lets three branches end, then ends the one at each position in each of the ways, and runs the
/// body with the handle.
macro_rules! each_ending {
    ($endings:expr, |$handle:ident, $counted:ident| $body:block) => {
        each_ending!(gather, (), $endings, |$handle, $counted| $body);
        each_ending!(try_gather, (), $endings, |$handle, $counted| $body);
        each_ending!(gather_settled, (), $endings, |$handle, $counted| $body);
        each_ending!(gather, (limit = 4;), $endings, |$handle, $counted| $body);
        each_ending!(try_gather, (limit = 4;), $endings, |$handle, $counted| $body);
        each_ending!(gather_settled, (limit = 4;), $endings, |$handle, $counted| $body);
        each_ending!(gather, (tasks = 2;), $endings, |$handle, $counted| $body);
        each_ending!(try_gather, (tasks = 2, limit = 4;), $endings, |$handle, $counted| $body);
        each_ending!(gather_settled, (tasks = 1;), $endings, |$handle, $counted| $body);
    };
    (
        $gather:ident, ($($limit:tt)*), $endings:expr,
        |$handle:ident, $counted:ident| $body:block
    ) => {
        on_both_flavours(|| async {
            for special in $endings {
                for position in 0..4 {
                    let $counted = Counted::default();
                    let (go, wait) = watch::channel(false);
                    let ending = |at| if at == position { special } else { Returns };
                    let branch = |at| $counted.branch(ending(at), &wait);
                    let $handle = $gather!(
                        $($limit)* branch(0), ..[branch(1), branch(2)], branch(3)
                    );
                    until(|| $handle.progress().finished() >= 3).await;
                    go.send(true).unwrap();
                    $body
                    $counted.assert_all_dropped_once().await;
                }
            }
        });
    };
}

#[test]
fn awaited_every_output_is_dropped_once_and_every_future_before_the_gather_resolves() {
    each_ending!([Returns, Fails, Panics], |gather, counted| {
        let result = tokio::spawn(gather.into_future()).await;
        counted.assert_all_futures_dropped();
        drop(result);
    });
}

#[test]
fn awaited_by_reference_every_output_is_dropped_once() {
    each_ending!([Returns, Fails, Panics], |gather, counted| {
        let result = tokio::spawn(async {
            let mut gather = gather;
            let result = (&mut gather).await;
            (gather, result)
        });
        let result = result.await;
        counted.assert_all_futures_dropped();
        drop(result);
    });
}

#[test]
fn aborted_every_output_is_dropped_once_and_every_future_before_it_resolves() {
    each_ending!([Returns, Fails, Panics, Never], |gather, counted| {
        let result = tokio::spawn(async { gather.abort().await }).await;
        counted.assert_all_futures_dropped();
        drop(result);
    });
}

#[test]
fn dropped_half_done_every_output_is_dropped_once() {
    each_ending!([Returns, Fails, Panics, Never], |gather, counted| {
        drop(gather);
    });
}

#[test]
fn dropped_unread_every_output_is_dropped_once() {
    each_ending!([Returns, Fails, Panics], |gather, counted| {
        until(|| gather.is_finished()).await;
        drop(gather);
    });
}

#[test]
fn detached_every_output_is_dropped_once() {
    each_ending!([Returns, Fails, Panics], |gather, counted| {
        gather.detach();
    });
}

#[test]
fn when_the_task_that_awaits_is_aborted_every_branch_is_dropped_and_nested_ones_too() {
    on_both_flavours(|| async {
        let probe = Probe::default();
        let branch = || probe.watch(pending::<Result<(), ()>>());
        let gather = gather!(
            branch(),
            ..[branch(), branch()],
            gather_settled!(branch(), gather!(limit = 1; branch(), branch())),
            try_gather!(branch()),
        );
        let awaits = tokio::spawn(gather.into_future());
        yield_now().await;
        awaits.abort();
        assert!(awaits.await.unwrap_err().is_cancelled());
        until(|| probe.seen().dropped == 7).await;
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gather_does_not_resolve_while_the_future_of_a_sibling_is_still_being_dropped() {
    struct SlowDrop(Option<oneshot::Sender<()>>, mpsc::Receiver<()>);
    impl Drop for SlowDrop {
        fn drop(&mut self) {
            self.0.take().unwrap().send(()).unwrap();
            self.1.recv_timeout(LONG).unwrap();
        }
    }
    for fails in [true, false] {
        let (begins, dropping) = oneshot::channel();
        let (release, released) = mpsc::channel();
        let slow = SlowDrop(Some(begins), released);
        let sibling = async move {
            pending::<()>().await;
            drop(slow);
            Ok(())
        };
        let gather = try_gather!(sibling, async move {
            if fails {
                Err::<(), ()>(())
            } else {
                panic!("boom")
            }
        });
        let mut awaits = tokio::spawn(gather.into_future());
        dropping.await.unwrap();
        for _ in 0..20 {
            yield_now().await;
        }
        let early = std::future::poll_fn(|cx| Poll::Ready(Pin::new(&mut awaits).poll(cx)));
        assert!(early.await.is_pending(), "a future was still being dropped");
        release.send(()).unwrap();
        assert_eq!(awaits.await.is_ok(), fails);
    }
}

/// A sibling is in the middle of a poll when the first branch fails, and then
/// ends as `ending` says.
async fn second_failure(
    outputs: &Probe,
    ending: Ending,
) -> Result<Result<((), (), ()), Output>, tokio::task::JoinError> {
    let (entered, in_poll) = oneshot::channel();
    let (guard, stopped) = mpsc::channel::<()>();
    let busy = {
        let outputs = outputs.clone();
        async move {
            send_from_outside(entered);
            // The third branch is dropped once the first failure is recorded.
            assert_eq!(
                stopped.recv_timeout(LONG),
                Err(RecvTimeoutError::Disconnected)
            );
            match ending {
                Fails => Err(outputs.watch(pending())),
                _ => panic!("the second failure"),
            }
        }
    };
    let first = {
        let outputs = outputs.clone();
        async move {
            in_poll.await.unwrap();
            Err(outputs.watch(pending()))
        }
    };
    let third = async move {
        pending::<()>().await;
        drop(guard);
        Ok(())
    };
    let gather = try_gather!(busy, first, third);
    tokio::spawn(gather.into_future()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_error_of_a_second_sibling_is_dropped_quietly_and_once() {
    let outputs = Probe::default();
    let result = second_failure(&outputs, Fails).await.unwrap();
    assert_eq!(
        outputs.seen(),
        Seen {
            watched: 2,
            started: 0,
            dropped: 1
        }
    );
    drop(result.unwrap_err());
    assert_eq!(outputs.seen().dropped, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_panic_of_a_second_sibling_outranks_the_error_that_is_dropped_once() {
    let outputs = Probe::default();
    let Err(panic) = second_failure(&outputs, Panics).await else {
        panic!("the panic is lost");
    };
    let payload = panic.into_panic();
    assert_eq!(payload.downcast_ref(), Some(&"the second failure"));
    assert_eq!(
        outputs.seen(),
        Seen {
            watched: 1,
            started: 0,
            dropped: 1
        }
    );
}
