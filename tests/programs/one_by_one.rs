//! Programs whose results are taken one by one: `gather_each!`.
//!
//! The branches are judged like those of any gather, except that each one keeps its place
//! until its result is taken. Results come in the order in which their branches ended, as
//! far as that is known: the branches that end between two settlings are one generation, in
//! which any may be first.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use futures::{FutureExt, Stream, StreamExt};
use gather::{Each, Progress, gather_each};
use tokio::runtime::Runtime;

use crate::flavour::{Flavour, Patience};
use crate::ledger::{Fact, Origin};
use crate::model::{HandleIs, Mismatch, Model, RuntimeIs, Told, ensure};
use crate::program::{Form, Place, Plan, Program};
use crate::schedule::Batch;
use crate::scripted::{Key, Outcome, Stage, describe_outcome};
use crate::start::Branches;
use crate::thread;

/// A program, and how its results are taken.
#[derive(Clone, Debug)]
pub(crate) struct OneByOne {
    pub(crate) program: Program,
    pub(crate) steps: Vec<Step>,
    /// The branches that are released right before the end, without waiting for the effect.
    pub(crate) meanwhile: Batch,
    pub(crate) leaving: Leaving,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Release(Batch),
    /// Takes the next result, or finds that there is none yet.
    Take,
}

/// What becomes of the handle.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Leaving {
    /// A task takes all remaining results, while the branches go on one after another.
    TakeAll,
    Drop,
    Abort,
    /// The runtime shuts down, and then all remaining results are taken.
    ShutDown,
}

enum Handle {
    Each(Each<Outcome>),
    Keyed(Each<(Key, Outcome)>),
    /// The branches run where the stream is polled.
    Here(Pin<Box<dyn Stream<Item = (usize, Outcome)> + Send>>),
}

impl Handle {
    fn here(stream: impl Stream<Item = (usize, Outcome)> + Send + 'static) -> Self {
        Handle::Here(Box::pin(stream))
    }

    fn keyed_here(stream: impl Stream<Item = (usize, (Key, Outcome))> + Send + 'static) -> Self {
        Handle::here(stream.map(without_key))
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<(usize, Outcome)>> {
        match self {
            Handle::Each(each) => each.poll_next_unpin(cx),
            Handle::Keyed(each) => each.poll_next_unpin(cx).map(|came| came.map(without_key)),
            Handle::Here(stream) => stream.poll_next_unpin(cx),
        }
    }

    async fn next(&mut self) -> Option<(usize, Outcome)> {
        match self {
            Handle::Each(each) => each.next().await,
            Handle::Keyed(each) => each.next().await.map(without_key),
            Handle::Here(stream) => stream.next().await,
        }
    }

    /// How far it is, and whether it is finished. Nobody can ask a stream that runs its branches.
    fn report(&self) -> Option<(Progress, bool)> {
        match self {
            Handle::Each(each) => Some((each.progress(), each.is_finished())),
            Handle::Keyed(each) => Some((each.progress(), each.is_finished())),
            Handle::Here(_) => None,
        }
    }

    async fn abort(self) -> Vec<(usize, Outcome)> {
        match self {
            Handle::Each(each) => each.abort().await,
            Handle::Keyed(each) => each.abort().await.into_iter().map(without_key).collect(),
            Handle::Here(_) => unreachable!("it has no `abort`"),
        }
    }
}

fn without_key((index, (key, outcome)): (usize, (Key, Outcome))) -> (usize, Outcome) {
    assert_eq!(key.position, index, "the key of another branch");
    (index, outcome)
}

/// What `next` has returned.
#[derive(Clone, Debug, Default)]
struct Seen {
    /// The branches whose results came, in the order in which they came.
    taken: Vec<usize>,
    /// What came after the last result.
    end: Option<End>,
}

#[derive(Clone, Debug)]
enum End {
    /// There are no more results.
    Nothing,
    Panic(Origin),
}

type Came = thread::Result<Option<(usize, Outcome)>>;

/// Records what `next` returns.
#[derive(Clone)]
struct Taking {
    stage: Stage,
    seen: Arc<Mutex<Seen>>,
}

impl Taking {
    fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }

