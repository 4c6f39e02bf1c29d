//! `tasks = n`: branches that share a number of tasks, in every macro and shape,
//! and with every option.

use std::collections::HashSet;
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;

use gather::{Gather, gather, gather_settled, try_gather};
use tokio::sync::oneshot;
use tokio::task::yield_now;

mod support {
    pub(crate) mod flavours;
    pub(crate) mod until;
}

use support::flavours::on_both_flavours;
use support::until::until;

async fn id() -> tokio::task::Id {
    yield_now().await;
    tokio::task::id()
}

#[test]
#[cfg_attr(plain, ignore = "it has a task for each branch")]
fn branches_run_on_exactly_so_many_tasks_while_nobody_awaits() {
    on_both_flavours(|| async {
        for tasks in [1, 2, 5] {
            let gather = gather!(tasks = tasks; id(), ..(0..98).map(|_| id()), id());
            until(|| gather.is_finished()).await;
            assert_eq!(gather.progress().to_string(), "100/100");
            let (first, all, last) = gather.await;
            let ids: HashSet<_> = all.into_iter().chain([first, last]).collect();
            assert_eq!(ids.len(), tasks);
        }
        let (a, b) = gather!(tasks = 16; id(), id()).await;
        assert_ne!(a, b);
    });
}

#[test]
fn results_have_the_shape_of_the_call() {
    #[derive(Debug, Default, PartialEq)]
    struct Page {
        title: &'static str,
        pages: Vec<u32>,
        hits: u32,
    }
    #[derive(Debug, PartialEq)]
    struct Pair(u32, Vec<u32>);
    on_both_flavours(|| async {
        let number = |n: u32| async move { n };
        assert_eq!(gather!(tasks = 2; number(1)).await, (1,));
        assert_eq!(gather!(tasks = 2; ..(0..3).map(number)).await, [0, 1, 2]);
        assert_eq!(
            gather!(tasks = 2; [number(1), number(2), number(3)]).await,
            [1, 2, 3]
        );
        let title = async { "Home" };
        let page: Gather<Page> =
            gather!(tasks = 2; Page { title, pages: ..(0..3).map(number), ..Page::default() });
        let pages = vec![0, 1, 2];
        assert_eq!(
            page.await,
            Page {
                title: "Home",
                pages,
                hits: 0
            }
        );
        assert_eq!(
            gather!(tasks = 2; Pair(number(1), ..[number(2)])).await,
            Pair(1, vec![2])
        );
        gather!(tasks = 3;).await;
    });
}

#[test]
fn a_failure_stops_the_others_while_nobody_awaits() {
    on_both_flavours(|| async {
        let (guard, stopped) = oneshot::channel::<()>();
        let endless = async move {
            pending::<()>().await;
            drop(guard);
            Ok(())
        };
        let fails = async {
            yield_now().await;
            Err::<(), _>("no")
        };
        let others = (0..50).map(|_| pending::<Result<(), &str>>());
        let gather = try_gather!(tasks = 2; endless, fails, ..others);
        stopped.await.unwrap_err();
        assert_eq!(gather.await.map(drop), Err("no"));
    });
}

#[test]
#[cfg_attr(plain, ignore = "it has a task for each branch")]
fn behind_an_error_no_branch_of_its_task_is_polled() {
    on_both_flavours(|| async {
        let has_failed = Arc::new(AtomicBool::new(false));
        let fails = || {
            let has_failed = Arc::clone(&has_failed);
            async move {
                has_failed.store(true, Ordering::SeqCst);
                Err::<(), _>("no")
            }
        };
        let checks = || {
            let has_failed = Arc::clone(&has_failed);
            poll_fn(move |_| {
                assert!(!has_failed.load(Ordering::SeqCst));
                Poll::<Result<(), &str>>::Pending
            })
        };
        let few = try_gather!(tasks = 1; checks(), fails(), checks(), ..[checks()]);
        assert_eq!(few.await.map(drop), Err("no"));
        has_failed.store(false, Ordering::SeqCst);
        let places = try_gather!(tasks = 1, limit = 4; checks(), fails(), checks(), ..[checks()]);
        assert_eq!(places.await.map(drop), Err("no"));
        has_failed.store(false, Ordering::SeqCst);
        // So many jobs are in a set.
        let many = try_gather!(
            tasks = 1;
            checks(), fails(), checks(), checks(), checks(), checks(), checks(), checks(), checks(),
            checks(), ..[checks()],
        );
        assert_eq!(many.await.map(drop), Err("no"));
    });
}

