//! A gather of nothing.

use std::task::{Context, Poll};

use crate::caught::drop_caught;
use crate::progress::Progress;
use crate::shared::Gathered;
use crate::state::Payload;
use crate::sync::Mutex;
use crate::sync::lock;

/// What a handle with no branches holds.
pub(crate) struct Ready<T>(Mutex<Option<T>>);

impl<T> Ready<T> {
    pub(crate) fn new(value: T) -> Self {
        Ready(Mutex::new(Some(value)))
    }
}

impl<T: Send> Gathered<T> for Ready<T> {
    fn is_finished(&self) -> bool {
        true
    }

    fn poll_finished(&self, _: &Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    fn stop_waiting(&self) {}

    fn progress(&self) -> Progress {
        Progress {
            finished: 0,
            total: Some(0),
        }
    }

    fn stop(&self) {}

    fn discard(&self) -> Option<Payload> {
        let value = lock(&self.0).take();
        drop_caught(value)
    }

    fn has_result(&self) -> bool {
        true
    }

    fn result(&self) -> T {
        lock(&self.0)
            .take()
            .expect("the handle takes the result once")
    }
}
