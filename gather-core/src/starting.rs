//! A gather whose branches are being started, with a limit or without.

use std::ptr;
use std::sync::Arc;

use crate::caught::{drop_caught, drop_silenced};
use crate::gather::Gather;
use crate::policy::Policy;
use crate::seat::Seat;
use crate::shared::{Collect, Flow, Gathering, Shared};
use crate::slots::{AnySlot, Slots};
use crate::state::Failure;
use crate::task::Spawned;

/// What will be a [`Gather`] when all branches have been started. Dropping it stops those that
/// were.
pub(crate) struct Starting<P: Policy, S: Slots, V: 'static, W: Flow> {
    shared: Arc<Gathering<P, S, V, W>>,
    next: usize,
    seats: usize,
    gathered: bool,
}

impl<P: Policy, S: Slots, V: 'static, W: Flow> Starting<P, S, V, W> {
    pub(crate) fn new(slots: S, flow: W) -> Self {
        Starting {
            shared: Arc::new(Shared::new(slots, flow)),
            next: 0,
            seats: 0,
            gathered: false,
        }
    }

    /// The index of the next slot, which is to be that of the branch or spread with this name.
    #[track_caller]
    pub(crate) fn next_slot(&mut self, name: &'static str) -> usize {
        let slot = self.next;
        let expected = (slot < S::COUNT).then(|| self.slot(slot).name());
        // The very string of the slot: two branches may read the same.
        let is_next = expected
            .flatten()
            .is_some_and(|expected| ptr::eq(expected, name));
        assert!(
            is_next,
            "branches are started in the order of their slots, and `{name}` is not the next"
        );
        self.next += 1;
        slot
    }

    pub(crate) fn slot(&self, index: usize) -> &dyn AnySlot {
        self.shared.home.slots.at(index)
    }

    /// A branch has been started with this slot.
    pub(crate) fn started(&self, slot: usize, index: usize, task: Spawned) {
        self.slot(slot).started(index, task, &self.shared.state);
    }

    /// A seat for a branch of this slot, which is counted as having to end.
    pub(crate) fn seat<L>(&mut self, slot: usize) -> Seat<L, P::Error> {
        self.seats += 1;
        Seat::new(Arc::clone(&self.shared) as Arc<_>, slot)
    }

    /// Drops a branch of a gather that has failed, as its task would: a panic of its `Drop` is the
    /// branch's.
    pub(crate) fn drop_unstarted(&self, branch: impl Sized) {
        if let Some(payload) = drop_caught(branch) {
            self.shared.state.fail(Failure::Panic(payload));
        }
    }

    /// How many seats were given.
    pub(crate) fn seats(&self) -> usize {
        self.seats
    }

    pub(crate) fn flow(&self) -> &W {
        &self.shared.home.flow
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.shared.state.is_stopped()
    }

    pub(crate) fn gather(mut self, collect: Collect<P, S, V>) -> Gather<P::Output<V>> {
        self.gathered = true;
        self.shared.complete(self.seats, collect);
        Gather::new(Arc::clone(&self.shared) as Arc<_>)
    }
}

impl<P: Policy, S: Slots, V: 'static, W: Flow> Drop for Starting<P, S, V, W> {
    fn drop(&mut self) {
        if !self.gathered {
            self.shared.stop_all();
            // The caller is unwinding, or wrote the group by hand and did not gather it.
            drop_silenced(self.shared.discard_all());
        }
    }
}
