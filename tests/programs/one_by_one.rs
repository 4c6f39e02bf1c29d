//! Programs whose results are taken one by one: `gather_each!`.
//!
//! The branches are judged like those of any gather, except that each one keeps its place
//! until its result is taken. Results come in the order in which their branches ended, as
//! far as that is known: the branches that end between two settlings are one generation, in
//! which any may be first.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use futures::{FutureExt, Stream, StreamExt};
use gather::{Each, Progress, gather_each};
use tokio::runtime::Runtime;

use crate::asking::{Found, Held, Owned};
use crate::block_on::block_on;
use crate::flavour::{Flavour, Patience};
use crate::ledger::{Fact, Origin};
use crate::model::{HandleIs, Mismatch, Model, RuntimeIs, Told, ensure};
use crate::program::{Deed, Form, Place, Plan, Program};
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

/// The branches run where the stream is polled.
type Here = Pin<Box<dyn Stream<Item = (usize, Outcome)> + Send>>;

type Aborting = Pin<Box<dyn Future<Output = Vec<(usize, Outcome)>> + Send>>;

enum Handle {
    OnTasks(OnTasks),
    Here(Here),
}

impl Handle {
    fn each(each: Each<Outcome>) -> Self {
        Handle::OnTasks(OnTasks::Each(each))
    }

    fn keyed(each: Each<(Key, Outcome)>) -> Self {
        Handle::OnTasks(OnTasks::Keyed(each))
    }

    fn here(stream: impl Stream<Item = (usize, Outcome)> + Send + 'static) -> Self {
        Handle::Here(Box::pin(stream))
    }

    fn keyed_here(stream: impl Stream<Item = (usize, (Key, Outcome))> + Send + 'static) -> Self {
        Handle::here(stream.map(without_key))
    }

    async fn next(&mut self) -> Option<(usize, Outcome)> {
        match self {
            Handle::OnTasks(OnTasks::Each(each)) => each.next().await,
            Handle::OnTasks(OnTasks::Keyed(each)) => each.next().await.map(without_key),
            Handle::Here(stream) => stream.next().await,
        }
    }
}

/// The handle of branches in the background.
pub(crate) enum OnTasks {
    Each(Each<Outcome>),
    Keyed(Each<(Key, Outcome)>),
}

impl OnTasks {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<(usize, Outcome)>> {
        match self {
            OnTasks::Each(each) => each.poll_next_unpin(cx),
            OnTasks::Keyed(each) => each.poll_next_unpin(cx).map(|came| came.map(without_key)),
        }
    }

    fn is_finished(&self) -> bool {
        match self {
            OnTasks::Each(each) => each.is_finished(),
            OnTasks::Keyed(each) => each.is_finished(),
        }
    }

    fn progress(&self) -> Progress {
        match self {
            OnTasks::Each(each) => each.progress(),
            OnTasks::Keyed(each) => each.progress(),
        }
    }

    fn show(&self) -> String {
        match self {
            OnTasks::Each(each) => format!("{each:?}"),
            OnTasks::Keyed(each) => format!("{each:?}"),
        }
    }

