//! `gather_each!`: panics of branches, a runtime that shuts down, and values that panic when they
//! are dropped.

use std::future::{Ready, pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use futures::FutureExt;
use gather::{Each, gather_each};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{oneshot, watch};
use tokio::task::yield_now;

mod support {
    pub(crate) mod flavours;
    pub(crate) mod in_time;
    pub(crate) mod message;
    pub(crate) mod outside;
    pub(crate) mod probe;
    pub(crate) mod two_workers;
    pub(crate) mod until;
}

use support::flavours::on_both_flavours;
use support::in_time::in_time;
use support::message::message;
use support::outside::send_from_outside;
use support::probe::Probe;
use support::two_workers::two_workers;
use support::until::until;

/// Much longer than the tests take, so that a hanging test fails.
const LONG: Duration = Duration::from_secs(20);

/// Takes the next result in a task of its own. Returns the message of the panic that this ends in,
/// and the handle.
async fn panic_of_next<T: Send + 'static>(each: Each<T>) -> (String, Each<T>) {
    let (back, handle) = oneshot::channel();
    let next = tokio::spawn(async move {
        let mut each = Back(Some(each), Some(back));
        each.0.as_mut().unwrap().next().await.map(drop)
    });
    let Err(error) = next.await else {
        panic!("`next` was to end in a panic");
    };
    (
        message(&*error.into_panic()),
        handle.await.unwrap_or_else(|_| panic!("it is sent back")),
    )
}

/// Sends the handle back when it is dropped, even by a panic.
struct Back<T>(Option<Each<T>>, Option<oneshot::Sender<Each<T>>>);

impl<T> Drop for Back<T> {
    fn drop(&mut self) {
        let (each, back) = (self.0.take().unwrap(), self.1.take().unwrap());
        drop(back.send(each));
    }
}

/// A branch that blocks its thread. It reports when it is polled, and returns
/// `value` when it is told to.
fn blocking<T>(
    value: T,
) -> (
    impl Future<Output = T>,
    mpsc::Receiver<()>,
    mpsc::Sender<()>,
) {
    let (is_polled, polled) = mpsc::channel();
    let (go, gone) = mpsc::channel();
    let mut value = Some(value);
    let branch = poll_fn(move |_| {
        is_polled.send(()).unwrap();
        gone.recv().unwrap();
        Poll::Ready(value.take().unwrap())
    });
    (branch, polled, go)
}

macro_rules! in_every_place {
    ($test:ident) => {
        $test!();
        $test!(tasks = 1;);
        $test!(tasks = 2;);
        $test!(limit = 100;);
        $test!(tasks = 1, limit = 100;);
        $test!(tasks = 2, limit = 100;);
    };
}

#[test]
fn a_panic_is_resumed_at_next_behind_the_results_that_were_there_and_when_all_has_been_dropped() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let probe = Probe::default();
                let (go, gone) = oneshot::channel::<()>();
                let panics = async {
                    gone.await.unwrap();
                    panic!("overboard")
                };
                let panics = probe.watch(panics);
                let hangs = |_| probe.watch(pending::<u8>());
                let results = [1, 2].map(|value| probe.watch(ready(value)));
                let each = gather_each!($($options)* hangs(0), ..results, panics, ..[0, 1].map(hangs));
                until(|| each.progress().finished() == 2).await;
                go.send(()).unwrap();
                until(|| each.is_finished()).await;
                let mut each = each;
                let mut before = [each.next().await, each.next().await];
                before.sort_unstable();
                assert_eq!(before, [Some((1, 1)), Some((2, 2))]);
                let (message, mut each) = panic_of_next(each).await;
                assert_eq!(message, "overboard");
                assert_eq!(probe.seen().dropped, 6);
                assert_eq!(each.next().await, None);
                assert_eq!(each.progress().to_string(), "6/6");
                assert!(each.is_finished());
            });
        };
    }
    in_every_place!(test);
}

