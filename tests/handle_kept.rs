//! The handle as a value: named, stored, moved between tasks and runtimes, and detached.

use std::collections::HashMap;
use std::future::{pending, ready};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use gather::{BranchError, Gather, GatherFuture, GatherMut, gather, gather_settled, try_gather};
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

mod support {
    pub(crate) mod background;
    pub(crate) mod flavours;
    pub(crate) mod until;
}

use support::background::in_the_background;
use support::flavours::on_both_flavours;
use support::until::until;

/// Each branch owns all that it uses, so the return type names the results and
/// nothing of the branches.
fn page(id: u32) -> Gather<(u32, String)> {
    gather!(ready(id), async move { id.to_string() })
}

fn checked(id: u32) -> Gather<Result<(u32, String), String>> {
    try_gather!(ready(Ok(id)), async move { Ok(id.to_string()) })
}

fn settled(id: u32) -> Gather<(Result<u32, BranchError>, Result<String, BranchError>)> {
    gather_settled!(ready(id), async move { id.to_string() })
}

struct App {
    page: Option<Gather<(u32, String)>>,
    pages: HashMap<u32, Gather<(u32, String)>>,
}

#[test]
fn a_handle_is_named_in_signatures_and_stored_in_fields() {
    on_both_flavours(|| async {
        let mut app = App {
            page: Some(page(1)),
            pages: (2..5).map(|id| (id, page(id))).collect(),
        };
        assert_eq!(app.page.take().unwrap().await, (1, "1".to_owned()));
        assert_eq!(app.pages.get_mut(&3).unwrap().await, (3, "3".to_owned()));
        assert_eq!(app.pages.remove(&4).unwrap().await, (4, "4".to_owned()));
        assert_eq!(checked(5).await, Ok((5, "5".to_owned())));
        let (id, text) = settled(6).await;
        assert_eq!((id.unwrap(), text.unwrap()), (6, "6".to_owned()));
    });
}

#[test]
fn into_future_is_a_named_future_for_those_who_insist_on_one() {
    on_both_flavours(|| async {
        let future: GatherFuture<(u32, String)> = page(1).into_future();
        assert_eq!(tokio::spawn(future).await.unwrap(), (1, "1".to_owned()));

        let mut set = JoinSet::new();
        set.spawn(page(2).into_future());
        assert_eq!(set.join_next().await.unwrap().unwrap().0, 2);

        let mut gather = page(3);
        let waiting: GatherMut<'_, (u32, String)> = (&mut gather).into_future();
        assert_eq!(waiting.await.0, 3);
    });
}

#[test]
fn handles_stand_in_join_and_select_as_they_are() {
    on_both_flavours(|| async {
        let (a, b) = tokio::join!(page(1), checked(2));
        assert_eq!((a.0, b.unwrap().0), (1, 2));
        let (a, b) = tokio::try_join!(checked(3), checked(4)).unwrap();
        assert_eq!((a.0, b.0), (3, 4));
        let won = tokio::select! {
            (id, _) = page(5) => id,
            _ = gather!(pending::<()>()) => unreachable!(),
        };
        assert_eq!(won, 5);
    });
}

#[test]
fn the_select_of_futures_skips_a_handle_whose_result_is_taken() {
    on_both_flavours(|| async {
        let (mut left, mut right) = (page(1), page(2));
        let mut ids = Vec::new();
        loop {
            futures::select! {
                (id, _) = (&mut left).into_future() => ids.push(id),
                (id, _) = (&mut right).into_future() => ids.push(id),
                complete => break,
            }
        }
        ids.sort_unstable();
        assert_eq!(ids, [1, 2]);
        let mut owned = page(3).into_future();
        let (id, _) = futures::select! { page = owned => page };
        assert_eq!(id, 3);
    });
}

#[test]
fn a_handle_may_be_pinned_and_need_not_be() {
    on_both_flavours(|| async {
        let (send, receiver) = oneshot::channel();
        let gather = gather!(async { receiver.await.unwrap() });
        tokio::pin!(gather);
        let mut send = Some(send);
        let won = loop {
            tokio::select! {
                biased;
                results = &mut gather => break results,
                () = ready(()) => {
                    if let Some(send) = send.take() {
                        send.send(7).unwrap();
                    }
                    tokio::task::yield_now().await;
                }
            }
        };
        assert_eq!(won, (7,));
        assert!(gather.is_terminated());
        assert_eq!(pin!(page(1)).await.0, 1);
        assert_eq!(Box::pin(page(2)).as_mut().await.0, 2);
    });
}

#[test]
fn a_handle_moves_to_another_task_while_its_branches_run() {
    on_both_flavours(|| async {
        let (send, receiver) = oneshot::channel();
        let mut gather = gather!(async { receiver.await.unwrap() });
        tokio::select! {
            biased;
            _ = &mut gather => unreachable!(),
            () = ready(()) => {}
        }
        let elsewhere = tokio::spawn(async move { gather.await });
        tokio::task::yield_now().await;
        send.send(7).unwrap();
        assert_eq!(elsewhere.await.unwrap(), (7,));
    });
}

