//! `try_gather!`: the first error in time stops the others at once and is the result.

use std::future::{pending, ready};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use gather::try_gather;
use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

mod support {
    pub(crate) mod background;
    pub(crate) mod flavours;
    pub(crate) mod outside;
    pub(crate) mod probe;
}

use support::background::in_the_background;
use support::flavours::on_both_flavours;
use support::outside::send_from_outside;
use support::probe::{Probe, Seen};

type Outcome = Result<usize, &'static str>;

/// Much longer than the tests take, so that a hanging test fails.
const LONG: Duration = Duration::from_secs(20);

#[test]
fn without_a_failure_the_values_are_in_their_places() {
    on_both_flavours(|| async {
        let gather = try_gather!(
            ready(Ok::<_, u32>(1)),
            ..["a", "b"].map(|text| ready(Ok::<_, u32>(text))),
            ready(Ok::<_, u32>(())),
        );
        assert_eq!(gather.await, Ok((1, vec!["a", "b"], ())));
    });
}

#[test]
fn an_error_in_any_position_is_the_result_and_every_sibling_is_dropped_before() {
    macro_rules! test {
        ($($limit:tt)*) => {
            on_both_flavours(|| async {
                for failing in 0..4 {
                    let probe = Probe::default();
                    let branch = |at| {
                        probe.watch(async move {
                            if at != failing {
                                pending::<()>().await;
                            }
                            Outcome::Err("no")
                        })
                    };
                    let gather = try_gather!(
                        $($limit)* branch(0), ..[branch(1), branch(2)], branch(3)
                    );
                    assert_eq!(gather.await, Err("no"));
                    assert_eq!(probe.seen().dropped, 4);
                }
            });
        };
    }
    test!();
    test!(limit = 4;);
    test!(tasks = 1;);
    test!(tasks = 2;);
    test!(tasks = 2, limit = 4;);
    test!(here;);
    test!(here, limit = 4;);
}

