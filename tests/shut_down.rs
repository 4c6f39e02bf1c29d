//! The runtime of the branches shuts down at the stages that `runtime_gone` leaves out: before the
//! first poll, after the last, in the middle of a poll or of a pull, and while branches start. One
//! test covers each stage in each place.

use std::future::{pending, ready};
use std::iter;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::mpsc;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use gather::{Each, Gather, gather, gather_each, gather_settled, try_gather};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::time::timeout;

mod support {
    pub(crate) mod alarm;
    pub(crate) mod background;
    pub(crate) mod message;
    pub(crate) mod panic_of;
    pub(crate) mod probe;
    pub(crate) mod two_workers;
    pub(crate) mod until;
}

use support::alarm::Alarm;
use support::background::in_the_background;
use support::message::message;
use support::panic_of::panic_of;
use support::probe::{Probe, Watched};
use support::two_workers::two_workers;
use support::until::until;

type Outcome = Result<u8, &'static str>;
type Branch = Pin<Box<dyn Future<Output = Outcome> + Send>>;
type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// Much longer than the tests take, so that a hanging test fails.
const LONGEST: Duration = Duration::from_secs(60);

fn one_thread() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

/// Waits on a runtime of its own.
fn wait<F: Future>(future: F) -> F::Output {
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let waited = runtime.block_on(async { timeout(LONGEST, future).await });
    waited.expect("it waits for ever")
}

#[track_caller]
fn assert_gone<T: Send + 'static>(gather: Gather<T>) {
    assert_says_gone(&wait(panic_of(gather)));
}

#[track_caller]
fn assert_next_gone<T>(each: &mut Each<T>) {
    let next = catch_unwind(AssertUnwindSafe(|| wait(each.next()).is_some()));
    assert_says_gone(&message(&*next.unwrap_err()));
    assert!(wait(each.next()).is_none());
}

#[track_caller]
fn assert_says_gone(message: &str) {
    let says = "was cancelled because its runtime shut down";
    assert!(message.ends_with(says), "{message}");
}

/// `try_gather!` with `catch` as well as the options of a place.
macro_rules! catching {
    ([] $($branches:tt)*) => {
        try_gather!(catch, error = AnyError; $($branches)*)
    };
    ([$($options:tt)+] $($branches:tt)*) => {
        try_gather!(catch, error = AnyError, $($options)+ $($branches)*)
    };
}

#[test]
fn before_the_first_poll_every_branch_is_dropped_unpolled() {
    let probe = Probe::default();
    let branch = || probe.watch(ready(Outcome::Ok(1)));
    let runtime = one_thread();
    let entered = runtime.enter();
    let all = gather!(branch(), ..[branch(), branch()]);
    let limited = gather!(limit = 2; branch(), ..[branch(), branch()]);
    let fail_fast = try_gather!(branch(), ..[branch(), branch()]);
    let settled = gather_settled!(limit = 2; branch(), branch(), ..[branch(), branch()]);
    drop(entered);
    drop(runtime);

    assert_eq!(probe.seen().started, 0);
    assert_eq!(probe.seen().dropped, probe.seen().watched);
    assert_gone(all);
    assert_gone(limited);
    assert_gone(fail_fast);
    let (first, second, rest) = wait(settled.into_future());
    assert!(first.unwrap_err().is_cancelled());
    assert!(second.unwrap_err().is_cancelled());
    // Both places were taken, so the spread was not pulled.
    assert!(rest.is_empty());
}

/// The results on both flavours. The gather is polled once its branches have ended and their
/// runtime has shut down.
macro_rules! after_the_last {
    ($gather:ident!($($options:tt)*), $last:expr) => {
        [one_thread(), two_workers()].map(|runtime| {
            let alarm = Alarm::default();
            let (go, told) = oneshot::channel::<()>();
            let first = async { Outcome::Ok(1) };
            let last = async {
                told.await.unwrap();
                $last
            };
            let entered = runtime.enter();
            let mut gather = $gather!($($options)* first, last).into_future();
            drop(entered);
            assert!(alarm.poll(&mut gather).is_pending());
            go.send(()).unwrap();
            runtime.block_on(until(|| alarm.rung() == 1));
            drop(runtime);
            let polled = catch_unwind(AssertUnwindSafe(|| alarm.poll(&mut gather)));
            polled.map(|polled| match polled {
                Poll::Ready(result) => result,
                Poll::Pending => panic!("it is over, and yet it waits"),
            })
        })
    };
}

fn panics() -> Outcome {
    resume_unwind(Box::new("a branch"))
}

