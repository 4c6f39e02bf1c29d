//! A thread ends, and its thread-locals hold parts of a gather, which are then dropped or used:
//! while the thread-locals of tokio and of the crate still exist, and after they are gone.

use std::cell::RefCell;
use std::future::{pending, poll_fn, ready};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Waker};
use std::thread;

use futures::stream::Stream;
use gather::{gather, gather_each, gather_settled, try_gather};
use tokio::runtime::{Builder, Handle, Runtime};

mod support {
    pub(crate) mod background;
    pub(crate) mod block_on;
    pub(crate) mod in_time;
    pub(crate) mod places;
    pub(crate) mod probe;
    pub(crate) mod two_workers;
    pub(crate) mod until;
}

use support::background::in_the_background;
use support::block_on::block_on;
use support::in_time::in_time;
use support::places::in_each_place;
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

/// The wakers that something was polled with.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<Waker>>>);

impl Kept {
    fn keep(&self, cx: &Context<'_>) {
        self.0.lock().unwrap().push(cx.waker().clone());
    }

    fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    fn take(&self) -> Vec<Waker> {
        mem::take(&mut self.0.lock().unwrap())
    }
}

fn wake_all(wakers: Vec<Waker>, by_value: bool) {
    for waker in wakers {
        if by_value {
            waker.wake();
        } else {
            waker.wake_by_ref();
        }
    }
}

/// What has become of a gather at the end of the thread that wakes it.
#[derive(Clone, Copy)]
enum Stage {
    Live,
    Ended,
    ShutDown,
}

#[test]
fn wakers_of_the_branches_and_of_the_awaiter_are_woken_at_the_end_of_a_thread() {
    macro_rules! at_a_stage {
        ($stage:ident, $by_value:ident, $of_branches:ident, $runtime:ident, $($options:tt)*) => {
            let (sender, left) = mpsc::channel();
            at_exit(
                || {
                    let (runtime, ends) = ($runtime(), Arc::new(AtomicBool::new(false)));
                    let (branches, awaiter) = (Kept::default(), Kept::default());
                    let branch = || {
                        let (kept, ends) = (branches.clone(), Arc::clone(&ends));
                        poll_fn(move |cx| {
                            kept.keep(cx);
                            if ends.load(Ordering::SeqCst) {
                                Poll::Ready(1)
                            } else {
                                Poll::Pending
                            }
                        })
                    };
                    let entered = runtime.enter();
                    let gather = gather!($($options)* branch(), ..[branch()]);
                    drop(entered);
                    let (mut gather, kept) = (Box::pin(gather.into_future()), awaiter.clone());
                    let task = runtime.spawn(poll_fn(move |cx| {
                        kept.keep(cx);
                        gather.as_mut().poll(cx)
                    }));
                    runtime.block_on(until(|| branches.count() == 2 && awaiter.count() > 0));
                    let (of_branches, of_awaiter) = (branches.take(), awaiter.take());
                    match $stage {
                        Stage::Live => sender.send((runtime, Some(task), awaiter)).unwrap(),
                        Stage::Ended => {
                            ends.store(true, Ordering::SeqCst);
                            wake_all(of_branches.clone(), true);
                            assert_eq!(runtime.block_on(task).unwrap(), (1, vec![1]));
                            sender.send((runtime, None, awaiter)).unwrap();
                        }
                        Stage::ShutDown => drop(runtime),
                    }
                    (if $of_branches { of_branches } else { of_awaiter }, ends)
                },
                move |(wakers, ends)| {
                    ends.store(true, Ordering::SeqCst);
                    wake_all(wakers, $by_value);
                },
            );
            for (runtime, task, awaiter) in left.try_iter() {
                let Some(task) = task else {
                    continue;
                };
                if $of_branches {
                    assert_eq!(runtime.block_on(task).unwrap(), (1, vec![1]));
                } else {
                    runtime.block_on(until(|| awaiter.count() > 0));
                }
            }
        };
    }
    fn one_thread() -> Runtime {
        Builder::new_current_thread().build().unwrap()
    }
    macro_rules! test {
        ($($options:tt)*) => {
            for stage in [Stage::Live, Stage::Ended, Stage::ShutDown] {
                for by_value in [false, true] {
                    for of_branches in [false, true] {
                        for runtime in [one_thread, two_workers] {
                            at_a_stage!(stage, by_value, of_branches, runtime, $($options)*);
                        }
                    }
                }
            }
        };
    }
    in_time(|| {
        in_each_place!(test);
    });
}
