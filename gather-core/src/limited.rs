//! A group that runs so many branches at a time.

use std::fmt;
use std::sync::Arc;

use crate::branch::Branch;
use crate::feed::Seats;
use crate::gather::Gather;
use crate::group::Group;
use crate::lazy::LazySpread;
use crate::policy::Policy;
use crate::queue::{Queue, Source};
use crate::runtime::OnRuntime;
use crate::shared::Collect;
use crate::slots::Slots;
use crate::starting::Starting;

/// A [`Group`] with a [limit](Group::limit).
#[derive(Debug)]
pub struct LimitedGroup<P: Policy> {
    group: Group<P>,
    limit: usize,
}

impl<P: Policy> LimitedGroup<P> {
    #[track_caller]
    pub(crate) fn new(group: Group<P>, limit: usize) -> Self {
        assert!(
            limit > 0,
            "`{}` was called with `limit = 0`, which would start no branch: the least is 1",
            P::MACRO
        );
        LimitedGroup { group, limit }
    }

    /// Has the branches run on this runtime, as [`Group::on`].
    #[must_use]
    pub fn on(self, runtime: impl OnRuntime) -> Self {
        LimitedGroup {
            group: self.group.on(runtime),
            ..self
        }
    }

    /// Gives the group its slots, one for each branch and spread that is to be started.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, unless the group was given one to run [`on`](Group::on).
    #[track_caller]
    pub fn slots<S: Slots, V: 'static>(self, slots: S) -> RunningLimited<P, S, V> {
        let queue = Arc::new(Queue::new(self.group.runtime(), self.limit));
        RunningLimited(Starting::new(slots, queue))
    }
}

/// A group with a limit whose branches are being started: what [`LimitedGroup::slots`] makes.
///
/// Dropping it aborts the branches that were started, and drops those that wait.
#[must_use = "dropping a group aborts its branches"]
pub struct RunningLimited<P: Policy, S: Slots, V: 'static>(Starting<P, S, V, Arc<Queue>>);

impl<P: Policy, S: Slots, V: 'static> RunningLimited<P, S, V> {
    /// Starts a branch when those before it have been started and a place is free.
    ///
    /// # Panics
    ///
    /// If the next slot is not that of this branch.
    #[track_caller]
    pub fn spawn<F, T>(&mut self, branch: Branch<F, T, P>) {
        let slot = self.0.next_slot(branch.origin.name);
        let seat = self.0.seat(slot);
        let task = (branch.boxed)(&branch.origin, branch.future, seat);
        let queue = self.0.flow();
        queue.expect(Some(1));
        queue.push(Source::Branch(branch.origin.name, task));
    }

    /// Starts each branch of a spread when those before it have been started and a place is free.
    ///
    /// The iterator is pulled then, and not before.
    ///
    /// # Panics
    ///
    /// If the next slot is not that of this spread.
    #[track_caller]
    pub fn spread<I, T>(&mut self, spread: LazySpread<I, T, P>)
    where
        I: Iterator,
    {
        let slot = self.0.next_slot(spread.origin.name);
        let (least, most) = spread.branches.size_hint();
        // A length near the largest number is no length: sums of such are not to wrap around.
        let expected = most.filter(|most| *most == least && *most < usize::MAX / 64);
        let seat = self.0.seat(slot);
        let queue = self.0.flow();
        queue.expect(expected);
        let seats = Seats {
            seat,
            queue: Arc::clone(queue),
            origin: spread.origin,
            expected,
        };
        queue.push(Source::Spread((spread.feed)(spread.branches, seats)));
    }

    /// Says how the branches' results make one value, and gives the handle to await it by.
    ///
    /// The closure takes the results in the form of the slots. It is called once, when every
    /// branch has ended.
    pub fn gather(self, collect: Collect<P, S, V>) -> Gather<P::Output<V>> {
        self.0.gather(collect)
    }
}

impl<P: Policy, S: Slots, V> fmt::Debug for RunningLimited<P, S, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningLimited")
            .field("macro", &P::MACRO)
            .finish_non_exhaustive()
    }
}
