//! One wake per gather: when the awaiting task is woken and polled, and when it is not.

use std::future::{pending, poll_fn, ready};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use gather::{Gather, gather, gather_settled, try_gather};
use tokio::sync::{broadcast, oneshot};
use tokio::task::{coop, yield_now};

mod support {
    pub(crate) mod flavours;
    pub(crate) mod probe;
    pub(crate) mod until;
}

use support::flavours::on_both_flavours;
use support::probe::Probe;
use support::until::until;

/// A waker that counts.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Wakes {
    fn new() -> (Arc<Wakes>, Waker) {
        let wakes = Arc::new(Wakes::default());
        (Arc::clone(&wakes), Waker::from(wakes))
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

fn poll<F: Future>(future: Pin<&mut F>, waker: &Waker) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(waker))
}

/// Lets the other tasks do what they can do.
async fn settle() {
    for _ in 0..20 {
        yield_now().await;
    }
}

type Outcome = Result<u8, &'static str>;

fn sent() -> (
    oneshot::Sender<Outcome>,
    impl Future<Output = Outcome> + Send,
) {
    let (sender, receiver) = oneshot::channel();
    (sender, async { receiver.await.unwrap() })
}

#[test]
fn the_waiting_task_is_woken_once_in_whatever_order_the_branches_end() {
    macro_rules! test {
        ($gather:ident) => {
            on_both_flavours(|| async {
                for order in [
                    [0, 1, 2],
                    [0, 2, 1],
                    [1, 0, 2],
                    [1, 2, 0],
                    [2, 0, 1],
                    [2, 1, 0],
                ] {
                    let ((send_0, a), (send_1, b), (send_2, c)) = (sent(), sent(), sent());
                    let mut send = [Some(send_0), Some(send_1), Some(send_2)];
                    let (woken, waker) = Wakes::new();
                    let mut gather = pin!($gather!(a, b, c).into_future());
                    for index in order {
                        assert!(poll(gather.as_mut(), &waker).is_pending());
                        settle().await;
                        assert_eq!(woken.count(), 0);
                        send[index].take().unwrap().send(Ok(1)).unwrap();
                    }
                    until(|| woken.count() == 1).await;
                    assert!(poll(gather.as_mut(), &waker).is_ready());
                    settle().await;
                    assert_eq!(woken.count(), 1);
                }
            });
        };
    }
    test!(gather);
    test!(try_gather);
    test!(gather_settled);
}

#[test]
fn a_thousand_branches_wake_the_waiting_task_once() {
    on_both_flavours(|| async {
        for limit in [1, 10, 1000] {
            let (release, _) = broadcast::channel::<()>(1);
            let branches: Vec<_> = (0..1000)
                .map(|_| {
                    let mut released = release.subscribe();
                    async move { released.recv().await.is_ok() }
                })
                .collect();
            let gather: Gather<Vec<bool>> = if limit == 1000 {
                gather!(..branches)
            } else {
                gather!(limit = limit; ..branches)
            };
            let (woken, waker) = Wakes::new();
            let mut gather = pin!(gather.into_future());
            assert!(poll(gather.as_mut(), &waker).is_pending());
            release.send(()).unwrap();
            until(|| woken.count() > 0).await;
            assert!(poll(gather.as_mut(), &waker).is_ready());
            settle().await;
            assert_eq!(woken.count(), 1);
        }
    });
}

#[test]
fn a_failure_wakes_the_waiting_task_once_though_it_ends_all_branches() {
    on_both_flavours(|| async {
        for failing in 0..3 {
            let probe = Probe::default();
            let (fail, told) = oneshot::channel();
            let mut told = Some(told);
            let mut branch = |index| {
                let told = if index == failing { told.take() } else { None };
                probe.watch(async move {
                    match told {
                        Some(told) => told.await.unwrap(),
                        None => pending::<Outcome>().await,
                    }
                })
            };
            let (woken, waker) = Wakes::new();
            let gather = try_gather!(branch(0), branch(1), branch(2));
            let mut gather = pin!(gather.into_future());
            assert!(poll(gather.as_mut(), &waker).is_pending());
            fail.send(Err("no")).unwrap();
            until(|| woken.count() == 1).await;
            assert_eq!(probe.seen().dropped, 3);
            assert_eq!(poll(gather.as_mut(), &waker), Poll::Ready(Err("no")));
            settle().await;
            assert_eq!(woken.count(), 1);
        }
    });
}

