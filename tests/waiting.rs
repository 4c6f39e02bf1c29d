//! Tasks and threads that wait for a gather: they stop waiting at the last moment, they are not
//! tokio tasks, or their own runtime shuts down.

use std::future::{Pending, pending};
use std::hint;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;

use gather::{gather, gather_settled, try_gather};
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::yield_now;

mod support {
    pub(crate) mod alarm;
    pub(crate) mod block_on;
    pub(crate) mod flavours;
    pub(crate) mod probe;
    pub(crate) mod two_workers;
    pub(crate) mod until;
}

use support::alarm::Alarm;
use support::block_on::block_on;
use support::flavours::on_both_flavours;
use support::probe::{Probe, Watched};
use support::two_workers::two_workers;
use support::until::until;

/// A counted output. It is a future only because a probe counts futures.
type Output = Watched<Pending<()>>;

/// Two branches that each return an output: the first when it is told to, the second at once.
fn two_branches(
    probe: &Probe,
) -> (
    oneshot::Sender<()>,
    impl Future<Output = Result<Output, ()>> + Send + use<>,
    impl Future<Output = Result<Output, ()>> + Send + use<>,
) {
    let (go, told) = oneshot::channel();
    let (first, second) = (probe.watch(pending()), probe.watch(pending()));
    let waits = async {
        told.await.unwrap();
        Ok(first)
    };
    (go, waits, async { Ok(second) })
}

/// Tests each macro with and without a limit.
macro_rules! each {
    ($test:ident) => {
        $test!(gather!());
        $test!(gather!(limit = 1;));
        $test!(try_gather!());
        $test!(try_gather!(limit = 2;));
        $test!(gather_settled!());
        $test!(gather_settled!(limit = 2;));
    };
}

#[test]
fn who_owns_the_handle_may_go_between_the_last_end_and_the_next_poll() {
    macro_rules! test {
        ($gather:ident!($($options:tt)*)) => {
            on_both_flavours(|| async {
                let (probe, alarm) = (Probe::default(), Alarm::default());
                let (go, first, second) = two_branches(&probe);
                let mut waits = $gather!($($options)* first, second).into_future();
                assert!(alarm.poll(&mut waits).is_pending());
                go.send(()).unwrap();
                until(|| alarm.rung() == 1).await;
                assert_eq!(probe.seen().dropped, 0);
                drop(waits);
                // The second branch may be about to end.
                until(|| probe.seen().dropped == 2).await;
            });
        };
    }
    each!(test);
}

#[test]
fn who_borrows_the_handle_may_go_between_the_last_end_and_the_next_poll() {
    macro_rules! test {
        ($gather:ident!($($options:tt)*)) => {
            on_both_flavours(|| async {
                let (probe, alarm) = (Probe::default(), Alarm::default());
                let (go, first, second) = two_branches(&probe);
                let mut gather = $gather!($($options)* first, second);
                let mut waits = (&mut gather).into_future();
                assert!(alarm.poll(&mut waits).is_pending());
                go.send(()).unwrap();
                until(|| alarm.rung() == 1).await;
                drop(waits);
                until(|| gather.is_finished()).await;
                assert_eq!(probe.seen().dropped, 0);
                let Poll::Ready(results) = alarm.poll(&mut (&mut gather).into_future()) else {
                    panic!("it is over, and yet it waits");
                };
                assert_eq!(probe.seen().dropped, 0);
                drop(results);
                assert_eq!(probe.seen().dropped, 2);
                assert_eq!(alarm.rung(), 1);
            });
        };
    }
    each!(test);
}

