//! When the awaiting task is woken and polled, and when it is not. The time that all of its polls
//! take together is proportional to the number of its branches.

use std::future::{pending, poll_fn, ready};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use gather::{Gather, gather, gather_settled, try_gather};
use tokio::runtime::{Handle, RuntimeFlavor};
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

/// Lets the other tasks run as far as they can.
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

/// Polls a new future once and drops it, so that the handle can be used in between.
fn poll_once<T>(gather: &mut Gather<T>, waker: &Waker) -> Poll<T> {
    poll(pin!(gather.into_future()), waker)
}

#[test]
fn the_waiting_task_is_woken_by_the_first_branch_that_it_has_not_read_and_by_no_other() {
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
                    let mut gather = $gather!(a, b, c);
                    let (mut has_ended, mut wakes) = ([false; 3], 0);
                    for (before, index) in order.into_iter().enumerate() {
                        assert!(poll_once(&mut gather, &waker).is_pending());
                        settle().await;
                        assert_eq!(woken.count(), wakes, "in the order {order:?}");
                        wakes +=
                            usize::from(has_ended.iter().position(|ended| !ended) == Some(index));
                        has_ended[index] = true;
                        send[index].take().unwrap().send(Ok(1)).unwrap();
                        until(|| gather.progress().finished() == before + 1).await;
                        until(|| woken.count() >= wakes).await;
                    }
                    assert!(poll_once(&mut gather, &waker).is_ready());
                    settle().await;
                    assert_eq!(woken.count(), wakes, "in the order {order:?}");
                    assert!(wakes <= 3 && (order[2] != 0 || wakes == 1));
                }
            });
        };
    }
    test!(gather);
    test!(try_gather);
    test!(gather_settled);
}

#[test]
fn a_thousand_branches_of_which_the_first_ends_last_wake_the_waiting_task_once() {
    macro_rules! test {
        (|$first:ident, $others:ident| $gather:expr) => {
            on_both_flavours(|| async {
                let (release, _) = broadcast::channel::<()>(1);
                let released = |mut told: broadcast::Receiver<()>| async move {
                    Outcome::Ok(u8::from(told.recv().await.is_ok()))
                };
                let all: Vec<_> = (0..1000).map(|_| released(release.subscribe())).collect();
                let ($others, (send, $first)) = (all, sent());
                let mut gather = $gather;
                let (woken, waker) = Wakes::new();
                assert!(poll_once(&mut gather, &waker).is_pending());
                release.send(()).unwrap();
                until(|| gather.progress().finished() == 1000).await;
                settle().await;
                assert_eq!(woken.count(), 0);
                assert!(poll_once(&mut gather, &waker).is_pending());
                send.send(Ok(1)).unwrap();
                until(|| woken.count() > 0).await;
                assert!(poll_once(&mut gather, &waker).is_ready());
                settle().await;
                assert_eq!(woken.count(), 1);
            });
        };
    }
    test!(|first, others| gather!(first, ..others));
    test!(|first, others| try_gather!(first, ..others));
    test!(|first, others| gather_settled!(first, ..others));
}

#[test]
fn the_branches_of_one_place_wake_the_waiting_task_once() {
    on_both_flavours(|| async {
        let (release, _) = broadcast::channel::<()>(1);
        let branches: Vec<_> = (0..1000)
            .map(|_| {
                let mut released = release.subscribe();
                async move { released.recv().await.is_ok() }
            })
            .collect();
        let (woken, waker) = Wakes::new();
        let mut gather = pin!(gather!(limit = 1; ..branches).into_future());
        assert!(poll(gather.as_mut(), &waker).is_pending());
        release.send(()).unwrap();
        until(|| woken.count() > 0).await;
        assert!(poll(gather.as_mut(), &waker).is_ready());
        settle().await;
        assert_eq!(woken.count(), 1);
    });
}

#[test]
fn a_failure_wakes_the_waiting_task_and_no_more_than_once_for_each_branch_that_it_ends() {
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
            let mut seen = 0;
            let result = loop {
                until(|| woken.count() > seen).await;
                seen = woken.count();
                if let Poll::Ready(result) = poll(gather.as_mut(), &waker) {
                    break result;
                }
            };
            assert_eq!((result, probe.seen().dropped), (Err("no"), 3));
            settle().await;
            assert!(woken.count() <= 3, "{} wakes", woken.count());
        }
    });
}

/// The number of branches. They end one after another, each once the previous one has ended.
const BRANCHES: usize = 500;

/// The orders in which the branches end: their own, the reverse, and one that is neither.
fn orders() -> [Vec<usize>; 3] {
    let forward: Vec<usize> = (0..BRANCHES).collect();
    let reverse = forward.iter().rev().copied().collect();
    // 193 and 500 have no common divisor, so each number comes once.
    let shuffled = forward.iter().map(|at| (at * 193 + 77) % BRANCHES);
    let shuffled = shuffled.collect();
    [forward, reverse, shuffled]
}