    /// Records it, and returns whether there may be more.
    fn put(&self, came: Came) -> bool {
        let Stage { plan, ledger, .. } = &self.stage;
        let branches = &plan.gathers[0].branches;
        let (facts, _) = ledger.facts();
        let mut seen = self.seen.lock().unwrap();
        let mut wrong = None;
        let is_result = matches!(came, Ok(Some(_)));
        match &came {
            Ok(Some((index, outcome))) => {
                let branch = branches[*index];
                if facts[branch].ended != Some(describe_outcome(outcome)) {
                    wrong = Some(format!("branch {branch} did not return what came"));
                }
                if seen.taken.contains(&branch) || seen.end.is_some() {
                    wrong = Some(format!(
                        "the result of branch {branch} came too often, or late"
                    ));
                }
                seen.taken.push(branch);
            }
            Ok(None) if seen.end.is_some() => {}
            Ok(None) => seen.end = Some(End::Nothing),
            Err(payload) => {
                if seen.end.is_some() {
                    wrong = Some(String::from("there are two ends"));
                }
                seen.end = Some(End::Panic(Origin::of(&**payload)));
            }
        }
        if !is_result && !branches.iter().all(|branch| facts[*branch].is_gone()) {
            wrong = Some(String::from("a branch was left behind"));
        }
        drop(seen);
        // The result may panic when it is dropped.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(came)));
        if let Some(wrong) = wrong {
            ledger.write_wrong(wrong);
        }
        is_result
    }
}

struct Run {
    taking: Taking,
    told: Told,
    flavour: Flavour,
    /// `None` once the runtime has shut down.
    runtime: Option<Runtime>,
    handle: Option<Handle>,
    /// Whether a task takes all results.
    has_taker: bool,
    /// The number of the settling at which each branch was first seen to be over.
    generations: Vec<Option<usize>>,
    settlings: usize,
}

impl OneByOne {
    pub(crate) fn run(&self, flavour: Flavour) -> Result<(), Mismatch> {
        let plan = Plan::of(&self.program);
        let mut run = Run {
            generations: vec![None; plan.branches.len()],
            taking: Taking {
                stage: Stage::of(plan),
                seen: Arc::default(),
            },
            told: Told::default(),
            flavour,
            runtime: Some(flavour.runtime()),
            handle: None,
            has_taker: false,
            settlings: 0,
        };
        let ran = catch_unwind(AssertUnwindSafe(|| run.all(self)));
        let mismatch = match ran {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(mismatch)) => mismatch,
            Err(payload) => format!("{:?} came through", Origin::of(&*payload)),
        };
        let (facts, released) = run.taking.stage.ledger.facts();
        let seen = run.taking.seen();
        Err(format!(
            "{mismatch}, on {flavour:?}\n{facts:#?}\nreleased {released:?}, {seen:?}"
        ))
    }
}

impl Run {
    fn all(&mut self, case: &OneByOne) -> Result<(), Mismatch> {
        let started = {
            let _entered = self.runtime.as_ref().map(Runtime::enter);
            start(&self.taking.stage)
        };
        self.handle = Some(started);
        self.settle()?;
        for step in &case.steps {
            match step {
                Step::Release(batch) => {
                    self.release(batch);
                }
                Step::Take => self.take()?,
            }
            self.settle()?;
        }
        self.leave(case)?;
        self.settle()?;
        while self.release(&[0]) {
            self.settle()?;
        }
        drop(self.runtime.take());
        self.until(|run| run.taking.stage.ledger.is_even())
    }

    fn release(&self, batch: &[u8]) -> bool {
        let Stage { plan, ledger, .. } = &self.taking.stage;
        let mut waiting = ledger.waiting(plan);
        let mut released = Vec::new();
        for number in batch.iter().take(waiting.len()) {
            released.push(waiting.swap_remove(usize::from(*number) % waiting.len()));
        }
        ledger.release(&released);
        !released.is_empty()
    }