#[test]
fn results_that_come_behind_the_panic_are_dropped() {
    struct Counts(Arc<AtomicUsize>);
    impl Drop for Counts {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    // A branch is in the middle of a poll while another one panics.
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let dropped = Arc::new(AtomicUsize::new(0));
        let (is_polled, polled) = oneshot::channel::<()>();
        let (go, gone) = mpsc::channel::<()>();
        let counts = Counts(Arc::clone(&dropped));
        let mut once = Some((is_polled, counts));
        let late = poll_fn(move |_| {
            let (is_polled, counts) = once.take().unwrap();
            send_from_outside(is_polled);
            gone.recv().unwrap();
            Poll::Ready(counts)
        });
        let panics = async {
            polled.await.unwrap();
            panic!("overboard")
        };
        let probe = Probe::default();
        let stopped = probe.watch(pending());
        let each = gather_each!(late, panics, stopped);
        let waits = tokio::spawn(panic_of_next(each));
        until(|| probe.seen().dropped == 1).await;
        go.send(()).unwrap();
        let (message, mut each) = waits.await.unwrap();
        assert_eq!(message, "overboard");
        assert_eq!(dropped.load(Ordering::SeqCst), 1);
        assert!(each.next().await.is_none());
    });
}

#[test]
#[cfg_attr(plain, ignore = "it keeps what comes behind a panic")]
fn a_result_that_is_dropped_behind_the_panic_may_ask_for_the_progress() {
    struct Asks(Arc<Mutex<Option<Each<Asks>>>>, mpsc::Sender<usize>);
    impl Drop for Asks {
        fn drop(&mut self) {
            let finished = |each: &Each<Asks>| each.progress().finished();
            let finished = self.0.lock().unwrap().as_ref().map(finished);
            let _ = self.1.send(finished.unwrap());
        }
    }
    in_time(|| {
        let runtime = two_workers();
        let (place, (tells, told)) = (Arc::default(), mpsc::channel());
        let (late, polled, go) = blocking(Asks(Arc::clone(&place), tells));
        let fails = async { panic!("overboard") };
        let mut each = gather_each!(on = runtime.handle(); late, fails);
        polled.recv_timeout(LONG).unwrap();
        runtime.block_on(until(|| each.progress().finished() == 1));
        assert!(each.next().now_or_never().is_none());
        *place.lock().unwrap() = Some(each);
        go.send(()).unwrap();
        assert_eq!(told.recv_timeout(LONG), Ok(1));
        let each = place.lock().unwrap().take().unwrap();
        let (message, _each) = runtime.block_on(panic_of_next(each));
        assert_eq!(message, "overboard");
    });
}

#[test]
fn a_branch_that_is_stopped_or_ends_behind_a_panic_counts_as_ended() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(3)
        .build()
        .unwrap();
    in_time(move || {
        for stopped in [0, 2] {
            let (first, first_is_polled, go_first) = blocking(());
            let (second, second_is_polled, go_second) = blocking(());
            let (fail, fails) = oneshot::channel::<()>();
            let fails = async {
                fails.await.unwrap();
                panic!("overboard")
            };
            let hang = (0..stopped).map(|_| pending());
            let mut each = gather_each!(on = runtime.handle(); first, second, fails, ..hang);
            first_is_polled.recv_timeout(LONG).unwrap();
            second_is_polled.recv_timeout(LONG).unwrap();
            fail.send(()).unwrap();
            runtime.block_on(until(|| each.progress().finished() == 1 + stopped));

            assert!(each.next().now_or_never().is_none());
            go_first.send(()).unwrap();
            runtime.block_on(until(|| each.progress().finished() == 2 + stopped));

            assert!(!each.is_finished());
            go_second.send(()).unwrap();
            let (message, each) = runtime.block_on(panic_of_next(each));
            assert_eq!(message, "overboard");
            assert!(each.is_finished());
            let all = 3 + stopped;
            assert_eq!(each.progress().to_string(), format!("{all}/{all}"));
        }
    });
}

