//! Starting branches: what a macro expands to.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use tokio::runtime::Handle;

use crate::explain::{CatchError, OnRuntime, TaskError};
use crate::gather::{Gather, Gathering, handle_to};
use crate::place::branches::Branches;
use crate::place::limit::{Limited, Queue, Queueing};
use crate::place::shared::SharedGroup;
use crate::policy::sealed::Sealed;
use crate::policy::{All, FromPanic, Policy, Settled, TryGather, TryGatherInto, Unordered};
use crate::running::Running;
use crate::task::Spawner;

/// A gather that has not started: where its branches run, and with which policy.
///
/// This is what the macros expand to, and it can be written by hand: make a group and the
/// branches, and [spawn](Group::spawn) them.
///
/// # Examples
///
/// ```
/// use gather_core::{Gather, Group, branch};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let (group, branches) = (
///     Group::new(),
///     (
///         branch("name()", async { "Ada" }),
///         branch("age()", async { 36 }),
///     ),
/// );
/// let person: Gather<(&str, u8)> = group.spawn(branches, |results| results);
///
/// assert_eq!(person.await, ("Ada", 36));
/// # }
/// ```
pub struct Group<P: Sealed> {
    runtime: Option<Handle>,
    pub(crate) catch: Option<FromPanic<P>>,
    policy: PhantomData<fn() -> P>,
}

impl Group<All> {
    /// The group of `gather!`.
    #[must_use]
    pub fn new() -> Self {
        Group::of()
    }

    /// The group of `try_gather!`, whose branches all have the error type `E`.
    #[must_use]
    pub fn fail_fast<E: 'static>() -> Group<TryGather<E>> {
        Group::of()
    }

    /// The group of `try_gather!` with `error = E`: each branch's error is converted into an `E`.
    #[must_use]
    pub fn fail_fast_into<E: 'static>() -> Group<TryGatherInto<E>> {
        Group::of()
    }

    /// The group of `gather_settled!`.
    #[must_use]
    pub fn settled() -> Group<Settled> {
        Group::of()
    }

    /// The group of `gather_each!`, whose branches all return a `T`. [`start`](Group::start) starts
    /// them.
    #[must_use]
    pub fn each<T: 'static>() -> Group<Unordered<T>> {
        Group::of()
    }
}

impl<P: Policy> Group<P> {
    /// The same group with another policy.
    pub(crate) fn with_policy<Q: Policy>(self) -> Group<Q> {
        Group {
            runtime: self.runtime,
            catch: None,
            policy: PhantomData,
        }
    }

    fn of() -> Self {
        Group {
            runtime: None,
            catch: None,
            policy: PhantomData,
        }
    }

    /// Turns a branch's panic into an error like those that branches return: it is converted from a
    /// [`BranchError`](crate::BranchError) with [`From`], in the awaiting task. `K` is inferred.
    ///
    /// The first failure is returned, whether it is an error or a panic.
    ///
    /// # Examples
    ///
    /// ```
    /// use gather_core::{BranchError, Group, branch};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # std::panic::set_hook(Box::new(|_| {}));
    /// # async fn divide(a: u32, b: u32) -> Result<u32, BranchError> { Ok(a / b) }
    /// // What `try_gather!(catch; divide(1, 0))` expands to.
    /// let (group, branches) = (
    ///     Group::fail_fast().catch(),
    ///     (branch("divide(1, 0)", divide(1, 0)),),
    /// );
    /// let quotient: Result<(u32,), BranchError> = group.spawn(branches, |results| results).await;
    ///
    /// assert!(quotient.unwrap_err().is_panic());
    /// # }
    /// ```
    #[must_use]
    pub fn catch<K>(self) -> Self
    where
        P::Error: CatchError<K>,
    {
        Group {
            catch: Some(P::Error::from_panic),
            ..self
        }
    }

    /// Runs the branches on this runtime, instead of the current one.
    #[must_use]
    pub fn on(self, runtime: impl OnRuntime) -> Self {
        Group {
            runtime: Some(runtime.into_handle()),
            ..self
        }
    }

    /// Runs at most `limit` branches at a time.
    ///
    /// # Panics
    ///
    /// Panics if `limit` is 0.
    #[track_caller]
    #[must_use]
    pub fn limit(self, limit: usize) -> LimitedGroup<P> {
        LimitedGroup::new(self, limit)
    }

    /// Runs the branches on this number of tokio tasks, which they share, instead of on a task
    /// each: for many or cheap branches.
    ///
    /// When [`spawn`](SharedGroup::spawn) of the returned group returns, the branches are running,
    /// on exactly `tasks` tasks, or on a task each if there are fewer branches than that. On a
    /// multi-threaded runtime, the tasks run in parallel.
    ///
    /// Each branch still has its own outcome. But the branches of one task take turns: one that
    /// blocks, or computes for a long time without an `.await`, holds up the others. Inside a
    /// branch, [`tokio::task::id()`] returns the id of the shared task.
    ///
    /// # Panics
    ///
    /// Panics if `tasks` is 0.
    ///
    /// # Examples
    ///
    /// ```
    /// use gather_core::{Group, spread};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let squares = (1..=1000).map(|n| async move { n * n });
    /// let squares = spread("..squares", squares);
    /// let squares: Vec<u32> = Group::new().tasks(2).spawn(squares, |results| results).await;
    ///
    /// assert_eq!(squares.len(), 1000);
    /// # }
    /// ```
    #[track_caller]
    #[must_use]
    pub fn tasks(self, tasks: usize) -> SharedGroup<P> {
        SharedGroup::new(self, tasks)
    }

