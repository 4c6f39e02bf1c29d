//! A spread: an iterator of futures, each to be a branch of its own.

use std::fmt;
use std::future::{Future, IntoFuture};

use tokio::runtime::Handle;

use crate::branch::{Applies, BranchOutput, Impossible, Judged, NeverApplies, OutputOf};
use crate::branches::{Branches, STARTED_ONCE};
use crate::origin::Origin;
use crate::policy::{Judge, Policy};
use crate::seat::Seat;
use crate::slot_vec::SlotVec;
use crate::slots::AnySlot;
use crate::starting::Starting;
use crate::task::{Spawned, Task, spawn};

/// An iterator of futures with its name, ready to be started: what [`spread`] makes.
///
/// `T` is the value that is kept of each.
pub struct Spread<I: Iterator, T, P: Policy> {
    /// `None` once they are started.
    branches: Option<I>,
    start: Start<I::Item, T, P>,
    origin: Origin,
}

/// What starts a branch with an index.
type Start<B, T, P> = fn(&Handle, &Origin, B, SpreadSeat<T, P>, usize) -> Spawned;

/// The seat of the branches whose kept values are `T`s.
pub(crate) type SpreadSeat<T, P> = Seat<SlotVec<T>, <P as Policy>::Error>;

/// Makes a branch of each future that an iterator gives.
///
/// It is for a group without a limit: with one, the iterator is made ready by
/// [`lazy_spread`](crate::lazy_spread()). `name` is how messages call it. Only `S` is ever to be
/// thought of: the other parameters are found by inference.
///
/// # Examples
///
/// ```
/// use gather_core::{Group, spread};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let squares = (1..=3).map(|n| async move { n * n });
/// let squares = spread("..squares", squares);
/// assert_eq!(Group::new().spawn(squares, |results| results).await, [1, 4, 9]);
/// # }
/// ```
pub fn spread<S, I, F, O, T, P, J, K, L, M>(name: &'static str, branches: S) -> Spread<I, T, P>
where
    S: IntoSpread<I, J>,
    I: Iterator,
    I::Item: SpreadItem<F, K>,
    F: Future,
    F: Send,
    F: 'static,
    F::Output: BranchOutput<O, L>,
    P: Policy,
    P: Judge<O, M, Value = T>,
    T: 'static,
    O: 'static,
    L: 'static,
    M: 'static,
    O: OutputOf<F::Output>,
{
    Spread {
        branches: Some(branches.into_spread()),
        start: |runtime, origin, branch, seat, index| {
            let seat = Judged::<P, _, O, L, M>::new(seat);
            let future = Some(origin.in_span(branch.into_branch()));
            spawn(runtime, origin.name, Task::new(future, seat, index))
        },
        origin: Origin::new(name),
    }
}

impl<I, T, P> Branches<P, Handle> for Spread<I, T, P>
where
    I: Iterator,
    T: Send + 'static,
    P: Policy,
{
    type Slots = SlotVec<T>;

    fn slots(&mut self) -> SlotVec<T> {
        SlotVec::new(self.origin.name)
    }

    fn start(&mut self, slots: &SlotVec<T>, starting: &mut Starting<'_, P::Error, Handle>) {
        let mut branches = self.branches.take().expect(STARTED_ONCE);
        slots.reserve(branches.size_hint().0);
        let mut started = 0;
        while !starting.is_stopped()
            && let Some(branch) = branches.next()
        {
            // A branch may have failed while the iterator was at it.
            if starting.is_stopped() {
                starting.drop_unstarted(branch);
                break;
            }
            let seat = starting.seat();
            let task = (self.start)(starting.runner(), &self.origin, branch, seat, started);
            starting.started(slots, started, task);
            started += 1;
        }
        if starting.is_stopped() {
            starting.drop_unstarted(branches);
        }
        slots.complete(started);
        starting.next_slot();
    }
}

impl<I: Iterator, T, P: Policy> fmt::Debug for Spread<I, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spread")
            .field("name", &self.origin.name)
            .finish_non_exhaustive()
    }
}

/// What can be spread: what can be iterated over.
///
/// There are two implementations for the reason given at [`IntoBranch`](crate::IntoBranch).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an iterator, so it cannot be spread into branches",
    label = "`..` spreads an iterator of futures, and this is none",
    note = "make an iterator of futures: `..ids.into_iter().map(fetch)`",
    note = "one future needs no `..`"
)]
pub trait IntoSpread<I, J> {
    /// Turns it into the iterator of branches.
    fn into_spread(self) -> I;
}

impl<S, I> IntoSpread<I, Applies> for S
where
    S: IntoIterator<IntoIter = I>,
{
    fn into_spread(self) -> I {
        self.into_iter()
    }
}

impl<S: Impossible, I> IntoSpread<I, NeverApplies> for S {
    fn into_spread(self) -> I {
        self.impossible()
    }
}

/// What an iterator that is spread can give: futures.
///
/// There are two implementations for the reason given at [`IntoBranch`](crate::IntoBranch).
#[diagnostic::on_unimplemented(
    message = "`..` spreads an iterator of futures, and this one gives `{Self}`",
    label = "the items of this are not futures",
    note = "make a future of each: `..ids.into_iter().map(fetch)`"
)]
pub trait SpreadItem<F, K> {
    /// Turns it into the future to be run.
    fn into_branch(self) -> F;
}

impl<B, F> SpreadItem<F, Applies> for B
where
    B: IntoFuture<IntoFuture = F>,
{
    fn into_branch(self) -> F {
        self.into_future()
    }
}

impl<B: Impossible, F> SpreadItem<F, NeverApplies> for B {
    fn into_branch(self) -> F {
        self.impossible()
    }
}
