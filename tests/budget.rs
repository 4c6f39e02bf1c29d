//! The coop budget of the awaiting task. A task that takes many gathers in a row lets other tasks
//! run, and reading the results of a single gather never stops half-way.

use std::future::{poll_fn, ready};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use futures::poll;
use gather::{Gather, gather, gather_settled, try_gather};
use tokio::runtime::Builder;
use tokio::task::{coop, yield_now};

mod support {
    pub(crate) mod flavours;
    pub(crate) mod until;
}

use support::flavours::on_both_flavours;
use support::until::until;

type Outcome = Result<u8, ()>;

/// Returns how often another task of the same thread is polled meanwhile.
fn turns_of_another_task<T>(
    finished: impl AsyncFnOnce() -> Vec<T>,
    take: impl AsyncFn(T),
) -> usize {
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let all = finished().await;
        let turns = Arc::new(AtomicUsize::new(0));
        let counts = Arc::clone(&turns);
        let other = tokio::spawn(async move {
            loop {
                counts.fetch_add(1, Ordering::Relaxed);
                yield_now().await;
            }
        });
        for each in all {
            take(each).await;
        }
        other.abort();
        turns.load(Ordering::Relaxed)
    })
}

async fn finished<T>(start: impl Fn() -> Gather<T>) -> Vec<Gather<T>> {
    let all: Vec<_> = (0..20_000).map(|_| start()).collect();
    until(|| all.iter().all(Gather::is_finished)).await;
    all
}

#[test]
fn taking_many_finished_gathers_leaves_other_tasks_their_turns() {
    macro_rules! test {
        ($start:expr, |$gather:ident| $take:expr) => {
            let turns = turns_of_another_task(
                async || finished(|| $start).await,
                async |$gather| {
                    let _ = $take.await;
                },
            );
            // With tokio's own handles there are more than a hundred turns.
            assert!(turns >= 50, "another task had {turns} turns");
        };
    }
    test!(gather!(ready(1)), |gather| gather);
    test!(try_gather!(ready(Outcome::Ok(1))), |gather| gather);
    test!(gather_settled!(ready(1), ready(2)), |gather| gather);
    test!(gather!(limit = 1; ..[ready(1)]), |gather| gather);
    test!(gather!(tasks = 1; ..[ready(1)]), |gather| gather);
    test!(gather!(ready(1)), |gather| {
        let mut gather = gather;
        async move { (&mut gather).await }
    });
    test!(gather!(ready(1)), |gather| gather.abort());
}

#[test]
fn the_results_of_many_branches_are_read_in_one_poll_whatever_is_left_of_the_budget() {
    macro_rules! test {
        ($gather:ident, $($limit:tt)*) => {
            on_both_flavours(|| async {
                for left in [usize::MAX, 100, 1] {
                    let branches = (0..1000).map(|_| ready(Outcome::Ok(1)));
                    let gather = $gather!($($limit)* ..branches);
                    until(|| gather.is_finished()).await;
                    // A task of its own begins with a whole budget.
                    let reads = tokio::spawn(async move {
                        let whole = poll_fn(|cx| {
                            let mut units = 0;
                            while let Poll::Ready(unit) = coop::poll_proceed(cx) {
                                unit.made_progress();
                                units += 1;
                            }
                            Poll::Ready(units)
                        })
                        .await;
                        yield_now().await;
                        let mut gather = pin!(gather.into_future());
                        poll_fn(|cx| {
                            for _ in left.min(whole)..whole {
                                let Poll::Ready(unit) = coop::poll_proceed(cx) else {
                                    panic!("the budget is smaller than before");
                                };
                                unit.made_progress();
                            }
                            Poll::Ready(gather.as_mut().poll(cx).is_ready())
                        })
                        .await
                    });
                    assert!(reads.await.unwrap(), "with {left} left of the budget");
                }
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
fn with_no_budget_left_a_task_takes_one_gather_on_credit_and_yields_at_the_next() {
    on_both_flavours(|| async {
        let all = (0..4).map(|n| gather!(ready(n))).collect::<Vec<_>>();
        until(|| all.iter().all(Gather::is_finished)).await;
        // In a task of its own, because only tasks have a budget.
        let takes = tokio::spawn(async {
            let mut taken_in_a_turn = Vec::new();
            let mut all = all.into_iter().map(Gather::into_future);
            let mut next = all.next();
            poll_fn(|cx| {
                while let Poll::Ready(unit) = coop::poll_proceed(cx) {
                    unit.made_progress();
                }
                let mut taken = 0;
                while let Some(gather) = &mut next
                    && pin!(gather).poll(cx).is_ready()
                {
                    taken += 1;
                    next = all.next();
                }
                taken_in_a_turn.push(taken);
                if next.is_some() {
                    Poll::Pending
                } else {
                    Poll::Ready(())
                }
            })
            .await;
            taken_in_a_turn
        });
        assert_eq!(takes.await.unwrap(), [1, 1, 1, 1]);
    });
}

#[test]
fn try_result_takes_what_is_there_though_the_budget_is_spent() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let mut all: Vec<_> = (0..4)
                    .map(|_| gather!($($place)* ..(0..300).map(ready)))
                    .collect();
                until(|| all.iter().all(Gather::is_finished)).await;
                // In a task of its own, because only tasks have a budget.
                let takes = tokio::spawn(poll_fn(move |cx| {
                    while let Poll::Ready(unit) = coop::poll_proceed(cx) {
                        unit.made_progress();
                    }
                    let results = all.drain(..).map(Gather::try_result);
                    Poll::Ready(results.filter(Result::is_ok).count())
                }));
                assert_eq!(takes.await.unwrap(), 4);
            });
        };
    }
    test!();
    test!(limit = 16;);
    test!(tasks = 1;);
    test!(tasks = 2;);
    test!(tasks = 2, limit = 16;);
}

#[test]
fn a_gather_here_ends_with_the_branch_that_spends_the_rest_of_the_budget() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                for (branches, polls) in [(0, 1), (0, 2), (3, 2)] {
                    // In a task of its own, because only tasks have a budget.
                    let takes = tokio::spawn(async move {
                        let mut polled = 0;
                        let spends = poll_fn(|cx| {
                            polled += 1;
                            if polled < polls {
                                return Poll::Pending;
                            }
                            while let Poll::Ready(unit) = coop::poll_proceed(cx) {
                                unit.made_progress();
                            }
                            Poll::Ready(())
                        });
                        let spread = (0..branches).map(ready);
                        let mut gather = pin!(gather!($($place)* spends, ..spread));
                        for _ in 1..polls {
                            assert!(poll!(&mut gather).is_pending());
                        }
                        poll!(gather).is_ready()
                    });
                    assert!(takes.await.unwrap(), "{branches} branches, {polls} polls");
                }
            });
        };
    }
    test!(here;);
    test!(here, limit = 5;);
}

#[test]
fn an_iterator_here_behind_a_branch_that_spends_the_rest_of_the_budget_wakes_the_task() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                // It takes the last unit, and nothing that would wake the task.
                let spends = async {
                    while coop::has_budget_remaining() {
                        coop::consume_budget().await;
                    }
                };
                // In a task of its own: only tasks have a budget to spend.
                let takes = tokio::spawn(gather!($($place)* spends, ..(0..3).map(ready)));
                assert_eq!(takes.await.unwrap(), ((), vec![0, 1, 2]));
            });
        };
    }
    test!(here;);
    test!(here, limit = 5;);
}