    /// Starts each branch, in order and as a tokio task of its own, and returns the handle to them.
    ///
    /// `branches` is a branch or a tuple of them: see [`Branches`]. `results` turns their results,
    /// which have the same form, into one value. It is called at most once: when every branch has
    /// ended, none has failed, and the value is taken.
    ///
    /// Only `B` and `V` matter to a caller: `K` is inferred.
    ///
    /// An iterator that is [spread](crate::spread()) is advanced here, one future at a time. Once a
    /// branch has failed, no more futures are taken or started, and the remaining ones are dropped.
    ///
    /// # Panics
    ///
    /// Panics outside a tokio runtime, unless the group runs [`on`](Self::on) one. It also panics
    /// if an iterator panics, or the conversion of one of its items into a future. The branches
    /// that have started are then aborted.
    #[track_caller]
    pub fn spawn<B, V, K>(
        self,
        mut branches: B,
        results: fn(<B::Running as Running<P>>::Results) -> V,
    ) -> Gather<P::Output<V>>
    where
        B: Branches<P, Spawner<P>>,
        V: 'static,
        P::Error: TaskError<K>,
    {
        let catch = self.catch;
        let runtime = self.runtime();
        let gathering = Arc::new(Gathering::of(branches.places(&mut 0), results, catch));
        // If starting panics, dropping the handle stops the branches that have started.
        let gather = handle_to(Arc::clone(&gathering) as Arc<_>);
        let spawner = Spawner::new(runtime, Arc::clone(&gathering) as Arc<_>);
        branches.start(&gathering.running.started, &spawner);
        gather
    }

    #[track_caller]
    pub(crate) fn runtime(self) -> Handle {
        let Some(runtime) = self.runtime.or_else(|| Handle::try_current().ok()) else {
            panic!(
                "`{0}` was called outside a tokio runtime, where no branch can start: call it in \
                 async code that tokio runs, or name a runtime, `{0}(on = handle; ..)`",
                P::MACRO
            )
        };
        runtime
    }
}

/// A [`Group`] with a [limit](Group::limit).
#[derive(Debug)]
pub struct LimitedGroup<P: Policy> {
    pub(crate) group: Group<P>,
    pub(crate) limit: usize,
}

impl<P: Policy> LimitedGroup<P> {
    #[track_caller]
    pub(crate) fn new(group: Group<P>, limit: usize) -> Self {
        assert!(
            limit > 0,
            "`{}` was called with `limit = 0`, which would start no branch: the minimum is 1, as in `limit = n.max(1)`",
            P::MACRO
        );
        LimitedGroup { group, limit }
    }

    /// The same group with another policy.
    pub(crate) fn with_policy<Q: Policy>(self) -> LimitedGroup<Q> {
        LimitedGroup {
            group: self.group.with_policy(),
            limit: self.limit,
        }
    }

    /// Runs the branches on this runtime, as [`Group::on`] does.
    #[must_use]
    pub fn on(self, runtime: impl OnRuntime) -> Self {
        LimitedGroup {
            group: self.group.on(runtime),
            ..self
        }
    }

    /// Starts each branch when the branches before it have started and a slot is free, and returns
    /// the handle to them.
    ///
    /// `branches` is a branch or a tuple of them: see [`Branches`]. `results` turns their results,
    /// which have the same form, into one value. It is called at most once: when every branch has
    /// ended, none has failed, and the value is taken.
    ///
    /// Only `B` and `V` matter to a caller: `K` is inferred.
    ///
    /// An iterator, passed as a [`lazy_spread`](crate::lazy_spread()), is advanced as slots become
    /// free. Once a branch has failed, no more futures are taken or started, and the rest are
    /// dropped.
    ///
    /// # Panics
    ///
    /// Panics outside a tokio runtime, unless the group runs [`on`](Group::on) one, and if an
    /// iterator's `size_hint` panics.
    #[track_caller]
    pub fn spawn<B, V, K>(
        self,
        mut branches: B,
        results: fn(<B::Running as Running<P>>::Results) -> V,
    ) -> Gather<P::Output<V>>
    where
        B: Branches<P, Queueing<P>>,
        V: 'static,
        P::Error: TaskError<K>,
    {
        let catch = self.group.catch;
        let queue = Arc::new(Queue::new(self.group.runtime(), self.limit));
        let limited = Limited::new(Arc::clone(&queue), branches.places(&mut 0));
        let gathering = Arc::new(Gathering::of(limited, results, catch));
        let gather = handle_to(Arc::clone(&gathering) as Arc<_>);
        let siblings = Arc::clone(&gathering) as Arc<_>;
        let queueing = Queueing { queue, siblings };
        branches.start(gathering.running.started.inner(), &queueing);
        queueing.queue.fill();
        gather
    }
}

impl Default for Group<All> {
    fn default() -> Self {
        Group::new()
    }
}

impl<P: Policy> fmt::Debug for Group<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group")
            .field("macro", &P::MACRO)
            .finish_non_exhaustive()
    }
}
