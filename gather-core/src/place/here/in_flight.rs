//! The branches of a spread that are in flight, and which of them may run.
//!
//! tokio gives each poll of a task a budget, and a branch that has spent it is woken before all
//! others. So a branch may spend the budget only once in a round, and a round ends when no branch
//! is left that may. While a branch waits for the end of a round, those that come in wait, too:
//! otherwise, branches that each end as they spend the budget would prolong the round forever.

use std::cell::Cell;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread::panicking;

use futures_buffered::FuturesUnordered;
use futures_core::Stream;
use pin_project_lite::pin_project;
use tokio::task::coop::has_budget_remaining;

use crate::outcome::caught::{Payload, caught_seldom, drop_silenced};
use crate::place::here::caught::poll_branch;
use crate::place::here::policy::Policy;
use crate::task::sync::thread_local;

thread_local! {
    /// The round of the set that is being polled.
    static ROUND: Cell<usize> = const { Cell::new(0) };
    /// Whether a branch of that set was passed over in this poll.
    static GAVE_WAY: Cell<bool> = const { Cell::new(false) };
}

/// Branches in flight. Each is polled only when it has been woken.
pub(crate) struct InFlight<F, P> {
    branches: FuturesUnordered<Item<F, P>>,
    round: usize,
    /// The round in which a branch that comes in may not run.
    closed: usize,
}

impl<F: Future, P: Policy> InFlight<F, P> {
    pub(crate) fn new() -> Self {
        InFlight {
            branches: FuturesUnordered::new(),
            round: 1,
            closed: 0,
        }
    }

    /// Makes room for this many branches. The set must be empty.
    pub(crate) fn reserve(&mut self, branches: usize) {
        self.branches = FuturesUnordered::with_capacity(branches);
    }

    pub(crate) fn push(&mut self, index: usize, future: F) {
        self.branches.push(Item {
            index,
            future: Some(future),
            spent_in: self.closed,
            policy: PhantomData,
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.branches.is_empty()
    }

    /// Polls the branches that have been woken, until one ends. Returns its index and outcome, or
    /// `None` once there are no more branches.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Ended<F>>> {
        // A branch may contain another spread. If a panic skips restoring these, branches of the
        // outer spread may give way once more.
        let round = ROUND.replace(self.round);
        let gave_way = GAVE_WAY.replace(false);
        let polled = Pin::new(&mut self.branches).poll_next(cx);
        ROUND.set(round);
        if GAVE_WAY.replace(gave_way) {
            self.closed = self.round;
            if has_budget_remaining() {
                self.round += 1;
            }
        }
        polled
    }
}

impl<F: Future, P: Policy> Default for InFlight<F, P> {
    fn default() -> Self {
        InFlight::new()
    }
}

/// The index of a branch, and what it returned or panicked with.
type Ended<F> = (usize, Result<<F as Future>::Output, Payload>);

pin_project! {
    /// A branch in flight, and its index.
    struct Item<F, P> {
        index: usize,
        #[pin]
        future: Option<F>,
        // The last round in which this branch spent the budget, or came in too late.
        spent_in: usize,
        policy: PhantomData<fn() -> P>,
    }

    impl<F, P> PinnedDrop for Item<F, P> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // If a branch panics, the remaining ones are dropped while that panic unwinds.
            if this.future.is_some() && panicking() {
                drop_silenced(caught_seldom(&mut || this.future.set(None)));
            }
        }
    }
}

impl<F: Future, P: Policy> Future for Item<F, P> {
    type Output = Ended<F>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Ended<F>> {
        let this = self.project();
        // Without budget, the branch would only wake itself, and the set would poll it again.
        if *this.spent_in == ROUND.get() || !has_budget_remaining() {
            GAVE_WAY.set(true);
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let polled = poll_branch::<P, F>(this.future, cx);
        if polled.is_pending() && !has_budget_remaining() {
            *this.spent_in = ROUND.get();
        }
        polled.map(|ended| (*this.index, ended))
    }
}
