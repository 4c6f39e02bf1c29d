//! Evaluate, then start: what has happened by the time a macro returns, and what has not.

use std::future::{Ready, pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use gather::{gather, gather_each, gather_settled, try_gather};
use tokio::sync::oneshot;
use tokio::task::yield_now;

mod support {
    pub(crate) mod background;
    pub(crate) mod flavours;
    pub(crate) mod places;
    pub(crate) mod probe;
}

use support::background::in_the_background;
use support::flavours::on_both_flavours;
use support::places::in_each_place;
use support::probe::{Probe, Seen, Watched};

/// Runs the test with each of the three macros.
macro_rules! for_each_macro {
    ($test:ident) => {
        $test!(gather);
        $test!(try_gather);
        $test!(gather_settled);
    };
}

/// Runs the test in the place given, with each of the four macros.
macro_rules! for_each_macro_in {
    ($test:ident, $($place:tt)*) => {
        $test!(gather, $($place)*);
        $test!(try_gather, $($place)*);
        $test!(gather_settled, $($place)*);
        $test!(gather_each, $($place)*);
    };
}

/// Awaits every branch of a call of the macro given.
macro_rules! await_all {
    (gather_each, $each:expr) => {
        while $each.next().await.is_some() {}
    };
    ($gather:ident, $all:expr) => {
        let _ = $all.await;
    };
}

type Outcome = Result<u8, ()>;
type Log = Arc<Mutex<Vec<&'static str>>>;

/// A branch that logs when its expression is evaluated and when it runs.
fn logged(log: &Log, evaluated: &'static str) -> impl Future<Output = Outcome> + Send + use<> {
    log.lock().unwrap().push(evaluated);
    let log = Arc::clone(log);
    async move {
        log.lock().unwrap().push("run");
        Ok(1)
    }
}

#[test]
fn all_branch_expressions_are_evaluated_from_left_to_right_before_a_branch_runs() {
    macro_rules! in_order {
        ($gather:ident, $($place:tt)*) => {
            on_both_flavours(|| async {
                let log = Log::default();
                #[allow(unused_mut, reason = "only `gather_each!` lends its handle")]
                let mut gather = $gather!(
                    $($place)*
                    logged(&log, "0"),
                    ..[logged(&log, "1"), logged(&log, "2")],
                    logged(&log, "3"),
                );
                await_all!($gather, gather);
                let expected = ["0", "1", "2", "3", "run", "run", "run", "run"];
                assert_eq!(*log.lock().unwrap(), expected);
            });
        };
    }
    macro_rules! test {
        ($($place:tt)*) => {
            for_each_macro_in!(in_order, $($place)*);
        };
    }
    in_each_place!(test);
}

#[test]
fn the_fields_of_a_struct_and_its_base_are_evaluated_in_the_order_that_they_are_written_in() {
    #[derive(Debug, Default)]
    #[expect(dead_code, reason = "only the order of evaluation counts here")]
    struct Page {
        first: Option<Outcome>,
        second: Option<Outcome>,
        third: Option<Outcome>,
    }
    on_both_flavours(|| async {
        let log = Log::default();
        let some = |evaluated| {
            let branch = logged(&log, evaluated);
            async { Some(branch.await) }
        };
        let base = || {
            log.lock().unwrap().push("base");
            Page::default()
        };
        let page = gather!(Page {
            second: some("second"),
            first: some("first"),
            ..base()
        });
        page.await;
        let expected = ["second", "first", "base", "run", "run"];
        assert_eq!(*log.lock().unwrap(), expected);
    });
}

/// Leaves the branch expression at `position` in three ways, and checks that no branch has started,
/// or starts later.
macro_rules! leave {
    ($gather:ident, $($place:tt)*) => {
        on_both_flavours(|| async {
            for position in 0..3 {
                let probe = Probe::default();
                let branch = |index: usize| -> Option<Watched<Ready<Outcome>>> {
                    (index != position).then(|| probe.watch(ready(Ok(1))))
                };

                let by_question_mark =
                    || Some($gather!($($place)* branch(0)?, branch(1)?, branch(2)?));
                assert!(by_question_mark().is_none());

                macro_rules! or_return {
                    ($branch:expr) => {
                        match $branch {
                            Some(branch) => branch,
                            None => return true,
                        }
                    };
                }
                let by_return = || {
                    drop($gather!(
                        $($place)*
                        or_return!(branch(0)),
                        ..[or_return!(branch(1))],
                        or_return!(branch(2)),
                    ));
                    false
                };
                assert!(by_return());

                let by_panic = catch_unwind(AssertUnwindSafe(|| {
                    $gather!(
                        $($place)* branch(0).unwrap(), branch(1).unwrap(), branch(2).unwrap()
                    )
                }));
                assert!(by_panic.is_err());

                let nothing = Seen {
                    watched: 3 * position,
                    started: 0,
                    dropped: 3 * position,
                };
                assert_eq!(probe.seen(), nothing);
                for _ in 0..10 {
                    yield_now().await;
                }
                assert_eq!(probe.seen(), nothing);
            }
        });
    };
}

#[test]
fn leaving_from_any_branch_expression_by_question_mark_return_or_panic_starts_nothing() {
    macro_rules! test {
        ($($place:tt)*) => {
            for_each_macro_in!(leave, $($place)*);
        };
    }
    in_each_place!(test);
}

#[test]
fn every_branch_runs_while_nobody_awaits() {
    macro_rules! test {
        ($gather:ident) => {
            on_both_flavours(|| async {
                let (sender, mut signals) = tokio::sync::mpsc::unbounded_channel();
                let signal = |index: usize| {
                    let sender = sender.clone();
                    async move {
                        // The branch waits in between, so it must make progress, and not just be
                        // polled once.
                        yield_now().await;
                        sender.send(index).unwrap();
                        pending::<Outcome>().await
                    }
                };
                let _gather = $gather!(signal(0), ..(1..3).map(signal), signal(3));
                let mut signalled = Vec::new();
                while signalled.len() < 4 {
                    signalled.push(signals.recv().await.unwrap());
                }
                signalled.sort_unstable();
                assert_eq!(signalled, [0, 1, 2, 3]);
            });
        };
    }
    for_each_macro!(test);
}

#[test]
fn on_a_current_thread_runtime_no_branch_has_been_polled_when_the_macro_returns() {
    fn on_current_thread(test: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(test);
    }
    macro_rules! is_unpolled {
        ($gather:ident, $($place:tt)*) => {
            on_current_thread(async {
                let probe = Probe::default();
                #[allow(unused_mut, reason = "only `gather_each!` lends its handle")]
                let mut gather = $gather!($($place)* probe.watch(ready(Outcome::Ok(1))));
                assert_eq!(probe.seen().started, 0);
                await_all!($gather, gather);
                assert_eq!(probe.seen().started, 1);
            });
        };
    }
    macro_rules! test {
        ($($place:tt)*) => {
            for_each_macro_in!(is_unpolled, $($place)*);
        };
    }
    in_the_background!(test);
}

/// Two branches that each block their thread until the other one arrives, and
/// return whether it did.
fn meet() -> [impl Future<Output = Result<bool, ()>> + Send + 'static; 2] {
    let (here, there) = (mpsc::channel(), mpsc::channel());
    [(here.0, there.1), (there.0, here.1)].map(|(sender, receiver)| async move {
        let _ = sender.send(());
        Ok(receiver.recv_timeout(Duration::from_millis(200)).is_ok())
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn branches_run_in_parallel_on_a_multi_thread_runtime() {
    macro_rules! meets {
        ($gather:expr) => {
            // tokio may leave a task in the queue of a blocked worker, and then the two branches do
            // not meet. If they ran one after the other, they would never meet.
            let mut tries = 0;
            while format!("{:?}", $gather.await).contains("false") {
                tries += 1;
                assert!(tries < 20, "the branches ran one after the other");
            }
        };
    }
    let tuple = || {
        let [a, b] = meet();
        gather!(a, b)
    };
    meets!(tuple());
    meets!(gather!(..meet()));
    meets!(gather!(limit = 2; ..meet()));
    meets!(try_gather!(..meet()));
    meets!(gather_settled!(..meet()));
}

#[test]
fn each_branch_is_a_task_of_its_own() {
    macro_rules! test {
        ($gather:ident) => {
            on_both_flavours(|| async {
                let (sender, mut ids) = tokio::sync::mpsc::unbounded_channel();
                let id = |_| {
                    let sender = sender.clone();
                    async move {
                        sender.send(tokio::task::id()).unwrap();
                        Outcome::Ok(1)
                    }
                };
                let _ = $gather!(id(0), ..(1..3).map(id), id(3)).await;
                let mut seen = std::collections::HashSet::new();
                while seen.len() < 4 {
                    let id = ids.try_recv().expect("two branches ran in one task");
                    seen.insert(id);
                }
            });
        };
    }
    for_each_macro!(test);
}

#[test]
fn a_branch_sees_what_the_caller_does_after_the_macro_has_returned() {
    on_both_flavours(|| async {
        let (sender, receiver) = oneshot::channel();
        let gather = gather!(async { receiver.await.unwrap() });
        sender.send(7).unwrap();
        assert_eq!(gather.await, (7,));
    });
}

#[test]
fn an_await_in_a_branch_expression_keeps_the_caller_send() {
    type AnyError = Box<dyn std::error::Error + Send + Sync>;
    async fn id() -> u32 {
        3
    }
    async fn fetch(id: u32) -> u32 {
        id
    }
    async fn load(id: u32) -> Result<u32, AnyError> {
        Ok(id)
    }
    on_both_flavours(|| async {
        let fallible = tokio::spawn(async { try_gather!(load(1), load(id().await)).await });
        assert_eq!(fallible.await.unwrap().unwrap(), (1, 3));
        // Otherwise this fails with "implementation of `FnOnce` is not general enough".
        let borrowing = tokio::spawn(async {
            let ids = [1, 2];
            gather!(..ids.iter().map(|id| fetch(*id)), fetch(id().await)).await
        });
        assert_eq!(borrowing.await.unwrap(), (vec![1, 2], 3));
        let alone = tokio::spawn(async {
            try_gather!(error = AnyError; ..[id().await, 4].iter().map(|id| load(*id))).await
        });
        assert_eq!(alone.await.unwrap().unwrap(), [3, 4]);
        let with_options = tokio::spawn(async {
            let handle = tokio::runtime::Handle::current();
            gather_settled!(limit = id().await as usize, on = handle; fetch(id().await)).await
        });
        assert_eq!(with_options.await.unwrap().0.unwrap(), 3);
    });
}

#[test]
fn a_guard_that_is_a_temporary_of_one_expression_is_released_before_the_next() {
    macro_rules! test {
        ($gather:ident) => {
            on_both_flavours(|| async {
                let shared = Mutex::new((ready(Outcome::Ok(1)), vec![ready(Outcome::Ok(2))]));
                // A second lock on the same thread would hang or panic, and `try_lock` reports it.
                let lock = || shared.try_lock().expect("nobody holds it");
                let limit = Mutex::new(1_u8);
                let _ = $gather!(lock().0.clone(), ..lock().1.clone(), lock().0.clone()).await;
                let _ = $gather!([lock().0.clone(), lock().0.clone()]).await;
                let once = || limit.try_lock().expect("nobody holds it");
                let _ = $gather!(limit = (*once()).into(); ready(Outcome::Ok(*once()))).await;
                let branches = |id: &u8| {
                    assert!(shared.try_lock().is_ok());
                    ready(Outcome::Ok(*id))
                };
                // The iterator is pulled once all expressions have been evaluated.
                let _ = $gather!(..[0, 1].iter().map(branches), lock().0.clone()).await;
            });
        };
    }
    for_each_macro!(test);
}

#[test]
fn a_lone_spread_may_borrow_from_a_temporary() {
    fn ids() -> Vec<u8> {
        vec![1, 2]
    }
    macro_rules! test {
        ($gather:ident) => {
            on_both_flavours(|| async {
                let gather = $gather!(..ids().iter().map(|id| ready(Outcome::Ok(*id))));
                let _ = gather.await;
                let shared = Mutex::new(ids());
                let locked = || shared.try_lock().expect("nobody holds it");
                let gather = $gather!(..locked().iter().map(|id| ready(Outcome::Ok(*id))));
                // The guard has been released, although the gather is still running.
                drop(locked());
                let _ = gather.await;
                let handle = tokio::runtime::Handle::current();
                let _ = $gather!(on = handle; ..ids().iter().map(|id| ready(Outcome::Ok(*id))))
                    .await;
            });
        };
    }
    for_each_macro!(test);
}
