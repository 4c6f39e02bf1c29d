//! Runs a program by its schedule, and compares what happens with the model.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::{Context, Waker};

use tokio::runtime::Runtime;
use tokio::time::timeout;

use crate::asking::Found;
use crate::awaiter::{Awaiter, Resolution};
use crate::flavour::{Flavour, Patience};
use crate::handle::AnyGather;
use crate::ledger::{Fact, Origin};
use crate::model::{Mismatch, Model, RuntimeIs, Told, Verdict, ensure};
use crate::program::{Place, Plan};
use crate::schedule::{Schedule, Start, Step};
use crate::scripted::Stage;
use crate::start::{run, start};

pub(crate) type Handle = Box<dyn AnyGather>;

/// A running program.
pub(crate) struct Run {
    pub(crate) stage: Stage,
    pub(crate) told: Told,
    pub(crate) flavour: Flavour,
    /// `None` once the runtime has shut down.
    pub(crate) runtime: Option<Rc<Runtime>>,
    pub(crate) resolution: Resolution,
    pub(crate) awaiter: Awaiter,
    /// The first mismatch. It is kept because what is dropped on the way out may panic.
    mismatch: Option<Mismatch>,
}

impl Run {
    pub(crate) fn new(plan: Plan, flavour: Flavour) -> Self {
        let stage = Stage::of(plan);
        Run {
            resolution: stage.resolution.clone(),
            stage,
            told: Told::default(),
            flavour,
            runtime: Some(Rc::new(flavour.runtime())),
            awaiter: Awaiter::Nobody,
            mismatch: None,
        }
    }

    pub(crate) fn mismatch(&self) -> Option<Mismatch> {
        self.mismatch.clone()
    }

    pub(crate) fn all(&mut self, schedule: &Schedule) -> Result<(), Mismatch> {
        if self.stage.plan.gathers[0].place == Place::Here {
            self.start_here();
        } else {
            let handle = self.start(schedule.start);
            self.stage.owned.put(handle);
        }
        self.settle()?;
        for step in &schedule.before {
            if let Step::Release(batch) = step {
                self.release(batch);
            } else {
                let Some(handle) = self.take() else { break };
                if let Some(handle) = self.step(step, handle)? {
                    self.stage.owned.put(handle);
                }
            }
            self.settle()?;
        }
        if schedule.shut_down {
            self.runtime_is_gone(RuntimeIs::ShutDown);
            self.settle()?;
        }
        self.told.racing = self.release(&schedule.meanwhile);
        match self.take() {
            Some(handle) => self.finish(schedule.finish, handle)?,
            None => self.settle()?,
        }
        for batch in &schedule.after {
            self.release(batch);
            self.settle()?;
        }
        while schedule.release_all && self.release(&[0]) {
            self.settle()?;
        }
        self.end(schedule.last)
    }

    fn start(&mut self, at: Start) -> Handle {
        let runtime = self.runtime.as_ref().expect("it has just been built");
        match at {
            Start::Inside => runtime.block_on(async { start(0, &self.stage) }),
            Start::Entered => {
                let _entered = runtime.enter();
                start(0, &self.stage)
            }
            Start::Refused => {
                let runtime = runtime.handle().clone();
                self.runtime_is_gone(RuntimeIs::NeverUp);
                let _entered = runtime.enter();
                start(0, &self.stage)
            }
        }
    }

    /// Starts a task that runs the branches. Nobody has a handle.
    fn start_here(&mut self) {
        let waiting = {
            let _entered = self.runtime.as_ref().map(|runtime| runtime.enter());
            run(0, &self.stage)
        };
        let (stage, resolution) = (self.stage.clone(), self.resolution.clone());
        self.spawn(async move { resolution.wait(waiting, &stage).await });
    }

    pub(crate) fn runtime_is_gone(&mut self, is: RuntimeIs) {
        if self.told.runtime == RuntimeIs::Up {
            self.told.runtime = is;
        }
        self.runtime = None;
    }

    /// Releases as many branches as there are numbers, and returns whether there were any.
    pub(crate) fn release(&self, batch: &[u8]) -> bool {
        let mut waiting = self.stage.ledger.waiting(&self.stage.plan);
        let mut released = Vec::new();
        for number in batch.iter().take(waiting.len()) {
            released.push(waiting.swap_remove(usize::from(*number) % waiting.len()));
        }
        self.stage.ledger.release(&released);
        !released.is_empty()
    }

    /// Takes the handle, unless it is gone. If a branch has aborted it, its end is
    /// awaited from now on.
    fn take(&mut self) -> Option<Handle> {
        let mut patience = Patience::new(self.flavour);
        loop {
            match self.stage.owned.take() {
                Found::Handle(handle) => return Some(handle),
                Found::Nothing => return None,
                Found::Aborted(waiting) => {
                    let (stage, resolution) = (self.stage.clone(), self.resolution.clone());
                    self.spawn(async move { resolution.wait(waiting, &stage).await });
                    return None;
                }
                Found::Busy => {
                    assert!(!patience.is_over(), "a branch keeps the handle");
                    patience.wait(self.runtime.as_deref());
                }
            }
        }
    }