#[test]
fn results_that_come_behind_the_panic_of_an_iterator_are_dropped() {
    /// Waits until a branch is being polled, and then panics in its `next` or in its `Drop`.
    struct Panics {
        in_next: bool,
        polled: mpsc::Receiver<()>,
    }
    impl Iterator for Panics {
        type Item = Ready<Arc<()>>;
        fn next(&mut self) -> Option<Self::Item> {
            self.polled.recv().unwrap();
            assert!(!self.in_next, "overboard");
            None
        }
    }
    impl Drop for Panics {
        fn drop(&mut self) {
            assert!(self.in_next, "overboard");
        }
    }
    for in_next in [true, false] {
        let runtime = two_workers();
        let value = Arc::new(());
        let (late, polled, go) = blocking(Arc::clone(&value));
        let panics = Panics { in_next, polled };
        let each = gather_each!(limit = 2, on = runtime.handle(); late, ..panics);
        go.send(()).unwrap();
        let (message, _each) = runtime.block_on(panic_of_next(each));
        assert_eq!(message, "overboard");
        assert_eq!(Arc::strong_count(&value), 1);
    }
}

#[test]
fn results_that_come_behind_the_panic_of_a_branch_that_a_shutdown_drops_are_dropped() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("in a drop");
        }
    }
    // A branch is in the middle of a poll while another one is dropped.
    let runtime = two_workers();
    let value = Arc::new(());
    let (late, polled, go) = blocking(Arc::clone(&value));
    let panics = Panics;
    let hangs = async move {
        let _panics = panics;
        pending().await
    };
    let each = gather_each!(on = runtime.handle(); late, hangs);
    polled.recv_timeout(LONG).unwrap();
    runtime.shutdown_background();
    here().block_on(until(|| each.progress().finished() == 1));
    go.send(()).unwrap();
    let (message, _each) = here().block_on(panic_of_next(each));
    assert_eq!(message, "in a drop");
    assert_eq!(Arc::strong_count(&value), 1);
}

#[test]
fn the_original_payload_is_resumed() {
    on_both_flavours(|| async {
        let panics = async {
            yield_now().await;
            panic_any(7_u16)
        };
        let mut each = gather_each!(pending::<u8>(), panics);
        let panicked = tokio::spawn(async move { each.next().await }).await;
        let payload = panicked.unwrap_err().into_panic();
        assert_eq!(payload.downcast_ref(), Some(&7_u16));
    });
}

#[test]
fn a_branch_that_panics_when_it_is_dropped_has_panicked() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("in a drop");
        }
    }
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                // The branch panics as it returns.
                let panics = Panics;
                let returns = async move {
                    let _panics = panics;
                    7
                };
                let (message, _) = panic_of_next(gather_each!($($options)* returns, pending())).await;
                assert_eq!(message, "in a drop");

                // The branch panics as it is stopped.
                let panics = Panics;
                let hangs = async move {
                    let _panics = panics;
                    pending::<u8>().await
                };
                let mut each = gather_each!($($options)* hangs, ready(1));
                assert_eq!(each.next().await, Some((1, 1)));
                let panicked = tokio::spawn(each.abort()).await;
                assert_eq!(message_of(panicked.map(drop)), "in a drop");

                // The branch panics as the handle is dropped, and the panic reaches nobody.
                let panics = Panics;
                let hangs = async move {
                    let _panics = panics;
                    pending::<u8>().await
                };
                drop(gather_each!($($options)* hangs, ready(1)));
            });
        };
    }
    fn message_of(joined: Result<(), tokio::task::JoinError>) -> String {
        message(&*joined.unwrap_err().into_panic())
    }
    in_every_place!(test);
}

/// Says who it is when it is dropped, and panics with that.
struct Names(&'static str, Arc<Mutex<Vec<&'static str>>>);

impl Drop for Names {
    fn drop(&mut self) {
        self.1.lock().unwrap().push(self.0);
        panic_any(self.0);
    }
}

