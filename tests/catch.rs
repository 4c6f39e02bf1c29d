//! `catch`: a panicking branch is an error of `try_gather!`, in every place and shape.

use std::cell::Cell;
use std::future::{Future, IntoFuture, Ready, pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::task::Poll;

use gather::{BranchError, try_gather};
use tokio::sync::oneshot;
use tokio::task::yield_now;

mod support {
    pub(crate) mod block_on;
    pub(crate) mod flavours;
    pub(crate) mod message;
    pub(crate) mod outside;
    pub(crate) mod panic_of;
    pub(crate) mod probe;
    pub(crate) mod two_workers;
    pub(crate) mod until;
}

use support::block_on::block_on;
use support::flavours::on_both_flavours;
use support::message::message;
use support::outside::send_from_outside;
use support::panic_of::panic_of;
use support::probe::Probe;
use support::two_workers::two_workers;
use support::until::until;

#[derive(Debug)]
enum Error {
    Failed(&'static str),
    Panicked(BranchError),
}

impl From<BranchError> for Error {
    fn from(panic: BranchError) -> Self {
        Error::Panicked(panic)
    }
}

impl From<&'static str> for Error {
    fn from(text: &'static str) -> Self {
        Error::Failed(text)
    }
}

impl Error {
    #[track_caller]
    fn panic(self) -> BranchError {
        match self {
            Error::Panicked(panic) => panic,
            Error::Failed(text) => panic!("a branch failed: {text}"),
        }
    }
}

type Outcome = Result<u8, Error>;

struct PanicsInDrop(&'static str);

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic_any(self.0);
        }
    }
}

async fn panics(text: &'static str) -> Outcome {
    panic!("{text}")
}

/// Polls a future and returns its panic as an error.
async fn caught<F: Future>(future: F) -> std::thread::Result<F::Output> {
    let mut future = pin!(future);
    poll_fn(
        |cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(polled) => polled.map(Ok),
            Err(payload) => Poll::Ready(Err(payload)),
        },
    )
    .await
}

#[track_caller]
fn panic_in<T>(result: Result<T, Error>) -> BranchError {
    result.err().expect("a branch panicked").panic()
}

/// Runs the test with the options of each place.
macro_rules! in_every_place {
    ($test:ident) => {
        $test!();
        $test!(limit = 8,);
        $test!(tasks = 1,);
        $test!(tasks = 2,);
        $test!(tasks = 2, limit = 8,);
        $test!(here,);
        $test!(here, limit = 8,);
    };
}

#[test]
fn the_error_names_the_branch_that_panicked_in_every_place_and_position() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                for panicking in 0..4_u8 {
                    let probe = Probe::default();
                    let branch = |index| {
                        probe.watch(async move {
                            if index == panicking {
                                panic!("boom {index}");
                            }
                            pending::<Outcome>().await
                        })
                    };
                    let result = try_gather!(
                        $($options)* catch; branch(0), ..[branch(1), branch(2)], branch(3)
                    );
                    let panic = panic_in(result.await);
                    assert_eq!(probe.seen().dropped, 4, "a sibling lives");
                    assert!(panic.is_panic());
                    let text = match panicking {
                        0 => "branch 0, `branch(0)`, panicked: boom 0",
                        1 => "item 0 of `..[branch(1), branch(2)]` panicked: boom 1",
                        2 => "item 1 of `..[branch(1), branch(2)]` panicked: boom 2",
                        _ => "branch 2, `branch(3)`, panicked: boom 3",
                    };
                    assert_eq!(panic.to_string(), text);
                }
            });
        };
    }
    in_every_place!(test);
}

#[test]
fn the_payload_is_kept() {
    #[derive(Debug, PartialEq)]
    struct Payload(u8);

    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let panics = async {
                    if true {
                        panic_any(Payload(7));
                    }
                    Ok(())
                };
                let written = try_gather!($($options)* catch; panics, pending::<Outcome>());
                let payload = panic_in(written.await).into_panic();
                assert_eq!(payload.downcast_ref(), Some(&Payload(7)));
                let spread = try_gather!($($options)* catch; ..[Ok(()), Err(())].map(|kind| async move {
                    match kind {
                        Ok(()) => pending::<Outcome>().await,
                        Err(()) => panic_any(Payload(8)),
                    }
                }));
                let payload = panic_in(spread.await).into_panic();
                assert_eq!(payload.downcast_ref(), Some(&Payload(8)));
            });
        };
    }
    in_every_place!(test);
}

