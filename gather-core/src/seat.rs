//! Where a branch's task reports to, for the two kinds of slot.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::task::Waker;

use crate::lazy::SeatAt;
use crate::shared::Home;
use crate::slot::Slot;
use crate::slot_vec::SlotVec;
use crate::task::{Outcome, Seat};

/// A branch's share in its gather, and which slot is its own: as long as there is one, the branch
/// has not ended.
struct Share<E: 'static> {
    home: Arc<dyn Home<E>>,
    slot: usize,
}

impl<E> Share<E> {
    fn new(home: Arc<dyn Home<E>>, slot: usize) -> Self {
        home.state().count_up();
        Share { home, slot }
    }

    fn is_stopped(&self) -> bool {
        self.home.state().is_stopped()
    }

    fn slot<T: 'static>(&self) -> &Slot<T> {
        self.home
            .slot(self.slot)
            .downcast_ref()
            .expect("a branch is spawned into its own slot")
    }

    fn slots<T: 'static>(&self) -> &SlotVec<T> {
        self.home
            .slot(self.slot)
            .downcast_ref()
            .expect("a spread is started into its own slots")
    }
}

impl<E: 'static> Drop for Share<E> {
    fn drop(&mut self) {
        self.home.state().count_down();
    }
}

/// The seat of a branch that leaves its outcome in a [`Slot`].
pub struct SlotSeat<T, E: 'static> {
    share: Share<E>,
    slot: PhantomData<fn() -> T>,
}

impl<T, E> SlotSeat<T, E> {
    pub(crate) fn new(home: Arc<dyn Home<E>>, slot: usize) -> Self {
        SlotSeat {
            share: Share::new(home, slot),
            slot: PhantomData,
        }
    }
}

impl<T: 'static, E: 'static> Seat<Result<T, E>> for SlotSeat<T, E> {
    fn is_stopped(&self) -> bool {
        self.share.is_stopped()
    }

    fn wait(&self, waker: &Waker) {
        self.share.slot::<T>().wait(waker.clone());
    }

    fn settle(&self, outcome: Outcome<Result<T, E>>) {
        let home = &*self.share.home;
        let outcome = home.settle(outcome);
        self.share.slot::<T>().settle(outcome, home.state());
    }
}

impl<T, E> fmt::Debug for SlotSeat<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlotSeat").finish_non_exhaustive()
    }
}

/// The seat of a spread's branch, that leaves its outcome in a [`SlotVec`].
pub struct SlotVecSeat<T, E: 'static> {
    share: Share<E>,
    index: usize,
    slots: PhantomData<fn() -> T>,
}

impl<T, E> SlotVecSeat<T, E> {
    pub(crate) fn new(home: Arc<dyn Home<E>>, slots: usize, index: usize) -> Self {
        SlotVecSeat {
            share: Share::new(home, slots),
            index,
            slots: PhantomData,
        }
    }
}

impl<T: 'static, E: 'static> Seat<Result<T, E>> for SlotVecSeat<T, E> {
    fn is_stopped(&self) -> bool {
        self.share.is_stopped()
    }

    fn wait(&self, waker: &Waker) {
        self.share.slots::<T>().wait(self.index, waker.clone());
    }

    fn settle(&self, outcome: Outcome<Result<T, E>>) {
        let home = &*self.share.home;
        let outcome = home.settle(outcome);
        self.share
            .slots::<T>()
            .settle(self.index, outcome, home.state());
    }
}

impl<T, E> fmt::Debug for SlotVecSeat<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlotVecSeat")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

/// The seat of all branches of a lazy spread, that leave their outcomes in a [`SlotVec`].
pub struct FeedSeat<T, E: 'static> {
    share: Share<E>,
    slots: PhantomData<fn() -> T>,
}

impl<T, E> FeedSeat<T, E> {
    pub(crate) fn new(home: Arc<dyn Home<E>>, slots: usize) -> Self {
        FeedSeat {
            share: Share::new(home, slots),
            slots: PhantomData,
        }
    }
}

impl<T: 'static, E: 'static> SeatAt<Result<T, E>> for FeedSeat<T, E> {
    fn settle_at(&self, index: usize, outcome: Outcome<Result<T, E>>) {
        let home = &*self.share.home;
        let outcome = home.settle(outcome);
        self.share.slots::<T>().settle(index, outcome, home.state());
    }

    fn complete(&self) {
        self.share.slots::<T>().complete();
    }

    fn abandon(&self) {
        self.share.home.state().cancel();
    }
}

impl<T, E> fmt::Debug for FeedSeat<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FeedSeat").finish_non_exhaustive()
    }
}