/// Awaits what is to panic with the first of what has been dropped, which is so many.
async fn first_of_drops<T: Send + 'static>(
    panics: impl Future<Output = T> + Send + 'static,
    dropped: &Mutex<Vec<&'static str>>,
    count: usize,
) {
    let panicked = tokio::spawn(panics).await.map(drop);
    let payload = panicked.unwrap_err().into_panic();
    let dropped = dropped.lock().unwrap();
    assert_eq!(
        (payload.downcast_ref(), dropped.len()),
        (Some(&dropped[0]), count)
    );
}

#[test]
#[cfg_attr(plain, ignore = "it drops a key and its future as one value")]
fn of_a_branch_and_its_key_that_both_panic_when_they_are_stopped_the_first_is_told() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let dropped = Arc::default();
                let key = Names("the key", Arc::clone(&dropped));
                let branch = Names("the branch", Arc::clone(&dropped));
                let hangs = async move {
                    let _branch = branch;
                    pending::<()>().await;
                };
                let each = gather_each!($($options)* ..[(key, hangs)]);
                first_of_drops(each.abort(), &dropped, 2).await;
            });
        };
    }
    in_every_place!(test);
}

#[test]
#[cfg_attr(plain, ignore = "it drops a key and its future as one value")]
fn of_a_branch_its_result_and_its_key_that_all_panic_when_it_has_returned_the_first_is_told() {
    /// Returns the second, and holds the first until it is dropped.
    struct Returns(
        #[expect(dead_code, reason = "it is dropped")] Names,
        Option<Names>,
    );
    impl Future for Returns {
        type Output = Names;
        fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Names> {
            Poll::Ready(self.1.take().unwrap())
        }
    }
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let dropped = Arc::default();
                let [key, branch, result] = ["the key", "the branch", "the result"]
                    .map(|name| Names(name, Arc::clone(&dropped)));
                let mut each = gather_each!($($options)* ..[(key, Returns(branch, Some(result)))]);
                let next = async move { drop(each.next().await) };
                first_of_drops(next, &dropped, 3).await;
            });
        };
    }
    in_every_place!(test);
}

#[test]
fn a_result_that_comes_when_the_handle_is_gone_is_dropped_while_another_branch_runs_on() {
    let runtime = two_workers();
    let value = Arc::new(());
    let (first, polled, go) = blocking(Arc::clone(&value));
    let (second, is_running, go_on) = blocking(Arc::clone(&value));
    let each = gather_each!(on = runtime.handle(); first, second);
    polled.recv_timeout(LONG).unwrap();
    is_running.recv_timeout(LONG).unwrap();
    drop(each);
    go.send(()).unwrap();
    here().block_on(until(|| Arc::strong_count(&value) == 2));
    go_on.send(()).unwrap();
}

#[test]
fn a_waker_that_panics_when_a_shutdown_wakes_it_is_no_branch_that_panics() {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("a waker");
        }
    }
    for runtime in runtimes() {
        let mut each = gather_each!(on = runtime.handle(); pending::<u8>());
        let waker = Waker::from(Arc::new(Panics));
        let polled = pin!(each.next()).poll(&mut Context::from_waker(&waker));
        assert!(polled.is_pending());
        drop(runtime);
        let (message, _each) = here().block_on(panic_of_next(each));
        assert!(message.contains("its runtime shut down"), "{message}");
    }
}

#[test]
fn a_panic_of_an_iterator_is_that_of_a_branch() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let probe = Probe::default();
                let pulled = probe.clone();
                let branches = (0..).map(move |n| {
                    assert!(n < 3, "the iterator panics");
                    pulled.watch(ready(n))
                });
                let hangs = probe.watch(pending());
                let mut each = gather_each!($($options)* hangs, ..branches);
                let mut results = Vec::new();
                let message = loop {
                    let next = async { std::panic::AssertUnwindSafe(&mut each).next().await };
                    match futures::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(next)).await {
                        Ok(result) => results.push(result.unwrap().0),
                        Err(payload) => break message(&*payload),
                    }
                };
                assert_eq!(message, "the iterator panics");
                assert!([1, 2, 3].starts_with(&results), "{results:?}");
                assert_eq!(probe.seen().dropped, 4);
                assert!(each.next().await.is_none());
            });
        };
    }
    test!(limit = 2;);
    test!(tasks = 1, limit = 2;);
    test!(tasks = 2, limit = 2;);
}

