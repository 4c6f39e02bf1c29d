//! All slots of a gather, as one.

use std::any::Any;

use crate::error::BranchError;
use crate::slot::Outcome;
use crate::state::{Payload, State};
use crate::task::Spawned;
use crate::tuples::for_tuples;

/// What can be done to a slot without knowing what it holds.
pub trait AnySlot: Any {
    /// There are so many branches of the spread, and no more.
    fn complete(&self, _: usize) {}

    /// Stops the branches. Runs no code of the user's: a branch is dropped by its own task.
    fn stop(&self);

    /// Drops the outcomes that are there. Gives the first panic that comes out of a `Drop`.
    fn discard(&self) -> Option<Payload>;

    /// The first branch that has no value, if one is missing. The slot is told its own index.
    fn missing(&self, slot: usize) -> Option<BranchError>;
}

/// A slot that keeps a `T`.
pub(crate) trait TypedSlot<T>: AnySlot {
    /// Keeps a branch's task, to stop it by.
    fn start(&self, index: usize, task: Spawned);

    /// A branch has been started with this slot.
    fn started<E>(&self, index: usize, task: Spawned, state: &State<E>) {
        self.start(index, task);
        // Whoever stopped the branches may not have found this one.
        if state.is_stopped() {
            self.stop();
        }
    }

    /// Keeps the outcome, if anybody wants it.
    fn settle<E>(&self, index: usize, outcome: Outcome<T>, state: &State<E>);
}

/// The slots of a gather: a [`Slot`](crate::Slot) for each branch, a [`SlotVec`](crate::SlotVec) for
/// each spread and a [`BaseSlot`](crate::BaseSlot) for the base of a struct, in a tuple of up to
/// sixteen. For more than that, tuples nest.
pub trait Slots: sealed::Sealed + Send + Sync + 'static {
    /// What the branches gave.
    type Values;

    /// What became of the branches.
    type Outcomes;

    /// Takes what the branches gave, once each has given it.
    #[doc(hidden)]
    fn values(&self) -> Self::Values;

    /// Takes what became of the branches, once each has ended. `next` is the index of the first of
    /// these slots among those of the gather, and then that of the slot behind them.
    #[doc(hidden)]
    fn outcomes(&self, next: &mut usize) -> Self::Outcomes;

    /// How many slots there are.
    #[doc(hidden)]
    const COUNT: usize;

    /// The slot with this index.
    #[doc(hidden)]
    fn at(&self, index: usize) -> &dyn AnySlot;

    /// Shows each slot to the visitor, in order.
    #[doc(hidden)]
    fn visit(&self, visitor: &mut dyn FnMut(&dyn AnySlot));
}

impl Slots for () {
    type Values = ();
    type Outcomes = ();

    const COUNT: usize = 0;

    fn at(&self, index: usize) -> &dyn AnySlot {
        unreachable!("there is no slot {index}")
    }

    fn values(&self) {}

    fn outcomes(&self, _: &mut usize) {}

    fn visit(&self, _: &mut dyn FnMut(&dyn AnySlot)) {}
}

macro_rules! tuple {
    ($($slot:ident $index:tt)+) => {
        impl<$($slot: Slots),+> Slots for ($($slot,)+) {
            type Values = ($($slot::Values,)+);
            type Outcomes = ($($slot::Outcomes,)+);

            const COUNT: usize = 0 $(+ $slot::COUNT)+;

            fn at(&self, index: usize) -> &dyn AnySlot {
                let mut first = 0;
                $(
                    if index < first + $slot::COUNT {
                        return self.$index.at(index - first);
                    }
                    first += $slot::COUNT;
                )+
                unreachable!("there are {first} slots, and none is slot {index}")
            }

            fn values(&self) -> Self::Values {
                ($(self.$index.values(),)+)
            }

            fn outcomes(&self, next: &mut usize) -> Self::Outcomes {
                ($(self.$index.outcomes(next),)+)
            }

            fn visit(&self, visitor: &mut dyn FnMut(&dyn AnySlot)) {
                $(self.$index.visit(visitor);)+
            }
        }
        impl<$($slot: Slots),+> sealed::Sealed for ($($slot,)+) {}
    };
}

for_tuples!(tuple);

pub(crate) mod sealed {
    pub trait Sealed {}
    impl Sealed for () {}
}
