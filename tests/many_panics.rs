//! Thousands of panics in one gather: of branches, of the drops of their futures, and of the drops
//! of their outputs. Each is caught where it belongs. If two met, they would end the process, and
//! with it all tests of this file.

use std::fmt::Debug;
use std::future::pending;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use gather::{Gather, gather, gather_settled, try_gather};
use tokio::sync::watch;

mod support {
    pub(crate) mod flavours;
    pub(crate) mod until;
}

use support::flavours::on_both_flavours;
use support::until::until;

const MANY: usize = 2_000;

/// Panics with a number, and skips the panic hook, which would print thousands of messages.
fn panic_with(number: usize) -> ! {
    resume_unwind(Box::new(number))
}

/// Panics with its number when it is polled, and with a greater number when it is dropped.
struct PanicsTwice(usize);

impl Future for PanicsTwice {
    type Output = Result<(), ()>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
        panic_with(self.0)
    }
}

impl Drop for PanicsTwice {
    fn drop(&mut self) {
        panic_with(MANY + self.0);
    }
}

#[test]
fn each_of_thousands_of_panics_is_in_its_place() {
    on_both_flavours(|| async {
        let all = gather_settled!(..(0..MANY).map(PanicsTwice)).await;
        let limited = gather_settled!(limit = 64; ..(0..MANY).map(PanicsTwice)).await;
        for outcomes in [all, limited] {
            assert_eq!(outcomes.len(), MANY);
            for (number, outcome) in outcomes.into_iter().enumerate() {
                let payload = outcome.unwrap_err().into_panic();
                assert_eq!(payload.downcast_ref(), Some(&number));
            }
        }
    });
}

async fn panic_of<T: Debug + Send + 'static>(gather: Gather<T>) -> usize {
    let panic = tokio::spawn(gather.into_future()).await.unwrap_err();
    *panic.into_panic().downcast().unwrap()
}

/// The panics that come out of gathers in which every branch is about to panic.
async fn panics_of_thousands() -> [usize; 4] {
    let branches = || (0..MANY).map(PanicsTwice);
    [
        panic_of(gather!(..branches())).await,
        panic_of(gather!(limit = 64; ..branches())).await,
        panic_of(try_gather!(..branches())).await,
        panic_of(try_gather!(limit = 64; ..branches())).await,
    ]
}

#[tokio::test]
async fn of_thousands_of_panics_on_one_thread_the_first_comes_out() {
    assert_eq!(panics_of_thousands().await, [0; 4]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_thousands_of_panics_on_two_workers_one_of_a_poll_comes_out_and_none_of_a_drop() {
    for panic in panics_of_thousands().await {
        assert!(panic < MANY, "that of the drop of {}", panic - MANY);
    }
}

/// Counts its drop, and then panics.
struct Panics(Arc<AtomicUsize>);

impl Drop for Panics {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
        panic_with(MANY);
    }
}

fn count(counter: &AtomicUsize) -> usize {
    counter.load(Ordering::SeqCst)
}

#[test]
fn thousands_of_futures_may_panic_when_they_are_stopped() {
    macro_rules! test {
        ($gather:ident, |$handle:ident| $stop:expr) => {
            on_both_flavours(|| async {
                let dropped = Arc::default();
                let branch = |_| {
                    let panics = Panics(Arc::clone(&dropped));
                    async move {
                        let _panics = panics;
                        pending::<Result<(), ()>>().await
                    }
                };
                let $handle = $gather!(..(0..MANY).map(branch));
                // In a task, which catches the panic.
                let _ = tokio::spawn(async move { $stop }).await;
                until(|| count(&dropped) == MANY).await;
            });
        };
    }
    test!(gather, |gather| drop(gather));
    test!(gather, |gather| drop(gather.abort().await));
    test!(try_gather, |gather| drop(gather));
    test!(try_gather, |gather| drop(gather.abort().await));
    test!(gather_settled, |gather| drop(gather));
    test!(gather_settled, |gather| drop(gather.abort().await));
}

/// Makes outputs that panic when they are dropped.
#[derive(Clone)]
struct Outputs {
    made: Arc<AtomicUsize>,
    dropped: Arc<AtomicUsize>,
    go: watch::Receiver<bool>,
    /// Whether the last branch fails.
    fails: bool,
}

impl Outputs {
    /// Returns an output: at once for the first `MANY` branches, and otherwise when it is told to.
    async fn branch(mut self, number: usize) -> Result<Panics, Panics> {
        if number >= MANY {
            self.go.wait_for(|go| *go).await.unwrap();
        }
        self.made.fetch_add(1, Ordering::SeqCst);
        let output = Panics(self.dropped);
        if self.fails && number == MANY + 3 {
            Err(output)
        } else {
            Ok(output)
        }
    }
}

/// Leaves thousands of outputs unread, in the way that the body says, either before the last few
/// branches may end or while they end. Each output is dropped once.
macro_rules! unread {
    ($gather:ident!($($options:tt)*), $fails:literal, |$handle:ident| $leave:expr) => {
        unread!($gather!($($options)*), $fails, true, |$handle| $leave);
    };
    ($gather:ident!($($options:tt)*), $fails:literal, $first:literal, |$handle:ident| $leave:expr) => {
        on_both_flavours(|| async {
            let (tell, go) = watch::channel(false);
            let (made, dropped) = <(Arc<AtomicUsize>, Arc<AtomicUsize>)>::default();
            let outputs = Outputs {
                made: Arc::clone(&made),
                dropped: Arc::clone(&dropped),
                go,
                fails: $fails,
            };
            let branches = (0..MANY + 4).map(move |number| outputs.clone().branch(number));
            let $handle = $gather!($($options)* ..branches);
            until(|| $handle.progress().finished() == MANY).await;
            // In a task, which catches the panic.
            let mut leaves = tokio::spawn(async move { $leave });
            if $first {
                let _ = (&mut leaves).await;
            }
            tell.send_replace(true);
            // This resolves when all branches and their iterator are gone.
            tell.closed().await;
            until(|| leaves.is_finished() && count(&dropped) == count(&made)).await;
            assert!(count(&made) >= MANY);
        });
    };
}

#[test]
fn thousands_of_outputs_that_nobody_takes_may_panic_when_they_are_dropped() {
    macro_rules! test {
        ($gather:ident!($($options:tt)*)) => {
            unread!($gather!($($options)*), false, |gather| drop(gather));
            unread!($gather!($($options)*), false, |gather| gather.detach());
            unread!($gather!($($options)*), true, |gather| gather.detach());
            unread!($gather!($($options)*), false, |gather| {
                let _dropped = gather;
                panic_with(0);
            });
        };
    }
    test!(gather!());
    test!(gather!(limit = 64;));
    test!(try_gather!());
    test!(try_gather!(limit = 64;));
    test!(gather_settled!());
    test!(gather_settled!(limit = 64;));
}

#[test]
fn thousands_of_outputs_may_panic_when_a_gather_gives_nothing_or_fails() {
    macro_rules! test {
        ($gather:ident!($($options:tt)*)) => {
            unread!($gather!($($options)*), false, |gather| drop(gather.abort().await));
            unread!($gather!($($options)*), true, false, |gather| drop(gather.await));
        };
    }
    test!(try_gather!());
    test!(try_gather!(limit = 64;));
}
