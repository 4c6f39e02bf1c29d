//! The results that a gather can have, given what became of its branches, and
//! what its handle reports.

use crate::awaiter::Resolved;
use crate::handle::AnyGather;
use crate::ledger::{Fact, Origin, Trace};
use crate::model::{HandleIs, Mismatch, Model, Verdict, ensure};
use crate::program::{Place, Policy, Task};

impl Fact {
    /// The panic that the branch ended in.
    pub(crate) fn panic(&self) -> Option<&Origin> {
        match &self.ended {
            Some(Trace::Panic(origin)) => Some(origin),
            _ => self.conversion_panic.as_ref().or(self.drop_panic.as_ref()),
        }
    }

    /// The error that the branch failed with, unless a panic took its place.
    fn error(&self) -> Option<&Trace> {
        let error = self.ended.as_ref();
        error.filter(|ended| ended.is_error() && self.panic().is_none())
    }
}

impl Trace {
    fn is_error(&self) -> bool {
        matches!(self, Trace::Error(_) | Trace::Caught(_))
    }
}

impl Policy {
    /// Whether the end of this branch stops the others.
    pub(crate) fn fails(self, fact: &Fact) -> bool {
        let panicked = self != Policy::Settled && fact.panic().is_some();
        panicked || self.takes_errors() && fact.error().is_some()
    }

    fn catches(self) -> bool {
        matches!(self, Policy::Catching | Policy::CatchingInto)
    }

    fn takes_errors(self) -> bool {
        !matches!(self, Policy::All | Policy::Settled)
    }
}