#[test]
fn without_a_failure_the_values_come_in_every_shape() {
    #[derive(Debug, Default, PartialEq)]
    struct Page {
        user: u8,
        posts: Vec<u8>,
        hits: u8,
    }

    #[derive(Debug, PartialEq)]
    struct Pair(u8, Vec<u8>);

    fn give(number: u8) -> Ready<Outcome> {
        ready(Ok(number))
    }

    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                assert_eq!(try_gather!($($options)* catch; give(1), ..[give(2)]).await.unwrap(), (1, vec![2]));
                assert_eq!(try_gather!($($options)* catch; ..[give(1), give(2)]).await.unwrap(), [1, 2]);
                assert_eq!(try_gather!($($options)* catch; [give(1), give(2)]).await.unwrap(), [1, 2]);
                assert_eq!(try_gather!($($options)* catch; Pair(give(1), ..[give(2)])).await.unwrap(), Pair(1, vec![2]));
                let page = try_gather!($($options)* catch; Page { user: give(1), posts: ..[give(2)], ..Page::default() });
                assert_eq!(page.await.unwrap(), Page { user: 1, posts: vec![2], hits: 0 });
                let page = try_gather!($($options)* catch; Page {
                    user: async { panic!("boom") as Outcome },
                    posts: ..[give(2)],
                    ..Page::default()
                });
                assert_eq!(panic_in(page.await).to_string(), "branch 0, `user`, panicked: boom");
                let none: Result<(), Error> = try_gather!($($options)* catch;).await;
                none.unwrap();
            });
        };
    }
    in_every_place!(test);
}

#[test]
fn a_panic_is_an_error_beside_those_that_error_converts() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                for panics in [false, true] {
                    let branch = async move {
                        if panics {
                            panic!("boom");
                        }
                        Err::<u8, &str>("failed")
                    };
                    let sibling = pending::<Result<u8, BranchError>>();
                    let result = try_gather!($($options)* catch, error = Error; branch, sibling).await;
                    match result.unwrap_err() {
                        Error::Panicked(panic) => assert_eq!((panics, panic.name()), (true, "branch")),
                        Error::Failed(text) => assert_eq!((panics, text), (false, "failed")),
                    }
                }
            });
        };
    }
    in_every_place!(test);
}

/// The branch that does not end first panics when it is stopped.
#[test]
fn of_an_error_and_a_panic_the_first_in_time_is_returned() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                for panic_comes_first in [false, true] {
                    let branch = |panics: bool| {
                        let is_first = panics == panic_comes_first;
                        let later = (!is_first).then(|| PanicsInDrop("later"));
                        async move {
                            let _later = later;
                            if !is_first {
                                pending::<()>().await;
                            }
                            if panics {
                                panic!("first");
                            }
                            Err::<u8, _>(Error::Failed("first"))
                        }
                    };
                    let result = try_gather!($($options)* catch; branch(false), branch(true)).await;
                    match result.unwrap_err() {
                        Error::Failed(text) => {
                            assert_eq!((panic_comes_first, text), (false, "first"));
                        }
                        Error::Panicked(panic) => {
                            assert!(panic_comes_first);
                            assert_eq!(panic.to_string(), "branch 1, `branch(true)`, panicked: first");
                        }
                    }
                }
            });
        };
    }
    in_every_place!(test);
}