#[test]
fn after_the_last_branch_has_ended_the_result_is_there_as_ever() {
    for values in after_the_last!(gather!(), Outcome::Err("no")) {
        assert_eq!(values.unwrap(), (Ok(1), Err("no")));
    }
    for values in after_the_last!(gather!(limit = 1;), Outcome::Ok(2)) {
        assert_eq!(values.unwrap(), (Ok(1), Ok(2)));
    }
    for error in after_the_last!(try_gather!(), Outcome::Err("no")) {
        assert_eq!(error.unwrap(), Err("no"));
    }
    for panic in after_the_last!(try_gather!(), panics()) {
        assert_eq!(panic.unwrap_err().downcast_ref(), Some(&"a branch"));
    }
    for outcomes in after_the_last!(gather_settled!(limit = 2;), panics()) {
        let (first, last) = outcomes.unwrap();
        assert_eq!(first.unwrap(), Ok(1));
        assert!(last.unwrap_err().is_panic());
    }
}

#[test]
fn a_branch_in_the_middle_of_a_poll_holds_the_gather_up_until_it_returns() {
    /// Shuts the runtime down while the branch given to `start` is in the middle of a poll.
    fn held_up<G>(
        ends: bool,
        start: impl FnOnce(Branch) -> G,
        is_finished: impl FnOnce(&G) -> bool,
    ) -> G {
        let (inside, is_inside) = mpsc::channel();
        let (go, told) = mpsc::channel::<()>();
        let blocks = async move {
            inside.send(()).unwrap();
            told.recv().unwrap();
            if !ends {
                pending::<()>().await;
            }
            Ok(1)
        };
        let runtime = two_workers();
        let entered = runtime.enter();
        let gather = start(Box::pin(blocks));
        drop(entered);
        is_inside.recv().unwrap();
        runtime.shutdown_background();
        assert!(!is_finished(&gather));
        go.send(()).unwrap();
        gather
    }

    macro_rules! test {
        ($($options:tt)*) => {
            for ends in [false, true] {
                let hangs = pending::<Outcome>;
                let settled = held_up(
                    ends,
                    |blocks| gather_settled!($($options)* blocks, hangs()),
                    Gather::is_finished,
                );
                let (blocked, waited) = wait(settled.into_future());
                assert_eq!(blocked.is_ok(), ends);
                assert!(waited.unwrap_err().is_cancelled());

                let mut each = held_up(
                    ends,
                    |blocks| gather_each!($($options)* blocks, hangs()),
                    Each::is_finished,
                );
                if ends {
                    assert_eq!(wait(each.next()), Some((0, Ok(1))));
                }
                assert_next_gone(&mut each);

                assert_gone(held_up(
                    ends,
                    |blocks| gather!($($options)* blocks, hangs()),
                    Gather::is_finished,
                ));
                assert_gone(held_up(
                    ends,
                    |blocks| try_gather!($($options)* blocks, hangs()),
                    Gather::is_finished,
                ));
                assert_gone(held_up(
                    ends,
                    |blocks| catching!([$($options)*] blocks, hangs()),
                    Gather::is_finished,
                ));
            }
        };
    }
    in_the_background!(test);
}

#[test]
fn an_iterator_in_the_middle_of_a_pull_is_dropped_and_so_is_what_it_gives() {
    /// Shuts the runtime down while the third item of the iterator given to `start` is pulled: by
    /// the caller, or under a limit of two by a worker.
    fn in_a_pull<G: Send + 'static>(
        start: impl FnOnce(Box<dyn Iterator<Item = Watched<Branch>> + Send>) -> G + Send + 'static,
    ) -> G {
        let probe = Probe::default();
        let (inside, is_inside) = mpsc::channel();
        let (go, told) = mpsc::channel::<()>();
        let (guard, iterator_dropped) = mpsc::channel::<()>();
        let watch = probe.clone();
        let branches = (0..4).map(move |number| {
            let _guard = &guard;
            if number == 2 {
                inside.send(()).unwrap();
                told.recv().unwrap();
            }
            let branch: Branch = Box::pin(async move {
                if number > 0 {
                    pending::<()>().await;
                }
                Ok(number)
            });
            watch.watch(branch)
        });
        let runtime = two_workers();
        let on = runtime.handle().clone();
        let caller = thread::spawn(move || {
            let _entered = on.enter();
            start(Box::new(branches))
        });
        is_inside.recv().unwrap();
        runtime.shutdown_background();
        go.send(()).unwrap();
        let gather = caller.join().unwrap();
        iterator_dropped.recv().unwrap_err();
        wait(until(|| probe.seen().dropped == probe.seen().watched));
        gather
    }

    macro_rules! test {
        ($($options:tt)*) => {
            assert_gone(in_a_pull(|branches| gather!($($options)* ..branches, async {})));
            assert_gone(in_a_pull(|branches| try_gather!($($options)* ..branches)));
            assert_gone(in_a_pull(|branches| catching!([$($options)*] ..branches)));
            in_a_pull(|branches| {
                let mut each = gather_each!($($options)* ..branches);
                // Under a limit, a place becomes free when the result is taken.
                match catch_unwind(AssertUnwindSafe(|| wait(each.next()))) {
                    Ok(first) => {
                        assert_eq!(first, Some((0, Ok(0))));
                        assert_next_gone(&mut each);
                    }
                    Err(payload) => assert_says_gone(&message(&*payload)),
                }
            });
        };
    }
    in_the_background!(test);
}

