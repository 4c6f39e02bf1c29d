//! A thread ends, and its thread-locals hold parts of a gather, which are then dropped or used:
//! while the thread-locals of tokio and of the crate still exist, and after they are gone.

use std::cell::RefCell;
use std::future::{pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use std::thread;

use futures::stream::Stream;
use gather::{gather, gather_each, gather_settled, try_gather};
use tokio::runtime::{Builder, Handle};

mod support {
    pub(crate) mod background;
    pub(crate) mod block_on;
    pub(crate) mod in_time;
    pub(crate) mod probe;
    pub(crate) mod two_workers;
    pub(crate) mod until;
}

use support::background::in_the_background;
use support::block_on::block_on;
use support::in_time::in_time;
use support::probe::Probe;
use support::two_workers::two_workers;
use support::until::until;

/// Runs at the end of its thread.
struct AtExit(Option<Box<dyn FnOnce()>>);

impl Drop for AtExit {
    fn drop(&mut self) {
        if let Some(runs) = self.0.take() {
            // A panic here would end the process.
            catch_unwind(AssertUnwindSafe(runs)).unwrap_or_else(|_| std::process::abort());
        }
    }
}

thread_local! {
    static AT_EXIT: RefCell<AtExit> = const { RefCell::new(AtExit(None)) };
}

/// Runs `make` on a thread, and `use_up` at the end of that thread: on one thread before the
/// thread-locals that `make` used are dropped, and on another thread after that.
///
/// The thread-local that was used first is dropped last.
fn at_exit<T: 'static>(make: impl Fn() -> T + Sync, use_up: impl Fn(T) + Clone + Send + 'static) {
    for is_last in [false, true] {
        thread::scope(|scope| {
            let (make, use_up) = (&make, use_up.clone());
            let (done, is_done) = mpsc::channel();
            scope.spawn(move || {
                if is_last {
                    AT_EXIT.with(|_| ());
                }
                let started = make();
                AT_EXIT.with_borrow_mut(|at_exit| {
                    at_exit.0 = Some(Box::new(move || {
                        use_up(started);
                        done.send(()).unwrap();
                    }));
                });
            });
            is_done.recv().expect("the end of the thread did not run");
        });
    }
}

type Outcome = Result<u8, &'static str>;

fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn handles_that_are_dropped_at_the_end_of_their_thread_stop_their_branches() {
    in_time(|| {
        let runtime = two_workers();
        let probe = Probe::default();
        let hangs = || probe.watch(pending::<Outcome>());
        macro_rules! test {
            ($($options:tt)*) => {
                at_exit(
                    || {
                        let _entered = runtime.enter();
                        let all = gather!($($options)* hangs(), ..[hangs(), hangs()]);
                        let fails = try_gather!($($options)* hangs(), ..[hangs(), hangs()]);
                        let settled = gather_settled!($($options)* hangs(), ..[hangs(), hangs()]);
                        let mut each = gather_each!($($options)* hangs(), ..[hangs(), hangs()]);
                        let mut awaited = gather!($($options)* hangs(), ..[hangs()]).into_future();
                        assert!(poll(&mut awaited).is_pending());
                        assert!(poll(&mut each.next()).is_pending());
                        (all, fails, settled, each, awaited)
                    },
                    |kept| {
                        let progress = kept.0.progress();
                        assert_eq!(progress.to_string(), kept.1.progress().to_string());
                        assert!(!kept.3.is_finished());
                        drop(kept);
                    },
                );
            };
        }
        in_the_background!(test);
        runtime.block_on(until(|| probe.seen().dropped == probe.seen().watched));
    });
}

#[test]
fn futures_that_run_here_are_dropped_at_the_end_of_their_thread_with_their_branches() {
    in_time(|| {
        let probe = Probe::default();
        let hangs = || probe.watch(pending::<Outcome>());
        macro_rules! test {
            ($($options:tt)*) => {
                let watch = probe.clone();
                at_exit(
                    || {
                        let mut all = Box::pin(gather!($($options)* hangs(), ..[hangs(), hangs()]));
                        let mut each = Box::pin(gather_each!($($options)* ..[hangs(), hangs()]));
                        assert!(poll(&mut all).is_pending());
                        let mut cx = Context::from_waker(Waker::noop());
                        assert!(each.as_mut().poll_next(&mut cx).is_pending());
                        (all, each, Box::pin(try_gather!($($options)* hangs(), ..[hangs()])))
                    },
                    move |(mut all, mut each, mut fails)| {
                        // The futures can still be polled.
                        assert!(poll(&mut all).is_pending());
                        assert!(poll(&mut fails).is_pending());
                        let mut cx = Context::from_waker(Waker::noop());
                        assert!(each.as_mut().poll_next(&mut cx).is_pending());
                        drop((all, each, fails));
                        assert_eq!(watch.seen().dropped, watch.seen().watched);
                    },
                );
            };
        }
        test!(here;);
        test!(here, limit = 2;);
    });
}

