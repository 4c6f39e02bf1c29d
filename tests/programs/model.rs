//! The model: what must become of a program's branches and of its result, in plain sequential code
//! that knows nothing of tasks.
//!
//! The model does not predict the branches one by one, because several may race. It is shown the
//! facts once everything that was released has had its effect, and says whether they are possible.
//! It leaves no freedom except where there is a race. If a gather goes on, every branch is exactly
//! where its script and the limit put it. If a gather is over or was stopped, every branch is over,
//! has ended only if its script had come to the end, and has run only if there was a place for it.

use crate::ledger::{Fact, Origin, Trace};
use crate::program::{End, Plan, PlannedGather, Task};

/// Why the facts are not possible, or not yet.
pub(crate) type Mismatch = String;

/// What was done that the branches cannot know.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Told {
    pub(crate) handle: HandleIs,
    pub(crate) runtime: RuntimeIs,
    /// Branches were released at the same time.
    pub(crate) racing: bool,
}

/// What was done to the handle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum HandleIs {
    /// It was kept or detached, which stops no branch.
    #[default]
    Kept,
    Dropped,
    Aborted,
}

/// What was done to the runtime.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum RuntimeIs {
    #[default]
    Up,
    /// The runtime has shut down.
    ShutDown,
    /// The runtime had shut down before anything started.
    NeverUp,
}

impl Told {
    fn is_shut_down(self) -> bool {
        self.runtime != RuntimeIs::Up
    }

    fn stops(self) -> bool {
        self.handle != HandleIs::Kept || self.is_shut_down()
    }
}

/// The facts to judge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Model<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) facts: &'a [Fact],
    pub(crate) released: &'a [u8],
    pub(crate) told: Told,
}

/// What is known about a gather.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    Running,
    /// All branches are over, and the result is one of these.
    Over(Vec<Trace>),
}

/// Returns a mismatch if a condition does not hold.
macro_rules! ensure {
    ($holds:expr, $($mismatch:tt)*) => {
        if !$holds {
            return Err(format!($($mismatch)*));
        }
    };
}

pub(crate) use ensure;

