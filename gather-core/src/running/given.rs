//! The base of a struct, in the place of a started branch.

use std::fmt;
use std::task::{Context, Poll};

use crate::outcome::Boxed;
use crate::outcome::caught::{Payload, drop_caught, drop_silenced};
use crate::policy::Policy;
use crate::running::{Counts, READ, Reading, Running};
use crate::task::sync::{Mutex, lock};

/// A value that is available from the start.
///
/// A [`Base`](crate::Base) becomes this.
pub struct Given<T>(Mutex<Option<Boxed<T>>>);

impl<T> Given<T> {
    pub(crate) fn new(value: Boxed<T>) -> Self {
        Given(Mutex::new(Some(value)))
    }
}

impl<T: 'static, P: Policy> Running<P> for Given<T> {
    type Results = T;

    const COUNT: usize = 1;

    fn poll_ended(&self, _: usize, _: &Reading<'_, P>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    fn is_ended(&self) -> bool {
        true
    }

    fn count(&self, _: &mut Counts) {}

    fn abort(&self) {}

    fn detach(&self) {
        drop_silenced(<Self as Running<P>>::clear(self));
    }

    fn clear(&self) -> Option<Payload> {
        let value = lock(&self.0).take();
        drop_caught(value)
    }

    fn take(&self) -> T {
        let value = lock(&self.0).take();
        value.expect(READ)()
    }
}

impl<T> fmt::Debug for Given<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Given").finish_non_exhaustive()
    }
}
