//! Starting branches: what a macro expands to.

use std::fmt;
use std::marker::PhantomData;

use tokio::runtime::Handle;

use crate::branch::Branch;
use crate::gather::Gather;
use crate::limited::LimitedGroup;
use crate::policy::{All, FailFast, FailFastInto, Policy, SendError, Settled};
use crate::runtime::OnRuntime;
use crate::shared::{AtOnce, Collect};
use crate::slots::Slots;
use crate::spread::Spread;
use crate::starting::Starting;

/// A gather that has not started: where its branches are to run.
///
/// This is what the macros expand to, and it can be written by hand: make a group and the
/// branches, give the group a [slot](Branch::slot) for each branch, [spawn](Running::spawn) the
/// branches in the same order, and [gather](Running::gather) their results into one value.
///
/// # Examples
///
/// ```
/// use gather_core::{Gather, Group, branch};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let (group, name, age) = (
///     Group::new(),
///     branch("name()", async { "Ada" }),
///     branch("age()", async { 36 }),
/// );
/// let mut group = group.slots((name.slot(), age.slot()));
/// group.spawn(name);
/// group.spawn(age);
/// let person: Gather<(&str, u8)> = group.gather(|results| results);
///
/// assert_eq!(person.await, ("Ada", 36));
/// # }
/// ```
pub struct Group<P> {
    runtime: Option<Handle>,
    policy: PhantomData<fn() -> P>,
}

impl Group<All> {
    /// The group of `gather!`.
    #[must_use]
    pub fn new() -> Self {
        Group::of()
    }

    /// The group of `try_gather!`, whose branches all fail with an `E`.
    #[must_use]
    pub fn fail_fast<E: Send + 'static>() -> Group<FailFast<E>> {
        Group::of()
    }

    /// The group of `try_gather!` with `error = D`: what a branch fails with is made into a `D`.
    ///
    /// `E` is `D`, and like `K` it is found by inference.
    #[must_use]
    pub fn fail_fast_into<D, E, K>() -> Group<FailFastInto<E>>
    where
        D: SendError<E, K>,
        E: Send + 'static,
    {
        Group::of()
    }

    /// The group of `gather_settled!`.
    #[must_use]
    pub fn settled() -> Group<Settled> {
        Group::of()
    }
}

impl<P: Policy> Group<P> {
    fn of() -> Self {
        Group {
            runtime: None,
            policy: PhantomData,
        }
    }

    /// Has the branches run on this runtime, instead of on the one that the group is used in.
    #[must_use]
    pub fn on(self, runtime: impl OnRuntime) -> Self {
        Group {
            runtime: Some(runtime.into_handle()),
            ..self
        }
    }

    /// Has at most `limit` branches run at a time.
    ///
    /// # Panics
    ///
    /// If `limit` is 0.
    #[track_caller]
    #[must_use]
    pub fn limit(self, limit: usize) -> LimitedGroup<P> {
        LimitedGroup::new(self, limit)
    }

    /// Gives the group its slots, one for each branch and spread that is to be started.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, unless the group was given one to run [`on`](Self::on).
    #[track_caller]
    pub fn slots<S: Slots, V: 'static>(self, slots: S) -> Running<P, S, V> {
        Running {
            runtime: self.runtime(),
            starting: Starting::new(slots, AtOnce::default()),
        }
    }

    #[track_caller]
    pub(crate) fn runtime(self) -> Handle {
        let Some(runtime) = self.runtime.or_else(|| Handle::try_current().ok()) else {
            panic!(
                "`{0}` was called outside a tokio runtime, where no branch can start: call it in \
                 async code that tokio runs, or say where they are to run, `{0}(on = handle; ..)`",
                P::MACRO
            )
        };
        runtime
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

/// A group whose branches are being started: what [`Group::slots`] makes.
///
/// Dropping it aborts the branches that were started.
#[must_use = "dropping a group aborts its branches"]
pub struct Running<P: Policy, S: Slots, V: 'static> {
    runtime: Handle,
    starting: Starting<P, S, V, AtOnce>,
}

impl<P: Policy, S: Slots, V: 'static> Running<P, S, V> {
    /// Starts a branch, as a tokio task of its own, that leaves its outcome in the next slot.
    ///
    /// If a branch has failed already, nothing is started and the future is dropped.
    ///
    /// # Panics
    ///
    /// If the next slot is not that of this branch.
    #[track_caller]
    pub fn spawn<F, T>(&mut self, branch: Branch<F, T, P>) {
        let slot = self.starting.next_slot(branch.origin.name);
        let seat = self.starting.seat(slot);
        if self.starting.is_stopped() {
            // Dropped as a task is, so that a panic of its `Drop` is a branch's.
            drop((branch.boxed)(&branch.origin, branch.future, seat));
            return;
        }
        let task = (branch.start)(&self.runtime, &branch.origin, branch.future, seat);
        self.starting.started(slot, 0, task);
    }

    /// Starts each branch of a spread, as [`spawn`](Self::spawn) starts one.
    ///
    /// The iterator is pulled here, a future at a time. If a branch has failed already, no more
    /// are pulled.
    ///
    /// # Panics
    ///
    /// If the next slot is not that of this spread, or if the iterator panics.
    #[track_caller]
    pub fn spread<I, T>(&mut self, spread: Spread<I, T, P>)
    where
        I: Iterator,
    {
        let slot = self.starting.next_slot(spread.origin.name);
        let mut branches = spread.branches;
        self.starting.slot(slot).reserve(branches.size_hint().0);
        let mut started = 0;
        while !self.starting.is_stopped()
            && let Some(branch) = branches.next()
        {
            // A branch may have failed while the iterator was at it.
            if self.starting.is_stopped() {
                self.starting.drop_unstarted(branch);
                break;
            }
            let seat = self.starting.seat(slot);
            let task = (spread.start)(&self.runtime, &spread.origin, branch, seat, started);
            self.starting.started(slot, started, task);
            started += 1;
        }
        self.starting.slot(slot).complete(started);
    }

    /// Says how the branches' results make one value, and gives the handle to await it by.
    ///
    /// The closure takes the results in the form of the slots. It is called once, when every
    /// branch has ended.
    pub fn gather(self, collect: Collect<P, S, V>) -> Gather<P::Output<V>> {
        self.starting.flow().set_spawned(self.starting.seats());
        self.starting.gather(collect)
    }
}

impl<P: Policy, S: Slots, V> fmt::Debug for Running<P, S, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running")
            .field("macro", &P::MACRO)
            .field("spawned", &self.starting.seats())
            .finish_non_exhaustive()
    }
}