#[test]
fn results_are_taken_and_handles_aborted_and_detached_at_the_end_of_their_thread() {
    in_time(|| {
        let runtime = two_workers();
        let probe = Probe::default();
        macro_rules! test {
            ($($options:tt)*) => {
                at_exit(
                    || {
                        let _entered = runtime.enter();
                        let one = || ready(Outcome::Ok(1));
                        let hangs = || probe.watch(pending::<Outcome>());
                        (
                            gather!($($options)* one(), ..[one(), one()]),
                            try_gather!($($options)* one(), ..[ready(Outcome::Err("no"))]),
                            gather_each!($($options)* ..[one(), one()]),
                            gather_settled!($($options)* one(), ..[hangs()]),
                            gather!($($options)* ..[one(), one()]),
                        )
                    },
                    |(all, fails, mut each, settled, detached)| {
                        assert_eq!(block_on(all.into_future()), (Ok(1), vec![Ok(1), Ok(1)]));
                        assert_eq!(block_on(fails.into_future()), Err("no"));
                        assert!(matches!(block_on(each.next()), Some((_, Ok(1)))));
                        drop(block_on(each.abort()));
                        drop(block_on(settled.abort()));
                        detached.detach();
                    },
                );
            };
        }
        in_the_background!(test);
        runtime.block_on(until(|| probe.seen().dropped == probe.seen().watched));
    });
}

/// Starts gathers when it is dropped, if a runtime can be entered there.
struct Starts(Handle, Probe);

impl Drop for Starts {
    fn drop(&mut self) {
        let Starts(runtime, probe) = self;
        let hangs = || probe.watch(pending::<()>());
        let started = catch_unwind(AssertUnwindSafe(|| {
            drop(gather!(on = &*runtime; hangs(), ..[hangs(), hangs()]));
            drop(gather!(on = &*runtime, limit = 1; hangs(), ..[hangs(), hangs()]));
        }));
        // Once tokio's thread-locals are gone, a thread cannot enter a runtime.
        drop(started);
        drop(catch_unwind(AssertUnwindSafe(|| drop(gather!(hangs())))));
    }
}

#[test]
fn branches_that_are_dropped_at_the_end_of_a_thread_may_start_and_drop_gathers() {
    in_time(|| {
        let runtime = two_workers();
        let probe = Probe::default();
        let starts = || {
            let starts = Starts(runtime.handle().clone(), probe.clone());
            async move {
                let _starts = starts;
                pending::<()>().await;
            }
        };
        at_exit(
            || {
                let mut all = Box::pin(gather!(here; starts(), ..[starts(), starts()]));
                assert!(poll(&mut all).is_pending());
                all
            },
            drop,
        );
        // The thread that drops the handle also drops the branches that wait for a place, one
        // inside the other.
        at_exit(
            || {
                let _entered = runtime.enter();
                let mut nested = gather!(limit = 1; pending::<()>(), starts());
                for _ in 0..100 {
                    let starts = starts();
                    nested = gather!(limit = 1; pending::<()>(), async {
                        let _starts = starts;
                        nested.await;
                    });
                }
                nested
            },
            drop,
        );
        runtime.block_on(until(|| probe.seen().dropped == probe.seen().watched));
    });
}

#[test]
fn a_runtime_that_is_dropped_at_the_end_of_a_thread_drops_the_branches() {
    in_time(|| {
        let probe = Probe::default();
        macro_rules! test {
            ($($options:tt)*) => {
                let watch = probe.clone();
                at_exit(
                    || {
                        let runtime = Builder::new_current_thread().build().unwrap();
                        let hangs = || probe.watch(pending::<Outcome>());
                        let kept = runtime.block_on(async {
                            let all = gather!($($options)* hangs(), ..[hangs(), hangs()]);
                            let each = gather_each!($($options)* ..[hangs(), hangs()]);
                            try_gather!($($options)* hangs(), ..[hangs()]).detach();
                            tokio::task::yield_now().await;
                            (all, each)
                        });
                        (runtime, kept)
                    },
                    move |(runtime, (all, mut each))| {
                        drop(runtime);
                        assert_eq!(watch.seen().dropped, watch.seen().watched);
                        let all = catch_unwind(AssertUnwindSafe(|| block_on(all.into_future())));
                        assert!(all.is_err());
                        let next = catch_unwind(AssertUnwindSafe(|| block_on(each.next())));
                        assert!(next.is_err());
                    },
                );
            };
        }
        in_the_background!(test);
    });
}
