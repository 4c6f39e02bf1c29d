//! What a `Drop` sees and may do while a branch panics. `std::thread::panicking()` is true in a
//! drop that is part of the unwinding, and a second panic in such a drop harms nobody.

use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use gather::{gather, gather_settled, try_gather};
use tokio::sync::oneshot;
use tokio::task::yield_now;

mod support {
    pub(crate) mod block_on;
    pub(crate) mod flavours;
    pub(crate) mod probe;
    pub(crate) mod two_workers;
    pub(crate) mod until;
}

use support::block_on::block_on;
use support::flavours::on_both_flavours;
use support::probe::Probe;
use support::two_workers::two_workers;
use support::until::until;

type Outcome = Result<(), &'static str>;

/// What each `Drop` saw of `std::thread::panicking()`.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<bool>>>);

impl Seen {
    /// A part of a future that records what its drop sees.
    fn tells(&self) -> Tells {
        Tells(self.clone())
    }

    /// A future written by hand that panics once it has been polled `polls` times.
    fn panics(&self, polls: usize) -> ByHand {
        ByHand {
            polls,
            _tells: self.tells(),
        }
    }

    fn take(&self) -> Vec<bool> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

struct Tells(Seen);

impl Drop for Tells {
    fn drop(&mut self) {
        let panicking = std::thread::panicking();
        self.0.0.lock().unwrap().push(panicking);
    }
}

struct ByHand {
    polls: usize,
    _tells: Tells,
}

impl Future for ByHand {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        if self.polls == 0 {
            panic_any("a poll");
        }
        self.polls -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

#[test]
#[cfg_attr(plain, ignore = "it catches a panic before it drops the branch")]
fn a_future_written_by_hand_is_dropped_by_the_panic_of_its_poll() {
    macro_rules! test {
        (@ $seen:ident, $polls:ident, $sibling:ident, $gather:ident, alone $($limit:tt)*) => {
            $gather!($($limit)* $seen.panics($polls))
        };
        (@ $seen:ident, $polls:ident, $sibling:ident, $gather:ident, among $($limit:tt)*) => {
            $gather!($($limit)* $sibling.watch(pending::<Outcome>()), $seen.panics($polls))
        };
        (@ $seen:ident, $polls:ident, $sibling:ident, $gather:ident, spread $($limit:tt)*) => {
            $gather!(
                $($limit)* $sibling.watch(pending::<Outcome>()), ..[$seen.panics($polls)]
            )
        };
        ($($call:tt)*) => {
            on_both_flavours(|| async {
                for polls in 0..3 {
                    let (seen, sibling) = (Seen::default(), Probe::default());
                    let gather = test!(@ seen, polls, sibling, $($call)*);
                    let panicked = tokio::spawn(gather.into_future()).await;
                    let payload = panicked.map(drop).unwrap_err().into_panic();
                    assert_eq!(payload.downcast_ref(), Some(&"a poll"));
                    assert_eq!(seen.take(), [true], "panicking() in the `Drop`");
                    let stopped = sibling.seen();
                    assert_eq!(stopped.dropped, stopped.watched);
                }
            });
        };
    }
    test!(gather, alone);
    test!(gather, among);
    test!(gather, spread);
    test!(gather, alone limit = 1;);
    test!(gather, among limit = 2;);
    test!(gather, spread limit = 2;);
    test!(try_gather, alone);
    test!(try_gather, among);
    test!(try_gather, spread limit = 2;);
    test!(gather, alone tasks = 1;);
    test!(try_gather, among tasks = 1;);
    test!(gather, spread tasks = 1, limit = 2;);
    test!(gather, alone here;);
    test!(try_gather, among here;);
    test!(gather, spread here;);
    test!(gather, spread here, limit = 2;);
}

#[test]
#[cfg_attr(plain, ignore = "it catches a panic before it drops the branch")]
fn so_it_is_where_panics_are_kept_and_each_time_that_a_place_is_used_again() {
    on_both_flavours(|| async {
        macro_rules! test {
            ($($limit:tt)*) => {
                let seen = Seen::default();
                let spread: Vec<_> = (0..5).map(|polls| seen.panics(polls)).collect();
                let all = gather_settled!($($limit)* ..spread).await;
                for (at, outcome) in all.into_iter().enumerate() {
                    let error = outcome.unwrap_err();
                    assert_eq!(error.index(), at);
                    assert_eq!(error.into_panic().downcast_ref(), Some(&"a poll"));
                }
                assert_eq!(seen.take(), [true; 5]);
            };
        }
        test!();
        test!(limit = 1;);
        test!(limit = 2;);
        test!(tasks = 1;);
        test!(tasks = 2, limit = 2;);
        test!(here;);
        test!(here, limit = 2;);
    });
}

#[test]
fn the_variables_of_a_branch_are_dropped_by_its_panic_and_its_siblings_are_not() {
    macro_rules! test {
        ($siblings:literal, $($place:tt)*) => {
            on_both_flavours(|| async {
                let (seen, sibling) = (Seen::default(), Seen::default());
                let variable = seen.tells();
                let (begins, begun) = oneshot::channel();
                let panics = async move {
                    let _variable = variable;
                    // A sibling that has not started may be dropped by the thread that panics.
                    begun.await.unwrap();
                    panic_any("a branch");
                };
                let tells = sibling.tells();
                let hangs = async move {
                    let _tells = tells;
                    begins.send(()).unwrap();
                    pending::<()>().await;
                };
                let gather = gather!($($place)* panics, hangs);
                let panicked = tokio::spawn(gather.into_future()).await;
                assert!(panicked.unwrap_err().is_panic());
                assert_eq!(seen.take(), [true]);
                assert_eq!(sibling.take(), [$siblings]);
            });
        };
    }
    // A sibling is stopped, and is not part of the unwinding.
    test!(false,);
    test!(false, limit = 2;);
    test!(false, limit = 3;);
    test!(false, tasks = 1;);
    test!(false, tasks = 2;);
    test!(false, tasks = 1, limit = 2;);
    // All branches are parts of the future that panics.
    test!(true, here;);
    test!(true, here, limit = 2;);
}

/// Panics in its `Drop`, even during another panic.
struct PanicsInDrop;

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        panic_any("a drop");
    }
}

