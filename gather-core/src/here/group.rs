//! Making the future of branches that run where they are awaited.

use std::fmt;
use std::marker::PhantomData;

use crate::here::join::Join;
use crate::here::policy::Policy;
use crate::here::run::Branches;
use crate::policy::{All, FailFast, FailFastInto, Settled};

/// How branches are to run in the task that awaits: with which policy, and how many at a time.
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
pub struct Group<P> {
    limit: usize,
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
    pub fn fail_fast<E>() -> Group<FailFast<E>> {
        Group::of()
    }

    /// The group of `try_gather!` with `error = D`: what a branch fails with is converted into a `D`.
    #[must_use]
    pub fn fail_fast_into<D>() -> Group<FailFastInto<D>> {
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
            limit: usize::MAX,
            policy: PhantomData,
        }
    }

    /// Has at most `limit` branches in flight.
    ///
    /// # Panics
    ///
    /// If `limit` is 0.
    #[track_caller]
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        assert!(
            limit > 0,
            "`{}` was called with `limit = 0`, which would start no branch: the least is 1",
            P::MACRO
        );
        Group { limit, ..self }
    }

    /// Makes the future that runs the branches.
    ///
    /// `branches` is a branch or a tuple of them, as [`Branches`] has it. `results` says how what they
    /// return makes one value, and is called when every branch has ended.
    pub fn join<B, V>(self, branches: B, results: fn(B::Results) -> V) -> Join<P, B, V>
    where
        B: Branches<P>,
    {
        Join::new(branches, self.limit, results)
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
            .field("limit", &self.limit)
            .finish()
    }
}
