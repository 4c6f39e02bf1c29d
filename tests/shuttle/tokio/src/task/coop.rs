//! The budget of a poll.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll};

use shuttle::rand::{RngCore, thread_rng};

use crate::threads::thread_local;

thread_local! {
    /// How much of the budget is left, if there is one.
    static LEFT: Cell<Option<u8>> = const { Cell::new(None) };
}

/// Restores the budget when it is dropped, unless progress was made.
pub struct RestoreOnPending(Cell<Option<Option<u8>>>);

impl RestoreOnPending {
    pub fn made_progress(&self) {
        self.0.set(None);
    }
}

impl Drop for RestoreOnPending {
    fn drop(&mut self) {
        if let Some(left) = self.0.get() {
            LEFT.set(left);
        }
    }
}

fn with<R>(left: Option<u8>, run: impl FnOnce() -> R) -> R {
    let _restores = RestoreOnPending(Cell::new(Some(LEFT.replace(left))));
    run()
}

/// The budget is that of tokio, or what other futures may have left of it.
pub(crate) fn with_budget<R>(run: impl FnOnce() -> R) -> R {
    let left = match thread_rng().next_u64() % 6 {
        0..3 => 128,
        left => left as u8 - 2,
    };
    with(Some(left), run)
}

pub async fn unconstrained<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|cx| with(None, || future.as_mut().poll(cx))).await
}

pub fn has_budget_remaining() -> bool {
    LEFT.get() != Some(0)
}

pub fn poll_proceed(cx: &mut Context<'_>) -> Poll<RestoreOnPending> {
    let left = LEFT.get();
    if left == Some(0) {
        cx.waker().wake_by_ref();
        return Poll::Pending;
    }
    LEFT.set(left.map(|left| left - 1));
    Poll::Ready(RestoreOnPending(Cell::new(Some(left))))
}