/// On two threads, a branch that was told to stop in the middle of a poll may still fail.
#[test]
fn a_branch_that_fails_though_it_has_been_stopped_comes_second() {
    let fail = |panics: bool, text| async move {
        assert!(!panics, "{text}");
        Err::<u8, _>(Error::Failed(text))
    };
    macro_rules! test {
        ($first:expr, $second:expr, $($options:tt)*) => {
            let runtime = two_workers();
            let _entered = runtime.enter();
            let (guard, has_stopped) = mpsc::channel::<()>();
            let (started, is_started) = oneshot::channel();
            let first = async move {
                is_started.await.unwrap();
                fail($first, "first").await
            };
            let stopped = async move {
                let _guard = guard;
                pending::<Outcome>().await
            };
            let second = async move {
                send_from_outside(started);
                has_stopped.recv().unwrap_err();
                fail($second, "second").await
            };
            let gather = try_gather!($($options)* catch; first, stopped, second);
            match runtime.block_on(gather.into_future()).unwrap_err() {
                Error::Failed(text) => assert_eq!((text, $first), ("first", false)),
                Error::Panicked(panic) => {
                    assert!($first);
                    assert_eq!(panic.to_string(), "branch 0, `first`, panicked: first");
                }
            }
        };
    }
    for (first, second) in [(false, true), (true, false), (true, true), (false, false)] {
        test!(first, second,);
        test!(first, second, limit = 3,);
        test!(first, second, tasks = 2,);
        test!(first, second, tasks = 2, limit = 3,);
    }
}

#[test]
fn the_siblings_are_stopped_by_the_panic_itself_while_nobody_awaits() {
    macro_rules! test {
        (here, $($options:tt)*) => {};
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let (guard, dropped) = oneshot::channel::<()>();
                let sibling = async move {
                    let _guard = guard;
                    pending::<Outcome>().await
                };
                let gather = try_gather!($($options)* catch; sibling, panics("boom"));
                dropped.await.unwrap_err();
                until(|| gather.is_finished()).await;
                assert_eq!(panic_in(gather.await).index(), 1);
            });
        };
    }
    in_every_place!(test);
}

#[test]
fn branches_behind_a_limit_never_start() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let probe = Probe::default();
                let branch = |index| {
                    probe.watch(async move {
                        assert!(index < 3, "boom");
                        Ok::<_, Error>(index)
                    })
                };
                let lazy = (0..1000).map(branch);
                let lazy: Vec<_> = lazy.collect();
                let panic = panic_in(try_gather!($($options)* catch, limit = 1; ..lazy).await);
                assert_eq!(panic.to_string(), "item 3 of `..lazy` panicked: boom");
                assert_eq!((probe.seen().started, probe.seen().dropped), (4, 1000));
            });
        };
    }
    test!();
    test!(tasks = 2,);
    test!(here,);
}

/// The error names the branch that the iterator would have yielded.
#[test]
fn a_panic_of_an_iterator_under_a_limit_is_an_error() {
    struct Iter(usize);

    impl Iterator for Iter {
        type Item = Ready<Outcome>;

        fn next(&mut self) -> Option<Ready<Outcome>> {
            self.0 += 1;
            assert!(self.0 < 4, "no more");
            Some(ready(Ok(1)))
        }
    }

    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                for limit in 1..6 {
                    let result = try_gather!($($options)* catch, limit = limit; ..Iter(0)).await;
                    let text = "item 3 of `..Iter(0)` panicked: no more";
                    assert_eq!(panic_in(result).to_string(), text);
                }
            });
        };
    }
    test!();
    test!(tasks = 2,);
    test!(here,);
}

#[test]
#[should_panic = "no more"]
fn a_panic_of_an_iterator_without_a_limit_is_the_callers() {
    let runtime = two_workers();
    let _entered = runtime.enter();
    let futures = (0..4).map(|index| {
        assert!(index < 3, "no more");
        ready(Ok::<_, Error>(index))
    });
    drop(try_gather!(catch; ..futures));
}

#[test]
fn a_panic_in_the_drop_of_a_branch_that_is_stopped_outranks_no_error() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let holds = |panics| async move {
                    let _panics = panics;
                    pending::<Outcome>().await
                };
                let fails = async {
                    yield_now().await;
                    Err::<u8, _>(Error::Failed("first"))
                };
                let result = try_gather!(
                    $($options)* catch; holds(PanicsInDrop("one")), fails, ..[holds(PanicsInDrop("two"))]
                );
                assert!(matches!(result.await, Err(Error::Failed("first"))));
            });
        };
    }
    in_every_place!(test);
}