    /// Polls the handle once, and returns whether a result came, rather than the end or a panic.
    fn poll(&mut self) -> Poll<bool> {
        let _entered = self.runtime.as_ref().map(Runtime::enter);
        let Some(handle) = &mut self.handle else {
            return Poll::Pending;
        };
        let mut nobody = Context::from_waker(Waker::noop());
        let came = match catch_unwind(AssertUnwindSafe(|| handle.poll_next(&mut nobody))) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(came)) => Ok(came),
            Err(payload) => Err(payload),
        };
        Poll::Ready(self.taking.put(came))
    }

    /// Takes the next result, if there is one.
    fn take(&mut self) -> Result<(), Mismatch> {
        let (facts, _) = self.taking.stage.ledger.facts();
        let is_due = self.model(&facts, &[]).has_failed_first()
            || self.told.runtime != RuntimeIs::Up
            || self.left(&facts).next().is_some()
            || self.branches().all(|branch| facts[branch].dropped > 0);
        let mut patience = Patience::new(self.flavour);
        loop {
            if self.poll().is_ready() {
                ensure!(is_due, "a result came of a branch that runs");
                return Ok(());
            }
            if !is_due {
                return Ok(());
            }
            ensure!(
                !patience.is_over(),
                "there is a result, and it does not come"
            );
            patience.wait(self.runtime.as_ref());
        }
    }

    fn leave(&mut self, case: &OneByOne) -> Result<(), Mismatch> {
        let Some(handle) = self.handle.take() else {
            return Ok(());
        };
        let is_here = matches!(handle, Handle::Here(_));
        self.release(&case.meanwhile);
        match (case.leaving, handle) {
            (Leaving::TakeAll, mut handle) => {
                let taking = self.taking.clone();
                let takes = async move {
                    while taking.put(AssertUnwindSafe(handle.next()).catch_unwind().await) {}
                };
                self.has_taker = true;
                self.runtime.as_ref().expect("it is up").spawn(takes);
            }
            (Leaving::Abort, handle) if !is_here => {
                self.told.handle = HandleIs::Aborted;
                let is_open = self.taking.seen().end.is_none();
                let aborting = AssertUnwindSafe(handle.abort()).catch_unwind();
                match self.runtime.as_ref().expect("it is up").block_on(aborting) {
                    Ok(results) => {
                        for result in results {
                            self.taking.put(Ok(Some(result)));
                        }
                        self.taking.put(Ok(None));
                        self.settle()?;
                        let (facts, _) = self.taking.stage.ledger.facts();
                        let was_there = |branch: &usize| {
                            self.generations[*branch].is_some_and(|at| at + 1 < self.settlings)
                        };
                        let lost = self.left(&facts).find(was_there).filter(|_| is_open);
                        ensure!(lost.is_none(), "the result of branch {lost:?} is lost");
                    }
                    Err(payload) => {
                        self.taking.put(Err(payload));
                    }
                }
            }
            (Leaving::ShutDown, kept) if !is_here => {
                self.told.runtime = RuntimeIs::ShutDown;
                self.runtime = None;
                self.handle = Some(kept);
                self.until(Run::judge_branches)?;
                while self.taking.seen().end.is_none() {
                    self.take()?;
                }
            }
            (_, handle) => {
                self.told.handle = HandleIs::Dropped;
                let dropped = catch_unwind(AssertUnwindSafe(|| drop(handle)));
                // With `here`, this drops the futures of the branches.
                ensure!(dropped.is_ok() || is_here, "dropping the handle panicked");
            }
        }
        Ok(())
    }

    fn until(&mut self, holds: impl Fn(&Self) -> Result<(), Mismatch>) -> Result<(), Mismatch> {
        let mut patience = Patience::new(self.flavour);
        loop {
            // With `here`, the branches run only when the stream is polled.
            while matches!(self.handle, Some(Handle::Here(_))) && self.poll() == Poll::Ready(true) {
            }
            let held = holds(self);
            if held.is_ok() || patience.is_over() {
                return held;
            }
            patience.wait(self.runtime.as_ref());
        }
    }

    /// Waits until everything has had its effect, and judges the order in which results have come.
    fn settle(&mut self) -> Result<(), Mismatch> {
        self.until(|run| {
            run.judge_branches()?;
            run.judge_handle()
        })?;
        let (facts, _) = self.taking.stage.ledger.facts();
        for (fact, generation) in facts.iter().zip(&mut self.generations) {
            if fact.dropped > 0 && generation.is_none() {
                *generation = Some(self.settlings);
            }
        }
        self.settlings += 1;
        let seen = self.taking.seen();
        let order = seen.taken.iter().map(|branch| self.generations[*branch]);
        ensure!(
            order.is_sorted(),
            "results came in another order than their branches ended"
        );
        // An abort that ends in a panic returns no results.
        if let Some(End::Panic(_)) = seen.end
            && self.told.handle == HandleIs::Kept
        {
            let failed = self
                .branches()
                .filter(|branch| facts[*branch].panic().is_some());
            let first = failed.filter_map(|branch| self.generations[branch]).min();
            let lost = self
                .left(&facts)
                .find(|branch| self.generations[*branch] < first);
            ensure!(
                lost.is_none(),
                "the result of branch {lost:?} was there before the panic"
            );
        }
        Ok(())
    }

    fn branches(&self) -> impl Iterator<Item = usize> {
        self.taking.stage.plan.gathers[0].branches.iter().copied()
    }

    /// The branches whose results are there and have not been taken.
    fn left<'a>(&'a self, facts: &'a [Fact]) -> impl Iterator<Item = usize> + 'a {
        let taken = self.taking.seen().taken;
        self.branches().filter(move |branch| {
            let fact = &facts[*branch];
            let returned = fact.ended.is_some() && fact.dropped > 0 && fact.panic().is_none();
            returned && !taken.contains(branch)
        })
    }

    fn model<'a>(&'a self, facts: &'a [Fact], released: &'a [u8]) -> Model<'a> {
        Model {
            plan: &self.taking.stage.plan,
            facts,
            released,
            told: self.told,
        }
    }

    fn judge_branches(&self) -> Result<(), Mismatch> {
        let Stage { plan, ledger, .. } = &self.taking.stage;
        let (facts, released) = ledger.facts();
        let taken = self.taking.seen().taken.len();
        let places = plan.gathers[0].limit.map(|limit| taken + limit);
        self.model(&facts, &released).judge_places(places)?;
        ledger.judge_others()?;
        ledger.wrong().map_or(Ok(()), Err)
    }

    fn judge_handle(&self) -> Result<(), Mismatch> {
        let (facts, _) = self.taking.stage.ledger.facts();
        let model = self.model(&facts, &[]);
        let (count, seen) = (self.branches().count(), self.taking.seen());
        let over = self
            .branches()
            .filter(|branch| facts[*branch].dropped > 0)
            .count();
        let is_over = model.has_failed_first() || over == count;
        if let Some((progress, is_finished)) = self.handle.as_ref().and_then(Handle::report)
            && self.told.runtime == RuntimeIs::Up
        {
            // While all places are taken, the iterator is not asked whether
            // there are more branches.
            let is_asked = self.taking.stage.plan.gathers[0].limit.is_none()
                || self.left(&facts).next().is_none();
            ensure!(
                is_finished == is_over || is_over && !is_asked,
                "it has yet to finish, or has finished"
            );
            // A failure may come before the last branch is started.
            let all = progress.total().filter(|_| is_over).unwrap_or(count);
            let expected = if is_over { all } else { over };
            ensure!(
                progress.finished() == expected
                    && progress
                        .total()
                        .is_none_or(|total| total == count || is_over),
                "the progress is {progress}, not {expected} of {all}"
            );
        }
        if self.has_taker {
            ensure!(
                model.has_failed_first() || self.left(&facts).next().is_none(),
                "a result has yet to be taken"
            );
            ensure!(
                seen.end.is_some() == is_over,
                "the end has yet to come, or came early"
            );
        }
        match seen.end {
            None => {}
            Some(End::Nothing) => {
                let panicked = self
                    .branches()
                    .any(|branch| facts[branch].panic().is_some());
                ensure!(!panicked, "a panic is lost");
                ensure!(
                    over == count || self.told.handle == HandleIs::Aborted,
                    "a branch is missing"
                );
            }
            Some(End::Panic(origin)) => {
                let is_told =
                    self.told.handle != HandleIs::Kept || self.told.runtime != RuntimeIs::Up;
                let mut panicked = self.branches().filter(|branch| {
                    let fact = &facts[*branch];
                    (is_told || fact.ended.is_some()) && fact.panic() == Some(&origin)
                });
                let planned = &self.taking.stage.plan.gathers[0];
                // An iterator may have been dropped before it could report its end.
                let is_cut_off = planned.limit.is_some()
                    || self.branches().any(|branch| facts[branch].ended.is_none());
                let is_gone = origin == Origin::RuntimeGone
                    && self.told.runtime == RuntimeIs::ShutDown
                    && is_cut_off;
                ensure!(
                    panicked.next().is_some() || is_gone,
                    "no branch panicked with {origin:?}"
                );
            }
        }
        Ok(())
    }
}

