//! Gathers outside the tasks of a single runtime: on threads without a runtime, on `spawn_blocking`
//! threads, in a `LocalSet`, and between runtimes.

use std::future::{pending, ready};
use std::rc::Rc;
use std::task::{Context, Waker};
use std::thread;

use gather::{gather, gather_settled, try_gather};
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::{LocalSet, spawn_blocking, spawn_local, yield_now};

mod support {
    pub(crate) mod background;
    pub(crate) mod flavours;
    pub(crate) mod in_time;
    pub(crate) mod probe;
    pub(crate) mod two_workers;
    pub(crate) mod until;
}

use support::background::in_the_background;
use support::flavours::on_both_flavours;
use support::in_time::in_time;
use support::probe::Probe;
use support::two_workers::two_workers;
use support::until::until;

/// Runs the test in each place in the background, with options to append to `on = handle`.
macro_rules! behind_on {
    ($test:ident) => {
        $test!(;);
        $test!(, limit = 2;);
        $test!(, tasks = 1;);
        $test!(, tasks = 2;);
        $test!(, tasks = 1, limit = 2;);
    };
}

#[test]
fn a_handle_may_be_dropped_or_aborted_on_a_thread_without_a_runtime() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let probe = Probe::default();
                let branch = || probe.watch(pending::<()>());
                let aborted = gather!($($place)* branch(), branch());
                let dropped = gather!($($place)* branch(), branch());
                yield_now().await;
                let unpolled = gather!($($place)* branch(), branch());
                let stopped = thread::spawn(|| {
                    drop((dropped, unpolled));
                    aborted.abort()
                });
                assert_eq!(stopped.join().unwrap().await, None);
                until(|| probe.seen().dropped == 6).await;
            });
            // The handle is dropped while the runtime is idle. This runs on the real clock, because
            // a paused one would advance.
            in_time(|| {
                for runtime in [Builder::new_current_thread().build().unwrap(), two_workers()] {
                    let (guard, dropped) = oneshot::channel::<()>();
                    let (entered, in_poll) = oneshot::channel();
                    let gather = runtime.block_on(async {
                        let gather = gather!($($place)* async move {
                            entered.send(()).unwrap();
                            pending::<()>().await;
                            drop(guard);
                        });
                        in_poll.await.unwrap();
                        gather
                    });
                    let drops = thread::spawn(|| drop(gather));
                    runtime.block_on(dropped).unwrap_err();
                    drops.join().unwrap();
                }
            });
        };
    }
    in_the_background!(test);
}

#[test]
fn a_gather_may_start_and_be_awaited_on_the_thread_of_a_spawn_blocking() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let starts = spawn_blocking(|| gather!($($place)* ready(1), async { 2 }));
                assert_eq!(starts.await.unwrap().await, (1, 2));
                let awaits = spawn_blocking(|| {
                    let gather = gather!($($place)* ready(1), async { 2 });
                    Handle::current().block_on(gather.into_future())
                });
                assert_eq!(awaits.await.unwrap(), (1, 2));
                let inside = gather!($($place)* spawn_blocking(|| gather!($($place)* async { 3 })));
                assert_eq!(inside.await.0.unwrap().await, (3,));
            });
        };
    }
    in_the_background!(test);
    on_both_flavours(|| async {
        let here =
            spawn_blocking(|| Handle::current().block_on(gather!(here; yield_now(), ready(2))));
        assert_eq!(here.await.unwrap(), ((), 2));
    });
}

#[test]
fn other_threads_start_gathers_on_a_runtime_that_is_idle_or_busy() {
    macro_rules! test {
        ($($place:tt)*) => {
            in_time(|| {
                // On the real clock, because a paused one would advance while a runtime is idle.
                let one_thread = Builder::new_current_thread().build().unwrap();
                for (runtime, is_busy) in [
                    (&one_thread, false),
                    (&one_thread, true),
                    (&two_workers(), false),
                    (&two_workers(), true),
                ] {
                    let busy = runtime.spawn(async move {
                        while is_busy {
                            yield_now().await;
                        }
                    });
                    let handle = runtime.handle().clone();
                    let (send, started) = oneshot::channel();
                    let starts = thread::spawn(move || {
                        let branches = (0..5).map(|at| async move {
                            yield_now().await;
                            at
                        });
                        let gather = gather!(on = handle $($place)* ..branches);
                        assert!(send.send(gather).is_ok());
                    });
                    let all = runtime.block_on(async { started.await.unwrap().await });
                    assert_eq!(all, [0, 1, 2, 3, 4]);
                    starts.join().unwrap();
                    busy.abort();
                }
            });
        };
    }
    behind_on!(test);
}