#[test]
fn a_value_that_panics_when_it_is_dropped_after_a_failure_outranks_no_error() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let value = async { Ok::<_, Error>(PanicsInDrop("value")) };
                let fails = async {
                    yield_now().await;
                    Err::<u8, _>(Error::Failed("first"))
                };
                let result = try_gather!($($options)* catch; value, fails).await;
                assert!(matches!(result, Err(Error::Failed("first"))));
                let value = async { Ok::<_, Error>(PanicsInDrop("value")) };
                let fails = async {
                    yield_now().await;
                    panics("boom").await
                };
                let result = try_gather!($($options)* catch; value, fails).await;
                assert_eq!(panic_in(result).index(), 1);
            });
        };
    }
    in_every_place!(test);
}

/// An error whose conversion from a `BranchError` panics.
#[derive(Debug)]
struct Refuses;

impl From<BranchError> for Refuses {
    fn from(panic: BranchError) -> Self {
        panic!("{} is refused", panic.name())
    }
}

#[test]
fn a_from_that_panics_is_a_panic_of_the_gather_and_breaks_nothing() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let probe = Probe::default();
                let sibling = probe.watch(pending::<Result<u8, Refuses>>());
                let branch = async {
                    yield_now().await;
                    if true {
                        panic!("boom");
                    }
                    Ok(PanicsInDrop("never"))
                };
                let gather = try_gather!($($options)* catch; sibling, branch);
                let payload = caught(gather.into_future()).await.map(drop).unwrap_err();
                assert_eq!(message(&*payload), "branch is refused");
                assert_eq!(probe.seen().dropped, 1);
            });
        };
    }
    in_every_place!(test);

    on_both_flavours(|| async {
        let branch = |panics: bool| async move {
            assert!(!panics, "boom");
            Ok::<u8, Refuses>(1)
        };
        let mut gather = try_gather!(catch; branch(true));
        let payload = caught((&mut gather).into_future()).await.unwrap_err();
        assert!(message(&*payload).ends_with("is refused"));
        assert!(gather.is_finished());
        assert_eq!(gather.progress().to_string(), "1/1");
        let again = panic_of(gather).await;
        assert!(again.contains("has already returned its result"), "{again}");
    });
}

#[test]
fn a_from_that_panics_for_the_error_of_a_branch_is_a_panic_of_that_branch() {
    struct Refused;

    impl From<Refused> for Error {
        fn from(_: Refused) -> Self {
            panic!("refused")
        }
    }

    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let branch = || async { Err::<u8, _>(Refused) };
                let result = try_gather!($($options)* catch, error = Error; branch()).await;
                assert_eq!(panic_in(result).to_string(), "branch 0, `branch()`, panicked: refused");
                let result = try_gather!($($options)* catch, error = Error; ..[branch()]).await;
                assert_eq!(panic_in(result).to_string(), "item 0 of `..[branch()]` panicked: refused");
            });
        };
    }
    in_every_place!(test);
}

#[test]
fn a_detached_gather_is_stopped_by_a_panic_that_nobody_makes_an_error_of() {
    struct Counted;
    static MADE: AtomicUsize = AtomicUsize::new(0);

    impl From<BranchError> for Counted {
        fn from(_: BranchError) -> Self {
            MADE.fetch_add(1, Ordering::SeqCst);
            Counted
        }
    }

    macro_rules! test {
        (here, $($options:tt)*) => {};
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let (guard, dropped) = oneshot::channel::<()>();
                let (go, may_go) = oneshot::channel::<()>();
                let sibling = async move {
                    let _guard = guard;
                    pending::<Result<u8, Counted>>().await
                };
                let branch = async move {
                    may_go.await.unwrap();
                    if true {
                        panic!("boom");
                    }
                    Ok(1)
                };
                try_gather!($($options)* catch; sibling, branch).detach();
                go.send(()).unwrap();
                dropped.await.unwrap_err();
            });
        };
    }
    in_every_place!(test);
    assert_eq!(MADE.load(Ordering::SeqCst), 0);
}

#[test]
fn the_error_is_made_of_the_first_panic_alone() {
    struct Counted;
    static MADE: AtomicUsize = AtomicUsize::new(0);

    impl From<BranchError> for Counted {
        fn from(_: BranchError) -> Self {
            MADE.fetch_add(1, Ordering::SeqCst);
            Counted
        }
    }

    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                MADE.store(0, Ordering::SeqCst);
                let branch = |panics| async move {
                    let _panics = panics;
                    if true {
                        panic!("boom");
                    }
                    Ok::<u8, Counted>(1)
                };
                let branches = (0..20).map(|_| branch(PanicsInDrop("drop")));
                let branches: Vec<_> = branches.collect();
                assert!(try_gather!($($options)* catch; ..branches).await.is_err());
                assert_eq!(MADE.load(Ordering::SeqCst), 1);
            });
        };
    }
    in_every_place!(test);
}

