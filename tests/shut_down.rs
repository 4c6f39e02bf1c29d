//! The runtime of the branches shuts down at the stages that `runtime_gone` leaves out: before the
//! first poll, after the last, in the middle of a poll or of a pull, and while branches start.

use std::future::{pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use futures::stream::{self, Stream, StreamExt};
use gather::{BranchError, Gather, gather, gather_each, gather_settled, try_gather};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::yield_now;
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
use support::probe::Probe;
use support::two_workers::two_workers;
use support::until::until;

type Outcome = Result<u8, &'static str>;

/// Longer than it takes, so that a test which waits for ever fails instead.
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
    let message = wait(panic_of(gather));
    let says = "was cancelled because its runtime shut down";
    assert!(message.ends_with(says), "{message}");
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
    // Both places were taken, so that nothing was pulled.
    assert!(rest.is_empty());
}

/// The results of both flavours, polled for when their branches have ended and their runtime has
/// shut down.
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
    for ends in [false, true] {
        let (inside, is_inside) = mpsc::channel();
        let (go, told) = mpsc::channel::<()>();
        let blocks = async move {
            inside.send(()).unwrap();
            told.recv().unwrap();
            if !ends {
                pending::<()>().await;
            }
        };
        let runtime = two_workers();
        let gather = gather_settled!(on = runtime.handle(); blocks, pending::<()>());
        is_inside.recv().unwrap();
        runtime.shutdown_background();
        assert!(!gather.is_finished());
        go.send(()).unwrap();
        let (blocked, waited) = wait(gather.into_future());
        assert_eq!(blocked.is_ok(), ends);
        assert!(waited.unwrap_err().is_cancelled());
    }
}

#[test]
fn an_iterator_in_the_middle_of_a_pull_is_dropped_and_so_is_what_it_gives() {
    let probe = Probe::default();
    let (inside, is_inside) = mpsc::channel();
    let (go, told) = mpsc::channel::<()>();
    let (guard, iterator_dropped) = mpsc::channel::<()>();
    let watch = probe.clone();
    let branches = (0_u8..).map(move |number| {
        let _guard = &guard;
        if number == 1 {
            inside.send(()).unwrap();
            told.recv().unwrap();
        }
        watch.watch(async move {
            if number > 0 {
                pending::<()>().await;
            }
        })
    });
    let runtime = two_workers();
    let gather = gather!(limit = 1, on = runtime.handle(); ..branches, async {});
    is_inside.recv().unwrap();
    let shuts_down = thread::spawn(|| drop(runtime));
    go.send(()).unwrap();
    shuts_down.join().unwrap();
    assert!(gather.is_finished());
    assert_eq!(probe.seen().dropped, probe.seen().watched);
    iterator_dropped.recv().unwrap_err();
    assert_gone(gather);
}

/// Whether the gather gave its values. Else its runtime is gone.
fn has_values<T: Send + 'static>(gather: Gather<T>) -> bool {
    let awaits = AssertUnwindSafe(|| wait(gather.into_future()));
    match catch_unwind(awaits) {
        Ok(_) => true,
        Err(payload) => {
            let message = message(&*payload);
            assert!(
                message.ends_with("because its runtime shut down"),
                "{message}"
            );
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
            let branch = || watch.watch(ready(Outcome::Ok(1)));
            let mut goes_on = true;
            while goes_on {
                // Once the runtime is gone, nobody listens.
                let _ = begun.send(());
                let spread = [branch(), branch(), branch()];
                goes_on = has_values(gather!(on = &on; branch(), ..spread));
                let spread = [branch(), branch(), branch()];
                goes_on &= has_values(gather!(on = &on, limit = 2; branch(), ..spread));
                goes_on &= has_values(try_gather!(on = &on; branch(), branch()));
                let settled = gather_settled!(on = &on, limit = 1; ..[branch(), branch()]);
                goes_on &= wait(settled.into_future()).iter().all(Result::is_ok);
            }
        });
        for _ in 0..=round % 5 {
            has_begun.recv().unwrap();
        }
        drop(runtime);
        starts.join().unwrap();
        assert_eq!(probe.seen().dropped, probe.seen().watched);
    }
}

#[test]
fn a_gather_that_is_started_by_what_the_shutdown_drops_is_cancelled() {
    struct Starts(Probe);
    impl Drop for Starts {
        fn drop(&mut self) {
            let branch = || self.0.watch(pending::<Outcome>());
            gather!(branch(), ..[branch(), branch()]).detach();
            try_gather!(limit = 1; branch(), ..[branch()]).detach();
            drop(gather_settled!(limit = 2; ..[branch(), branch()]));
        }
    }
    for runtime in [one_thread(), two_workers()] {
        let probe = Probe::default();
        let (begun, has_begun) = oneshot::channel();
        let starts = Starts(probe.clone());
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
    }
}

/// When the runtime shuts down.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Unpolled,
    /// One branch has ended, and the others wait.
    Waiting,
    /// As before, and one is in the middle of a poll.
    InAPoll,
    AllEnded,
}

const STAGES: [Stage; 4] = [
    Stage::Unpolled,
    Stage::Waiting,
    Stage::InAPoll,
    Stage::AllEnded,
];

/// A runtime whose branches are brought to a stage.
struct Staged {
    stage: Stage,
    runtime: Runtime,
    probe: Probe,
    ended: Arc<AtomicUsize>,
    inside: mpsc::Sender<()>,
    is_inside: mpsc::Receiver<()>,
    go: mpsc::Sender<()>,
    told: Option<mpsc::Receiver<()>>,
}