/// Whether the gather returns its values. If it does not, its runtime must be gone.
fn has_values<T: Send + 'static>(gather: Gather<T>) -> bool {
    let awaits = AssertUnwindSafe(|| wait(gather.into_future()));
    match catch_unwind(awaits) {
        Ok(_) => true,
        Err(payload) => {
            assert_says_gone(&message(&*payload));
            false
        }
    }
}

/// Whether all that many results come. If they do not, the runtime of the branches must be gone.
fn gives<T>(mut each: Each<T>, results: usize) -> bool {
    let counts = || iter::from_fn(|| wait(each.next())).count();
    match catch_unwind(AssertUnwindSafe(counts)) {
        Ok(counted) => {
            assert_eq!(counted, results);
            true
        }
        Err(payload) => {
            assert_says_gone(&message(&*payload));
            false
        }
    }
}

#[test]
fn a_gather_that_starts_while_its_runtime_shuts_down_ends_one_way_or_the_other() {
    for round in 0..50 {
        let runtime = two_workers();
        let on = runtime.handle().clone();
        let probe = Probe::default();
        let watch = probe.clone();
        let (begun, has_begun) = mpsc::channel();
        let starts = thread::spawn(move || {
            let _entered = on.enter();
            let branch = || watch.watch(ready(Outcome::Ok(1)));
            let spread = || [branch(), branch(), branch()];
            let mut goes_on = true;
            macro_rules! test {
                ($($options:tt)*) => {
                    // Once the runtime is gone, these messages are not received.
                    let _ = begun.send(());
                    goes_on &= has_values(gather!($($options)* branch(), ..spread()));
                    goes_on &= has_values(try_gather!($($options)* branch(), branch()));
                    goes_on &= has_values(catching!([$($options)*] branch(), ..spread()));
                    goes_on &= gives(gather_each!($($options)* branch(), ..spread()), 4);
                    let settled = gather_settled!($($options)* ..spread());
                    goes_on &= wait(settled.into_future()).iter().all(Result::is_ok);
                };
            }
            while goes_on {
                in_the_background!(test);
            }
        });
        for _ in 0..=round % 11 {
            has_begun.recv().unwrap();
        }
        drop(runtime);
        starts.join().unwrap();
        assert_eq!(probe.seen().dropped, probe.seen().watched);
    }
}

#[test]
fn a_gather_that_is_started_by_what_the_shutdown_drops_is_cancelled() {
    type Caught = Result<(u8, Vec<u8>), AnyError>;
    struct Starts {
        probe: Probe,
        all: mpsc::Sender<Gather<Caught>>,
        one_by_one: mpsc::Sender<Each<Outcome>>,
    }
    impl Drop for Starts {
        fn drop(&mut self) {
            let branch = || self.probe.watch(pending::<Outcome>());
            macro_rules! test {
                ($($options:tt)*) => {
                    gather!($($options)* branch(), ..[branch(), branch()]).detach();
                    try_gather!($($options)* branch(), ..[branch()]).detach();
                    drop(gather_settled!($($options)* ..[branch(), branch()]));
                    let all = catching!([$($options)*] branch(), ..[branch(), branch()]);
                    self.all.send(all).unwrap();
                    let each = gather_each!($($options)* branch(), ..[branch(), branch()]);
                    self.one_by_one.send(each).unwrap();
                };
            }
            in_the_background!(test);
        }
    }
    for runtime in [one_thread(), two_workers()] {
        let probe = Probe::default();
        let (begun, has_begun) = oneshot::channel();
        let ((all, kept), (one_by_one, kept_one_by_one)) = (mpsc::channel(), mpsc::channel());
        let starts = Starts {
            probe: probe.clone(),
            all,
            one_by_one,
        };
        let gather = runtime.block_on(async {
            let gather = gather!(async move {
                let _starts = starts;
                begun.send(()).unwrap();
                pending::<()>().await;
            });
            has_begun.await.unwrap();
            gather
        });
        drop(runtime);
        assert!(probe.seen().watched > 0);
        assert_eq!(probe.seen().dropped, probe.seen().watched);
        assert_gone(gather);
        kept.into_iter().for_each(assert_gone);
        for mut each in kept_one_by_one {
            assert_next_gone(&mut each);
        }
    }
}