    fn abort(self) -> Aborting {
        match self {
            OnTasks::Each(each) => Box::pin(each.abort()),
            OnTasks::Keyed(each) => {
                let aborting = each.abort();
                Box::pin(async { aborting.await.into_iter().map(without_key).collect() })
            }
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

/// The handle and what it has returned, where both the owner and the branches reach them.
#[derive(Default)]
pub(crate) struct Side {
    owned: Owned<OnTasks, Aborting>,
    seen: Mutex<Seen>,
}

impl Stage {
    /// The same as with the handle of a `Gather`, as far as an `Each` can do it.
    pub(crate) fn come_back_to_each(&self, deed: Deed) {
        let owned = &self.each.owned;
        match deed {
            Deed::Look => {
                if let Some(each) = owned.share() {
                    self.compare(each.is_finished(), &each.progress(), &each.show());
                }
            }
            Deed::Abort => {
                if let Some(each) = owned.take_handle(Held::Aborting(None)) {
                    owned.put_aborting(each.abort());
                }
            }
            Deed::Drop | Deed::Detach => {
                drop(owned.take_handle(Held::Left(HandleIs::Dropped)));
            }
            Deed::Poll | Deed::TryResult => {
                if let Some(mut each) = owned.take_handle(Held::Lent) {
                    if let Poll::Ready(came) = poll_once(|nobody| each.poll_next(nobody)) {
                        self.take_result(came);
                    }
                    owned.put(each);
                }
            }
            Deed::DropAnother | Deed::DetachAnother => {}
        }
    }

    fn seen(&self) -> Seen {
        self.each.seen.lock().unwrap().clone()
    }

    /// Records it and drops it, and returns whether there may be more.
    fn take_result(&self, came: Came) -> bool {
        let is_result = self.record(&came);
        drop_result(came);
        is_result
    }

    fn record(&self, came: &Came) -> bool {
        let Stage { plan, ledger, .. } = self;
        let branches = &plan.gathers[0].branches;
        let (facts, _) = ledger.facts();
        let mut seen = self.each.seen.lock().unwrap();
        let mut wrong = None;
        let is_result = matches!(came, Ok(Some(_)));
        match came {
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
        if let Some(wrong) = wrong {
            ledger.write_wrong(wrong);
        }
        is_result
    }
}

/// The result may panic when it is dropped.
fn drop_result(came: Came) {
    let _ = catch_unwind(AssertUnwindSafe(|| drop(came)));
}

fn poll_once(poll: impl FnOnce(&mut Context<'_>) -> Poll<Option<(usize, Outcome)>>) -> Poll<Came> {
    let mut nobody = Context::from_waker(Waker::noop());
    match catch_unwind(AssertUnwindSafe(|| poll(&mut nobody))) {
        Ok(polled) => polled.map(Ok),
        Err(payload) => Poll::Ready(Err(payload)),
    }
}

struct Run {
    stage: Stage,
    told: Told,
    flavour: Flavour,
    /// `None` once the runtime has shut down.
    runtime: Option<Runtime>,
    /// The stream, if the branches run where it is polled.
    here: Option<Here>,
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
            stage: Stage::of(plan),
            told: Told::default(),
            flavour,
            runtime: Some(flavour.runtime()),
            here: None,
            has_taker: false,
            settlings: 0,
        };
        let ran = catch_unwind(AssertUnwindSafe(|| run.all(self)));
        let mismatch = match ran {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(mismatch)) => mismatch,
            Err(payload) => format!("{:?} came through", Origin::of(&*payload)),
        };
        let (facts, released) = run.stage.ledger.facts();
        let seen = run.stage.seen();
        Err(format!(
            "{mismatch}, on {flavour:?}\n{facts:#?}\nreleased {released:?}, {seen:?}"
        ))
    }
}

impl Run {
    fn all(&mut self, case: &OneByOne) -> Result<(), Mismatch> {
        let started = {
            let _entered = self.runtime.as_ref().map(Runtime::enter);
            start(&self.stage)
        };
        match started {
            Handle::OnTasks(each) => self.stage.each.owned.put(each),
            Handle::Here(stream) => self.here = Some(stream),
        }
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
        drop(self.take_each());
        self.until(|run| run.stage.ledger.is_even())
    }

    fn release(&self, batch: &[u8]) -> bool {
        let Stage { plan, ledger, .. } = &self.stage;
        let mut waiting = ledger.waiting(plan);
        let mut released = Vec::new();
        for number in batch.iter().take(waiting.len()) {
            released.push(waiting.swap_remove(usize::from(*number) % waiting.len()));
        }
        ledger.release(&released);
        !released.is_empty()
    }

    /// Takes the handle, unless it is gone. If a branch has aborted it, its end is awaited now.
    fn take_each(&self) -> Option<OnTasks> {
        let mut patience = Patience::new(self.flavour);
        loop {
            match self.stage.each.owned.take() {
                Found::Handle(each) => return Some(each),
                Found::Nothing => return None,
                Found::Aborted(aborting) => {
                    self.take_the_rest(aborting);
                    return None;
                }
                Found::Busy => {
                    assert!(!patience.is_over(), "a branch keeps the handle");
                    patience.wait(self.runtime.as_ref());
                }
            }
        }
    }

    /// Returns whether the rest are results, rather than a panic.
    fn take_the_rest(&self, aborting: Aborting) -> bool {
        let aborting = AssertUnwindSafe(aborting).catch_unwind();
        let aborted = match &self.runtime {
            Some(runtime) => runtime.block_on(aborting),
            None => block_on(aborting),
        };
        match aborted {
            Ok(results) => {
                for result in results {
                    self.stage.take_result(Ok(Some(result)));
                }
                self.stage.take_result(Ok(None));
                true
            }
            Err(payload) => {
                self.stage.take_result(Err(payload));
                false
            }
        }
    }

    /// Polls the handle once, and returns whether a result came, rather than the end or a panic.
    fn poll(&mut self) -> Poll<bool> {
        let _entered = self.runtime.as_ref().map(Runtime::enter);
        if let Some(stream) = &mut self.here {
            let polled = poll_once(|nobody| stream.poll_next_unpin(nobody));
            return polled.map(|came| self.stage.take_result(came));
        }
        let Some(mut each) = self.take_each() else {
            return Poll::Pending;
        };
        let polled = poll_once(|nobody| each.poll_next(nobody));
        let polled = polled.map(|came| (self.stage.record(&came), came));
        self.stage.each.owned.put(each);
        polled.map(|(is_result, came)| {
            // The code that this runs may come back to the handle.
            drop_result(came);
            is_result
        })
    }

    /// Takes the next result, if there is one.
    fn take(&mut self) -> Result<(), Mismatch> {
        let mut patience = Patience::new(self.flavour);
        loop {
            let (facts, _) = self.stage.ledger.facts();
            // A branch may take the result, or the handle.
            let is_due = self.model(&facts, &[]).has_failed_first()
                || self.told.runtime != RuntimeIs::Up
                || self.left(&facts).next().is_some()
                || self.branches().all(|branch| facts[branch].dropped > 0);
            if self.poll().is_ready() {
                ensure!(is_due, "a result came of a branch that runs");
                return Ok(());
            }
            if !is_due || self.stage.each.owned.left().is_some() {
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
        let handle = match self.here.take() {
            Some(stream) => Handle::Here(stream),
            None => match self.take_each() {
                Some(each) => Handle::OnTasks(each),
                None => return Ok(()),
            },
        };
        let is_here = matches!(handle, Handle::Here(_));
        self.release(&case.meanwhile);
        match (case.leaving, handle) {
            (Leaving::TakeAll, mut handle) => {
                let stage = self.stage.clone();
                let takes = async move {
                    while stage.take_result(AssertUnwindSafe(handle.next()).catch_unwind().await) {}
                };
                self.has_taker = true;
                self.runtime.as_ref().expect("it is up").spawn(takes);
            }
            (Leaving::Abort, Handle::OnTasks(each)) => {
                self.told.handle = HandleIs::Aborted;
                let is_open = self.stage.seen().end.is_none();
                if self.take_the_rest(each.abort()) {
                    self.settle()?;
                    let (facts, _) = self.stage.ledger.facts();
                    let was_there = |branch: &usize| {
                        self.generations[*branch].is_some_and(|at| at + 1 < self.settlings)
                    };
                    let lost = self.left(&facts).find(was_there).filter(|_| is_open);
                    ensure!(lost.is_none(), "the result of branch {lost:?} is lost");
                }
            }
            (Leaving::ShutDown, Handle::OnTasks(each)) => {
                self.told.runtime = RuntimeIs::ShutDown;
                self.stage.each.owned.put(each);
                self.runtime = None;
                self.until(Run::judge_branches)?;
                let owned = &self.stage.each.clone().owned;
                while self.stage.seen().end.is_none() && owned.left().is_none() {
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
            while self.here.is_some() && self.poll() == Poll::Ready(true) {}
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
        let (facts, _) = self.stage.ledger.facts();
        for (fact, generation) in facts.iter().zip(&mut self.generations) {
            if fact.dropped > 0 && generation.is_none() {
                *generation = Some(self.settlings);
            }
        }
        self.settlings += 1;
        let seen = self.stage.seen();
        let order = seen.taken.iter().map(|branch| self.generations[*branch]);
        ensure!(
            order.is_sorted(),
            "results came in another order than their branches ended"
        );
        // An abort that ends in a panic returns no results.
        if let Some(End::Panic(_)) = seen.end
            && self.told().handle == HandleIs::Kept
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
        self.stage.plan.gathers[0].branches.iter().copied()
    }

    /// The branches whose results are there and have not been taken.
    fn left<'a>(&'a self, facts: &'a [Fact]) -> impl Iterator<Item = usize> + 'a {
        let taken = self.stage.seen().taken;
        self.branches().filter(move |branch| {
            let fact = &facts[*branch];
            let returned = fact.ended.is_some() && fact.dropped > 0 && fact.panic().is_none();
            returned && !taken.contains(branch)
        })
    }

    /// What was done, also by the branches.
    fn told(&self) -> Told {
        let mut told = self.told;
        if let Some(left) = self.stage.each.owned.left() {
            told.handle = left;
        }
        told
    }

    fn model<'a>(&'a self, facts: &'a [Fact], released: &'a [u8]) -> Model<'a> {
        Model {
            plan: &self.stage.plan,
            facts,
            released,
            told: self.told(),
        }
    }

    fn judge_branches(&self) -> Result<(), Mismatch> {
        let Stage { plan, ledger, .. } = &self.stage;
        let (facts, released) = ledger.facts();
        let taken = self.stage.seen().taken.len();
        let places = plan.gathers[0].limit.map(|limit| taken + limit);
        self.model(&facts, &released).judge_places(places)?;
        ledger.judge_others()?;
        ensure!(!self.stage.each.owned.is_lent(), "a branch uses the handle");
        ledger.wrong().map_or(Ok(()), Err)
    }

    fn judge_handle(&self) -> Result<(), Mismatch> {
        let (facts, _) = self.stage.ledger.facts();
        let model = self.model(&facts, &[]);
        let (count, seen) = (self.branches().count(), self.stage.seen());
        let over = self
            .branches()
            .filter(|branch| facts[*branch].dropped > 0)
            .count();
        let is_over = model.has_failed_first() || over == count;
        if let Some(each) = self.stage.each.owned.share()
            && self.told.runtime == RuntimeIs::Up
        {
            // While all places are taken, the iterator is not asked whether
            // there are more branches.
            let is_asked =
                self.stage.plan.gathers[0].limit.is_none() || self.left(&facts).next().is_none();
            ensure!(
                each.is_finished() == is_over || is_over && !is_asked,
                "it has yet to finish, or has finished"
            );
            let progress = each.progress();
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
                    over == count || self.told().handle == HandleIs::Aborted,
                    "a branch is missing"
                );
            }
            Some(End::Panic(origin)) => {
                let is_told =
                    self.told().handle != HandleIs::Kept || self.told.runtime != RuntimeIs::Up;
                let mut panicked = self.branches().filter(|branch| {
                    let fact = &facts[*branch];
                    (is_told || fact.ended.is_some()) && fact.panic() == Some(&origin)
                });
                let planned = &self.stage.plan.gathers[0];
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
        ($($options:tt)*) => { each!(Handle::each, Handle::keyed, $($options)*) };
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
