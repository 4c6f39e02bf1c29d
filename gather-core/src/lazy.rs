//! A spread whose iterator is pulled as places come free.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use crate::branch::{BranchOutput, Judged, OutputOf};
use crate::branches::{Branches, STARTED_ONCE};
use crate::feed::{Seats, SharedFeed};
use crate::origin::Origin;
use crate::policy::{Judge, Policy};
use crate::queue::{Feed, Queue, Source};
use crate::slot_vec::SlotVec;
use crate::spread::{IntoSpread, SpreadItem, SpreadSeat};
use crate::starting::Starting;

/// An iterator of futures with its name, to be pulled as they can start: what [`lazy_spread`]
/// makes.
pub struct LazySpread<I: Iterator, T, P: Policy> {
    /// `None` once they wait for places.
    branches: Option<I>,
    feed: Feeding<I, T, P>,
    origin: Origin,
}

/// What shares the iterator among the places.
type Feeding<I, T, P> = fn(I, Seats<SpreadSeat<T, P>>) -> Box<dyn Feed>;

/// Makes a branch of each future that an iterator gives, and pulls the iterator as branches can
/// start: for a group with a [limit](crate::Group::limit).
///
/// The iterator is pulled by the tasks that run the branches, so it has to be `Send` and `'static`
/// as they have. `name` is how messages call it. Only `S` is ever to be thought of: the other
/// parameters are found by inference.
///
/// # Examples
///
/// ```
/// use gather_core::{Group, lazy_spread};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let squares = (1..=1000).map(|n| async move { n * n });
/// let (group, squares) = (Group::new().limit(2), lazy_spread("..squares", squares));
/// assert_eq!(group.spawn(squares, |results| results).await.len(), 1000);
/// # }
/// ```
pub fn lazy_spread<S, I, F, O, T, P, J, K, L, M>(
    name: &'static str,
    branches: S,
) -> LazySpread<I, T, P>
where
    S: IntoSpread<I, J>,
    I: Iterator,
    I: Send,
    I: 'static,
    I::Item: SpreadItem<F, K>,
    F: Future,
    F: Send,
    F: 'static,
    F::Output: BranchOutput<O, L>,
    P: Policy,
    P: Judge<O, M, Value = T>,
    T: 'static,
    O: 'static,
    K: 'static,
    L: 'static,
    M: 'static,
    O: OutputOf<F::Output>,
{
    LazySpread {
        branches: Some(branches.into_spread()),
        feed: |branches, seats| {
            let origin = seats.origin.clone();
            let branches = branches.map(move |item| origin.in_span(item.into_branch()));
            SharedFeed::boxed(branches, seats.map(Judged::<P, _, O, L, M>::new))
        },
        origin: Origin::new(name),
    }
}

impl<I, T, P> Branches<P, Arc<Queue>> for LazySpread<I, T, P>
where
    I: Iterator,
    T: Send + 'static,
    P: Policy,
{
    type Slots = SlotVec<T>;

    fn slots(&mut self) -> SlotVec<T> {
        SlotVec::new(self.origin.name)
    }

    fn start(&mut self, _: &SlotVec<T>, starting: &mut Starting<'_, P::Error, Arc<Queue>>) {
        let branches = self.branches.take().expect(STARTED_ONCE);
        let (least, most) = branches.size_hint();
        // A length near the largest number is no length: sums of such are not to wrap around.
        let expected = most.filter(|most| *most == least && *most < usize::MAX / 64);
        let queue = starting.runner();
        queue.expect(expected);
        let seats = Seats {
            seat: starting.seat(),
            queue: Arc::clone(queue),
            origin: self.origin.clone(),
            expected,
        };
        queue.push(Source::Spread((self.feed)(branches, seats)));
        starting.next_slot();
    }
}

impl<I: Iterator, T, P: Policy> fmt::Debug for LazySpread<I, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LazySpread")
            .field("name", &self.origin.name)
            .finish_non_exhaustive()
    }
}
