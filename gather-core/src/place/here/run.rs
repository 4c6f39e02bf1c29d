//! Branches of any kind and number, polled as one.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::outcome::BranchError;
use crate::outcome::caught::Payload;
use crate::place::here::policy::Policy;

/// Anything that can run in the awaiting task: a [`Branch`](crate::place::here::Branch), a
/// [`Spread`](crate::place::here::Spread), a [`Base`](crate::place::here::Base), and a tuple of up
/// to sixteen of these. For more than that, nest tuples.
///
/// `S` says when an iterator is advanced: [`AtOnce`] or [`Lazily`].
pub trait Branches<P: Policy, S>: Sized {
    /// The results, in the same shape.
    type Results;

    /// The branches in the form that is pinned and polled.
    #[doc(hidden)]
    type Pinned: Pinned<P>;

    /// Converts the branches into that form.
    #[doc(hidden)]
    fn pinned(self, making: &mut Making) -> Self::Pinned;

    /// Makes the results from what [`Pinned::take`] returns.
    #[doc(hidden)]
    fn results(ended: <Self::Pinned as Pinned<P>>::Ended) -> Self::Results;
}

/// The state of a call while its branches are converted into the form that is polled.
#[derive(Debug)]
pub struct Making {
    next: usize,
    /// Whether branches wait for a place.
    pub(crate) is_limited: bool,
    /// The panic of an iterator or of one of its items. Once it is set, no iterator is advanced.
    pub(crate) panicked: Option<Payload>,
}

impl Making {
    pub(crate) fn new(is_limited: bool) -> Self {
        Making {
            next: 0,
            is_limited,
            panicked: None,
        }
    }

    /// The index of the next branch or spread of the call.
    pub(crate) fn take_index(&mut self) -> usize {
        let index = self.next;
        self.next += 1;
        index
    }
}

/// Without a limit, an iterator is advanced to its end when the future is made. So it is not part
/// of the future's type, where a closure in it would keep rustc from seeing that the awaiting task
/// is `Send`.
#[derive(Debug)]
pub struct AtOnce(Infallible);

/// With a limit, an iterator is advanced as slots become free.
#[derive(Debug)]
pub struct Lazily(Infallible);

/// Why there are no results: the failure of a branch.
#[derive(Debug)]
pub enum Failed<E> {
    /// An error that a branch returned.
    Error(E),
    /// A caught panic. Boxed, to keep what each poll returns small.
    Panic(Box<BranchError>),
}

impl<E> Failed<E> {
    #[cold]
    pub(crate) fn of_panic(panic: BranchError) -> Self {
        Failed::Panic(Box::new(panic))
    }
}

/// Branches in the form that is polled.
pub trait Pinned<P: Policy> {
    /// The results, in the form that is polled.
    type Ended;

    /// Polls the branches that have not ended. Ready when all have, or with the first failure.
    #[doc(hidden)]
    fn poll_ended(
        self: Pin<&mut Self>,
        run: &mut Run,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Failed<P::Error>>>;

    /// Takes the results, once all branches have ended.
    #[doc(hidden)]
    fn take(self: Pin<&mut Self>) -> Self::Ended;

    /// Drops the branches and their results. Returns the first panic of a `Drop`.
    #[doc(hidden)]
    fn clear(self: Pin<&mut Self>) -> Option<Payload>;
}

/// The places for branches in flight, and the order in which branches get the task's budget.
#[derive(Debug)]
pub struct Run {
    free: usize,
    /// Whether an iterator has paused and left free places. These are its own: no branch after it
    /// may enter.
    is_paused: bool,
    /// Whether the last poll that had a budget used it up.
    is_spent: bool,
    /// The branch or spread that gets the budget first after such a poll.
    first: usize,
    /// How many branches and spreads are still to be skipped in this poll.
    skipped: usize,
}

impl Run {
    /// Without a limit, no branch asks for a place.
    pub(crate) fn new(limit: Option<usize>) -> Self {
        Run {
            free: limit.unwrap_or(0),
            is_paused: false,
            is_spent: false,
            first: 0,
            skipped: 0,
        }
    }

    /// Begins a poll of all branches.
    #[inline]
    pub(crate) fn begin(&mut self) {
        self.is_paused = false;
    }

    /// Whether the last poll that had a budget used it up. If so, another branch than before must
    /// get the budget first. Otherwise, the branches after one that always uses it up would never
    /// get any.
    #[inline]
    pub(crate) fn is_spent(&self) -> bool {
        self.is_spent
    }

    /// Begins a poll of the branch that gets the budget first and of the branches after it.
    pub(crate) fn begin_behind(&mut self) {
        self.is_spent = false;
        self.skipped = self.first;
    }

    /// Records that a poll has no budget left. If it had none to begin with, the turn does not move
    /// on to the next branch.
    #[cold]
    pub(crate) fn spend(&mut self) {
        if !self.is_spent {
            self.is_spent = true;
            self.first += 1;
        }
    }

    /// Whether this poll skips the next branch or spread.
    #[inline]
    pub(crate) fn skips(&mut self) -> bool {
        let skips = self.skipped > 0;
        if skips {
            self.skipped -= 1;
        }
        skips
    }

    /// Ends such a poll. After the last branch, it is the first one's turn.
    pub(crate) fn end_behind(&mut self) {
        if self.skipped > 0 {
            self.first = 0;
            self.skipped = 0;
        }
    }

    /// Takes a place, if one is free. If none is, the branches after this one get none either until
    /// a branch [leaves](Run::leave), so branches start in order.
    #[inline]
    pub(crate) fn enter(&mut self) -> bool {
        let enters = self.free > 0 && !self.is_paused;
        if enters {
            self.free -= 1;
        }
        enters
    }

    /// How many places are free.
    pub(crate) fn free(&self) -> usize {
        self.free
    }

    /// Pauses an iterator, so that other tasks can run. The next poll advances it further.
    pub(crate) fn pause(&mut self) {
        self.is_paused = true;
    }

    /// Leaves a place.
    #[inline]
    pub(crate) fn leave(&mut self) {
        self.free += 1;
    }
}

/// The invariant on which taking the results relies.
pub(crate) const ENDED: &str = "the results are taken when all branches have ended";