#[test]
fn values_that_nobody_takes_and_that_panic_do_so_for_nobody() {
    struct Panics(Arc<AtomicUsize>);
    impl Drop for Panics {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
            panic!("a value panics");
        }
    }
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let dropped = Arc::new(AtomicUsize::new(0));
                let branches = |count| {
                    let dropped = Arc::clone(&dropped);
                    (0..count).map(move |_| ready(Panics(Arc::clone(&dropped))))
                };
                let each = gather_each!($($options)* ..branches(5));
                until(|| each.is_finished() || each.progress().finished() == 5).await;
                drop(each);
                until(|| dropped.load(Ordering::SeqCst) == 5).await;

                drop(gather_each!($($options)* ..branches(5)).abort());
                until(|| dropped.load(Ordering::SeqCst) == 10).await;

                // The results are dropped while a panic unwinds.
                let (go, gone) = oneshot::channel::<()>();
                let fails = async {
                    gone.await.unwrap();
                    panic!("overboard")
                };
                let each = gather_each!($($options)* ..branches(5), fails);
                until(|| each.progress().finished() == 5).await;
                go.send(()).unwrap();
                until(|| each.is_finished()).await;
                let panicked = tokio::spawn(each.abort()).await.map(drop);
                assert_eq!(message(&*panicked.unwrap_err().into_panic()), "overboard");
                until(|| dropped.load(Ordering::SeqCst) == 15).await;
            });
        };
    }
    in_every_place!(test);
}

/// A runtime of each flavour, to shut down.
fn runtimes() -> [Runtime; 2] {
    [
        Builder::new_current_thread().build().unwrap(),
        Builder::new_multi_thread()
            .worker_threads(2)
            .build()
            .unwrap(),
    ]
}

/// The runtime on which results are taken.
fn here() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

#[test]
fn a_runtime_that_shuts_down_is_a_panic_that_names_the_branch_behind_the_results_that_were_there() {
    macro_rules! test {
        ($($options:tt)*) => {
            for runtime in runtimes() {
                let each = runtime.block_on(async {
                    let pending_item = std::iter::once_with(pending::<u8>);
                    let each = gather_each!($($options)* ready(1), ready(2), pending(), ..pending_item);
                    until(|| each.progress().finished() == 2).await;
                    each
                });
                drop(runtime);
                assert!(each.is_finished());
                let progress = each.progress();
                assert_eq!(Some(progress.finished()), progress.total());
                here().block_on(async {
                    let mut each = each;
                    let mut before = [each.next().await, each.next().await];
                    before.sort_unstable();
                    assert_eq!(before, [Some((0, 1)), Some((1, 2))]);
                    let (message, mut each) = panic_of_next(each).await;
                    assert_eq!(
                        message,
                        "gather_each!: branch 2, `pending()`, was cancelled because its runtime shut down"
                    );
                    assert_eq!(each.next().await, None);
                });
                let [runtime, _] = runtimes();
                let guard = runtime.enter();
                let each = gather_each!($($options)* ..[pending::<u8>()].into_iter().take(0), pending());
                drop(guard);
                drop(runtime);
                let (message, _) = here().block_on(panic_of_next(each));
                assert_eq!(
                    message,
                    "gather_each!: branch 1, `pending()`, was cancelled because its runtime shut down"
                );
            }
        };
    }
    in_every_place!(test);
}

