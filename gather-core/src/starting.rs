//! A gather whose branches are being started, with a limit or without.

use std::fmt;
use std::sync::Arc;

use crate::branches::Branches;
use crate::caught::drop_caught;
use crate::gather::Gather;
use crate::policy::Policy;
use crate::seat::Seat;
use crate::shared::{Collect, Flow, Gathering, Home, Shared};
use crate::slots::TypedSlot;
use crate::state::Failure;
use crate::task::Spawned;

/// Starts branches, by giving each to `runner`, and gives the handle to await them by.
pub(crate) fn start<P, B, V, R, W>(
    branches: &mut B,
    collect: Collect<P, B::Slots, V>,
    flow: W,
    runner: &R,
) -> Gather<P::Output<V>>
where
    P: Policy,
    B: Branches<P, R>,
    V: 'static,
    W: Flow,
{
    let gathering = Arc::new(Gathering::<P, _, V, W>::new(
        branches.slots(),
        collect,
        flow,
    ));
    // If starting panics, dropping it stops what was started.
    let gather = Gather::new(Arc::clone(&gathering) as Arc<_>);
    let mut starting = Starting {
        shared: Arc::clone(&gathering) as Arc<_>,
        runner,
        slot: 0,
        seats: 0,
    };
    branches.start(&gathering.home.slots, &mut starting);
    gathering.set_started(starting.seats);
    gather
}

/// Where branches are being started: what they report to, and what runs them.
pub struct Starting<'a, E: 'static, R> {
    shared: Arc<Shared<E, dyn Home>>,
    runner: &'a R,
    /// The index of the next slot.
    slot: usize,
    /// How many seats were given.
    seats: usize,
}

impl<'a, E: 'static, R> Starting<'a, E, R> {
    pub(crate) fn runner(&self) -> &'a R {
        self.runner
    }

    /// A seat for a branch of the next slot, which is counted as having to end.
    pub(crate) fn seat<L>(&mut self) -> Seat<L, E> {
        self.seats += 1;
        Seat::new(Arc::clone(&self.shared), self.slot)
    }

    /// All that is to be started with the next slot has been.
    pub(crate) fn next_slot(&mut self) {
        self.slot += 1;
    }

    /// Whether a branch has failed, so that no more are to be started.
    pub(crate) fn is_stopped(&self) -> bool {
        self.shared.state.is_stopped()
    }

    /// A branch has been started with this slot.
    pub(crate) fn started<T>(&self, slot: &impl TypedSlot<T>, index: usize, task: Spawned) {
        slot.started(index, task, &self.shared.state);
    }

    /// Drops branches of a gather that has failed, as their tasks would: a panic of a `Drop` is a
    /// branch's.
    pub(crate) fn drop_unstarted(&self, branches: impl Sized) {
        if let Some(payload) = drop_caught(branches) {
            self.shared.state.fail(Failure::Panic(payload));
        }
    }
}

impl<E: 'static, R> fmt::Debug for Starting<'_, E, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Starting")
            .field("slot", &self.slot)
            .field("seats", &self.seats)
            .finish_non_exhaustive()
    }
}
