//! Loops over the results of `gather_each!`, modelled on the tests that comparable libraries have
//! for results in completion order.

use std::future::{pending, ready};
use std::panic::panic_any;

use futures::FutureExt;
use gather::{Each, gather_each};
use tokio::sync::watch;
use tokio::task::{unconstrained, yield_now};
use tokio::time::{Duration, sleep, timeout};

mod support {
    pub(crate) mod flavours;
    pub(crate) mod probe;
    pub(crate) mod until;
}

use support::flavours::on_both_flavours;
use support::probe::Probe;
use support::until::until;

macro_rules! in_every_place {
    ($test:ident) => {
        $test!();
        $test!(limit = 100;);
        $test!(tasks = 1;);
        $test!(tasks = 2;);
        $test!(tasks = 2, limit = 100;);
    };
}

/// Returns the first success, or all errors in the order in which they arrived.
async fn first_success(
    mut each: Each<Result<u8, &'static str>>,
) -> Result<u8, Vec<(usize, &'static str)>> {
    let mut errors = Vec::new();
    while let Some((index, result)) = each.next().await {
        match result {
            Ok(value) => return Ok(value),
            Err(error) => errors.push((index, error)),
        }
    }
    Err(errors)
}

#[test]
fn the_first_success_is_found_among_failures_or_there_is_none() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let none = gather_each!($($options)* ..[].map(ready));
                assert_eq!(first_success(none).await, Err(vec![]));
                let one = gather_each!($($options)* ready(Ok(7)));
                assert_eq!(first_success(one).await, Ok(7));
                let failures = gather_each!($($options)* ready(Err("a")), ..[ready(Err("b"))]);
                let mut errors = first_success(failures).await.unwrap_err();
                errors.sort_unstable();
                assert_eq!(errors, [(0, "a"), (1, "b")]);

                let probe = Probe::default();
                let hangs = probe.watch(pending());
                let fails = probe.watch(ready(Err("a")));
                let succeeds = probe.watch(async { yield_now().await; Ok(7) });
                let mixed = gather_each!($($options)* hangs, fails, succeeds);
                assert_eq!(first_success(mixed).await, Ok(7));
                until(|| probe.seen().dropped == 3).await;
            });
        };
    }
    in_every_place!(test);
}

#[test]
fn a_loop_that_is_left_after_the_second_failure_stops_the_rest() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let probe = Probe::default();
                let watching = probe.clone();
                let branch = move |number: u8| {
                    watching.watch(async move {
                        if number >= 6 {
                            pending().await
                        }
                        if number % 2 == 0 { Ok(number) } else { Err(number) }
                    })
                };
                let mut each = gather_each!($($options)* ..(0..8).map(branch));
                let mut failures = 0;
                while failures < 2 {
                    failures += usize::from(each.next().await.unwrap().1.is_err());
                }
                drop(each);
                until(|| probe.seen().dropped == 8).await;
            });
        };
    }
    in_every_place!(test);
}

#[test]
fn a_loop_that_panics_stops_the_branches_and_those_that_wait() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let probe = Probe::default();
                let watching = probe.clone();
                let branches = (0..100).map(move |number| {
                    watching.watch(async move {
                        if number > 0 {
                            pending::<()>().await;
                        }
                    })
                });
                let each = gather_each!($($options)* ..branches);
                let takes = tokio::spawn(async move {
                    let mut each = each;
                    if each.next().await.is_some() {
                        panic_any("the loop panics");
                    }
                });
                let panicked = takes.await.unwrap_err().into_panic();
                assert_eq!(panicked.downcast_ref(), Some(&"the loop panics"));
                until(|| probe.seen().dropped == probe.seen().watched).await;
            });
        };
    }
    in_every_place!(test);
    test!(limit = 5;);
    test!(tasks = 2, limit = 5;);
}

#[test]
fn what_is_there_is_taken_without_waiting() {
    const BRANCHES: usize = 1_000;
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let (go, gone) = watch::channel(());
                let branch = |number| {
                    let mut gone = gone.clone();
                    async move {
                        gone.changed().await.unwrap();
                        number
                    }
                };
                let branches: Vec<_> = (0..BRANCHES).map(branch).collect();
                let mut each = gather_each!($($options)* ..branches);
                assert!(each.next().now_or_never().is_none());
                go.send_replace(());
                until(|| each.is_finished()).await;
                let taken = unconstrained(async {
                    let mut taken = Vec::new();
                    while let Some(Some(result)) = each.next().now_or_never() {
                        taken.push(result);
                    }
                    taken
                });
                let mut taken = taken.await;
                taken.sort_unstable();
                let all: Vec<_> = (0..BRANCHES).map(|number| (number, number)).collect();
                assert_eq!(taken, all);
            });
        };
    }
    test!();
    test!(tasks = 1;);
    test!(tasks = 2;);
}

#[test]
fn a_branch_that_never_ends_holds_back_no_other_result() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let mut each = gather_each!($($options)* pending(), ..[1, 2].map(ready), pending());
                let mut results = [each.next().await, each.next().await];
                results.sort_unstable();
                assert_eq!(results, [Some((1, 1)), Some((2, 2))]);
                for _ in 0..3 {
                    assert!(each.next().now_or_never().is_none());
                    yield_now().await;
                }
                assert_eq!(each.progress().to_string(), "2/4");
            });
        };
    }
    in_every_place!(test);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_for_the_whole_loop_leaves_what_was_taken_and_stops_the_rest() {
    macro_rules! test {
        ($($options:tt)*) => {
            let probe = Probe::default();
            let after = |seconds| {
                probe.watch(async move {
                    sleep(Duration::from_secs(seconds)).await;
                    seconds
                })
            };
            let mut taken = Vec::new();
            let all = async {
                let mut each = gather_each!($($options)* ..[1, 30, 2].map(after));
                while let Some(result) = each.next().await {
                    taken.push(result);
                }
            };
            assert!(timeout(Duration::from_secs(10), all).await.is_err());
            assert_eq!(taken, [(0, 1), (2, 2)]);
            until(|| probe.seen().dropped == 3).await;
        };
    }
    in_every_place!(test);
}