    /// Returns the handle, unless it has returned its result. It must do that if it is finished,
    /// and only then.
    fn step(&self, step: &Step, mut handle: Handle) -> Result<Option<Handle>, Mismatch> {
        let Run {
            stage, resolution, ..
        } = self;
        let is_finished = handle.is_finished();
        let mut left = None;
        match (step, &self.runtime) {
            (Step::Release(_), _) => unreachable!("it needs no handle"),
            (Step::WaitInVain, Some(runtime)) => {
                let waits = resolution.wait(handle.wait(), stage);
                let a_while = self.flavour.a_while();
                drop(runtime.block_on(async { timeout(a_while, waits).await }));
                left = Some(handle);
            }
            (Step::Peek(_) | Step::WaitInVain, _) => {
                let waker = match step {
                    Step::Peek(Some(deed)) => stage.waker(*deed),
                    _ => Waker::noop().clone(),
                };
                let mut peeks = Box::pin(resolution.wait(handle.wait(), stage));
                let _ = peeks.as_mut().poll(&mut Context::from_waker(&waker));
                drop(peeks);
                left = Some(handle);
            }
            (Step::TryResult, _) => match catch_unwind(AssertUnwindSafe(|| handle.try_result())) {
                Ok(Err(handle)) => left = Some(handle),
                Ok(Ok(result)) => resolution.put(Ok(Some(result)), stage),
                Err(payload) => resolution.put(Err(payload), stage),
            },
        }
        ensure!(
            resolution.get().is_some() == is_finished,
            "{step:?} of a handle whose `is_finished` is {is_finished} gave {:?}",
            resolution.get()
        );
        Ok(left.filter(|_| !is_finished))
    }

    /// Waits until everything has had its effect, that is, until the facts are what the model says.
    pub(crate) fn settle(&mut self) -> Result<(), Mismatch> {
        self.until(Run::judge)
    }

    pub(crate) fn until(
        &mut self,
        holds: impl Fn(&Self) -> Result<(), Mismatch>,
    ) -> Result<(), Mismatch> {
        let mut patience = Patience::new(self.flavour);
        loop {
            let held = holds(self);
            if held.is_ok() {
                return held;
            }
            if patience.is_over() {
                self.mismatch = held.clone().err();
                return held;
            }
            patience.wait(self.runtime.as_deref());
        }
    }

    /// Whether this may come out when the handle is dropped. Dropping what runs `here` drops the
    /// futures of its branches.
    pub(crate) fn may_come_out(&self, panic: &Origin) -> bool {
        let facts = self.stage.ledger.facts();
        self.model(&facts).panics_with(0).contains(panic)
    }

    fn model<'a>(&'a self, (facts, released): &'a (Vec<Fact>, Vec<u8>)) -> Model<'a> {
        Model {
            plan: &self.stage.plan,
            facts,
            released,
            told: self.told(),
        }
    }

    /// What was done, also by the branches.
    fn told(&self) -> Told {
        let mut told = self.told;
        if let Some(left) = self.stage.owned.left() {
            told.handle = left;
            told.racing = true;
        }
        told
    }

    fn judge(&self) -> Result<(), Mismatch> {
        let facts = self.stage.ledger.facts();
        let model = self.model(&facts);
        let verdict = model.judge()?;
        if let Some(wrong) = self.stage.ledger.wrong() {
            return Err(wrong);
        }
        self.stage.ledger.judge_others()?;
        ensure!(!self.stage.owned.is_lent(), "a branch uses the handle");
        if let Some(handle) = self.stage.owned.share() {
            model.judge_handle(&verdict, &**handle)?;
        }
        let waits = match self.awaiter {
            Awaiter::Nobody => false,
            Awaiter::Task(_) => self.runtime.is_some(),
            Awaiter::Thread(_) => true,
        };
        match (verdict, self.resolution.get()) {
            (Verdict::Over(results), Some(resolved)) => model.judge_resolved(&results, resolved),
            (Verdict::Over(_), None) if waits => Err("there is no result yet".into()),
            (Verdict::Running, Some(_)) => Err("there is a result while branches run".into()),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (facts, released) = self.stage.ledger.facts();
        writeln!(f, "{:?}", self.told())?;
        for (branch, (fact, released)) in facts.iter().zip(released).enumerate() {
            writeln!(f, "branch {branch}, released {released} times: {fact:?}")?;
        }
        writeln!(f, "{:?}", self.resolution.get())
    }
}