#[test]
fn a_gather_is_awaited_on_another_runtime_than_its_branches_run_on() {
    let multi = || Builder::new_multi_thread().worker_threads(2).build();
    let current = || Builder::new_current_thread().build();
    for (branches, awaits) in [(multi(), current()), (multi(), multi())] {
        let (branches, awaits) = (branches.unwrap(), awaits.unwrap());
        let (send, receiver) = oneshot::channel();
        let gather = branches.block_on(async { gather!(async { receiver.await.unwrap() }) });
        let value = awaits.block_on(async {
            let waits = tokio::spawn(gather.into_future());
            tokio::task::yield_now().await;
            send.send(7).unwrap();
            waits.await.unwrap()
        });
        assert_eq!(value, (7,));
    }
}

#[test]
fn detached_branches_run_to_their_end() {
    macro_rules! test {
        ($gather:ident, $($limit:tt)*) => {
            on_both_flavours(|| async {
                let ended = Arc::new(AtomicUsize::new(0));
                let (release, _) = tokio::sync::broadcast::channel(1);
                let branch = |_| {
                    let (ended, mut released) = (Arc::clone(&ended), release.subscribe());
                    async move {
                        released.recv().await.unwrap();
                        ended.fetch_add(1, Ordering::SeqCst);
                        Ok::<(), ()>(())
                    }
                };
                let gather = $gather!($($limit)* branch(0), ..[branch(1), branch(2)], branch(3));
                gather.detach();
                release.send(()).unwrap();
                until(|| ended.load(Ordering::SeqCst) == 4).await;
            });
        };
    }
    test!(gather,);
    test!(try_gather,);
    test!(gather_settled,);
    test!(gather, limit = 1;);
    test!(try_gather, limit = 2;);
    test!(gather_settled, limit = 4;);
}

#[test]
fn what_detached_branches_give_is_dropped_as_it_comes() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let value = Arc::new(());
                let give = |value: &Arc<()>| ready(Arc::clone(value));
                let (_keep, receiver) = oneshot::channel::<()>();
                let gather = gather!($($place)* give(&value), ..[give(&value)], async {
                    receiver.await.is_ok()
                });
                until(|| gather.progress().finished() == 2).await;
                assert_eq!(Arc::strong_count(&value), 3);
                gather.detach();
                assert_eq!(
                    Arc::strong_count(&value),
                    1,
                    "what is there is dropped at once"
                );

                let (send, receiver) = oneshot::channel();
                gather!($($place)* receiver, pending::<()>()).detach();
                send.send(Arc::clone(&value)).unwrap();
                until(|| Arc::strong_count(&value) == 1).await;

                // With a limit, the third starts after the detach.
                let (send, receiver) = oneshot::channel::<()>();
                let first = async { receiver.await.unwrap() };
                gather!($($place)* first, pending::<()>(), give(&value), pending::<()>()).detach();
                send.send(()).unwrap();
                until(|| Arc::strong_count(&value) == 1).await;
            });
        };
    }
    in_the_background!(test);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_detached_branch_fails_with_is_dropped_as_it_comes() {
    let error = Arc::new(());
    let (fail, told_to_fail) = oneshot::channel();
    let (inside, is_inside) = oneshot::channel();
    let (go, told_to_go) = mpsc::channel();
    let blocks = async move {
        inside.send(()).unwrap();
        told_to_go.recv().unwrap();
        Ok::<(), Arc<()>>(())
    };
    let fails = async { Err::<(), _>(told_to_fail.await.unwrap()) };
    try_gather!(blocks, fails).detach();
    is_inside.await.unwrap();
    fail.send(Arc::clone(&error)).unwrap();
    until(|| Arc::strong_count(&error) == 1).await;
    go.send(()).unwrap();
}

/// Detaches a gather whose middle branch fails, and waits until the other branches are dropped.
macro_rules! detached_failure {
    ($gather:ident, $failure:expr, $($limit:tt)*) => {
        on_both_flavours(|| async {
            let sibling = || {
                let (guard, dropped) = oneshot::channel::<()>();
                let branch = async move {
                    pending::<()>().await;
                    drop(guard);
                    Ok::<(), ()>(())
                };
                (branch, dropped)
            };
            let ((first, first_dropped), (last, last_dropped)) = (sibling(), sibling());
            let (fail, told) = oneshot::channel::<()>();
            let failing = async move {
                told.await.unwrap();
                $failure
            };
            $gather!($($limit)* first, failing, ..[last]).detach();
            fail.send(()).unwrap();
            first_dropped.await.unwrap_err();
            last_dropped.await.unwrap_err();
        });
    };
}

#[test]
fn a_panic_in_a_detached_gather_stops_the_other_branches() {
    detached_failure!(gather, panic!("boom"),);
}

#[test]
fn a_panic_in_a_detached_gather_with_a_limit_stops_the_other_branches() {
    detached_failure!(gather, panic!("boom"), limit = 3;);
}

#[test]
fn an_error_in_a_detached_try_gather_stops_the_other_branches() {
    detached_failure!(try_gather, Err::<(), ()>(()),);
}

#[test]
fn an_error_in_a_detached_try_gather_with_a_limit_stops_the_other_branches() {
    detached_failure!(try_gather, Err::<(), ()>(()), limit = 3;);
}

#[test]
fn the_handle_shows_its_progress() {
    on_both_flavours(|| async {
        let gather = gather!(ready(1), pending::<()>());
        until(|| gather.progress().finished() == 1).await;
        assert_eq!(format!("{gather:?}"), "Gather { progress: 1/2 }");
    });
}
