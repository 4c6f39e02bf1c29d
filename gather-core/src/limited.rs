//! A group that runs so many branches at a time.

use std::sync::Arc;

use crate::branches::Branches;
use crate::gather::Gather;
use crate::group::Group;
use crate::policy::Policy;
use crate::queue::Queue;
use crate::runtime::OnRuntime;
use crate::starting::start;

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

    /// Starts each branch when those before it have been started and a place is free, and gives
    /// the handle to await them by.
    ///
    /// `branches` is a branch or a tuple of them, as [`Branches`] has it. `results` says how what they
    /// give makes one value. It takes their results in the same form, and is called at most once: when
    /// every branch has ended, none has failed, and the value is taken.
    ///
    /// An iterator, made ready by [`lazy_spread`](crate::lazy_spread()), is pulled as places come
    /// free. Once a branch has failed, no more are started or pulled, and those left are dropped.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, unless the group was given one to run [`on`](Group::on), and if an
    /// iterator's `size_hint` panics.
    #[track_caller]
    pub fn spawn<B, V>(
        self,
        mut branches: B,
        results: fn(P::Collected<B::Slots>) -> V,
    ) -> Gather<P::Output<V>>
    where
        B: Branches<P, Arc<Queue>>,
        V: 'static,
    {
        let queue = Arc::new(Queue::new(self.group.runtime(), self.limit));
        start(&mut branches, results, Arc::clone(&queue), &queue)
    }
}
