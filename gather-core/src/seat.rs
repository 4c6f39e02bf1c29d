//! Where a branch's task reports to, for the two kinds of slot.

use std::fmt;
use std::sync::Arc;
use std::task::Waker;

use crate::lazy::SeatAt;
use crate::policy::Policy;
use crate::shared::{Flow, Shared};
use crate::slot::Slot;
use crate::slot_vec::SlotVec;
use crate::slots::Slots;
use crate::task::{Outcome, Seat};

/// A branch's share in its gather: as long as there is one, the branch has not ended.
struct Share<P: Policy, S: Slots, V: 'static, W: Flow>(Arc<Shared<P, S, V, W>>);

impl<P: Policy, S: Slots, V, W: Flow> Share<P, S, V, W> {
    fn new(shared: &Arc<Shared<P, S, V, W>>) -> Self {
        shared.state.count_up();
        Share(Arc::clone(shared))
    }
}

impl<P: Policy, S: Slots, V: 'static, W: Flow> Drop for Share<P, S, V, W> {
    fn drop(&mut self) {
        self.0.state.count_down();
    }
}

/// The seat of a branch that leaves its outcome in a [`Slot`].
pub struct SlotSeat<P: Policy, S: Slots, V: 'static, W: Flow, C> {
    share: Share<P, S, V, W>,
    slot: C,
}

impl<P: Policy, S: Slots, V, W: Flow, C> SlotSeat<P, S, V, W, C> {
    pub(crate) fn new(shared: &Arc<Shared<P, S, V, W>>, slot: C) -> Self {
        SlotSeat {
            share: Share::new(shared),
            slot,
        }
    }
}

impl<T, P, S, V, W, C> Seat<Result<T, P::Error>> for SlotSeat<P, S, V, W, C>
where
    P: Policy,
    S: Slots,
    W: Flow,
    C: Fn(&S) -> &Slot<T> + Send + 'static,
{
    fn is_stopped(&self) -> bool {
        self.share.0.state.is_stopped()
    }

    fn wait(&self, waker: &Waker) {
        let Share(shared) = &self.share;
        (self.slot)(&shared.slots).wait(waker.clone());
    }

    fn settle(&self, outcome: Outcome<Result<T, P::Error>>) {
        let Share(shared) = &self.share;
        let outcome = shared.settle(outcome);
        (self.slot)(&shared.slots).settle(outcome, &shared.state);
    }
}

impl<P: Policy, S: Slots, V, W: Flow, C> fmt::Debug for SlotSeat<P, S, V, W, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlotSeat").finish_non_exhaustive()
    }
}

/// The seat of a spread's branch, that leaves its outcome in a [`SlotVec`].
pub struct SlotVecSeat<P: Policy, S: Slots, V: 'static, W: Flow, C> {
    share: Share<P, S, V, W>,
    slots: C,
    index: usize,
}

impl<P: Policy, S: Slots, V, W: Flow, C> SlotVecSeat<P, S, V, W, C> {
    pub(crate) fn new(shared: &Arc<Shared<P, S, V, W>>, slots: C, index: usize) -> Self {
        SlotVecSeat {
            share: Share::new(shared),
            slots,
            index,
        }
    }
}

impl<T, P, S, V, W, C> Seat<Result<T, P::Error>> for SlotVecSeat<P, S, V, W, C>
where
    P: Policy,
    S: Slots,
    W: Flow,
    C: Fn(&S) -> &SlotVec<T> + Send + 'static,
{
    fn is_stopped(&self) -> bool {
        self.share.0.state.is_stopped()
    }

    fn wait(&self, waker: &Waker) {
        let Share(shared) = &self.share;
        (self.slots)(&shared.slots).wait(self.index, waker.clone());
    }

    fn settle(&self, outcome: Outcome<Result<T, P::Error>>) {
        let Share(shared) = &self.share;
        let outcome = shared.settle(outcome);
        (self.slots)(&shared.slots).settle(self.index, outcome, &shared.state);
    }
}

impl<P: Policy, S: Slots, V, W: Flow, C> fmt::Debug for SlotVecSeat<P, S, V, W, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlotVecSeat")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

/// The seat of all branches of a lazy spread, that leave their outcomes in a [`SlotVec`].
pub struct SlotVecSeats<P: Policy, S: Slots, V: 'static, W: Flow, C> {
    share: Share<P, S, V, W>,
    slots: C,
}

impl<P: Policy, S: Slots, V, W: Flow, C> SlotVecSeats<P, S, V, W, C> {
    pub(crate) fn new(shared: &Arc<Shared<P, S, V, W>>, slots: C) -> Self {
        SlotVecSeats {
            share: Share::new(shared),
            slots,
        }
    }
}

impl<T, P, S, V, W, C> SeatAt<Result<T, P::Error>> for SlotVecSeats<P, S, V, W, C>
where
    P: Policy,
    S: Slots,
    V: 'static,
    W: Flow,
    C: Fn(&S) -> &SlotVec<T> + Send + Sync + 'static,
{
    fn settle_at(&self, index: usize, outcome: Outcome<Result<T, P::Error>>) {
        let Share(shared) = &self.share;
        let outcome = shared.settle(outcome);
        (self.slots)(&shared.slots).settle(index, outcome, &shared.state);
    }

    fn complete(&self) {
        (self.slots)(&self.share.0.slots).complete();
    }

    fn abandon(&self) {
        self.share.0.state.cancel();
    }
}

impl<P: Policy, S: Slots, V, W: Flow, C> fmt::Debug for SlotVecSeats<P, S, V, W, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlotVecSeats").finish_non_exhaustive()
    }
}
