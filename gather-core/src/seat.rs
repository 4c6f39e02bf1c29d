//! A branch's share in its gather, and the slot that is its own.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::shared::{Home, Shared};
use crate::slot::Outcome;
use crate::slots::TypedSlot;
use crate::state::{Failure, Payload, State};
use crate::task::Settle;

/// The seat of the branches whose outcomes go to a slot of type `L`. As long as there is one, they
/// have not ended.
///
/// It does not name the other branches, nor what all of them make: a type that did would be in the
/// name of each task's type, and what the compiler writes would grow with the square of their
/// number.
pub(crate) struct Seat<L, E: 'static> {
    shared: Arc<Shared<E, dyn Home>>,
    slot: usize,
    kind: PhantomData<fn() -> L>,
}

impl<L, E> Seat<L, E> {
    #[inline]
    pub(crate) fn new(shared: Arc<Shared<E, dyn Home>>, slot: usize) -> Self {
        Seat {
            shared,
            slot,
            kind: PhantomData,
        }
    }

    #[inline]
    fn state(&self) -> &State<E> {
        &self.shared.state
    }

    /// The gather has failed with this branch: when this returns, the others have been told to
    /// stop.
    #[cold]
    fn fail<T>(&self, failure: Failure<E>) -> Outcome<T> {
        self.state().fail(failure);
        self.shared.stop_all();
        Outcome::Cancelled
    }

    #[inline]
    fn slot(&self) -> &L
    where
        L: 'static,
    {
        let slot: &dyn Any = self.shared.home.slot(self.slot);
        slot.downcast_ref()
            .expect("a branch is started with a slot of its own type")
    }
}

impl<L, T, E> Settle<Result<T, E>> for Seat<L, E>
where
    L: TypedSlot<T> + 'static,
    T: 'static,
    E: Send + 'static,
{
    #[inline]
    fn returned(&self, index: usize, judged: Result<T, E>) {
        let outcome = match judged {
            Ok(value) => Outcome::Finished(value),
            Err(error) => self.fail(Failure::Error(error)),
        };
        self.slot().settle(index, outcome, self.state());
    }

    fn panicked(&self, index: usize, payload: Payload) {
        let outcome = if self.shared.home.keeps_panics() {
            Outcome::Panicked(Box::new(payload))
        } else {
            self.fail(Failure::Panic(payload))
        };
        self.slot().settle(index, outcome, self.state());
    }

    fn cancelled(&self, index: usize) {
        // The gather was stopped, or the runtime was: either way, nothing more can run.
        self.state().cancel();
        self.shared.home.start_no_more();
        self.slot().settle(index, Outcome::Cancelled, self.state());
    }

    fn complete(&self, branches: usize) {
        self.shared.home.slot(self.slot).complete(branches);
    }

    fn abandon(&self) {
        self.state().cancel();
    }
}

impl<L, E: 'static> Drop for Seat<L, E> {
    #[inline]
    fn drop(&mut self) {
        self.shared.state.count_down();
    }
}

impl<L, E> fmt::Debug for Seat<L, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seat")
            .field("slot", &self.slot)
            .finish_non_exhaustive()
    }
}
