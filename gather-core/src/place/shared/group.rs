//! Groups whose branches share tasks.

use std::sync::Arc;

use crate::explain::{OnRuntime, TaskError};
use crate::gather::{Gather, Gathering, handle_to};
use crate::place::branches::Branches;
use crate::place::group::{Group, LimitedGroup};
use crate::place::shared::deal::{Sharing, SharingPlaces};
use crate::place::shared::handles::Shared;
use crate::place::shared::line::Line;
use crate::policy::Policy;
use crate::running::Running;

/// A [`Group`] whose branches [share tasks](Group::tasks).
#[derive(Debug)]
pub struct SharedGroup<P: Policy> {
    group: Group<P>,
    tasks: usize,
}

impl<P: Policy> SharedGroup<P> {
    /// The same group with another policy.
    pub(crate) fn with_policy<Q: Policy>(self) -> SharedGroup<Q> {
        SharedGroup {
            group: self.group.with_policy(),
            tasks: self.tasks,
        }
    }

    #[track_caller]
    pub(crate) fn new(group: Group<P>, tasks: usize) -> Self {
        assert!(
            tasks > 0,
            "`{}` was called with `tasks = 0`, which would run no branch: the minimum is 1, as in `tasks = n.max(1)`",
            P::MACRO
        );
        SharedGroup { group, tasks }
    }

    /// Runs the tasks on this runtime, as [`Group::on`] does.
    #[must_use]
    pub fn on(self, runtime: impl OnRuntime) -> Self {
        SharedGroup {
            group: self.group.on(runtime),
            ..self
        }
    }

    /// Runs at most `limit` branches at a time, across all tasks.
    ///
    /// # Panics
    ///
    /// Panics if `limit` is 0.
    #[track_caller]
    #[must_use]
    pub fn limit(self, limit: usize) -> LimitedSharedGroup<P> {
        LimitedSharedGroup {
            group: self.group.limit(limit),
            tasks: self.tasks,
        }
    }

    /// Starts the branches on the tasks that they share, and returns the handle to them.
    ///
    /// Each task runs consecutive branches, about as many as the other tasks. `branches` and
    /// `results` are as for [`Group::spawn`].
    ///
    /// An iterator that is [spread](crate::spread()) is advanced to its end here, before any branch
    /// starts: it need not be `Send`, but its futures must be.
    ///
    /// # Panics
    ///
    /// Panics outside a tokio runtime, unless the group runs [`on`](Self::on) one. It also panics
    /// if an iterator panics, or the conversion of one of its items into a future. In each case,
    /// no branch has been started.
    #[track_caller]
    pub fn spawn<B, V, K>(
        self,
        mut branches: B,
        results: fn(<B::Running as Running<P>>::Results) -> V,
    ) -> Gather<P::Output<V>>
    where
        B: Branches<P, Sharing<P>>,
        V: 'static,
        P::Error: TaskError<K>,
    {
        let catch = self.group.catch;
        let runtime = self.group.runtime();
        let shared = Shared::new(branches.places(&mut 0), None);
        let gathering = Arc::new(Gathering::of(shared, results, catch));
        let gather = handle_to(Arc::clone(&gathering) as Arc<_>);
        let siblings = Arc::clone(&gathering) as Arc<_>;
        let sharing = Sharing::new(self.tasks, B::Running::COUNT, siblings);
        let started = &gathering.running.started;
        branches.start(started.inner(), &sharing);
        sharing.spawn(&runtime, started.tasks());
        gather
    }
}

/// A [`SharedGroup`] with a [limit](SharedGroup::limit).
#[derive(Debug)]
pub struct LimitedSharedGroup<P: Policy> {
    group: LimitedGroup<P>,
    tasks: usize,
}

impl<P: Policy> LimitedSharedGroup<P> {
    /// The same group with another policy.
    pub(crate) fn with_policy<Q: Policy>(self) -> LimitedSharedGroup<Q> {
        LimitedSharedGroup {
            group: self.group.with_policy(),
            tasks: self.tasks,
        }
    }

    /// Runs the tasks on this runtime, as [`Group::on`] does.
    #[must_use]
    pub fn on(self, runtime: impl OnRuntime) -> Self {
        LimitedSharedGroup {
            group: self.group.on(runtime),
            ..self
        }
    }

    /// Starts each branch when the branches before it have started and a slot is free, and returns
    /// the handle to them.
    ///
    /// Each slot belongs to one task for good, so there are no more tasks than slots. `branches`
    /// and `results` are as for [`LimitedGroup::spawn`].
    ///
    /// An iterator, passed as a [`lazy_spread`](crate::lazy_spread()), is advanced as slots become
    /// free. Once a branch has failed, no more futures are taken or started, and the remaining ones
    /// are dropped.
    ///
    /// # Panics
    ///
    /// Panics outside a tokio runtime, unless the group runs [`on`](Self::on) one, and if an
    /// iterator's `size_hint` panics.
    #[track_caller]
    pub fn spawn<B, V, K>(
        self,
        mut branches: B,
        results: fn(<B::Running as Running<P>>::Results) -> V,
    ) -> Gather<P::Output<V>>
    where
        B: Branches<P, SharingPlaces<P>>,
        V: 'static,
        P::Error: TaskError<K>,
    {
        let LimitedGroup { group, limit } = self.group;
        let catch = group.catch;
        let runtime = group.runtime();
        let line = Arc::new(Line::new());
        let shared = Shared::new(branches.places(&mut 0), Some(Arc::clone(&line)));
        let gathering = Arc::new(Gathering::of(shared, results, catch));
        let gather = handle_to(Arc::clone(&gathering) as Arc<_>);
        let siblings = Arc::clone(&gathering) as Arc<_>;
        let places = SharingPlaces { line, siblings };
        let started = &gathering.running.started;
        branches.start(started.inner(), &places);
        places.spawn(limit, self.tasks, &runtime, started.tasks());
        gather
    }
}
