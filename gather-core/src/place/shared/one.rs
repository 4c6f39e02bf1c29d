//! The result of a branch that is written out and shares a task.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::outcome::BranchError;
use crate::outcome::caught::{Payload, drop_caught, drop_silenced};
use crate::place::shared::branch::{Recorder, Refills};
use crate::policy::Policy;
use crate::running::{Counts, READ, Reading, Running};
use crate::task::SiblingsOf;
use crate::task::sync::{Mutex, lock};

/// The result of a branch, once it has returned.
///
/// A [`Branch`](crate::Branch) becomes this when branches share tasks.
pub struct Sharer<T: Send + 'static, P: Policy> {
    name: &'static str,
    /// The branch's position among the branches and spreads of the call.
    index: usize,
    state: Mutex<State<P::Kept<T>>>,
}

enum State<K> {
    /// The branch is running, or waits to run.
    Pending,
    Ended(Option<K>),
    /// The result will not be read: if the branch still returns one, it is dropped.
    Unwanted,
}

/// Records the outcome of the branch.
pub(crate) struct OneRecorder<T: Send + 'static, P: Policy> {
    sharer: Arc<Sharer<T, P>>,
    siblings: SiblingsOf<P>,
}

impl<T: Send + 'static, P: Policy> Sharer<T, P> {
    pub(crate) fn new(name: &'static str, index: usize) -> Self {
        Sharer {
            name,
            index,
            state: Mutex::new(State::Pending),
        }
    }

    pub(crate) fn recorder(self: &Arc<Self>, siblings: &SiblingsOf<P>) -> OneRecorder<T, P> {
        OneRecorder {
            sharer: Arc::clone(self),
            siblings: Arc::clone(siblings),
        }
    }

    fn error(&self, panic: Option<Payload>) -> BranchError {
        BranchError::of_branch(self.name, self.index, panic)
    }

    fn has_ended(&self) -> bool {
        !matches!(*lock(&self.state), State::Pending)
    }
}

impl<T: Send + 'static, P: Policy> Recorder<T, P> for OneRecorder<T, P> {
    #[inline]
    fn siblings(&self) -> &SiblingsOf<P> {
        &self.siblings
    }

    fn error(&self, _: usize, panic: Option<Payload>) -> BranchError {
        self.sharer.error(panic)
    }

    #[inline]
    fn put(&self, _: usize, kept: Option<P::Kept<T>>) {
        let unwanted = {
            let mut state = lock(&self.sharer.state);
            match *state {
                State::Unwanted => kept,
                State::Pending | State::Ended(_) => {
                    *state = State::Ended(kept);
                    None
                }
            }
        };
        if unwanted.is_some() {
            drop_silenced(unwanted);
        }
    }
}

impl<F, T: Send + 'static, P: Policy> Refills<F> for OneRecorder<T, P> {
    fn next(&self) -> Option<(usize, F)> {
        None
    }
}

impl<T: Send + 'static, P: Policy> Running<P> for Arc<Sharer<T, P>> {
    type Results = P::Kept<T>;

    const COUNT: usize = 1;

    fn poll_ended(&self, _: usize, reading: &Reading<'_, P>, _: &mut Context<'_>) -> Poll<()> {
        // All tasks have ended, so no result is still to come.
        if let State::Pending | State::Ended(None) = &*lock(&self.state) {
            reading.miss(|| self.error(None));
        }
        Poll::Ready(())
    }

    fn is_ended(&self) -> bool {
        self.has_ended()
    }

    fn count(&self, counts: &mut Counts) {
        counts.add(usize::from(self.has_ended()), Some(1));
    }

    fn abort(&self) {}

    fn detach(&self) {
        drop_silenced(Running::<P>::clear(self));
    }

    fn clear(&self) -> Option<Payload> {
        let state = mem::replace(&mut *lock(&self.state), State::Unwanted);
        drop_caught(state)
    }

    fn take(&self) -> P::Kept<T> {
        match mem::replace(&mut *lock(&self.state), State::Ended(None)) {
            State::Ended(Some(kept)) => kept,
            _ => panic!("{READ}"),
        }
    }
}

impl<T: Send + 'static, P: Policy> fmt::Debug for Sharer<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sharer")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