#[tokio::test(start_paused = true)]
async fn the_first_error_in_time_is_the_result_whatever_its_position() {
    for (first, second) in [(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)] {
        let branch = |at| async move {
            let after = match at {
                _ if at == first => 1,
                _ if at == second => 2,
                _ => 3,
            };
            sleep(Duration::from_secs(after)).await;
            Err::<(), _>(at)
        };
        let start = Instant::now();
        assert_eq!(
            try_gather!(branch(0), branch(1), branch(2)).await,
            Err(first)
        );
        assert_eq!(start.elapsed().as_secs(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_siblings_are_dropped_at_the_failure_while_the_caller_does_other_work() {
    for failing in 0..3 {
        let (guards, dropped): (Vec<_>, Vec<_>) = (0..3).map(|_| oneshot::channel::<()>()).unzip();
        let mut guards = guards.into_iter();
        let start = Instant::now();
        let mut branch = |at| {
            let guard = guards.next();
            async move {
                if at != failing {
                    pending::<()>().await;
                }
                sleep(Duration::from_secs(1)).await;
                drop(guard);
                Outcome::Err("no")
            }
        };
        let gather = try_gather!(branch(0), branch(1), branch(2));
        let stopped = tokio::spawn(async move {
            for dropped in dropped {
                dropped.await.unwrap_err();
            }
            start.elapsed()
        });
        sleep(Duration::from_secs(10)).await;
        assert!(gather.is_finished());
        assert_eq!(stopped.await.unwrap().as_secs(), 1);
        assert_eq!(gather.await, Err("no"));
    }
}

/// Gathers a branch that is in the middle of a poll when another one fails, and that
/// then ends with `late`.
async fn failing_late(late: fn() -> Outcome) -> Result<Outcome, tokio::task::JoinError> {
    let (entered, in_poll) = oneshot::channel();
    let (guard, failed) = mpsc::channel::<()>();
    let busy = async move {
        send_from_outside(entered);
        // The third branch is dropped once the failure of the second one is known.
        assert_eq!(
            failed.recv_timeout(LONG),
            Err(RecvTimeoutError::Disconnected)
        );
        late()
    };
    let first = async move {
        in_poll.await.unwrap();
        Outcome::Err("first")
    };
    let third = async move {
        pending::<()>().await;
        drop(guard);
        Ok(0)
    };
    let gather = try_gather!(busy, first, third);
    let result = tokio::spawn(gather.into_future()).await;
    result.map(|result| result.map(|(value, _, _)| value))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_error_of_a_branch_that_could_not_be_stopped_in_time_is_not_the_result() {
    let result = failing_late(|| Err("second")).await;
    assert_eq!(result.unwrap(), Err("first"));
    let result = failing_late(|| Ok(1)).await;
    assert_eq!(result.unwrap(), Err("first"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_panic_of_a_branch_that_could_not_be_stopped_in_time_outranks_the_error() {
    let panic = failing_late(|| panic!("late")).await.unwrap_err();
    assert_eq!(panic.into_panic().downcast_ref(), Some(&"late"));
}

struct PanicsInDrop;

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        panic!("in drop");
    }
}

#[test]
fn a_sibling_that_panics_while_it_is_dropped_because_of_an_error_surfaces() {
    on_both_flavours(|| async {
        for failing in 0..3 {
            let (fail, told) = oneshot::channel::<()>();
            let mut told = Some(told);
            let mut branch = |at| {
                let (guard, told) = if at == failing {
                    (None, told.take())
                } else {
                    (Some(PanicsInDrop), None)
                };
                async move {
                    let _guard = guard;
                    match told {
                        Some(told) => told.await.unwrap(),
                        None => pending().await,
                    }
                    Outcome::Err("no")
                }
            };
            let gather = try_gather!(branch(0), branch(1), branch(2));
            // Fails only now, when every branch has started.
            fail.send(()).unwrap();
            let panic = tokio::spawn(gather.into_future()).await.unwrap_err();
            assert_eq!(panic.into_panic().downcast_ref(), Some(&"in drop"));
        }
    });
}

#[test]
fn a_branch_of_an_iterator_that_panics_while_it_is_dropped_because_of_an_error_surfaces() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let failing = async {
                    let fails = async {
                        yield_now().await;
                        Outcome::Err("no")
                    };
                    let hangs = {
                        let guard = PanicsInDrop;
                        async move {
                            let _guard = guard;
                            pending::<Outcome>().await
                        }
                    };
                    try_gather!($($place)* fails, ..[hangs]).await
                };
                let panic = tokio::spawn(failing).await.unwrap_err();
                assert_eq!(panic.into_panic().downcast_ref(), Some(&"in drop"));
            });
        };
    }
    in_the_background!(test);
    test!(here;);
    test!(here, limit = 2;);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(plain, ignore = "it pulls a spread before anything starts")]
async fn a_sibling_that_panics_while_it_is_dropped_unstarted_does_so_for_the_one_who_awaits() {
    let (sibling, failed) = hanging_sibling();
    let gather = try_gather!(
        sibling,
        ready(Outcome::Err("no")),
        ..late_spread(failed, &Probe::default()),
        panics_when_dropped(),
    );
    let panic = tokio::spawn(gather.into_future()).await.unwrap_err();
    assert_eq!(panic.into_panic().downcast_ref(), Some(&"in drop"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(plain, ignore = "it pulls a spread before anything starts")]
async fn a_spread_that_panics_while_it_is_dropped_unpulled_does_so_for_the_one_who_awaits() {
    let (sibling, failed) = hanging_sibling();
    let gather = try_gather!(
        sibling,
        ready(Outcome::Err("no")),
        ..late_spread(failed, &Probe::default()),
        ..[panics_when_dropped()],
    );
    let panic = tokio::spawn(gather.into_future()).await.unwrap_err();
    assert_eq!(panic.into_panic().downcast_ref(), Some(&"in drop"));
}

/// A branch that hangs, and a receiver that is disconnected once the branch is dropped.
fn hanging_sibling() -> (impl Future<Output = Outcome>, mpsc::Receiver<()>) {
    let (guard, dropped) = mpsc::channel();
    let sibling = async move {
        pending::<()>().await;
        drop(guard);
        Ok(0)
    };
    (sibling, dropped)
}

fn panics_when_dropped() -> impl Future<Output = Outcome> {
    let panics = PanicsInDrop;
    async move {
        let _panics = panics;
        Ok(0)
    }
}

/// A spread whose first `next` returns only after a sibling has failed.
fn late_spread(
    failed: mpsc::Receiver<()>,
    probe: &Probe,
) -> impl Iterator<Item = support::probe::Watched<std::future::Ready<Outcome>>> + Send + 'static {
    let probe = probe.clone();
    (0..2).map(move |at| {
        if at == 0 {
            assert_eq!(
                failed.recv_timeout(LONG),
                Err(RecvTimeoutError::Disconnected)
            );
        }
        probe.watch(ready(Ok(at)))
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(plain, ignore = "it pulls a spread before anything starts")]
async fn a_failure_before_the_last_branch_is_started_starts_no_later_one() {
    for _ in 0..20 {
        let probe = Probe::default();
        let (guard, failed) = mpsc::channel();
        let sibling = async move {
            pending::<()>().await;
            drop(guard);
            Outcome::Ok(0)
        };
        let gather = try_gather!(
            sibling,
            ready(Outcome::Err("no")),
            ..late_spread(failed, &probe),
            probe.watch(ready(Outcome::Ok(1))),
            ..[probe.watch(ready(Outcome::Ok(1)))],
        );
        // The call itself has dropped them.
        let Seen {
            watched,
            started,
            dropped,
        } = probe.seen();
        assert_eq!((started, dropped), (0, watched));
        assert_eq!(gather.await, Err("no"));
    }
}

#[test]
fn branches_that_are_queued_behind_a_limit_never_start() {
    on_both_flavours(|| async {
        for limit in 1..3 {
            let probe = Probe::default();
            let queued = || probe.watch(ready(Outcome::Ok(1)));
            let gather = try_gather!(
                limit = limit;
                ..(1..limit).map(|_| pending::<Outcome>()),
                ready(Outcome::Err("no")),
                queued(),
                ..[queued(), queued()],
                queued(),
            );
            assert_eq!(gather.await, Err("no"));
            let never = Seen {
                watched: 4,
                started: 0,
                dropped: 4,
            };
            assert_eq!(probe.seen(), never);
        }
    });
}
