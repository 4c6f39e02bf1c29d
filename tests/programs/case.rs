//! A program with its schedule, and where it runs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::ledger::Origin;
use crate::model::Mismatch;
use crate::program::{Plan, Program};
use crate::run::Run;
use crate::schedule::Schedule;

/// A program and its schedule.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) program: Program,
    pub(crate) schedule: Schedule,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Flavour {
    CurrentThread,
    TwoWorkers,
}

impl Case {
    /// Runs it once. The mismatch comes with all that is known.
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

impl Flavour {
    pub(crate) fn runtime(self) -> Runtime {
        let mut current_thread = Builder::new_current_thread();
        let mut two_workers = Builder::new_multi_thread();
        let builder = match self {
            Flavour::CurrentThread => current_thread.start_paused(true),
            Flavour::TwoWorkers => two_workers.worker_threads(2),
        };
        builder.enable_time().build().unwrap()
    }

    /// What to wait in vain for: on the paused clock that takes no time.
    pub(crate) fn a_while(self) -> Duration {
        match self {
            Flavour::CurrentThread => Duration::from_secs(60),
            Flavour::TwoWorkers => Duration::ZERO,
        }
    }
}