#[test]
fn a_drop_that_panics_while_the_panic_of_a_poll_unwinds_does_not_end_the_process() {
    macro_rules! test {
        ($gather:ident, $($limit:tt)*) => {
            on_both_flavours(|| async {
                let sibling = Probe::default();
                let bad = PanicsInDrop;
                let panics = poll_fn(move |_| -> Poll<Outcome> {
                    let _ = &bad;
                    panic_any("a poll")
                });
                let hangs = sibling.watch(pending::<Outcome>());
                let gather = $gather!($($limit)* hangs, ..[panics]);
                let panicked = tokio::spawn(gather.into_future()).await;
                let payload = panicked.map(drop).unwrap_err().into_panic();
                assert_eq!(payload.downcast_ref(), Some(&"a poll"));
                assert_eq!(sibling.seen().dropped, 1);
            });
        };
    }
    test!(gather,);
    test!(try_gather,);
    test!(gather, limit = 2;);
    test!(gather, tasks = 1;);
    test!(try_gather, tasks = 2, limit = 2;);
    test!(gather, here;);
    test!(try_gather, here, limit = 2;);
    on_both_flavours(|| async {
        for limit in 1..3 {
            let panics = (0..3).map(|_| {
                let bad = PanicsInDrop;
                poll_fn(move |_| -> Poll<()> {
                    let _ = &bad;
                    panic_any("a poll")
                })
            });
            for outcome in gather_settled!(limit = limit; ..panics).await {
                let payload = outcome.unwrap_err().into_panic();
                assert_eq!(payload.downcast_ref(), Some(&"a poll"));
            }
        }
    });
}

