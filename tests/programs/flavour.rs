//! Where a program runs, and how long its effects may take.

use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Flavour {
    CurrentThread,
    TwoWorkers,
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

    /// How long to wait in vain. On the paused clock, this takes no time.
    pub(crate) fn a_while(self) -> Duration {
        match self {
            Flavour::CurrentThread => Duration::from_secs(60),
            Flavour::TwoWorkers => Duration::ZERO,
        }
    }
}

/// How long it may take until everything that was released has had its effect.
const PATIENCE: Duration = Duration::from_secs(5);

/// Waits until something has had its effect.
pub(crate) struct Patience {
    flavour: Flavour,
    start: Instant,
}

impl Patience {
    pub(crate) fn new(flavour: Flavour) -> Self {
        let start = Instant::now();
        Patience { flavour, start }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.start.elapsed() > PATIENCE
    }

    /// Lets the branches go on.
    pub(crate) fn wait(&mut self, runtime: Option<&Runtime>) {
        match (self.flavour, runtime) {
            (Flavour::CurrentThread, Some(runtime)) => runtime.block_on(yield_now()),
            _ => thread::yield_now(),
        }
    }
}
