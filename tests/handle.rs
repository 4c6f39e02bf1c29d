//! The handle: awaiting it, and inspecting it while branches run.

use std::future::{pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use gather::{gather, gather_settled, try_gather};
use tokio::sync::oneshot;
use tokio::time::timeout;

mod support {
    pub(crate) mod flavours;
    pub(crate) mod message;
    pub(crate) mod panic_of;
    pub(crate) mod until;
}

use support::flavours::on_both_flavours;
use support::panic_of::panic_of;
use support::until::until;

type Outcome = Result<u8, &'static str>;

/// A branch that returns what it is sent.
fn sent() -> (
    oneshot::Sender<Outcome>,
    impl Future<Output = Outcome> + Send,
) {
    let (sender, receiver) = oneshot::channel();
    (sender, async { receiver.await.unwrap() })
}

const ORDERS: [[usize; 3]; 6] = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
];

/// Finishes three branches in every order. The closure turns the results into an array, which must
/// be in the order of the arguments.
macro_rules! out_of_order {
    ($gather:ident, $results:expr) => {
        on_both_flavours(|| async {
            for order in ORDERS {
                let ((send_0, a), (send_1, b), (send_2, c)) = (sent(), sent(), sent());
                let mut send = [Some(send_0), Some(send_1), Some(send_2)];
                let gather = $gather!(a, b, c);
                for (finished, index) in order.into_iter().enumerate() {
                    until(|| gather.progress().finished() == finished).await;
                    assert!(!gather.is_finished());
                    assert_eq!(gather.progress().total(), Some(3));
                    assert_eq!(gather.progress().to_string(), format!("{finished}/3"));
                    let value = u8::try_from(index).unwrap();
                    send[index].take().unwrap().send(Ok(value)).unwrap();
                }
                until(|| gather.is_finished()).await;
                assert_eq!(gather.progress().to_string(), "3/3");
                assert_eq!($results(gather.await), [Ok(0), Ok(1), Ok(2)]);
            }
        });
    };
}

#[test]
fn results_come_in_the_order_of_the_arguments_in_whatever_order_the_branches_end() {
    out_of_order!(gather, |(a, b, c)| [a, b, c]);
    out_of_order!(try_gather, |results| {
        let (a, b, c) = Result::unwrap(results);
        [a, b, c].map(Outcome::Ok)
    });
    out_of_order!(gather_settled, |(a, b, c)| [a, b, c].map(Result::unwrap));
}

#[test]
fn branches_that_ended_before_the_gather_is_awaited_give_their_results() {
    macro_rules! test {
        ($gather:ident, $results:expr) => {
            on_both_flavours(|| async {
                let gather = $gather!(ready(Outcome::Ok(1)), async { Outcome::Ok(2) });
                until(|| gather.is_finished()).await;
                assert_eq!($results(gather.await), [Ok(1), Ok(2)]);
            });
        };
    }
    test!(gather, |(a, b)| [a, b]);
    test!(try_gather, |results| {
        let (a, b) = Result::unwrap(results);
        [Outcome::Ok(a), Ok(b)]
    });
    test!(gather_settled, |(a, b)| [a, b].map(Result::unwrap));
}

#[test]
fn try_result_gives_the_handle_back_until_the_result_is_there() {
    on_both_flavours(|| async {
        let (send, branch) = sent();
        let gather = gather!(ready(1), branch);
        let gather = gather.try_result().expect_err("a branch is running");
        until(|| gather.progress().finished() == 1).await;
        let gather = gather.try_result().expect_err("a branch is running");
        send.send(Ok(2)).unwrap();
        until(|| gather.is_finished()).await;
        assert_eq!(gather.try_result().unwrap(), (1, Ok(2)));

        let gather = try_gather!(ready(Outcome::Ok(1)), ready(Outcome::Err("no")));
        until(|| gather.is_finished()).await;
        assert_eq!(gather.try_result().unwrap(), Err("no"));

        let gather = gather_settled!(ready(1));
        until(|| gather.is_finished()).await;
        let (settled,) = gather.try_result().unwrap();
        assert_eq!(settled.unwrap(), 1);
    });
}

#[test]
fn try_result_resumes_a_panic_that_is_the_result() {
    on_both_flavours(|| async {
        let gather = gather!(ready(1), async { panic!("boom") });
        until(|| gather.is_finished()).await;
        let caught = tokio::spawn(async { gather.try_result().map(drop) }).await;
        let payload = caught.unwrap_err().into_panic();
        assert_eq!(payload.downcast_ref(), Some(&"boom"));
    });
}

