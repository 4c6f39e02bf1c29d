//! The tests that joins have in any language, in each place that branches run in: the order of the
//! results, the first failure in time, time limits, limits, and nothing to join.

use std::convert::Infallible;
use std::future::{Ready, pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gather::{gather, gather_settled, try_gather};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, timeout};

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

type Outcome = Result<usize, usize>;

/// Runs the test in each place, with room for at least five branches.
macro_rules! in_each_place {
    ($test:ident) => {
        $test!();
        $test!(limit = 5;);
        $test!(tasks = 1;);
        $test!(tasks = 3;);
        $test!(tasks = 1, limit = 5;);
        $test!(tasks = 2, limit = 6;);
        $test!(here;);
        $test!(here, limit = 5;);
    };
}

/// All orders of three branches.
const ORDERS: [[u64; 3]; 6] = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
];

/// Sleeps for `seconds` seconds, and returns `at`.
async fn after(seconds: u64, at: usize) -> usize {
    sleep(Duration::from_secs(seconds)).await;
    at
}

#[tokio::test(start_paused = true)]
async fn results_come_in_the_order_of_the_call_when_the_last_branch_has_ended() {
    macro_rules! test {
        ($($place:tt)*) => {
            for [a, b, c] in ORDERS {
                let start = Instant::now();
                assert_eq!(gather!($($place)* after(a, 0), after(b, 1), after(c, 2)).await, (0, 1, 2));
                assert_eq!(start.elapsed().as_secs(), 2);
                let all = [after(a, 0), after(b, 1), after(c, 2)];
                assert_eq!(gather!($($place)* after(1, 9), ..all, after(0, 9)).await, (9, vec![0, 1, 2], 9));
                assert_eq!(start.elapsed().as_secs(), 4);
            }
        };
    }
    in_each_place!(test);
}

#[tokio::test(start_paused = true)]
async fn the_first_error_in_time_is_the_result_and_waits_for_no_sibling() {
    async fn fails_after(seconds: u64, at: usize) -> Outcome {
        Err(after(seconds, at).await)
    }
    macro_rules! test {
        ($($place:tt)*) => {
            for [a, b, c] in ORDERS {
                let start = Instant::now();
                let first = [a, b, c].iter().position(|seconds| *seconds == 0).unwrap();
                let branches = [fails_after(a + 1, 0), fails_after(b + 1, 1), fails_after(c + 1, 2)];
                let [one, two, three] = branches;
                let probe = Probe::default();
                let endless = || probe.watch(pending::<Outcome>());
                let failed = try_gather!($($place)* endless(), one, ..[two, three], endless()).await;
                assert_eq!(failed.map(drop), Err(first));
                assert_eq!(start.elapsed().as_secs(), 1);
                assert_eq!(probe.seen().dropped, 2);
            }
        };
    }
    in_each_place!(test);
}

#[tokio::test(start_paused = true)]
async fn the_first_panic_in_time_is_resumed_and_waits_for_no_sibling() {
    macro_rules! test {
        ($($place:tt)*) => {
            for [a, b, c] in ORDERS {
                let start = Instant::now();
                let panics = |seconds| async move {
                    panic!("{}", after(seconds + 1, 0).await + usize::try_from(seconds).unwrap())
                };
                let probe = Probe::default();
                let endless = || probe.watch(pending::<()>());
                let (first, last) = (endless(), endless());
                let (one, others) = (panics(a), [panics(b), panics(c)]);
                let awaits = tokio::spawn(async {
                    let ((), (), _, ()) = gather!($($place)* first, one, ..others, last).await;
                });
                let payload = awaits.await.unwrap_err().into_panic();
                assert_eq!(payload.downcast_ref(), Some(&String::from("0")));
                assert_eq!(start.elapsed().as_secs(), 1);
                assert_eq!(probe.seen().dropped, 2);
            }
        };
    }
    in_each_place!(test);
}