impl Model<'_> {
    fn facts_of(&self, gather: usize) -> impl Iterator<Item = &Fact> {
        let branches = self.plan.gathers[gather].branches.iter();
        branches.map(|branch| &self.facts[*branch])
    }

    /// The results that a gather can have once all its branches are over. The facts do not tell
    /// which of several failures came first.
    pub(crate) fn results(&self, gather: usize, told: bool) -> Vec<Trace> {
        let planned = &self.plan.gathers[gather];
        if planned.policy == Policy::Settled {
            return vec![self.values(gather)];
        }
        let errors = self.errors(gather);
        // A branch that panics because it is stopped does so after the panic that stopped it.
        let catches = planned.policy.catches();
        let first = !told && (errors.is_empty() || catches);
        let panics = self
            .facts_of(gather)
            .filter(|fact| !first || fact.ended.is_some());
        let panics = panics.filter_map(Fact::panic).cloned();
        if catches {
            // An error outranks the panics of branches that are stopped and of
            // values that nobody reads.
            let failures: Vec<Trace> = panics
                .map(|origin| self.caught(origin))
                .chain(errors)
                .collect();
            return if failures.is_empty() {
                self.without_failure(gather, told)
            } else {
                failures
            };
        }
        let mut panics: Vec<Trace> = panics.map(Trace::Panic).collect();
        if planned.place == Place::Here && !errors.is_empty() {
            // Futures and values are dropped in the order of the call, and the
            // first panic comes out.
            panics.extend(self.unread(gather).into_iter().map(Trace::Panic));
        }
        if !panics.is_empty() {
            return panics;
        }
        if !errors.is_empty() {
            // The values are dropped where the gather is awaited, and a panic of these drops
            // outranks the error.
            let unread = self.unread(gather).into_iter().map(Trace::Panic);
            let unread: Vec<Trace> = unread.collect();
            return if unread.is_empty() { errors } else { unread };
        }
        self.without_failure(gather, told)
    }

    /// The results of a gather without a failed branch.
    fn without_failure(&self, gather: usize, told: bool) -> Vec<Trace> {
        let planned = &self.plan.gathers[gather];
        let no_result = if gather > 0 || self.told.handle != HandleIs::Aborted {
            Trace::Panic(Origin::RuntimeGone)
        } else {
            Trace::Nothing
        };
        if self.facts_of(gather).any(|fact| fact.ended.is_none()) {
            return vec![no_result];
        }
        let values = self.values(gather);
        if told && self.told.racing && planned.limit.is_some() {
            // The iterator may have been dropped before it could report its end.
            return vec![values, no_result];
        }
        vec![values]
    }

    /// What `catch` makes of a panic: an error, or the panic of the conversion.
    fn caught(&self, origin: Origin) -> Trace {
        let panics = |branch: &usize| self.plan.branches[*branch].conversion_panics;
        match origin.branch().filter(panics) {
            Some(branch) => Trace::Panic(Origin::Conversion(branch)),
            None => Trace::Caught(origin),
        }
    }

    fn errors(&self, gather: usize) -> Vec<Trace> {
        let takes_errors = self.plan.gathers[gather].policy.takes_errors();
        let errors = self.facts_of(gather).filter(|_| takes_errors);
        errors.filter_map(Fact::error).cloned().collect()
    }

    /// What became of each branch, in its place. A lazy iterator contributes the branches that it
    /// has yielded.
    fn values(&self, gather: usize) -> Trace {
        let branches = self.plan.gathers[gather].branches.iter();
        let pulled =
            branches.filter(|branch| !self.plan.is_lazy(**branch) || self.facts[**branch].made > 0);
        let values = pulled.map(|branch| {
            let fact = &self.facts[*branch];
            let panic = fact.panic().cloned().map(Trace::Panic);
            panic
                .or_else(|| fact.ended.clone())
                .unwrap_or(Trace::Cancelled)
        });
        Trace::Values(values.collect())
    }

    /// The panics of dropping the values that the branches returned. One of them comes out.
    fn unread(&self, gather: usize) -> Vec<Origin> {
        let takes_errors = self.plan.gathers[gather].policy.takes_errors();
        let mut panics = Vec::new();
        for fact in self.facts_of(gather).filter(|fact| fact.panic().is_none()) {
            match &fact.ended {
                Some(ended) if takes_errors && ended.is_error() => {}
                Some(value) => self.panics_of(value, &mut panics),
                None => {}
            }
        }
        panics
    }

    /// The panics of dropping the branch in which this gather runs. One of them comes out.
    pub(crate) fn panics_with(&self, gather: usize) -> Vec<Origin> {
        if self.plan.gathers[gather].place != Place::Here {
            return Vec::new();
        }
        let mut panics = self.unread(gather);
        panics.extend(
            self.facts_of(gather)
                .filter_map(|fact| fact.drop_panic.clone()),
        );
        panics
    }

    fn panics_of(&self, value: &Trace, panics: &mut Vec<Origin>) {
        match value {
            Trace::Values(values) => {
                for value in values {
                    self.panics_of(value, panics);
                }
            }
            Trace::Value(branch) | Trace::Error(branch)
                if self.plan.branches[*branch].output_panics =>
            {
                panics.push(Origin::Output(*branch));
            }
            _ => {}
        }
    }

    /// Checks that the handle reports the same.
    pub(crate) fn judge_handle(
        &self,
        verdict: &Verdict,
        handle: &dyn AnyGather,
    ) -> Result<(), Mismatch> {
        let is_over = matches!(verdict, Verdict::Over(_));
        ensure!(
            handle.is_finished() == is_over,
            "the handle has yet to finish, or has finished"
        );
        let (progress, gather) = (handle.progress(), &self.plan.gathers[0]);
        let over = self.count(gather, |fact| fact.dropped > 0);
        let (expected, total) = match progress.total() {
            Some(total) if is_over => (total, total),
            _ => (over, gather.branches.len()),
        };
        ensure!(
            progress.finished() == expected,
            "the progress is {progress}, not {expected}"
        );
        ensure!(
            progress.total() == Some(total),
            "the progress is {progress}, not of {total}"
        );
        Ok(())
    }

    /// Checks that the result is one of these, and that nothing was left behind when it came.
    pub(crate) fn judge_resolved(
        &self,
        results: &[Trace],
        resolved: &Resolved,
    ) -> Result<(), Mismatch> {
        let result = &resolved.result;
        ensure!(
            results.contains(result),
            "the result is {result:?}, and none of {results:?}"
        );
        self.judge_left(0, &resolved.facts)
    }

    /// When a gather resolves, its branches are gone. So are the branches of the gathers inside,
    /// except those in a branch that was stopped.
    fn judge_left(&self, gather: usize, facts: &[Fact]) -> Result<(), Mismatch> {
        for branch in &self.plan.gathers[gather].branches {
            let fact = &facts[*branch];
            ensure!(fact.is_gone(), "branch {branch} was left behind");
            if let (Task::Gather { number, .. }, Some(_)) =
                (self.plan.branches[*branch].task, &fact.ended)
            {
                self.judge_left(number, facts)?;
            }
        }
        Ok(())
    }
}