/// When the runtime shuts down: before any of the three branches is polled, or when this many have
/// ended and the others wait.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Unpolled,
    Ended(usize),
}

#[test]
fn in_each_place_and_at_each_stage_what_has_ended_is_there_and_the_rest_is_told_to_be_gone() {
    macro_rules! test {
        ($($options:tt)*) => {
            for stage in [
                Stage::Unpolled, Stage::Ended(0), Stage::Ended(1), Stage::Ended(2), Stage::Ended(3),
            ] {
                for runtime in [one_thread(), two_workers()] {
                    let is_one_thread = runtime.metrics().num_workers() == 1;
                    if stage == Stage::Unpolled && !is_one_thread {
                        // Another worker may poll the branches at once.
                        continue;
                    }
                    let ended = if let Stage::Ended(ended) = stage { ended } else { 0 };
                    let probe = Probe::default();
                    let branch = |position| {
                        let value = Outcome::Ok(position);
                        probe.watch(async move {
                            if usize::from(position) >= ended {
                                pending::<()>().await;
                            }
                            value
                        })
                    };
                    let entered = runtime.enter();
                    let all = gather!($($options)* branch(0), branch(1), branch(2));
                    let tried = try_gather!($($options)* branch(0), branch(1), branch(2));
                    let settled = gather_settled!($($options)* branch(0), branch(1), branch(2));
                    let mut each = gather_each!($($options)* branch(0), branch(1), branch(2));
                    let mut taken = 0;
                    drop(entered);
                    if stage != Stage::Unpolled {
                        runtime.block_on(async {
                            // Under a limit, a place becomes free when the result is taken.
                            while taken < ended {
                                let (index, value) = each.next().await.unwrap();
                                assert_eq!(value.map(usize::from), Ok(index));
                                taken += 1;
                            }
                            until(|| {
                                all.progress().finished() == ended
                                    && tried.progress().finished() == ended
                                    && settled.progress().finished() == ended
                                    && probe.seen().dropped == 4 * ended
                            })
                            .await;
                        });
                    }
                    drop(runtime);
                    assert_eq!(probe.seen().dropped, probe.seen().watched);
                    let (first, second, third) = wait(settled.into_future());
                    for (position, outcome) in [first, second, third].into_iter().enumerate() {
                        if position < ended {
                            assert_eq!(outcome.unwrap().map(usize::from), Ok(position));
                        } else {
                            assert!(outcome.unwrap_err().is_cancelled());
                        }
                    }
                    if ended == 3 {
                        assert_eq!(wait(all.into_future()), (Ok(0), Ok(1), Ok(2)));
                        assert_eq!(wait(tried.into_future()), Ok((0, 1, 2)));
                        assert!(wait(each.next()).is_none());
                    } else {
                        assert_gone(all);
                        assert_gone(tried);
                        assert_next_gone(&mut each);
                    }
                }
            }
        };
    }
    in_the_background!(test);
}

#[test]
fn results_that_were_not_taken_when_the_runtime_shut_down_come_before_the_panic() {
    macro_rules! test {
        ($($options:tt)*) => {
            for ended in 0..=2 {
                let runtime = one_thread();
                let branch = |position| async move {
                    if position >= ended {
                        pending::<()>().await;
                    }
                    position
                };
                let mut each =
                    gather_each!(on = runtime.handle(), $($options)* branch(0), branch(1), branch(2));
                runtime.block_on(until(|| each.progress().finished() == ended));
                drop(runtime);
                for position in 0..ended {
                    assert_eq!(wait(each.next()), Some((position, position)));
                }
                assert_next_gone(&mut each);
            }
        };
    }
    test!(limit = 2;);
    test!(tasks = 1;);
    test!(tasks = 2;);
    test!(tasks = 1, limit = 2;);
}

#[test]
fn branches_that_run_here_go_on_when_a_runtime_has_shut_down() {
    for limit in [1, 2, 3] {
        let alarm = Alarm::default();
        let (go, told) = oneshot::channel::<()>();
        let runtime = one_thread();
        let inside = runtime.spawn(pending::<()>());
        let mut all = Box::pin(
            gather!(here, limit = limit; async { told.await.is_ok() }, async {
                inside.await.unwrap_err().is_cancelled()
            }),
        );
        assert!(alarm.poll(&mut all).is_pending());
        drop(runtime);
        assert!(alarm.poll(&mut all).is_pending());
        go.send(()).unwrap();
        assert_eq!(wait(all), (true, true));
    }
}