#[tokio::test(start_paused = true)]
async fn settled_waits_for_every_branch_and_keeps_apart_what_became_of_each() {
    macro_rules! test {
        ($($place:tt)*) => {
            for [a, b, c] in ORDERS {
                let start = Instant::now();
                let branch = |at: usize, seconds| async move {
                    match after(seconds, at).await {
                        1 => panic!("no"),
                        2 => Err("an error is a value"),
                        at => Ok(at),
                    }
                };
                let branches = [branch(1, b), branch(2, c)];
                let (value, others) = gather_settled!($($place)* branch(0, a), ..branches).await;
                assert_eq!(start.elapsed().as_secs(), 2);
                assert_eq!(value.unwrap(), Ok(0));
                let [panic, error] = <[_; 2]>::try_from(others).unwrap();
                let panic = panic.unwrap_err();
                assert!(panic.is_panic() && panic.to_string().ends_with(" panicked: no"));
                assert_eq!(error.unwrap(), Err("an error is a value"));
            }
        };
    }
    in_each_place!(test);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_lets_what_ends_in_time_be_and_stops_what_does_not() {
    macro_rules! test {
        ($($place:tt)*) => {
            let limit = Duration::from_millis(1_500);
            let in_time = timeout(limit, gather!($($place)* after(1, 0), after(0, 1)));
            assert_eq!(in_time.await, Ok((0, 1)));

            for limit in [limit, Duration::ZERO] {
                let start = Instant::now();
                let probe = Probe::default();
                let branches = [1, 2].map(|seconds| probe.watch(after(seconds, 0)));
                let too_late = timeout(limit, gather!($($place)* ..branches));
                assert!(too_late.await.is_err());
                assert_eq!(start.elapsed(), limit);
                until(|| probe.seen().dropped == 2).await;
            }
        };
    }
    in_each_place!(test);
}

#[test]
fn of_nothing_a_gather_is_nothing_and_runs_nothing() {
    fn never(_: Infallible) -> Ready<Outcome> {
        unreachable!("there is nothing to run")
    }
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let nothing = Vec::new;
                assert_eq!(gather!($($place)* ..nothing().into_iter().map(never)).await, []);
                let tried = try_gather!($($place)* ..nothing().into_iter().map(never)).await;
                assert_eq!(tried, Ok(vec![]));
                let settled = gather_settled!($($place)* ..nothing().into_iter().map(never)).await;
                assert!(settled.is_empty());
                let one = gather!($($place)* ..nothing().into_iter().map(never), ready(1), ..[ready(2); 0]);
                assert_eq!(one.await, (vec![], 1, vec![]));
            });
        };
    }
    in_each_place!(test);
}

#[test]
fn ten_thousand_branches_are_no_different() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let branch = |at: usize| async move {
                    for _ in 0..at % 3 {
                        yield_now().await;
                    }
                    Outcome::Ok(at)
                };
                let all = try_gather!($($place)* ..(0..10_000).map(branch)).await;
                assert!(all.unwrap().into_iter().eq(0..10_000));
            });
        };
    }
    in_each_place!(test);
}

#[tokio::test(start_paused = true)]
async fn as_many_as_the_limit_run_at_a_time_and_never_more() {
    macro_rules! test {
        ($($place:tt)*) => {
            for limit in [1, 10, 100] {
                let start = Instant::now();
                let running = Arc::new(AtomicUsize::new(0));
                let branch = move |at: usize| {
                    let running = Arc::clone(&running);
                    async move {
                        assert!(running.fetch_add(1, Ordering::SeqCst) < limit);
                        sleep(Duration::from_secs(1)).await;
                        running.fetch_sub(1, Ordering::SeqCst);
                        at
                    }
                };
                let all = gather!(limit = limit $($place)*; ..(0..10 * limit).map(branch)).await;
                assert!(all.into_iter().eq(0..10 * limit));
                assert_eq!(start.elapsed().as_secs(), 10);
            }
        };
    }
    test!();
    test!(, tasks = 1);
    test!(, tasks = 7);
    test!(, here);
}

#[test]
fn a_place_is_used_again_after_a_panic_in_it() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let branch = |at: usize| async move {
                    assert!(at % 5 == 4, "branch {at}");
                    at
                };
                let all = gather_settled!(limit = 2 $($place)*; ..(0..15).map(branch)).await;
                for (at, outcome) in all.into_iter().enumerate() {
                    match outcome {
                        Ok(value) => assert!(value == at && at % 5 == 4),
                        Err(error) => {
                            let end = format!(" panicked: branch {at}");
                            assert!(error.to_string().ends_with(&end), "{error}");
                        }
                    }
                }
            });
        };
    }
    test!();
    test!(, tasks = 1);
    test!(, tasks = 2);
    test!(, here);
}

#[test]
fn a_wait_that_was_given_up_is_taken_up_again_and_gives_its_result_once() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let (send, told) = tokio::sync::oneshot::channel();
                let mut gather = try_gather!($($place)* async { Outcome::Ok(told.await.unwrap()) }, ready(Ok(2)));
                for _ in 0..3 {
                    assert!(timeout(Duration::ZERO, &mut gather).await.is_err());
                }
                send.send(1).unwrap();
                assert_eq!((&mut gather).await, Ok((1, 2)));
                let message = panic_of(gather).await;
                assert!(message.contains("has already returned its result"), "{message}");

                let mut failed = try_gather!($($place)* ready(Outcome::Err(1)), pending::<Outcome>());
                assert_eq!((&mut failed).await, Err(1));
                let message = panic_of(failed).await;
                assert!(message.contains("has already returned its result"), "{message}");
            });
        };
    }
    test!();
    test!(limit = 2;);
    test!(tasks = 1;);
    test!(tasks = 2;);
    test!(tasks = 2, limit = 2;);
}