/// Awaits the branches in a task of its own, and returns how often that task is polled.
async fn polls_of<T: Send + 'static>(
    start: impl FnOnce(Vec<Pin<Box<dyn Future<Output = Outcome> + Send>>>) -> Gather<T>,
    order: &[usize],
) -> usize {
    let ended = Arc::new(AtomicUsize::new(0));
    let (mut send, mut branches) = (Vec::new(), Vec::new());
    for _ in 0..BRANCHES {
        let ((sender, branch), ended) = (sent(), Arc::clone(&ended));
        send.push(Some(sender));
        branches.push(Box::pin(async move {
            let outcome = branch.await;
            ended.fetch_add(1, Ordering::SeqCst);
            outcome
        }) as Pin<Box<_>>);
    }
    let gather = start(branches);
    let awaiter = tokio::spawn(async move {
        let mut gather = pin!(gather.into_future());
        let mut polls = 0;
        poll_fn(|cx| {
            polls += 1;
            gather.as_mut().poll(cx).map(drop)
        })
        .await;
        polls
    });
    settle().await;
    for (before, index) in order.iter().enumerate() {
        send[*index].take().unwrap().send(Ok(1)).unwrap();
        until(|| ended.load(Ordering::SeqCst) == before + 1).await;
        // A task that was woken by this is polled before the next branch ends.
        yield_now().await;
        yield_now().await;
    }
    awaiter.await.unwrap()
}

#[test]
fn all_polls_of_the_waiting_task_together_are_about_as_many_as_its_branches_in_whatever_order_they_end()
 {
    macro_rules! test {
        (|$branches:ident| $gather:expr) => {
            on_both_flavours(|| async {
                for order in orders() {
                    let polls = polls_of(|$branches| $gather, &order).await;
                    assert!(polls <= BRANCHES + 2, "{polls} polls");
                    if order[BRANCHES - 1] == 0 {
                        // The branches before it may still be ending, one on each worker.
                        assert!(polls <= 4, "{polls} polls, though the first ended last");
                    }
                }
            });
        };
    }
    test!(|branches| gather!(..branches));
    test!(|branches| try_gather!(..branches));
    test!(|branches| gather_settled!(..branches));
    test!(|branches| gather!(on = Handle::current(); ..branches));
}

#[test]
fn under_a_limit_too_all_polls_together_are_about_as_many_as_the_branches() {
    on_both_flavours(|| async {
        for order in orders() {
            let start = |branches| gather!(limit = BRANCHES; ..branches);
            let polls = polls_of(start, &order).await;
            assert!(polls <= BRANCHES + 2, "{polls} polls");
        }
        // With fewer places than branches, the branches end one by one only in their own order.
        for limit in [1, 7] {
            let start = |branches| gather!(limit = limit; ..branches);
            let polls = polls_of(start, &orders()[0]).await;
            assert!(polls <= BRANCHES + 2, "{polls} polls");
        }
    });
}

#[test]
fn a_wait_that_was_dropped_leaves_its_waker_until_the_branch_ends_or_somebody_else_waits() {
    on_both_flavours(|| async {
        // Nobody else waits, so the wake comes late, and once.
        let (send, branch) = sent();
        let mut gather = gather!(branch);
        let (woken, waker) = Wakes::new();
        assert!(poll_once(&mut gather, &waker).is_pending());
        assert_eq!(Arc::strong_count(&woken), 3, "no waker was kept");
        send.send(Ok(1)).unwrap();
        until(|| gather.is_finished() && woken.count() == 1).await;
        assert_eq!(gather.await, (Ok(1),));
        settle().await;
        assert_eq!((woken.count(), Arc::strong_count(&woken)), (1, 2));

        // The handle is dropped, and the waker with it.
        let (_send, branch) = sent();
        let mut gather = gather!(branch);
        let (woken, waker) = Wakes::new();
        assert!(poll_once(&mut gather, &waker).is_pending());
        drop(gather);
        until(|| Arc::strong_count(&woken) == 2).await;
    });
}

#[test]
fn a_handle_that_was_dropped_while_waiting_wakes_at_most_once_though_all_its_branches_stop() {
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
                until(|| Arc::strong_count(&woken) == 2).await;
                // Another thread that stops a branch before the handle is gone wakes the task.
                let is_one_thread =
                    Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread;
                assert!(woken.count() <= usize::from(!is_one_thread));
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
                // In a task of its own, because only tasks have a budget.
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
    test!(gather, tasks = 2;);
    test!(try_gather, tasks = 2;);
    test!(gather_settled, tasks = 2;);
    test!(gather, tasks = 2, limit = 16;);
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

#[test]
fn asking_how_far_a_gather_is_keeps_the_waker_of_the_one_who_waits() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let ((send, branch), (send_last, last)) = (sent(), sent());
                let (woken, waker) = Wakes::new();
                let mut gather = try_gather!($($place)* branch, last);
                assert!(poll_once(&mut gather, &waker).is_pending());
                for _ in 0..3 {
                    assert!(!gather.is_finished());
                    assert_eq!(gather.progress().finished(), 0);
                    gather = gather.try_result().expect_err("no branch has ended");
                }
                send_last.send(Ok(2)).unwrap();
                send.send(Ok(1)).unwrap();
                until(|| woken.count() > 0).await;
                until(|| gather.is_finished()).await;
                assert_eq!(poll_once(&mut gather, &waker), Poll::Ready(Ok((1, 2))));
            });
        };
    }
    test!();
    test!(limit = 2;);
    test!(tasks = 1;);
    test!(tasks = 2;);
    test!(tasks = 1, limit = 2;);
}

#[test]
fn a_branch_here_that_is_woken_once_wakes_the_waiting_task_once() {
    let ((send_first, first), (send_second, second)) = (sent(), sent());
    let mut both = pin!(gather!(here; ..[first, second]));
    let (woken, waker) = Wakes::new();
    for (before, send) in [send_first, send_second].into_iter().enumerate() {
        assert!(poll(both.as_mut(), &waker).is_pending());
        assert_eq!(woken.count(), before);
        send.send(Ok(1)).unwrap();
        assert_eq!(woken.count(), before + 1);
    }
    assert!(poll(both, &waker).is_ready());
    assert_eq!(woken.count(), 2);
}
