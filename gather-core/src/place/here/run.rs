//! What is run in one poll after another: branches of any kind and number, as one.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::outcome::BranchError;
use crate::outcome::caught::Payload;
use crate::place::here::policy::Policy;

/// Whatever can run in the awaiting task: a [`Branch`](crate::place::here::Branch), a
/// [`Spread`](crate::place::here::Spread), a [`Base`](crate::place::here::Base), and a tuple of up to
/// sixteen of these. For more than that, nest tuples.
///
/// `S` says when an iterator is advanced: [`AtOnce`] or [`Lazily`].
pub trait Branches<P: Policy, S>: Sized {
    /// The results, in the same shape.
    type Results;

    /// What is polled: these, in a form that can be pinned.
    #[doc(hidden)]
    type Pinned: Pinned<P>;

    /// Puts them into that form.
    #[doc(hidden)]
    fn pinned(self, making: &mut Making) -> Self::Pinned;

    /// Makes the results of what was taken out of it.
    #[doc(hidden)]
    fn results(ended: <Self::Pinned as Pinned<P>>::Ended) -> Self::Results;
}

/// The future of a call, while its branches are put into the form that is polled.
#[derive(Debug)]
pub struct Making {
    next: usize,
    /// Whether branches wait for a place.
    pub(crate) is_limited: bool,
    /// The panic of an iterator that was pulled, or of an item of it: no other iterator is pulled.
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

/// Without a limit, an iterator is advanced to its end when the future is made. It is then not part of
/// the future's type: a closure in it would keep rustc from seeing that a task which awaits is `Send`.
#[derive(Debug)]
pub struct AtOnce(Infallible);

/// With a limit, an iterator is advanced as slots come free.
#[derive(Debug)]
pub struct Lazily(Infallible);

/// Why there are no results: what a branch failed with.
#[derive(Debug)]
pub enum Failed<E> {
    /// An error of the user's.
    Error(E),
    /// A panic that was caught. In a box, so that what each poll returns stays small.
    Panic(Box<BranchError>),
}

impl<E> Failed<E> {
    #[cold]
    pub(crate) fn of_panic(panic: BranchError) -> Self {
        Failed::Panic(Box::new(panic))
    }
}

/// Branches as they are polled.
pub trait Pinned<P: Policy> {
    /// The results, in the form that is polled.
    type Ended;

    /// Polls those that have not ended. Ready when all have, or with the first failure.
    #[doc(hidden)]
    fn poll_ended(
        self: Pin<&mut Self>,
        run: &mut Run,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Failed<P::Error>>>;

    /// Takes the results, once all have ended.
    #[doc(hidden)]
    fn take(self: Pin<&mut Self>) -> Self::Ended;

    /// Drops all that is here. Returns the first panic that comes out of a `Drop`.
    #[doc(hidden)]
    fn clear(self: Pin<&mut Self>) -> Option<Payload>;
}

/// The places for branches in flight.
#[derive(Debug)]
pub struct Run {
    free: usize,
    /// Whether an iterator has left places free that are its own: nothing behind it may enter.
    is_paused: bool,
    /// Whether the last poll that had any has spent the budget of the task.
    is_spent: bool,
    /// Which branch or spread has the budget first, after such a poll.
    first: usize,
    /// How many are still to be passed over.
    skipped: usize,
}

impl Run {
    /// Without a limit nobody asks for a place.
    pub(crate) fn new(limit: Option<usize>) -> Self {
        Run {
            free: limit.unwrap_or(0),
            is_paused: false,
            is_spent: false,
            first: 0,
            skipped: 0,
        }
    }

    /// A new poll begins.
    #[inline]
    pub(crate) fn begin(&mut self) {
        self.is_paused = false;
    }

    /// Whether the last poll that had any has spent the budget of the task. Another branch than before then has it
    /// first: otherwise those behind a branch that always spends it would never have any.
    #[inline]
    pub(crate) fn is_spent(&self) -> bool {
        self.is_spent
    }

    /// A poll of the branch that is to have the budget first and of those behind it begins.
    pub(crate) fn begin_behind(&mut self) {
        self.is_spent = false;
        self.skipped = self.first;
    }

    /// The budget is spent, or there was none: then it is still that branch's turn whose turn it was.
    #[cold]
    pub(crate) fn spend(&mut self) {
        if !self.is_spent {
            self.is_spent = true;
            self.first += 1;
        }
    }

    /// Whether a branch or spread is to be passed over in this poll.
    #[inline]
    pub(crate) fn skips(&mut self) -> bool {
        let skips = self.skipped > 0;
        if skips {
            self.skipped -= 1;
        }
        skips
    }

    /// The poll of those behind has ended. Behind the last branch, the first one is next.
    pub(crate) fn end_behind(&mut self) {
        if self.skipped > 0 {
            self.first = 0;
            self.skipped = 0;
        }
    }

    /// Takes a place, if there is one. Where there is none, there is none for those behind either, until
    /// somebody [leaves](Run::leave): so branches start in order.
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

    /// An iterator lets others have a turn, and is pulled further in the next poll.
    pub(crate) fn pause(&mut self) {
        self.is_paused = true;
    }

    /// Leaves a place.
    #[inline]
    pub(crate) fn leave(&mut self) {
        self.free += 1;
    }
}

/// What is there once all branches have ended, as whoever takes the results knows.
pub(crate) const ENDED: &str = "the results are taken when all branches have ended";