impl Model<'_> {
    /// Judges the whole program.
    pub(crate) fn judge(&self) -> Result<Verdict, Mismatch> {
        for branch in 0..self.facts.len() {
            self.judge_alone(branch)?;
        }
        self.judge_gather(0, self.told.stops())
    }

    fn judge_alone(&self, branch: usize) -> Result<(), Mismatch> {
        let (fact, released) = (&self.facts[branch], self.released[branch]);
        ensure!(fact.made <= 1, "branch {branch} was made twice");
        ensure!(
            fact.dropped <= fact.made,
            "branch {branch} was dropped twice"
        );
        ensure!(
            self.told.runtime != RuntimeIs::NeverUp || !fact.polled,
            "branch {branch} ran without a runtime"
        );
        ensure!(
            fact.polled || fact.ended.is_none(),
            "branch {branch} ended without a poll"
        );
        let Task::Script {
            steps,
            end,
            future_panics,
        } = self.plan.branches[branch].task
        else {
            return Ok(());
        };
        ensure!(
            fact.steps <= released.min(steps),
            "branch {branch} went too far"
        );
        let panics = future_panics && fact.dropped == 1;
        let drop_panic = panics.then_some(Origin::Future(branch));
        ensure!(
            fact.drop_panic == drop_panic,
            "branch {branch} was dropped with another panic"
        );
        let conversion = self.plan.branches[branch].conversion_panics;
        let conversion = conversion.then_some(Origin::Conversion(branch));
        let panicked = &fact.conversion_panic;
        ensure!(
            panicked.is_none() || *panicked == conversion,
            "the conversion of the error of branch {branch} panicked"
        );
        let scripted = match end {
            End::Return => Some(Trace::Value(branch)),
            End::Fail => Some(Trace::Error(branch)),
            End::Panic => Some(Trace::Panic(Origin::Body(branch))),
            End::Hang => None,
        };
        ensure!(
            fact.ended.is_none() || (fact.ended == scripted && fact.steps == steps),
            "branch {branch} ended in another way"
        );
        Ok(())
    }

    fn judge_gather(&self, gather: usize, told: bool) -> Result<Verdict, Mismatch> {
        let planned = &self.plan.gathers[gather];
        let stopped = told || self.has_failed(planned);
        let over = self.count(planned, |fact| fact.dropped > 0);
        for (position, branch) in planned.branches.iter().enumerate() {
            if stopped {
                self.judge_stopped(*branch)?;
            } else {
                let has_place = planned.limit.is_none_or(|limit| position < over + limit);
                self.judge_going_on(*branch, has_place)?;
            }
        }
        if stopped && let Some(limit) = planned.limit {
            let polled = self.count(planned, |fact| fact.polled);
            let left = |fact: &Fact| fact.ended.is_some() && !planned.policy.fails(fact);
            let places = limit + self.count(planned, left);
            ensure!(
                polled <= places,
                "gather {gather} went on when it was stopped"
            );
        }
        if stopped || over == planned.branches.len() {
            Ok(Verdict::Over(self.results(gather, told)))
        } else {
            Ok(Verdict::Running)
        }
    }

    /// Judges the branches of the outermost gather, of which `places` have had a place.
    pub(crate) fn judge_places(&self, places: Option<usize>) -> Result<(), Mismatch> {
        for branch in 0..self.facts.len() {
            self.judge_alone(branch)?;
        }
        let stopped = self.told.stops() || self.has_failed_first();
        for (position, branch) in self.plan.gathers[0].branches.iter().enumerate() {
            if stopped {
                self.judge_stopped(*branch)?;
            } else {
                let has_place = places.is_none_or(|places| position < places);
                self.judge_going_on(*branch, has_place)?;
            }
        }
        Ok(())
    }

    /// Whether the outermost gather has failed.
    pub(crate) fn has_failed_first(&self) -> bool {
        self.has_failed(&self.plan.gathers[0])
    }

    pub(crate) fn count(&self, gather: &PlannedGather, counts: impl Fn(&Fact) -> bool) -> usize {
        let counted = gather
            .branches
            .iter()
            .filter(|branch| counts(&self.facts[**branch]));
        counted.count()
    }

    fn has_failed(&self, gather: &PlannedGather) -> bool {
        self.count(gather, |fact| fact.dropped > 0 && gather.policy.fails(fact)) > 0
    }

    /// Judges a branch of a gather that nothing stops.
    fn judge_going_on(&self, branch: usize, has_place: bool) -> Result<(), Mismatch> {
        let fact = &self.facts[branch];
        ensure!(
            fact.polled == has_place,
            "branch {branch} has started, or has not"
        );
        let lazy = self.plan.is_lazy(branch);
        ensure!(
            has_place || !lazy || fact.made == 0,
            "branch {branch} was made before its time"
        );
        ensure!(
            fact.dropped == 0 || fact.ended.is_some(),
            "branch {branch} was stopped"
        );
        ensure!(
            fact.ended.is_none() || fact.dropped == 1,
            "branch {branch} has yet to be dropped"
        );
        match self.plan.branches[branch].task {
            Task::Script { steps, end, .. } if has_place => {
                let can_go_on = self.released[branch] > fact.steps;
                let can_end = fact.steps == steps && end != End::Hang;
                ensure!(!can_go_on, "branch {branch} has yet to take a step");
                ensure!(
                    !can_end || fact.ended.is_some(),
                    "branch {branch} has yet to end"
                );
            }
            Task::Script { .. } => {}
            Task::Gather { number, early } if has_place || early => {
                let verdict = self.judge_gather(number, false)?;
                match (verdict, &fact.ended) {
                    (Verdict::Running, None) => {}
                    (Verdict::Over(results), Some(ended)) => {
                        ensure!(results.contains(ended), "branch {branch} gave {ended:?}");
                    }
                    (Verdict::Running, Some(_)) => {
                        return Err(format!("branch {branch} ended before the gather inside"));
                    }
                    (Verdict::Over(_), None) => {
                        ensure!(!has_place, "branch {branch} has yet to take its result");
                    }
                }
            }
            Task::Gather { number, .. } => self.judge_unmade(number)?,
        }
        Ok(())
    }

    /// Judges a branch of a gather that was stopped.
    fn judge_stopped(&self, branch: usize) -> Result<(), Mismatch> {
        let fact = &self.facts[branch];
        ensure!(fact.is_gone(), "branch {branch} has yet to be dropped");
        let Task::Gather { number, early } = self.plan.branches[branch].task else {
            return Ok(());
        };
        if !(fact.polled || early && fact.made > 0) {
            return self.judge_unmade(number);
        }
        let told = fact.ended.is_none() || self.told.is_shut_down();
        let verdict = self.judge_gather(number, told)?;
        match (&fact.ended, verdict) {
            (Some(ended), Verdict::Over(results)) => {
                ensure!(results.contains(ended), "branch {branch} gave {ended:?}");
            }
            (Some(_), Verdict::Running) => {
                return Err(format!("branch {branch} ended before the gather inside"));
            }
            (None, _) => {}
        }
        // The results that its gather had were dropped with it: quietly, unless the
        // gather ran in the branch.
        let panicked = fact.drop_panic.as_ref();
        ensure!(
            panicked.is_none_or(|origin| self.panics_with(number).contains(origin)),
            "branch {branch} panicked with {panicked:?} when it was dropped"
        );
        Ok(())
    }

    /// Judges a gather that its branch has not started.
    fn judge_unmade(&self, gather: usize) -> Result<(), Mismatch> {
        for branch in &self.plan.gathers[gather].branches {
            ensure!(
                self.facts[*branch].made == 0,
                "branch {branch} was made before its time"
            );
            if let Task::Gather { number, .. } = self.plan.branches[*branch].task {
                self.judge_unmade(number)?;
            }
        }
        Ok(())
    }
}
