//! A program with its schedule.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::flavour::Flavour;
use crate::ledger::Origin;
use crate::model::Mismatch;
use crate::program::{Plan, Program};
use crate::run::Run;
use crate::schedule::Schedule;

#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) program: Program,
    pub(crate) schedule: Schedule,
}

impl Case {
    /// Runs the case once. A mismatch is returned with everything that is known about the run.
    pub(crate) fn run(&self, flavour: Flavour) -> Result<(), Mismatch> {
        let mut run = Run::new(Plan::of(&self.program), flavour);
        let ran = catch_unwind(AssertUnwindSafe(|| run.all(&self.schedule)));
        let mismatch = match (run.mismatch(), ran) {
            (Some(mismatch), _) | (None, Ok(Err(mismatch))) => mismatch,
            (None, Err(payload)) => format!("{:?} came through", Origin::of(&*payload)),
            (None, Ok(Ok(()))) => return Ok(()),
        };
        Err(format!("{mismatch}, on {flavour:?}\n{run}"))
    }
}