#[test]
fn of_many_branches_that_a_shutdown_cuts_off_the_panic_names_the_first() {
    async fn ready_before_70(n: usize) -> usize {
        if n < 70 { n } else { pending().await }
    }
    macro_rules! test {
        ($($options:tt)*) => {
            for runtime in runtimes() {
                let each = runtime.block_on(async {
                    let each = gather_each!($($options)* ..(0..140).map(ready_before_70));
                    until(|| each.progress().finished() == 70).await;
                    each
                });
                drop(runtime);
                here().block_on(async {
                    let mut each = each;
                    for _ in 0..70 {
                        assert!(each.next().await.is_some());
                    }
                    let (message, _) = panic_of_next(each).await;
                    assert_eq!(
                        message,
                        "gather_each!: item 70 of `..(0..140).map(ready_before_70)` was cancelled because \
                         its runtime shut down"
                    );
                });
            }
        };
    }
    test!();
    test!(tasks = 1;);
    test!(tasks = 2;);
    test!(limit = 200;);
    test!(tasks = 2, limit = 200;);
}

#[test]
fn of_an_iterator_that_is_cut_off_by_a_shutdown_the_panic_names_the_next_item() {
    macro_rules! test {
        ($($options:tt)*) => {
            for runtime in runtimes() {
                let each = runtime.block_on(async {
                    let each = gather_each!($($options)* ..(0..10).map(ready));
                    until(|| each.progress().finished() == 2).await;
                    each
                });
                drop(runtime);
                here().block_on(async {
                    let mut each = each;
                    let mut before = [each.next().await, each.next().await];
                    before.sort_unstable();
                    assert_eq!(before, [Some((0, 0)), Some((1, 1))]);
                    let (message, _) = panic_of_next(each).await;
                    assert_eq!(
                        message,
                        "gather_each!: item 2 of `..(0..10).map(ready)` was cancelled because its runtime \
                         shut down"
                    );
                });
            }
        };
    }
    test!(limit = 2;);
    test!(tasks = 1, limit = 2;);
    test!(tasks = 2, limit = 2;);
}

#[test]
fn of_a_branch_and_its_iterator_that_a_shutdown_cuts_off_the_panic_names_the_branch() {
    macro_rules! test {
        ($($options:tt)*) => {
            for runtime in runtimes() {
                let guard = runtime.enter();
                let each = gather_each!($($options)* ..(0..10).map(|_| pending::<u8>()));
                drop(guard);
                drop(runtime);
                let (message, _) = here().block_on(panic_of_next(each));
                assert_eq!(
                    message,
                    "gather_each!: item 0 of `..(0..10).map(|_| pending::<u8>())` was cancelled \
                     because its runtime shut down"
                );
            }
        };
    }
    test!(limit = 1;);
    test!(tasks = 1, limit = 1;);
}

#[test]
fn a_runtime_that_shuts_down_when_all_have_returned_is_no_panic() {
    macro_rules! test {
        ($($options:tt)*) => {
            for runtime in runtimes() {
                let each = runtime.block_on(async {
                    let each = gather_each!($($options)* ready(1), ready(2));
                    until(|| each.progress().finished() == 2).await;
                    each
                });
                drop(runtime);
                here().block_on(async {
                    let mut each = each;
                    assert!(each.next().await.is_some() && each.next().await.is_some());
                    assert_eq!(each.next().await, None);
                });
            }
        };
    }
    in_every_place!(test);
    test!(limit = 2;);
}

#[test]
fn a_next_that_waits_while_the_runtime_shuts_down_is_woken() {
    macro_rules! test {
        ($($options:tt)*) => {
            for runtime in runtimes() {
                let guard = runtime.enter();
                let mut each = gather_each!($($options)* pending::<u8>(), ..[pending(), pending()]);
                drop(guard);
                let waits = std::thread::spawn(move || {
                    here().block_on(async { tokio::spawn(async move { each.next().await }).await })
                });
                drop(runtime);
                let message = message(&*waits.join().unwrap().unwrap_err().into_panic());
                assert!(message.ends_with("was cancelled because its runtime shut down"), "{message}");
            }
        };
    }
    in_every_place!(test);
    test!(limit = 1;);
    test!(tasks = 2, limit = 1;);
}