#[test]
fn the_tasks_of_two_runtimes_are_branches_of_one_gather() {
    in_time(|| {
        let (one, other, third) = (two_workers(), two_workers(), two_workers());
        let ones = || one.spawn(async { 1 });
        let others = || other.spawn(async { 2 });
        macro_rules! test {
            ($($place:tt)*) => {
                let (a, b) = third.block_on(async {
                    try_gather!($($place)* ones(), others()).await.unwrap()
                });
                assert_eq!((a, b), (1, 2));
            };
        }
        in_the_background!(test);
        test!(here;);
        let nested = third.block_on(async {
            let one = gather!(on = one.handle(); ready(1));
            gather!(one, gather!(on = other.handle(), tasks = 1; ready(2))).await
        });
        assert_eq!(nested, ((1,), (2,)));
    });
}

#[test]
fn tasks_that_must_stay_on_their_thread_gather_and_are_gathered() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let number = Rc::new(1);
    LocalSet::new().block_on(&runtime, async {
        macro_rules! test {
            ($($place:tt)*) => {
                let number = Rc::clone(&number);
                let task = spawn_local(async move {
                    let (a, b) = gather!($($place)* yield_now(), async { 2 }).await;
                    (a, b, *number)
                });
                assert_eq!(task.await.unwrap(), ((), 2, 1));

                // A local task stays on its thread, but its `JoinHandle` may go anywhere.
                let number = Rc::new(1);
                let tasks = || [1, 2].map(|more| {
                    let number = Rc::clone(&number);
                    spawn_local(async move { *number + more })
                });
                let sums = try_gather!($($place)* ..tasks()).await;
                assert_eq!(sums.unwrap(), [2, 3]);
            };
        }
        in_the_background!(test);
        test!(here;);
        // Without a task for each branch.
        let add = |more| {
            let number = &number;
            async move {
                yield_now().await;
                **number + more
            }
        };
        assert_eq!(gather!(here; ..[1, 2].map(add)).await, [2, 3]);
    });
}

#[test]
fn branches_that_wake_one_another_in_their_drops_go_down_together() {
    struct Sends(Option<oneshot::Sender<()>>);
    impl Drop for Sends {
        fn drop(&mut self) {
            let _ = self.0.take().unwrap().send(());
        }
    }
    /// Two futures, each of which waits for what the other one sends when it is dropped.
    fn two() -> [impl Future<Output = ()> + Send; 2] {
        let ((one, ones), (other, others)) = (oneshot::channel(), oneshot::channel());
        let waits = |receiver: oneshot::Receiver<()>, sender| {
            let sends = Sends(Some(sender));
            async move {
                let _sends = sends;
                let _ = receiver.await;
                pending::<()>().await;
            }
        };
        [waits(ones, other), waits(others, one)]
    }
    macro_rules! test {
        ($($place:tt)*) => {
            in_time(|| {
                for workers in [1, 2] {
                    for drops_the_handle in [true, false] {
                        let mut builder = Builder::new_multi_thread();
                        let runtime = builder.worker_threads(workers).build().unwrap();
                        let probe = Probe::default();
                        let branches = two().map(|branch| probe.watch(branch));
                        let gather = gather_settled!(on = runtime.handle() $($place)* ..branches);
                        runtime.block_on(until(|| probe.seen().started == 2));
                        if drops_the_handle {
                            drop(gather);
                            runtime.block_on(until(|| probe.seen().dropped == 2));
                        } else {
                            drop(runtime);
                            assert_eq!(probe.seen().dropped, 2);
                            let outcomes = gather.try_result().unwrap();
                            assert!(outcomes.into_iter().all(|outcome| outcome.unwrap_err().is_cancelled()));
                        }
                    }
                }
            });
        };
    }
    behind_on!(test);
    let [one, other] = two();
    let mut both = Box::pin(gather!(here; one, other));
    let polled = both.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
    drop(both);
}

tokio::task_local! {
    static REQUEST: u32;
}

#[test]
fn the_task_locals_of_the_caller_are_seen_by_branches_that_run_here_and_by_no_others() {
    let seen = || async { REQUEST.try_get().ok() };
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| REQUEST.scope(7, async {
                assert_eq!(gather!($($place)* seen(), ..[seen()]).await, (None, vec![None]));
                // The expression of a branch is evaluated in the caller.
                let request = REQUEST.get();
                let told = |request| async move { request };
                let moved = gather!($($place)* told(REQUEST.get()), async move { request });
                assert_eq!(moved.await, (7, 7));
                let scoped = gather!($($place)* REQUEST.scope(REQUEST.get(), seen()));
                assert_eq!(scoped.await, (Some(7),));
            }));
        };
    }
    in_the_background!(test);
    on_both_flavours(|| {
        REQUEST.scope(7, async {
            assert_eq!(
                gather!(here; seen(), ..[seen()]).await,
                (Some(7), vec![Some(7)])
            );
        })
    });
}