fn start(stage: &Stage) -> Handle {
    let planned = &stage.plan.gathers[0];
    let branches = Branches::of(0, stage);
    let (count, form) = (planned.branches.len(), planned.form);
    let at = |position| branches.at(position);
    let spread = |first, end| branches.spread(first, end);
    macro_rules! each {
        ($handle:path, $keyed:path, $($options:tt)*) => {
            match form {
                Form::Mixed => {
                    let (first, last) = (at(0), at(count - 1));
                    $handle(gather_each!($($options)* first, ..spread(1, count - 1), last))
                }
                Form::Keyed => $keyed(gather_each!($($options)* ..branches.keyed())),
                Form::Spread => $handle(gather_each!($($options)* ..spread(0, count))),
                _ => unreachable!("{form:?} is a form of the other macros"),
            }
        };
    }
    macro_rules! on_tasks {
        ($($options:tt)*) => { each!(Handle::Each, Handle::Keyed, $($options)*) };
    }
    macro_rules! here {
        ($($options:tt)*) => { each!(Handle::here, Handle::keyed_here, $($options)*) };
    }
    match (planned.place, planned.limit) {
        (Place::Tasks, None) => on_tasks!(),
        (Place::Tasks, Some(n)) => on_tasks!(limit = n;),
        (Place::Shared(tasks), None) => on_tasks!(tasks = tasks;),
        (Place::Shared(tasks), Some(n)) => on_tasks!(tasks = tasks, limit = n;),
        (Place::Here, None) => here!(here;),
        (Place::Here, Some(n)) => here!(here, limit = n;),
    }
}