#[test]
fn without_a_runtime_the_call_panics_and_names_the_macro() {
    let panicked = std::panic::catch_unwind(|| drop(gather_each!(ready(1))));
    let message = message(&*panicked.unwrap_err());
    assert!(
        message.starts_with("`gather_each!` was called outside a tokio runtime"),
        "{message}"
    );

    let zero = 0;
    let runtime = here();
    let _entered = runtime.enter();
    let panicked = std::panic::catch_unwind(|| drop(gather_each!(limit = zero; ready(1))));
    let message = support::message::message(&*panicked.unwrap_err());
    assert!(
        message.starts_with("`gather_each!` was called with `limit = 0`"),
        "{message}"
    );
}

#[test]
fn a_branch_that_panics_as_somebody_who_unwinds_drops_its_runtime_is_not_lost() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("in a drop");
        }
    }
    #[track_caller]
    fn assert_told(runtime: Runtime, mut each: Each<u8>, results: usize) {
        let unwound = catch_unwind(AssertUnwindSafe(move || {
            let _runtime = runtime;
            panic_any("the caller");
        }));
        assert_eq!(unwound.unwrap_err().downcast_ref(), Some(&"the caller"));
        let (message, _) = here().block_on(async {
            for _ in 0..results {
                assert!(each.next().await.is_some());
            }
            panic_of_next(each).await
        });
        // A worker that is not unwinding may have dropped the branch.
        let is_told = message == "in a drop" || message.ends_with("because its runtime shut down");
        assert!(is_told, "{message}");
    }
    macro_rules! test {
        ($($options:tt)*) => {
            for runtime in runtimes() {
                let guard = runtime.enter();
                let panics = Panics;
                let hangs = async move {
                    let _panics = panics;
                    pending::<u8>().await
                };
                let each = gather_each!($($options)* hangs);
                drop(guard);
                assert_told(runtime, each, 0);
            }
        };
    }
    in_every_place!(test);

    macro_rules! test {
        ($($options:tt)*) => {
            for runtime in runtimes() {
                let guard = runtime.enter();
                let panics = Panics;
                let branches = std::iter::repeat_with(move || {
                    let _panics = &panics;
                    ready(1)
                });
                let each = gather_each!($($options)* ..branches);
                drop(guard);
                // The result that has not been taken keeps its place, so the iterator is not
                // dropped yet.
                runtime.block_on(until(|| each.progress().finished() == 1));
                assert_told(runtime, each, 1);
            }
        };
    }
    test!(limit = 1;);
    test!(tasks = 1, limit = 1;);
}

/// Reports that it was woken, and blocks until it may go on.
struct HoldsUp {
    wakes: mpsc::Sender<()>,
    goes_on: Mutex<mpsc::Receiver<()>>,
}

impl Wake for HoldsUp {
    fn wake(self: Arc<Self>) {
        let _ = self.wakes.send(());
        let _ = self.goes_on.lock().unwrap().recv_timeout(LONG);
    }
}

#[test]
#[cfg_attr(plain, ignore = "it stops the others before it wakes who waits")]
fn progress_goes_back_by_no_result_that_a_panic_has_come_before() {
    let runtime = two_workers();
    let (panic_now, panics) = oneshot::channel::<()>();
    let (end_now, ends) = watch::channel(());
    let ends = || {
        let mut ends = ends.clone();
        async move { ends.changed().await.unwrap() }
    };
    let fails = async {
        let _ = panics.await;
        resume_unwind(Box::new("a branch"))
    };
    let mut each = gather_each!(on = runtime.handle(); fails, ends(), ends(), pending(), pending());
    let (wakes, has_woken) = mpsc::channel();
    let (go_on, goes_on) = mpsc::channel();
    let holding = Waker::from(Arc::new(HoldsUp {
        wakes,
        goes_on: Mutex::new(goes_on),
    }));
    assert!(
        pin!(each.next())
            .poll(&mut Context::from_waker(&holding))
            .is_pending()
    );
    let _ = panic_now.send(());
    has_woken.recv_timeout(LONG).unwrap();
    let _ = end_now.send(());
    runtime.block_on(until(|| each.progress().finished() == 3));
    let mut noop = Context::from_waker(Waker::noop());
    assert!(pin!(each.next()).poll(&mut noop).is_pending());
    let progress = each.progress();
    assert!(progress.finished() >= 3, "{progress}");
    let _ = go_on.send(());
    let next = runtime.block_on(AssertUnwindSafe(each.next()).catch_unwind());
    assert_eq!(next.unwrap_err().downcast_ref(), Some(&"a branch"));
}

