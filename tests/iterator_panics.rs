//! Iterators that panic when they are asked for a branch, or when they are dropped.

use std::future::{Ready, pending, ready};
use std::panic::panic_any;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gather::{BranchError, gather, gather_settled, try_gather};
use tokio::task::yield_now;

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

type Outcome = Result<usize, &'static str>;

/// An iterator that yields `good` futures and then panics.
fn panics_after(good: usize) -> impl Iterator<Item = Ready<Outcome>> + Send + 'static {
    (0..=good).map(move |at| {
        if at == good {
            panic_any("next");
        }
        ready(Ok(at))
    })
}

#[test]
fn an_iterator_that_panics_makes_the_panic_the_result_and_stops_the_others() {
    macro_rules! test {
        ($gather:ident) => {
            on_both_flavours(|| async {
                for good in [0, 1, 5] {
                    for limit in 2..4 {
                        let probe = Probe::default();
                        let branch = || probe.watch(pending::<Outcome>());
                        let last = $gather!(limit = limit; branch(), ..panics_after(good));
                        assert_eq!(panic_of(last).await, "next");
                        let first = $gather!(limit = limit; ..panics_after(good), branch());
                        assert_eq!(panic_of(first).await, "next");
                        let alone = $gather!(limit = limit; ..panics_after(good));
                        assert_eq!(panic_of(alone).await, "next");
                        assert_eq!(probe.seen().dropped, 2);
                    }
                }
            });
        };
    }
    test!(gather);
    test!(try_gather);
}

#[test]
fn an_iterator_that_panics_is_an_outcome_of_settled_and_the_others_go_on() {
    on_both_flavours(|| async {
        for good in [0, 1, 5] {
            for limit in 1..4 {
                let gather = gather_settled!(
                    limit = limit; ready(1), ..panics_after(good), ready(2), ..[ready(3)]
                );
                let (one, mut spread, two, three) = gather.await;
                assert_eq!((one.unwrap(), two.unwrap(), three.len()), (1, 2, 1));
                assert_eq!(spread.len(), good + 1);
                let panicked = spread.pop().unwrap().unwrap_err();
                assert_eq!(panicked.index(), good);
                assert_eq!(panicked.name(), "..panics_after(good)");
                assert_eq!(panicked.into_panic().downcast_ref(), Some(&"next"));
                for (at, value) in spread.into_iter().enumerate() {
                    assert_eq!(value.unwrap(), Ok(at));
                }
            }
        }
    });
}

#[test]
fn without_a_limit_an_iterator_that_panics_does_so_in_the_caller_and_stops_what_has_started() {
    macro_rules! test {
        ($gather:ident) => {
            on_both_flavours(|| async {
                for good in [0, 1, 5] {
                    let probe = Probe::default();
                    let branch = probe.watch(pending::<Outcome>());
                    let last = probe.watch(pending::<Outcome>());
                    let calls = async move {
                        let _gather = $gather!(branch, ..panics_after(good), last);
                    };
                    let panic = tokio::spawn(calls).await.unwrap_err().into_panic();
                    assert_eq!(panic.downcast_ref(), Some(&"next"));
                    until(|| probe.seen().dropped == 2).await;
                }
            });
        };
    }
    test!(gather);
    test!(try_gather);
    test!(gather_settled);
}

#[test]
fn an_iterator_that_panics_in_its_drop_harms_nobody_else() {
    struct PanicsInDrop;
    impl Iterator for PanicsInDrop {
        type Item = std::future::Pending<Outcome>;
        fn next(&mut self) -> Option<Self::Item> {
            Some(pending())
        }
    }
    impl Drop for PanicsInDrop {
        fn drop(&mut self) {
            if !std::thread::panicking() {
                panic_any("the iterator");
            }
        }
    }
    on_both_flavours(|| async {
        for limit in 1..3 {
            let probe = Probe::default();
            let branch = || probe.watch(pending::<Outcome>());
            let gather = try_gather!(limit = limit; branch(), ..PanicsInDrop, branch());
            // In a task, because it is unspecified whether the panic escapes from the drop.
            let _ = tokio::spawn(async { drop(gather) }).await;
            until(|| probe.seen().dropped == 2).await;

            let gather = try_gather!(
                limit = limit + 1; branch(), ready(Outcome::Err("no")), ..PanicsInDrop, branch()
            );
            let result = tokio::spawn(gather.into_future()).await;
            assert_eq!(probe.seen().dropped, 4);
            match result {
                Ok(error) => assert_eq!(error.unwrap_err(), "no"),
                Err(panic) => {
                    let payload = panic.into_panic();
                    assert_eq!(payload.downcast_ref(), Some(&"the iterator"));
                }
            }
        }
    });
}