#[test]
fn branches_that_panic_when_a_dropped_handle_stops_them_harm_nobody() {
    macro_rules! test {
        ($($limit:tt)*) => {
            on_both_flavours(|| async {
                let probe = Probe::default();
                let bad = |_| {
                    probe.watch(async {
                        let _bad = PanicsInDrop;
                        pending::<()>().await;
                    })
                };
                let good = || probe.watch(pending::<()>());
                let spread: Vec<_> = (0..3).map(bad).collect();
                let gather = gather!($($limit)* good(), ..spread, good());
                until(|| probe.seen().started == 5).await;
                drop(gather);
                until(|| probe.seen().dropped == 5).await;
                // The runtime still works.
                tokio::spawn(yield_now()).await.unwrap();
                assert_eq!(gather!(async { 1 }).await, (1,));
            });
        };
    }
    test!();
    test!(limit = 5;);
}

#[test]
fn a_branch_that_is_dropped_while_something_else_unwinds_has_not_panicked() {
    for limit in [1, 3] {
        let runtime = two_workers();
        let on = runtime.handle().clone();
        let outcomes = gather_settled!(
            limit = limit, on = on; pending::<()>(), ..[pending::<()>(), pending()]
        );
        // The caller panics and owns the runtime, so all tasks are dropped during the unwinding.
        let unwound = catch_unwind(AssertUnwindSafe(move || {
            let _runtime = runtime;
            panic_any("the caller");
        }));
        assert_eq!(unwound.unwrap_err().downcast_ref(), Some(&"the caller"));
        let (alone, spread) = two_workers().block_on(outcomes.into_future());
        assert!(alone.unwrap_err().is_cancelled());
        for outcome in spread {
            assert!(outcome.unwrap_err().is_cancelled());
        }
    }
    // The same on one thread, which is the one that unwinds.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let outcomes = gather_settled!(on = runtime.handle(); pending::<()>(), ..[pending::<()>()]);
    runtime.block_on(yield_now());
    let unwound = catch_unwind(AssertUnwindSafe(move || {
        let _runtime = runtime;
        panic_any("the caller");
    }));
    assert!(unwound.is_err());
    let (alone, mut spread) = two_workers().block_on(outcomes.into_future());
    assert!(alone.unwrap_err().is_cancelled());
    assert!(spread.pop().unwrap().unwrap_err().is_cancelled());
}

#[test]
fn a_gather_that_runs_in_the_drop_of_somebody_who_unwinds_keeps_its_error() {
    struct Gathers(std::sync::mpsc::Sender<Result<(), &'static str>>);
    impl Drop for Gathers {
        fn drop(&mut self) {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap();
            let failed = runtime.block_on(async {
                let endless = std::future::pending::<Result<(), &str>>();
                try_gather!(endless, async { Err::<(), _>("failed") }).await
            });
            self.0.send(failed.map(drop)).unwrap();
        }
    }
    let (sender, failed) = std::sync::mpsc::channel();
    let unwinds = std::thread::spawn(move || {
        let _gathers = Gathers(sender);
        std::panic::resume_unwind(Box::new("unwinding"));
    });
    unwinds.join().unwrap_err();
    assert_eq!(failed.recv().unwrap(), Err("failed"));
}

#[test]
fn a_gather_here_that_is_polled_in_the_drop_of_somebody_who_unwinds_goes_on_at_the_next_poll() {
    struct Gathers(std::sync::mpsc::Sender<(u8, Vec<u8>)>);
    impl Drop for Gathers {
        fn drop(&mut self) {
            async fn yields(value: u8) -> u8 {
                yield_now().await;
                value
            }
            let values = block_on(gather!(here; yields(1), ..[yields(2), yields(3)]));
            self.0.send(values).unwrap();
        }
    }
    let (sender, values) = std::sync::mpsc::channel();
    let unwinds = std::thread::spawn(move || {
        let _gathers = Gathers(sender);
        std::panic::resume_unwind(Box::new("unwinding"));
    });
    unwinds.join().unwrap_err();
    assert_eq!(values.recv().unwrap(), (1, vec![2, 3]));
}