#[test]
#[cfg_attr(plain, ignore = "it stops the others before it wakes who waits")]
fn a_result_that_panics_when_it_is_dropped_behind_the_panic_does_not_come_before_it() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("in a drop");
        }
    }
    let runtime = two_workers();
    let (late, polled, go) = blocking(Panics);
    let (panic_now, panics) = oneshot::channel::<()>();
    let fails = async {
        let _ = panics.await;
        panic!("overboard")
    };
    let mut each = gather_each!(on = runtime.handle(); late, fails);
    polled.recv_timeout(LONG).unwrap();
    let (wakes, has_woken) = mpsc::channel();
    let (go_on, goes_on) = mpsc::channel();
    let holding = Waker::from(Arc::new(HoldsUp {
        wakes,
        goes_on: Mutex::new(goes_on),
    }));
    let waits = pin!(each.next()).poll(&mut Context::from_waker(&holding));
    assert!(waits.is_pending());
    let _ = panic_now.send(());
    has_woken.recv_timeout(LONG).unwrap();
    let mut noop = Context::from_waker(Waker::noop());
    assert!(pin!(each.next()).poll(&mut noop).is_pending());
    go.send(()).unwrap();
    // The other worker is held up, so this runs when the late branch has ended.
    runtime.block_on(runtime.spawn(async {})).unwrap();
    let _ = go_on.send(());
    let (message, _each) = runtime.block_on(panic_of_next(each));
    assert_eq!(message, "overboard");
}

#[test]
#[cfg_attr(plain, ignore = "it drops a second panic when all have ended")]
fn what_has_finished_stays_so_when_the_panic_is_taken() {
    /// When dropped, polls for the next result, and asks for the progress before and after.
    struct Takes(Arc<Mutex<Option<Each<()>>>>, mpsc::Sender<(bool, usize)>);
    impl Drop for Takes {
        fn drop(&mut self) {
            let mut place = self.0.lock().unwrap();
            let each = place.as_mut().unwrap();
            let tell = |each: &Each<()>| {
                let progress = each.progress().finished();
                self.1.send((each.is_finished(), progress)).unwrap();
            };
            tell(each);
            let mut noop = Context::from_waker(Waker::noop());
            assert!(pin!(each.next()).poll(&mut noop).is_pending());
            tell(each);
        }
    }
    /// Panics when it is dropped, with the `Takes` in its payload.
    struct Panics(Option<Takes>);
    impl Drop for Panics {
        fn drop(&mut self) {
            resume_unwind(Box::new(self.0.take()));
        }
    }
    macro_rules! test {
        ($($options:tt)*) => {
            let runtime = here();
            let guard = runtime.enter();
            let (place, (tells, told)) = (Arc::default(), mpsc::channel());
            let panics = Panics(Some(Takes(Arc::clone(&place), tells)));
            let hangs = async move {
                let _panics = panics;
                pending().await
            };
            let fails = async { panic!("overboard") };
            *place.lock().unwrap() = Some(gather_each!($($options)* hangs, fails));
            drop(guard);
            // The second panic is dropped where it is caught, and nobody sees it.
            runtime.block_on(until(|| place.lock().unwrap().as_ref().unwrap().is_finished()));
            assert_eq!(told.try_iter().collect::<Vec<_>>(), [(true, 2); 2]);
            let each = place.lock().unwrap().take().unwrap();
            let (message, _each) = runtime.block_on(panic_of_next(each));
            assert_eq!(message, "overboard");
        };
    }
    test!(tasks = 1;);
    test!(tasks = 2;);
    test!(tasks = 1, limit = 2;);
    test!(tasks = 2, limit = 2;);
}