#[test]
fn an_iterator_that_panics_in_its_drop_too_is_one_outcome_of_settled() {
    struct PanicsTwice;
    impl Iterator for PanicsTwice {
        type Item = Ready<Outcome>;
        fn next(&mut self) -> Option<Self::Item> {
            panic_any("next")
        }
    }
    impl Drop for PanicsTwice {
        fn drop(&mut self) {
            panic_any("the iterator");
        }
    }
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let outcomes = gather_settled!($($place)* ..PanicsTwice).await;
                let panics = outcomes.into_iter().map(|outcome| {
                    let error = outcome.unwrap_err();
                    (error.index(), *error.into_panic().downcast::<&str>().unwrap())
                });
                assert_eq!(panics.collect::<Vec<_>>(), [(0, "next")]);
            });
        };
    }
    test!(here, limit = 1;);
    test!(here, limit = 2;);
    test!(limit = 1;);
    test!(tasks = 1, limit = 2;);
}

/// The error of a branch that panicked, or nothing of a branch's own error.
#[derive(Debug)]
struct BranchOrOwn(Option<BranchError>);

impl From<BranchError> for BranchOrOwn {
    fn from(error: BranchError) -> Self {
        BranchOrOwn(Some(error))
    }
}

impl From<&'static str> for BranchOrOwn {
    fn from(_: &'static str) -> Self {
        BranchOrOwn(None)
    }
}

/// An iterator without items, and whether it panics when it is asked for its length.
struct Asked {
    times: Arc<AtomicUsize>,
    panics: bool,
}

impl Iterator for Asked {
    type Item = Ready<Outcome>;

    fn next(&mut self) -> Option<Ready<Outcome>> {
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.times.fetch_add(1, Ordering::Relaxed);
        if self.panics {
            panic_any("size_hint");
        }
        (0, Some(0))
    }
}

#[test]
fn a_panic_of_size_hint_here_under_a_limit_is_that_of_the_first_branch() {
    on_both_flavours(|| async {
        let panics = || Asked {
            times: Arc::default(),
            panics: true,
        };
        let outcomes = gather_settled!(here, limit = 2; ..panics()).await;
        let [Err(error)] = &outcomes[..] else {
            panic!("{outcomes:?}");
        };
        assert!(error.is_panic());
        assert_eq!(error.index(), 0);
        let caught = try_gather!(here, catch, limit = 2, error = BranchOrOwn; ..panics()).await;
        let BranchOrOwn(error) = caught.unwrap_err();
        assert!(error.is_some_and(|error| error.is_panic()));
        let gather = tokio::spawn(gather!(here, limit = 2; ready(1), ..panics()));
        let payload = gather.await.unwrap_err().into_panic();
        assert_eq!(payload.downcast_ref(), Some(&"size_hint"));
    });
}

#[test]
fn an_iterator_that_waits_for_a_place_here_is_not_asked_again_and_again() {
    on_both_flavours(|| async {
        let times = Arc::new(AtomicUsize::new(0));
        let asked = Asked {
            times: Arc::clone(&times),
            panics: false,
        };
        let yields = async {
            for _ in 0..100 {
                yield_now().await;
            }
        };
        gather!(here, limit = 1; yields, ..asked).await;
        assert_eq!(times.load(Ordering::Relaxed), 1);
    });
}