#[test]
fn settled_keeps_panics_apart_and_an_abort_what_has_ended() {
    on_both_flavours(|| async {
        let work = |n: u32| async move {
            match n {
                3 => panic!("no route"),
                7 => pending().await,
                n => n,
            }
        };
        let gather = gather_settled!(tasks = 2; ..(0..10).map(work));
        until(|| gather.progress().finished() == 9).await;
        let all = gather.abort().await.unwrap();
        for (n, outcome) in (0..).zip(all) {
            match n {
                3 => {
                    let error = outcome.unwrap_err().to_string();
                    assert_eq!(error, "item 3 of `..(0..10).map(work)` panicked: no route");
                }
                7 => assert!(outcome.unwrap_err().is_cancelled()),
                n => assert_eq!(outcome.unwrap(), n),
            }
        }
    });
}

#[test]
fn a_limit_holds_over_all_tasks_and_pulls_lazily() {
    on_both_flavours(|| async {
        let (in_flight, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let counted = Arc::clone(&most);
        let work = move |n: usize| {
            let (in_flight, most) = (Arc::clone(&in_flight), Arc::clone(&counted));
            async move {
                let now = in_flight.fetch_add(1, Ordering::SeqCst) + 1;
                most.fetch_max(now, Ordering::SeqCst);
                yield_now().await;
                in_flight.fetch_sub(1, Ordering::SeqCst);
                if n == 500 { Err(n) } else { Ok(n) }
            }
        };
        let failed = try_gather!(limit = 3, tasks = 2; ..(0..).map(work)).await;
        assert_eq!(failed, Err(500));
        assert!(most.load(Ordering::SeqCst) <= 3);
    });
}

#[test]
fn dropping_the_handle_stops_what_shares_tasks_and_detaching_does_not() {
    on_both_flavours(|| async {
        let (guard, stopped) = oneshot::channel::<()>();
        drop(gather!(tasks = 1; async move {
            pending::<()>().await;
            drop(guard);
        }, async {}));
        stopped.await.unwrap_err();
        let (sender, ended) = oneshot::channel();
        gather!(tasks = 1; async {}, async { sender.send(7).unwrap() }).detach();
        assert_eq!(ended.await, Ok(7));
    });
}

#[test]
fn a_plain_thread_shares_the_tasks_of_a_runtime() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let gather = gather!(on = runtime.handle(), tasks = 2; ..(0..100).map(|n| async move { n }));
    assert_eq!(runtime.block_on(gather.into_future()).len(), 100);
}

#[test]
#[should_panic(expected = "`tasks = 0`")]
fn no_task_is_refused_at_the_call() {
    let tasks = std::hint::black_box(0);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    drop(gather!(tasks = tasks, on = runtime.handle(); async {}));
}

#[test]
fn leaving_from_a_branch_expression_starts_nothing() {
    on_both_flavours(|| async {
        let started = Arc::new(AtomicUsize::new(0));
        let counts = || {
            let started = Arc::clone(&started);
            async move { started.fetch_add(1, Ordering::SeqCst) }
        };
        let left = async {
            let missing = None::<u32>;
            Some(gather!(tasks = 2; counts(), ..[counts()], { missing?; counts() }))
        };
        assert!(left.await.is_none());
        for _ in 0..9 {
            yield_now().await;
        }
        assert_eq!(started.load(Ordering::SeqCst), 0);
    });
}

#[test]
fn a_wait_that_was_dropped_can_be_tried_again() {
    on_both_flavours(|| async {
        let (go, told) = oneshot::channel();
        let mut gather = gather!(tasks = 1; async { told.await.unwrap() }, async { 1 });
        let lost = tokio::select! {
            biased;
            results = &mut gather => Some(results),
            () = yield_now() => None,
        };
        assert_eq!(lost, None);
        go.send(7).unwrap();
        assert_eq!((&mut gather).await, (7, 1));
    });
}

#[tokio::test]
async fn the_waiting_task_is_polled_once_for_each_task_at_most() {
    let mut gather = pin!(gather!(tasks = 3; ..(0..300).map(|_| yield_now())).into_future());
    let mut polls = 0;
    poll_fn(|cx| {
        polls += 1;
        gather.as_mut().poll(cx)
    })
    .await;
    assert!(polls <= 4, "{polls} polls");
}