#[test]
fn who_aborts_may_go_between_the_last_end_and_the_next_poll() {
    macro_rules! test {
        ($gather:ident!($($options:tt)*)) => {
            on_both_flavours(|| async {
                let (probe, alarm) = (Probe::default(), Alarm::default());
                let (_go, first, second) = two_branches(&probe);
                let mut aborting = $gather!($($options)* first, second).abort();
                let polled = alarm.poll(&mut aborting);
                // The first branch wakes the waiting task. The second one may be
                // about to end, or to stop.
                until(|| polled.is_ready() || alarm.rung() == 1).await;
                drop((polled, aborting));
                until(|| probe.seen().dropped == 2).await;
            });
        };
    }
    each!(test);
}

#[test]
fn a_plain_thread_waits_with_an_executor_of_its_own() {
    let runtime = two_workers();
    let on = runtime.handle();
    for _ in 0..100 {
        let (go, told) = oneshot::channel();
        let values = gather!(on = on; async { told.await.unwrap() }, ..[yield_now()]);
        thread::spawn(|| go.send(7).unwrap());
        assert_eq!(block_on(values.into_future()), (7, vec![()]));

        let never = pending::<Result<(), _>>();
        let error = try_gather!(on = on, limit = 1; async { Err::<(), _>("no") }, never);
        assert_eq!(block_on(error.into_future()), Err("no"));

        let panic = gather!(on = on; async { resume_unwind(Box::new("a branch")) }, yield_now());
        let panic = catch_unwind(AssertUnwindSafe(|| block_on(panic.into_future())));
        assert_eq!(panic.unwrap_err().downcast_ref(), Some(&"a branch"));

        let aborted = gather_settled!(on = on; pending::<()>(), yield_now()).abort();
        assert!(block_on(aborted).unwrap().0.unwrap_err().is_cancelled());
    }
}

#[test]
fn a_thread_that_nobody_can_wake_sees_the_end_when_it_looks() {
    let runtime = two_workers();
    let (go, told) = oneshot::channel();
    let mut gather = gather!(on = runtime.handle(); async { told.await.unwrap() }).into_future();
    let mut nobody = Context::from_waker(Waker::noop());
    assert!(pin!(&mut gather).poll(&mut nobody).is_pending());
    go.send(7).unwrap();
    let results = loop {
        match pin!(&mut gather).poll(&mut nobody) {
            Poll::Ready(results) => break results,
            Poll::Pending => thread::yield_now(),
        }
    };
    assert_eq!(results, (7,));
}

#[test]
#[expect(clippy::large_stack_arrays, reason = "the threads have room for it")]
fn a_thread_that_looks_all_the_time_sees_the_end_when_the_branch_has_ended_and_not_before() {
    const STACK: usize = 1 << 26;
    // tokio takes a while to store such a value when the branch has returned it.
    let large = |n| async move { (n, [0_u8; 1 << 19]) };
    let workers = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_stack_size(STACK)
        .build();
    let runtime = workers.unwrap();
    let looks = move || {
        let mut nobody = Context::from_waker(Waker::noop());
        for n in 0..30 {
            let mut gather = gather!(on = runtime.handle(); large(n)).into_future();
            let result = loop {
                match pin!(&mut gather).poll(&mut nobody) {
                    Poll::Ready(((result, _),)) => break result,
                    Poll::Pending => hint::spin_loop(),
                }
            };
            assert_eq!(result, n);
        }
    };
    let thread = thread::Builder::new().stack_size(STACK).spawn(looks);
    thread.unwrap().join().unwrap();
}

#[test]
fn when_the_runtime_of_the_one_who_waits_shuts_down_the_branches_stop_on_theirs() {
    let runtime = two_workers();
    let probe = Probe::default();
    let branch = || probe.watch(pending::<()>());
    let inside = gather!(on = runtime.handle(); branch(), branch());
    let gather = gather!(on = runtime.handle(); branch(), inside);
    let limited = gather_settled!(on = runtime.handle(), limit = 1; branch(), branch());
    let waits = Builder::new_current_thread().build().unwrap();
    waits.spawn(gather.into_future());
    waits.spawn(async { limited.await });
    waits.block_on(yield_now());
    drop(waits);
    runtime.block_on(until(|| probe.seen().dropped == 5));
}