#[test]
fn awaiting_polls_at_most_twice_however_many_branches_end_apart() {
    on_both_flavours(|| async {
        for branches in [1, 10, 500] {
            let gather = gather!(
                ..(0..branches).map(|yields| async move {
                    for _ in 0..yields {
                        yield_now().await;
                    }
                })
            );
            let mut gather = pin!(gather.into_future());
            let mut polls = 0;
            poll_fn(|cx| {
                polls += 1;
                gather.as_mut().poll(cx)
            })
            .await;
            assert!(polls <= 2, "{branches} branches took {polls} polls");
        }
    });
}

#[test]
fn a_wait_that_was_dropped_is_not_woken() {
    on_both_flavours(|| async {
        let (send, branch) = sent();
        let mut gather = gather!(branch);
        let (woken, waker) = Wakes::new();
        {
            let waits = pin!((&mut gather).into_future());
            assert!(poll(waits, &waker).is_pending());
        }
        assert_eq!(Arc::strong_count(&woken), 2, "the waker was kept");
        send.send(Ok(1)).unwrap();
        until(|| gather.is_finished()).await;
        settle().await;
        assert_eq!(woken.count(), 0);
        assert_eq!(gather.await, (Ok(1),));
    });
}

#[test]
fn a_handle_that_was_dropped_while_waiting_wakes_nobody_when_its_branches_stop() {
    macro_rules! test {
        ($gather:ident, $($limit:tt)*) => {
            on_both_flavours(|| async {
                let probe = Probe::default();
                let branch = || probe.watch(pending::<Outcome>());
                let mut gather = Box::pin($gather!($($limit)* branch(), branch()).into_future());
                let (woken, waker) = Wakes::new();
                assert!(poll(gather.as_mut(), &waker).is_pending());
                drop(gather);
                until(|| probe.seen().dropped == 2).await;
                settle().await;
                assert_eq!(woken.count(), 0);
            });
        };
    }
    test!(gather,);
    test!(try_gather,);
    test!(gather_settled,);
    test!(gather, limit = 1;);
}

#[test]
fn the_task_that_polled_last_is_woken_and_no_other() {
    on_both_flavours(|| async {
        let (send, branch) = sent();
        let mut gather = pin!(gather!(branch).into_future());
        let (first_wakes, first) = Wakes::new();
        let (second_wakes, second) = Wakes::new();
        assert!(poll(gather.as_mut(), &first).is_pending());
        assert!(poll(gather.as_mut(), &second).is_pending());
        assert_eq!(
            Arc::strong_count(&first_wakes),
            2,
            "the first waker was kept"
        );
        send.send(Ok(1)).unwrap();
        until(|| second_wakes.count() == 1).await;
        assert_eq!(first_wakes.count(), 0);
        assert_eq!(poll(gather, &second), Poll::Ready((Ok(1),)));
    });
}

#[test]
fn results_are_read_in_one_poll_though_the_budget_of_the_task_is_spent() {
    macro_rules! test {
        ($gather:ident, $($limit:tt)*) => {
            on_both_flavours(|| async {
                let branches = (0..1000).map(|_| ready(Outcome::Ok(1)));
                let gather = $gather!($($limit)* ..branches);
                until(|| gather.is_finished()).await;
                // In a task of its own: only tasks have a budget to spend.
                let reads = tokio::spawn(async {
                    let mut gather = pin!(gather.into_future());
                    poll_fn(|cx| {
                        while let Poll::Ready(spent) = coop::poll_proceed(cx) {
                            spent.made_progress();
                        }
                        Poll::Ready(gather.as_mut().poll(cx).is_ready())
                    })
                    .await
                });
                assert!(reads.await.unwrap());
            });
        };
    }
    test!(gather,);
    test!(try_gather,);
    test!(gather_settled,);
    test!(gather, limit = 16;);
}

#[test]
fn a_finished_gather_is_ready_at_the_first_poll_and_wakes_nobody() {
    on_both_flavours(|| async {
        let gather = gather!(ready(1), ready(2));
        until(|| gather.is_finished()).await;
        let (woken, waker) = Wakes::new();
        let ready = poll(pin!(gather.into_future()), &waker);
        assert_eq!(ready, Poll::Ready((1, 2)));
        settle().await;
        assert_eq!((woken.count(), Arc::strong_count(&woken)), (0, 2));
    });
}
