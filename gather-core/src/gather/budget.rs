//! What taking a result costs the awaiting task.
//!
//! A gather is read in one poll, however many branches it has and whatever is left of the budget
//! that tokio gives the task for this poll. But, like any tokio operation that is ready at once, it
//! spends one unit. Otherwise, a task that takes one finished gather after another would starve
//! other tasks. A task with no unit left may take one gather on credit, and must yield before the
//! next.

use std::cell::Cell;
use std::task::{Context, Poll};

use tokio::task::coop::{has_budget_remaining, poll_proceed};
use tokio::task::{Id, try_id};

use crate::task::sync::thread_local;

thread_local! {
    /// The task that last took a gather on credit, unless it has yielded since.
    static DEBTOR: Cell<Debtor> = const { Cell::new(Debtor::Nobody) };
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Debtor {
    Nobody,
    Task(Id),
    /// The future of a `block_on`.
    NoTask,
}

/// Spends a unit of the task's budget, or makes the task yield.
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
