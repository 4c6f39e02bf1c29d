//! What taking a result costs the task that awaits.
//!
//! A gather is read in one poll, however many branches it has and whatever is left of the budget that
//! tokio gives the task for this poll. But like any other operation of tokio that is ready at once, it
//! spends one unit, or a task that takes one finished gather after another would never let others
//! run. With no unit left a task may take one gather on credit; for the next it has to yield.

use std::cell::Cell;
use std::task::{Context, Poll};

use tokio::task::coop::{has_budget_remaining, poll_proceed};
use tokio::task::{Id, try_id};

use crate::task::sync::thread_local;

thread_local! {
    /// Who last took a gather on credit, unless it has yielded for it since.
    static DEBTOR: Cell<Debtor> = const { Cell::new(Debtor::Nobody) };
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Debtor {
    Nobody,
    Task(Id),
    /// The future of a `block_on`.
    NoTask,
}

/// Spends a unit of the task's budget, or has the task yield.
#[inline]
pub(crate) fn poll_spend(cx: &mut Context<'_>) -> Poll<()> {
    if !has_budget_remaining() {
        let debtor = try_id().map_or(Debtor::NoTask, Debtor::Task);
        if DEBTOR.replace(debtor) != debtor {
            return Poll::Ready(());
        }
    }
    DEBTOR.set(Debtor::Nobody);
    poll_proceed(cx).map(|unit| unit.made_progress())
}