#[test]
fn a_wait_that_times_out_leaves_the_branches_running_and_a_later_one_gives_the_results() {
    macro_rules! test {
        ($gather:ident, $results:expr) => {
            on_both_flavours(|| async {
                let ((send_a, a), (send_b, b)) = (sent(), sent());
                let mut gather = $gather!(a, b);
                let soon = Duration::from_millis(1);
                assert!(timeout(soon, &mut gather).await.is_err());
                send_a.send(Ok(1)).unwrap();
                assert!(timeout(soon, &mut gather).await.is_err());
                send_b.send(Ok(2)).unwrap();
                assert_eq!($results((&mut gather).await), [Ok(1), Ok(2)]);
            });
        };
    }
    test!(gather, |(a, b)| [a, b]);
    test!(try_gather, |results| {
        let (a, b) = Result::unwrap(results);
        [Outcome::Ok(a), Ok(b)]
    });
    test!(gather_settled, |(a, b)| [a, b].map(Result::unwrap));
}

#[test]
fn a_wait_that_loses_a_select_can_be_tried_again() {
    on_both_flavours(|| async {
        let (send, branch) = sent();
        let mut gather = gather!(branch);
        for _ in 0..3 {
            tokio::select! {
                biased;
                _ = &mut gather => panic!("the branch has not been sent its value"),
                () = ready(()) => {}
            }
        }
        send.send(Ok(1)).unwrap();
        tokio::select! {
            result = &mut gather => assert_eq!(result, (Ok(1),)),
            () = pending() => {}
        }
    });
}

#[test]
fn every_use_after_the_result_was_taken_panics_and_says_so() {
    on_both_flavours(|| async {
        let taken = || async {
            let mut gather = gather!(ready(1), ready(2));
            assert_eq!((&mut gather).await, (1, 2));
            gather
        };
        let says_so = |message: String| {
            assert!(
                message.contains("has already returned its result"),
                "{message}"
            );
        };
        let panics = |task: Result<(), tokio::task::JoinError>| {
            let payload = task.unwrap_err().into_panic();
            says_so((*payload.downcast::<&str>().unwrap()).to_owned());
        };

        says_so(panic_of(taken().await).await);
        let gather = taken().await;
        panics(tokio::spawn(async { drop(gather.try_result()) }).await);
        let gather = taken().await;
        panics(tokio::spawn(async { assert!(gather.abort().await.is_none()) }).await);
        let mut gather = taken().await;
        panics(tokio::spawn(async move { assert_eq!((&mut gather).await, (0, 0)) }).await);

        // Methods that do not take the result still work, and the handle can be
        // detached or dropped.
        let gather = taken().await;
        assert!(gather.is_finished());
        assert!(gather.is_terminated());
        assert_eq!(gather.progress().to_string(), "2/2");
        gather.detach();
        drop(taken().await);
    });
}

#[test]
fn a_handle_is_terminated_once_its_result_is_taken_be_it_an_error() {
    on_both_flavours(|| async {
        let (send, receive) = oneshot::channel::<()>();
        let mut gather = try_gather!(receive);
        assert!(!gather.is_terminated());
        assert!(timeout(Duration::ZERO, &mut gather).await.is_err());
        assert!(!gather.is_terminated());

        drop(send);
        until(|| gather.is_finished()).await;
        assert!(!gather.is_terminated());
        assert!((&mut gather).await.is_err());
        assert!(gather.is_finished() && gather.is_terminated());
    });
}

#[test]
fn a_panic_that_was_resumed_counts_as_taken() {
    on_both_flavours(|| async {
        let mut gather = gather!(ready(1), async { panic!("boom") });
        until(|| gather.is_finished()).await;
        let resumed = catch_unwind(AssertUnwindSafe(|| {
            let awaits = pin!((&mut gather).into_future());
            awaits
                .poll(&mut Context::from_waker(Waker::noop()))
                .map(drop)
        }));
        assert_eq!(resumed.unwrap_err().downcast_ref(), Some(&"boom"));
        assert!(gather.is_terminated());
        let again = panic_of(gather).await;
        assert!(again.contains("has already returned its result"), "{again}");
    });
}
