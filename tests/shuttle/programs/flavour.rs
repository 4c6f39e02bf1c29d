//! Where a program runs, and how long its effects may take: until no other task can go on.

use std::time::Duration;

use tokio::runtime::Runtime;

use crate::scheduler::wait_for_all;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Flavour {
    Scheduled,
}

impl Flavour {
    pub(crate) fn runtime(self) -> Runtime {
        Runtime::new()
    }

    pub(crate) fn a_while(self) -> Duration {
        Duration::ZERO
    }
}

/// How often all tasks may come to rest before the effect that is waited for. Futures that the
/// waiting task polls can go on between one time and the next.
const PATIENCE: u32 = 50;

/// Waits until something has had its effect.
pub(crate) struct Patience {
    waits: u32,
}

impl Patience {
    pub(crate) fn new(_: Flavour) -> Self {
        Patience { waits: 0 }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.waits == PATIENCE
    }

    /// Lets all other tasks go on until they wait.
    pub(crate) fn wait(&mut self, _: Option<&Runtime>) {
        self.waits += 1;
        wait_for_all();
    }
}
