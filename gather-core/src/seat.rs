//! Where a branch's task reports to, for the two kinds of slot.

use std::fmt;
use std::sync::Arc;

use crate::policy::{Judge, Policy};
use crate::shared::Shared;
use crate::slot::Slot;
use crate::slot_vec::SlotVec;
use crate::slots::Slots;
use crate::task::{Outcome, Seat};

/// A branch's share in its gather: as long as there is one, the branch has not ended.
struct Share<P: Policy, S: Slots, V: 'static>(Arc<Shared<P, S, V>>);

impl<P: Policy, S: Slots, V> Share<P, S, V> {
    fn new(shared: &Arc<Shared<P, S, V>>) -> Self {
        shared.state.count_up();
        Share(Arc::clone(shared))
    }
}

impl<P: Policy, S: Slots, V: 'static> Drop for Share<P, S, V> {
    fn drop(&mut self) {
        self.0.state.count_down();
    }
}

/// The seat of a branch that leaves its outcome in a [`Slot`].
pub struct SlotSeat<P: Policy, S: Slots, V: 'static, C> {
    share: Share<P, S, V>,
    slot: C,
}

impl<P: Policy, S: Slots, V, C> SlotSeat<P, S, V, C> {
    pub(crate) fn new(shared: &Arc<Shared<P, S, V>>, slot: C) -> Self {
        SlotSeat {
            share: Share::new(shared),
            slot,
        }
    }
}

impl<O, P, S, V, C> Seat<O> for SlotSeat<P, S, V, C>
where
    P: Judge<O>,
    S: Slots,
    C: Fn(&S) -> &Slot<P::Value> + Send + 'static,
{
    fn settle(&self, outcome: Outcome<O>) {
        let Share(shared) = &self.share;
        let outcome = shared.judge(outcome);
        (self.slot)(&shared.slots).end(outcome);
    }
}

impl<P: Policy, S: Slots, V, C> fmt::Debug for SlotSeat<P, S, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlotSeat").finish_non_exhaustive()
    }
}

/// The seat of a spread's branch, that leaves its outcome in a [`SlotVec`].
pub struct SlotVecSeat<P: Policy, S: Slots, V: 'static, C> {
    share: Share<P, S, V>,
    slots: C,
    index: usize,
}

impl<P: Policy, S: Slots, V, C> SlotVecSeat<P, S, V, C> {
    pub(crate) fn new(shared: &Arc<Shared<P, S, V>>, slots: C, index: usize) -> Self {
        SlotVecSeat {
            share: Share::new(shared),
            slots,
            index,
        }
    }
}

impl<O, P, S, V, C> Seat<O> for SlotVecSeat<P, S, V, C>
where
    P: Judge<O>,
    S: Slots,
    C: Fn(&S) -> &SlotVec<P::Value> + Send + 'static,
{
    fn settle(&self, outcome: Outcome<O>) {
        let Share(shared) = &self.share;
        let outcome = shared.judge(outcome);
        (self.slots)(&shared.slots).end(self.index, outcome);
    }
}

impl<P: Policy, S: Slots, V, C> fmt::Debug for SlotVecSeat<P, S, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlotVecSeat")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}
