//! `gather_each!` under a `limit`: a result that has not been taken keeps its branch's place.

use std::future::{Ready, pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use futures::stream::{Stream, StreamExt};
use gather::gather_each;
use tokio::sync::oneshot;
use tokio::task::yield_now;

mod support {
    pub(crate) mod alarm;
    pub(crate) mod flavours;
    pub(crate) mod probe;
    pub(crate) mod until;
}

use support::alarm::Alarm;
use support::flavours::on_both_flavours;
use support::probe::{Probe, Seen};
use support::until::until;

/// An endless iterator of branches that counts how often it is pulled.
fn endless(
    pulled: &Arc<AtomicUsize>,
    yields: usize,
) -> impl Iterator<Item = impl Future<Output = usize> + Send + use<>> + Send + use<> {
    let pulled = Arc::clone(pulled);
    std::iter::repeat_with(move || {
        let number = pulled.fetch_add(1, Ordering::SeqCst);
        async move {
            for _ in 0..yields {
                yield_now().await;
            }
            number
        }
    })
}

/// Lets all other tasks run that can run.
async fn settle() {
    for _ in 0..20 {
        yield_now().await;
    }
}

/// Takes results slowly, and asserts that the iterator is as far ahead as there are places.
async fn takes_slowly(
    each: impl Stream<Item = (usize, usize)>,
    pulled: &AtomicUsize,
    limit: usize,
    is_lazy: bool,
) {
    let mut each = std::pin::pin!(each);
    let mut seen = Vec::new();
    for taken in 0..40 {
        if !is_lazy || taken > 0 {
            // With `here`, the iterator is pulled only while the stream is polled.
            let ahead = if is_lazy {
                taken + limit - 1
            } else {
                taken + limit
            };
            until(|| pulled.load(Ordering::SeqCst) >= ahead).await;
        }
        settle().await;
        assert!(pulled.load(Ordering::SeqCst) <= taken + limit);
        let (index, number) = each.next().await.unwrap();
        assert_eq!(index, number);
        seen.push(index);
    }
    seen.sort_unstable();
    assert!(
        seen.iter()
            .zip(0..)
            .all(|(index, at_least)| *index >= at_least)
    );
    seen.dedup();
    assert_eq!(seen.len(), 40);
}

#[test]
fn an_endless_iterator_is_pulled_no_further_ahead_than_there_are_places() {
    on_both_flavours(|| async {
        for limit in [1, 2, 5] {
            for yields in [0, 3] {
                let pulled = Arc::default();
                let each = gather_each!(limit = limit; ..endless(&pulled, yields));
                takes_slowly(each, &pulled, limit, false).await;

                let pulled = Arc::default();
                let each = gather_each!(limit = limit, tasks = 1; ..endless(&pulled, yields));
                takes_slowly(each, &pulled, limit, false).await;

                let pulled = Arc::default();
                let each = gather_each!(limit = limit, tasks = 2; ..endless(&pulled, yields));
                takes_slowly(each, &pulled, limit, false).await;

                let pulled = Arc::default();
                let each = gather_each!(here, limit = limit; ..endless(&pulled, yields));
                takes_slowly(each, &pulled, limit, true).await;
            }
        }
    });
}

#[test]
fn a_branch_behind_starts_when_a_result_before_it_is_taken() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let probe = Probe::default();
                let (first, second) = (ready(0), ready(1));
                let (third, last) = (probe.watch(pending()), probe.watch(pending()));
                let mut each = gather_each!($($options)* first, second, third, last);
                until(|| each.progress().finished() == 2).await;
                settle().await;
                assert_eq!(probe.seen().started, 0);
                for started in 1..=2 {
                    each.next().await.unwrap();
                    until(|| probe.seen().started == started).await;
                    settle().await;
                    assert_eq!(probe.seen().started, started);
                }
                drop(each);
                until(|| probe.seen() == Seen { watched: 2, started: 2, dropped: 2 }).await;
            });
        };
    }
    test!(limit = 2;);
    test!(limit = 2, tasks = 1;);
    test!(limit = 2, tasks = 2;);
}

#[test]
fn all_results_come_though_there_are_few_places() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let each = gather_each!(
                    $($options)* ready(0), ..(1..100).map(ready), ready(100), ..(101..150).map(ready)
                );
                let mut results: Vec<_> = each.collect().await;
                results.sort_unstable();
                assert_eq!(results, (0..150).map(|n| (n, n)).collect::<Vec<_>>());
            });
        };
    }
    test!(limit = 1;);
    test!(limit = 7;);
    test!(limit = 1, tasks = 1;);
    test!(limit = 7, tasks = 2;);
    test!(here, limit = 1;);
    test!(here, limit = 7;);
}

#[test]
fn a_handle_with_results_that_nobody_takes_is_dropped_or_aborted_in_peace() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let pulled = Arc::default();
                let each = gather_each!($($options)* ..endless(&pulled, 0));
                until(|| each.progress().finished() == 3).await;
                assert_eq!(each.progress().to_string(), "3/?");
                drop(each);
                settle().await;
                assert_eq!(pulled.load(Ordering::SeqCst), 3);

                let pulled = Arc::default();
                let each = gather_each!($($options)* ..endless(&pulled, 0));
                until(|| each.progress().finished() == 3).await;
                let mut rest = each.abort().await;
                rest.sort_unstable();
                assert_eq!(rest, [(0, 0), (1, 1), (2, 2)]);
                assert_eq!(pulled.load(Ordering::SeqCst), 3);
            });
        };
    }
    test!(limit = 3;);
    test!(limit = 3, tasks = 1;);
    test!(limit = 3, tasks = 2;);
}

#[tokio::test]
async fn an_iterator_that_turns_out_to_be_over_wakes_nobody() {
    macro_rules! test {
        ($($options:tt)*) => {
            let alarm = Alarm::default();
            let (send, sent) = oneshot::channel();
            let pulled = Arc::new(AtomicUsize::new(0));
            let pulls = Arc::clone(&pulled);
            let over = std::iter::from_fn(move || {
                pulls.fetch_add(1, Ordering::SeqCst);
                None::<Ready<usize>>
            });
            let mut each = gather_each!($($options)* pending(), async { sent.await.unwrap() }, ..over);
            assert!(alarm.poll(&mut each.next()).is_pending());
            send.send(7).unwrap();
            until(|| alarm.rung() == 1).await;
            assert_eq!(alarm.poll(&mut each.next()), Poll::Ready(Some((1, 7))));
            // No other task runs in between, so the task waits by the time the place becomes free.
            assert!(alarm.poll(&mut each.next()).is_pending());
            until(|| pulled.load(Ordering::SeqCst) > 0).await;
            settle().await;
            assert_eq!(alarm.rung(), 1);
        };
    }
    test!(limit = 2;);
    test!(tasks = 1, limit = 2;);
    test!(tasks = 2, limit = 2;);
}

#[tokio::test]
async fn the_total_is_known_once_an_iterator_of_unknown_length_has_ended() {
    let mut each = gather_each!(limit = 2; ..(0..4).filter(|_| true).map(ready));
    assert_eq!(each.progress().total(), None);
    assert!(each.size_hint().1.is_none());
    for _ in 0..3 {
        each.next().await.unwrap();
    }
    until(|| each.progress().total() == Some(4)).await;
    assert_eq!(each.size_hint(), (1, Some(1)));
}