#[test]
fn abort_returns_the_error_of_a_panic() {
    macro_rules! test {
        (here, $($options:tt)*) => {};
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let gather = try_gather!($($options)* catch; pending::<Outcome>(), panics("boom"));
                until(|| gather.is_finished()).await;
                let panic = panic_in(gather.abort().await.unwrap());
                assert_eq!(panic.index(), 1);

                // The branch panics while it is being stopped.
                let (started, is_started) = oneshot::channel();
                let branch = async move {
                    let _panics = PanicsInDrop("stopped");
                    started.send(()).unwrap();
                    pending::<Outcome>().await
                };
                let gather = try_gather!($($options)* catch; branch);
                is_started.await.unwrap();
                let panic = panic_in(gather.abort().await.unwrap());
                assert_eq!(panic.to_string(), "branch 0, `branch`, panicked: stopped");

                let gather = try_gather!($($options)* catch; pending::<Outcome>());
                assert!(gather.abort().await.is_none());
            });
        };
    }
    in_every_place!(test);
}

#[test]
fn a_gather_in_a_branch_panics_as_that_branch_or_fails_as_it() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let inner = || async { try_gather!(panics("boom")).await };
                let outer = try_gather!($($options)* catch; inner(), pending::<Outcome>()).await;
                assert_eq!(panic_in(outer).to_string(), "branch 0, `inner()`, panicked: boom");

                let inner = || async { try_gather!($($options)* catch; panics("boom")).await };
                let outer = try_gather!($($options)* catch; pending::<Outcome>(), inner()).await;
                let text = "branch 0, `panics(\"boom\")`, panicked: boom";
                assert_eq!(panic_in(outer).to_string(), text);
            });
        };
    }
    in_every_place!(test);

    on_both_flavours(|| async {
        let outer = try_gather!(catch; try_gather!(catch; panics("boom")), pending::<Outcome>());
        let text = "branch 0, `panics(\"boom\")`, panicked: boom";
        assert_eq!(panic_in(outer.await).to_string(), text);
    });
}

#[test]
fn branches_that_borrow_may_panic_too() {
    #[derive(Debug)]
    struct Local(Rc<str>);

    impl From<BranchError> for Local {
        fn from(panic: BranchError) -> Self {
            Local(panic.to_string().into())
        }
    }

    let texts = [Cell::new("7"), Cell::new("boom")];
    let parse = |text: &Cell<&'static str>| {
        let text = text.get();
        async move { Ok::<u8, Local>(text.parse().unwrap()) }
    };
    let result = block_on(try_gather!(here, catch; parse(&texts[0]), ..texts.iter().map(parse)));
    let text = "item 1 of `..texts.iter().map(parse)` panicked";
    assert!(result.unwrap_err().0.starts_with(text));
}

#[test]
fn a_runtime_that_shuts_down_is_no_panic_of_a_branch() {
    macro_rules! test {
        (here, $($options:tt)*) => {};
        ($($options:tt)*) => {{
            let runtime = two_workers();
            let handle = runtime.handle().clone();
            let gather = try_gather!($($options)* catch, on = handle; pending::<Outcome>());
            runtime.shutdown_background();
            let text = two_workers().block_on(panic_of(gather));
            assert!(text.ends_with("was cancelled because its runtime shut down"), "{text}");
        }};
    }
    in_every_place!(test);
}

#[test]
fn a_branch_may_be_called_catch() {
    on_both_flavours(|| async {
        let catch = ready(Ok::<_, Error>(1));
        assert_eq!(try_gather!(catch).await.unwrap(), (1,));
        let catch = || ready(Ok::<_, Error>(2));
        assert_eq!(try_gather!(catch()).await.unwrap(), (2,));
        assert_eq!(try_gather!(catch(), catch()).await.unwrap(), (2, 2));
        assert_eq!(try_gather!(catch; catch()).await.unwrap(), (2,));
    });
}
