//! What stays within a gather: a failure that a branch handles, the outcome of the gather, and
//! branches that never stop starting gathers.

use std::future::{pending, ready};
use std::panic::panic_any;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use gather::{gather, gather_settled, try_gather};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, yield_now};
use tokio::time::sleep;

mod support {
    pub(crate) mod background;
    pub(crate) mod flavours;
    pub(crate) mod places;
    pub(crate) mod probe;
    pub(crate) mod until;
}

use support::background::in_the_background;
use support::flavours::on_both_flavours;
use support::places::in_each_place;
use support::probe::Probe;
use support::until::until;

type Outcome = Result<u8, &'static str>;

#[test]
fn a_failure_that_a_branch_handles_goes_no_further() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let handles = async {
                    let inner = try_gather!($($place)* pending::<Outcome>(), ready(Outcome::Err("no")));
                    Outcome::Ok(inner.await.map_or(2, |_| 1))
                };
                let handles_a_panic = async {
                    let inner = gather_settled!($($place)* ready(1), async { panic!("boom") });
                    let (kept, panicked): (_, Result<u8, _>) = inner.await;
                    assert!(panicked.unwrap_err().is_panic());
                    Outcome::Ok(kept.unwrap() + 2)
                };
                let sibling = async {
                    for _ in 0..20 {
                        yield_now().await;
                    }
                    Outcome::Ok(4)
                };
                let outer = try_gather!($($place)* handles, handles_a_panic, sibling).await;
                assert_eq!(outer, Ok((2, 3, 4)));
            });
        };
    }
    in_each_place!(test);
}

#[test]
fn what_a_gather_ended_in_is_held_by_nobody_else() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let held = Arc::new(());
                let branch = |fails: bool| {
                    let held = Arc::clone(&held);
                    async move {
                        yield_now().await;
                        if fails { Err(held) } else { Ok(held) }
                    }
                };
                let held_by = || Arc::strong_count(&held) - 1;

                let values = try_gather!($($place)* branch(false), ..[branch(false), branch(false)]);
                let values = values.await.unwrap();
                assert_eq!(held_by(), 3);
                drop(values);

                let failed = try_gather!($($place)* branch(false), branch(true), branch(true));
                let error = failed.await.unwrap_err();
                assert_eq!(held_by(), 1);
                drop(error);

                let panics = {
                    let held = Arc::clone(&held);
                    async move { panic_any(held) }
                };
                let sibling = branch(false);
                let payload = tokio::spawn(async {
                    gather!($($place)* panics, sibling, pending::<()>()).await
                });
                let payload = payload.await.unwrap_err().into_panic();
                assert!(payload.is::<Arc<()>>());
                assert_eq!(held_by(), 1);
            });
        };
    }
    in_each_place!(test);
}

#[test]
fn a_handle_that_is_spent_holds_nothing_of_what_it_gave() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let held = Arc::new(());
                let fails = || {
                    let held = Arc::clone(&held);
                    async move { Err::<(), _>(held) }
                };
                let mut gather = try_gather!($($place)* fails(), fails());
                drop((&mut gather).await.unwrap_err());
                assert_eq!(Arc::strong_count(&held), 1);
                assert!(gather.is_finished());
            });
        };
    }
    in_the_background!(test);
}

#[test]
fn a_task_that_is_aborted_by_its_own_handle_is_one_value_among_the_others() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let (senders, tasks): (Vec<_>, Vec<JoinHandle<usize>>) = (0..16)
                    .map(|at| {
                        let (send, told) = oneshot::channel::<()>();
                        (send, tokio::spawn(async move { told.await.map_or(99, |()| at) }))
                    })
                    .unzip();
                for aborted in tasks.iter().skip(1).step_by(2) {
                    aborted.abort();
                }
                let gather = gather!($($place)* ..tasks);
                for send in senders.into_iter().rev() {
                    let _ = send.send(());
                }
                for (at, outcome) in gather.await.into_iter().enumerate() {
                    match outcome {
                        Ok(value) => assert!(value == at && at % 2 == 0),
                        Err(error) => assert!(error.is_cancelled() && at % 2 == 1),
                    }
                }

                let task = tokio::spawn(pending::<()>());
                task.abort();
                let failed = try_gather!($($place)* tokio::spawn(pending::<()>()), task).await;
                assert!(failed.unwrap_err().is_cancelled());
            });
        };
    }
    in_each_place!(test);
}

#[test]
fn a_failure_stops_branches_that_never_cease_to_start_gathers() {
    type Boxed = Pin<Box<dyn Future<Output = Outcome> + Send>>;
    macro_rules! test {
        ($($place:tt)*) => {
            fn hydra(heads: Probe) -> Boxed {
                Box::pin(heads.clone().watch(async move {
                    sleep(Duration::from_millis(1)).await;
                    let more = [hydra(heads.clone()), hydra(heads)];
                    try_gather!($($place)* ..more).await.map(|_| 0)
                }))
            }
            on_both_flavours(|| async {
                let heads = Probe::default();
                let grown = heads.clone();
                let hercules = async move {
                    while grown.seen().watched < 10 {
                        sleep(Duration::from_millis(1)).await;
                    }
                    Outcome::Err("slain")
                };
                let ended = try_gather!($($place)* hydra(heads.clone()), hercules).await;
                assert_eq!(ended, Err("slain"));
                until(|| heads.seen().dropped == heads.seen().watched).await;
                let grown = heads.seen();
                sleep(Duration::from_millis(5)).await;
                assert_eq!(heads.seen(), grown);
            });
        };
    }
    macro_rules! in_a_block {
        ($($place:tt)*) => {{
            test!($($place)*);
        }};
    }
    in_each_place!(in_a_block);
}
