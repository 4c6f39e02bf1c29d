//! What became of each branch, recorded by the branches themselves.

use std::any::Any;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use crate::program::{Plan, Task};
use crate::scripted::Thrown;

/// Where a panic of a program comes from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Origin {
    /// The body of the branch with this number.
    Body(usize),
    /// The `Drop` of the future of this branch.
    Future(usize),
    /// The `Drop` of the output of this branch.
    Output(usize),
    /// The conversion of the error or of a panic of this branch.
    Conversion(usize),
    /// Awaiting reports that the runtime of the branches has shut down.
    RuntimeGone,
    /// The owner of the handle.
    Owner,
    /// No program causes such a panic.
    Unknown(String),
}

impl Origin {
    /// The branch that the panic comes from.
    pub(crate) fn branch(&self) -> Option<usize> {
        match self {
            Origin::Body(branch)
            | Origin::Future(branch)
            | Origin::Output(branch)
            | Origin::Conversion(branch) => Some(*branch),
            Origin::RuntimeGone | Origin::Owner | Origin::Unknown(_) => None,
        }
    }

    pub(crate) fn of(payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<String>().cloned();
        let text = text.or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string));
        let thrown = payload.downcast_ref::<Thrown>().map(Thrown::origin);
        match (thrown.or_else(|| payload.downcast_ref()), text) {
            (Some(origin), _) => origin.clone(),
            (None, Some(text)) if text.ends_with("because its runtime shut down") => {
                Origin::RuntimeGone
            }
            (None, text) => Origin::Unknown(text.unwrap_or_default()),
        }
    }
}

/// A result, or a part of one: what is known of it after it has been dropped.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Trace {
    /// What the branch with this number returned.
    Value(usize),
    /// All that a gather returned, in order.
    Values(Vec<Trace>),
    /// The error that the branch with this number failed with.
    Error(usize),
    /// The error into which `catch` converted this panic.
    Caught(Origin),
    Panic(Origin),
    /// A branch of a `gather_settled!` was cancelled.
    Cancelled,
    /// A gather that was aborted returned nothing.
    Nothing,
}

/// What became of a branch.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Fact {
    pub(crate) made: u8,
    pub(crate) polled: bool,
    pub(crate) steps: u8,
    /// How the branch ended by itself.
    pub(crate) ended: Option<Trace>,
    /// The panic of converting the error that the branch failed with.
    pub(crate) conversion_panic: Option<Origin>,
    pub(crate) dropped: u8,
    /// The panic that came out of dropping the future.
    pub(crate) drop_panic: Option<Origin>,
    pub(crate) outputs_made: u8,
    pub(crate) outputs_dropped: u8,
    pub(crate) keys_made: u8,
    pub(crate) keys_dropped: u8,
}

impl Fact {
    /// Whether the branch is over, or was never made.
    pub(crate) fn is_gone(&self) -> bool {
        self.made == self.dropped
    }
}

/// The facts, and what each branch is allowed to do.
#[derive(Debug)]
pub(crate) struct Ledger(Mutex<Entries>);

#[derive(Debug)]
struct Entries {
    facts: Vec<Fact>,
    released: Vec<u8>,
    waiting: Vec<Option<Waker>>,
    /// The branches that exist of gathers that were started from inside.
    others: usize,
    /// What no program should ever do.
    wrong: Vec<String>,
}

impl Ledger {
    pub(crate) fn new(plan: &Plan) -> Self {
        let branches = plan.branches.len();
        Ledger(Mutex::new(Entries {
            facts: vec![Fact::default(); branches],
            released: vec![0; branches],
            waiting: vec![None; branches],
            others: 0,
            wrong: Vec::new(),
        }))
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What became of each branch, and how often it was released.
    pub(crate) fn facts(&self) -> (Vec<Fact>, Vec<u8>) {
        let entries = self.entries();
        (entries.facts.clone(), entries.released.clone())
    }

    /// Checks that everything that was made was dropped exactly once.
    pub(crate) fn is_even(&self) -> Result<(), String> {
        let uneven = |fact: &Fact| {
            fact.made != fact.dropped
                || fact.outputs_made != fact.outputs_dropped
                || fact.keys_made != fact.keys_dropped
        };
        match self.entries().facts.iter().position(uneven) {
            Some(branch) => Err(format!("branch {branch} was not dropped once")),
            None => Ok(()),
        }
    }

    pub(crate) fn write(&self, branch: usize, write: impl FnOnce(&mut Fact)) {
        write(&mut self.entries().facts[branch]);
    }

    pub(crate) fn add_other(&self) {
        self.entries().others += 1;
    }

    pub(crate) fn remove_other(&self) {
        self.entries().others -= 1;
    }

    /// Checks that nothing is left of the gathers that were started from inside.
    pub(crate) fn judge_others(&self) -> Result<(), String> {
        match self.entries().others {
            0 => Ok(()),
            others => Err(format!(
                "of gathers from inside, {others} branches are left"
            )),
        }
    }

    pub(crate) fn write_wrong(&self, what: String) {
        self.entries().wrong.push(what);
    }

    pub(crate) fn wrong(&self) -> Option<String> {
        self.entries().wrong.first().cloned()
    }

    /// Records that the branch is polled. That is wrong if the branch is over, or if as many other
    /// branches of its gather run as the limit allows.
    pub(crate) fn poll(&self, branch: usize, plan: &Plan) {
        let mut entries = self.entries();
        let fact = &entries.facts[branch];
        if fact.ended.is_some() || fact.dropped > 0 {
            let wrong = format!("branch {branch} is polled when it is over");
            entries.wrong.push(wrong);
        }
        entries.facts[branch].polled = true;
        let gather = &plan.gathers[plan.branches[branch].gather];
        let running = gather.branches.iter().filter(|branch| {
            let fact = &entries.facts[**branch];
            fact.polled && fact.dropped == 0
        });
        let running = running.count();
        if gather.limit.is_some_and(|limit| running > limit) {
            let wrong = format!("{running} branches run beside branch {branch}");
            entries.wrong.push(wrong);
        }
    }

    /// Takes the steps that the branch is released for. Returns whether that included the last one.
    pub(crate) fn take_steps(&self, branch: usize, steps: u8, waker: &Waker) -> bool {
        let mut entries = self.entries();
        let taken = entries.released[branch].min(steps);
        entries.facts[branch].steps = taken;
        entries.waiting[branch] = Some(waker.clone());
        taken == steps
    }

    /// Lets these branches take their next step.
    pub(crate) fn release(&self, branches: &[usize]) {
        let wakers: Vec<_> = {
            let mut entries = self.entries();
            let release = |branch: &usize| {
                entries.released[*branch] += 1;
                entries.waiting[*branch].take()
            };
            branches.iter().filter_map(release).collect()
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    /// The branches that wait for a release.
    pub(crate) fn waiting(&self, plan: &Plan) -> Vec<usize> {
        let entries = self.entries();
        let waits = |branch: &usize| {
            let fact = &entries.facts[*branch];
            let Task::Script { steps, .. } = plan.branches[*branch].task else {
                return false;
            };
            fact.polled && fact.dropped == 0 && entries.released[*branch] < steps
        };
        (0..entries.facts.len()).filter(waits).collect()
    }
}
