//! How the calls that the backends received have ended.

use serde::Serialize;
use tokio::sync::watch;
use tracing::{debug, info};

use crate::backend::Backend;

/// The calls of every backend since the service was started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// The calls of the backend `profile`.
    pub profile: Tally,
    /// The calls of the backend `orders`.
    pub orders: Tally,
    /// The calls of the backend `balance`.
    pub balance: Tally,
    /// The calls of the backend `messages`.
    pub messages: Tally,
    /// The most calls that were in flight at once, in all backends together.
    pub most_at_once: u64,
}

/// The calls of one backend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Calls that the backend received.
    pub begun: u64,
    /// Calls that it answered, even if only with an error.
    pub finished: u64,
    /// Calls whose caller was gone before the answer.
    pub cut_off: u64,
}

impl Counts {
    /// The tallies of the four backends.
    #[must_use]
    pub fn tallies(&self) -> [Tally; 4] {
        [self.profile, self.orders, self.balance, self.messages]
    }

    /// How many calls the backends are working on.
    #[must_use]
    pub fn in_flight(&self) -> u64 {
        self.tallies().iter().map(Tally::in_flight).sum()
    }

    fn tally(&mut self, backend: Backend) -> &mut Tally {
        match backend {
            Backend::Profile => &mut self.profile,
            Backend::Orders => &mut self.orders,
            Backend::Balance => &mut self.balance,
            Backend::Messages => &mut self.messages,
        }
    }
}

impl Tally {
    /// How many calls the backend is working on.
    #[must_use]
    pub fn in_flight(&self) -> u64 {
        self.begun - self.finished - self.cut_off
    }
}

/// A call that a backend is working on. If it is dropped before it is finished, it was cut off.
pub(crate) struct Call {
    backend: Backend,
    counts: watch::Sender<Counts>,
    finished: bool,
}

impl Call {
    pub(crate) fn begin(backend: Backend, counts: watch::Sender<Counts>) -> Self {
        counts.send_modify(|counts| {
            counts.tally(backend).begun += 1;
            counts.most_at_once = counts.most_at_once.max(counts.in_flight());
        });
        debug!(%backend, "call begun");
        Call {
            backend,
            counts,
            finished: false,
        }
    }

    pub(crate) fn finish(mut self) {
        self.finished = true;
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let (backend, finished) = (self.backend, self.finished);
        self.counts.send_modify(|counts| {
            let tally = counts.tally(backend);
            if finished {
                tally.finished += 1;
            } else {
                tally.cut_off += 1;
            }
        });
        if finished {
            debug!(%backend, "call finished");
        } else {
            info!(%backend, "call cut off");
        }
    }
}
