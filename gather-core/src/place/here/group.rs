//! Making the future that runs branches in the awaiting task.

use std::fmt;
use std::marker::PhantomData;

use crate::explain::CatchError;
use crate::place::here::join::{FromPanic, Join};
use crate::place::here::policy::{Catch, Policy};
use crate::place::here::run::{AtOnce, Branches, Lazily, Pinned};
use crate::policy::{All, Settled, TryGather, TryGatherInto, Unordered};

/// How branches run in the awaiting task: with which policy, and how many at a time.
///
/// # Examples
///
/// ```
/// use gather_core::here::{Group, branch};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let text = String::from("7");
/// let branches = (branch("text.parse()", async { text.parse::<u8>() }),);
/// let parsed = Group::fail_fast().limit(1).join(branches, |results| results);
/// assert_eq!(parsed.await, Ok((7,)));
/// # }
/// ```
pub struct Group<P: Policy> {
    catch: Option<FromPanic<P>>,
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
    pub fn fail_fast<E>() -> Group<TryGather<E>> {
        Group::of()
    }

    /// The group of `try_gather!` with `error = D`: each branch's error is converted into a `D`.
    #[must_use]
    pub fn fail_fast_into<D>() -> Group<TryGatherInto<D>> {
        Group::of()
    }

    /// The group of `gather_settled!`.
    #[must_use]
    pub fn settled() -> Group<Settled> {
        Group::of()
    }

    /// The group of `gather_each!`, whose branches all return a `T`. [`stream`](Group::stream)
    /// makes the stream of their results.
    #[must_use]
    pub fn each<T>() -> Group<Unordered<T>> {
        Group::of()
    }
}

impl<P: Policy> Group<P> {
    /// The same group with another policy.
    #[expect(clippy::unused_self, reason = "it is this group")]
    pub(crate) fn with_policy<Q: Policy>(self) -> Group<Q> {
        Group::of()
    }

    fn of() -> Self {
        Group {
            catch: None,
            policy: PhantomData,
        }
    }

    /// Turns a branch's panic into an error like those that branches return: it is converted from a
    /// [`BranchError`](crate::BranchError) with [`From`]. `K` is inferred.
    #[must_use]
    pub fn catch<K>(self) -> Group<Catch<P>>
    where
        P::Error: CatchError<K>,
    {
        Group {
            catch: Some(P::Error::from_panic),
            policy: PhantomData,
        }
    }

    /// Keeps at most `limit` branches in flight.
    ///
    /// # Panics
    ///
    /// Panics if `limit` is 0.
    #[track_caller]
    #[must_use]
    pub fn limit(self, limit: usize) -> LimitedGroup<P> {
        assert!(
            limit > 0,
            "`{}` was called with `limit = 0`, which would start no branch: the minimum is 1, as in `limit = n.max(1)`",
            P::MACRO
        );
        LimitedGroup { limit, group: self }
    }

    /// Makes the future that runs the branches.
    ///
    /// `branches` is a branch or a tuple of them: see [`Branches`]. `results` turns their results
    /// into one value when every branch has ended. An iterator is advanced here, to its end.
    ///
    /// # Panics
    ///
    /// Panics if an iterator panics, or the conversion of one of its items into a future. The
    /// branches are then dropped.
    pub fn join<B, V>(self, branches: B, results: fn(B::Results) -> V) -> Joined<P, B, AtOnce, V>
    where
        B: Branches<P, AtOnce>,
    {
        Join::new(branches, None, results, self.catch)
    }
}

/// The future that runs branches of type `B`.
pub(crate) type Joined<P, B, S, V> = Join<
    P,
    <B as Branches<P, S>>::Pinned,
    <<B as Branches<P, S>>::Pinned as Pinned<P>>::Ended,
    <B as Branches<P, S>>::Results,
    V,
>;

/// A [`Group`] with a [limit](Group::limit).
pub struct LimitedGroup<P: Policy> {
    limit: usize,
    group: Group<P>,
}

impl<P: Policy> LimitedGroup<P> {
    /// The same group with another policy.
    pub(crate) fn with_policy<Q: Policy>(self) -> LimitedGroup<Q> {
        LimitedGroup {
            limit: self.limit,
            group: self.group.with_policy(),
        }
    }

    /// Makes the future that runs the branches, as [`Group::join`] does. An iterator is advanced as
    /// slots become free, from the first poll on.
    pub fn join<B, V>(self, branches: B, results: fn(B::Results) -> V) -> Joined<P, B, Lazily, V>
    where
        B: Branches<P, Lazily>,
    {
        Join::new(branches, Some(self.limit), results, self.group.catch)
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

impl<P: Policy> fmt::Debug for LimitedGroup<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LimitedGroup")
            .field("group", &self.group)
            .field("limit", &self.limit)
            .finish()
    }
}