impl Staged {
    fn new(stage: Stage) -> Self {
        let ((inside, is_inside), (go, told)) = (mpsc::channel(), mpsc::channel());
        Staged {
            stage,
            runtime: match stage {
                Stage::InAPoll => two_workers(),
                _ => one_thread(),
            },
            probe: Probe::default(),
            ended: Arc::default(),
            inside,
            is_inside,
            go,
            told: Some(told),
        }
    }

    /// Three branches: the first ends, and the second waits, in the middle of its poll or not.
    fn branches(&mut self) -> [impl Future<Output = Outcome> + Send + use<>; 3] {
        let told = Arc::new(Mutex::new(self.told.take()));
        [0_u8, 1, 2].map(|at| {
            let (stage, inside, told) = (self.stage, self.inside.clone(), Arc::clone(&told));
            let ended = Arc::clone(&self.ended);
            self.probe.watch(async move {
                if stage == Stage::InAPoll && at == 1 {
                    let told = told.lock().unwrap().take().unwrap();
                    inside.send(()).unwrap();
                    told.recv().unwrap();
                }
                if at > 0 && stage != Stage::AllEnded {
                    pending::<()>().await;
                }
                ended.fetch_add(1, Ordering::SeqCst);
                Ok(at)
            })
        })
    }

    /// Shuts the runtime down at the stage, and waits until all has been dropped. Returns how many
    /// branches have ended.
    fn shut_down(self) -> usize {
        let Staged { ended, probe, .. } = &self;
        match self.stage {
            Stage::Unpolled => drop(self.runtime),
            Stage::Waiting | Stage::AllEnded => {
                let all = if self.stage == Stage::AllEnded { 3 } else { 1 };
                self.runtime.block_on(async {
                    until(|| ended.load(Ordering::SeqCst) == all).await;
                    until(|| probe.seen().dropped >= all).await;
                    // What comes behind the end of a branch comes, too.
                    for _ in 0..10 {
                        yield_now().await;
                    }
                });
                drop(self.runtime);
            }
            Stage::InAPoll => {
                self.is_inside.recv().unwrap();
                self.runtime.shutdown_background();
                self.go.send(()).unwrap();
            }
        }
        wait(until(|| probe.seen().dropped == probe.seen().watched));
        ended.load(Ordering::SeqCst)
    }
}

/// The results that there are, and the message of the panic behind them.
fn taken<T>(results: impl Stream<Item = T>) -> (Vec<T>, Option<String>) {
    let mut results = pin!(results);
    let mut taken = Vec::new();
    loop {
        match catch_unwind(AssertUnwindSafe(|| wait(results.next()))) {
            Ok(Some(result)) => taken.push(result),
            Ok(None) => return (taken, None),
            Err(payload) => return (taken, Some(message(&*payload))),
        }
    }
}

fn is_gone(panic: Option<String>) -> bool {
    panic.is_some_and(|message| message.ends_with("was cancelled because its runtime shut down"))
}

#[test]
fn at_each_stage_and_in_each_place_all_is_dropped_and_whoever_awaits_is_told() {
    macro_rules! started {
        ($staged:ident, |$a:ident, $b:ident, $c:ident| $gather:expr) => {{
            let entered = $staged.runtime.handle().clone();
            let _entered = entered.enter();
            let [$a, $b, $c] = $staged.branches();
            $gather
        }};
    }
    macro_rules! test {
        ($($place:tt)*) => {
            for stage in STAGES {
                let all_ended = stage == Stage::AllEnded;
                let mut staged = Staged::new(stage);
                let gather = started!(staged, |a, b, c| gather!($($place)* a, ..[b, c]));
                staged.shut_down();
                assert!(gather.is_finished(), "{stage:?}");
                let (results, panic) = taken(stream::once(gather.into_future()));
                assert_eq!((results.len() == 1, is_gone(panic)), (all_ended, !all_ended));

                let mut staged = Staged::new(stage);
                let gather = started!(staged, |a, b, c| try_gather!($($place)* a, ..[b, c]));
                staged.shut_down();
                let (results, panic) = taken(stream::once(gather.into_future()));
                assert_eq!((results.len() == 1, is_gone(panic)), (all_ended, !all_ended));

                let mut staged = Staged::new(stage);
                let gather = started!(staged, |a, b, c| gather_settled!($($place)* a, ..[b, c]));
                let ended = staged.shut_down();
                let (first, others) = wait(gather.into_future());
                let others = others.into_iter().chain([first]);
                let is_ok = |outcome: &Result<_, BranchError>| match outcome {
                    Ok(_) => true,
                    Err(error) => !error.is_cancelled(),
                };
                assert_eq!(others.filter(is_ok).count(), ended, "{stage:?}");

                let mut staged = Staged::new(stage);
                let each = started!(staged, |a, b, c| gather_each!($($place)* a, ..[b, c]));
                let ended = staged.shut_down();
                let (results, panic) = taken(each);
                assert_eq!(results.len(), ended, "{stage:?}");
                assert_eq!(is_gone(panic), !all_ended, "{stage:?}");
            }
        };
    }
    in_the_background!(test);
}

#[test]
fn what_runs_here_is_dropped_with_the_task_at_each_stage() {
    macro_rules! test {
        ($($place:tt)*) => {
            for stage in STAGES {
                let mut staged = Staged::new(stage);
                let [a, b, c] = staged.branches();
                staged.runtime.spawn(gather!($($place)* a, ..[b, c]));
                staged.shut_down();

                let mut staged = Staged::new(stage);
                let [a, b, c] = staged.branches();
                let each = gather_each!($($place)* a, ..[b, c]);
                staged.runtime.spawn(each.count());
                staged.shut_down();
            }
        };
    }
    test!(here;);
    test!(here, limit = 2;);
}
