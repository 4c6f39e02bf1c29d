//! Where branches send their results.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use crate::each::numbers::{Number, Yielded};
use crate::outcome::BranchError;
use crate::outcome::caught::Unwanted;
use crate::task::sync::{Mutex, lock};

/// What branches send their results by. When all of these are gone, every branch has ended.
pub struct Outlet<T> {
    results: UnboundedSender<Sent<T>>,
    call: Arc<Call>,
}

/// Where results come out.
pub(crate) struct Inlet<T> {
    pub(crate) results: UnboundedReceiver<Sent<T>>,
    pub(crate) call: Arc<Call>,
}

/// What the branches and the handle of a call share, besides the results.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) yielded: Yielded,
    /// Whether a branch keeps its place until its result is taken.
    has_limit: bool,
    /// The first branch that was cancelled.
    cancelled: Mutex<Option<Number>>,
}

/// What comes from the branches.
pub(crate) enum Sent<T> {
    Result {
        index: usize,
        /// Dropped quietly where nobody takes it.
        value: Unwanted<T>,
        /// Dropped when the result is taken.
        place: Option<Held>,
    },
    /// A branch has panicked: what comes behind is of no use.
    Panicked,
}

/// Keeps a branch in its place.
pub(crate) type Held = oneshot::Sender<Infallible>;

/// Ready when the result of the branch has been taken.
pub(crate) type Taken = oneshot::Receiver<Infallible>;

impl<T> Outlet<T> {
    /// An outlet, and where its results come out.
    pub(crate) fn new(spreads: usize, has_limit: bool) -> (Self, Inlet<T>) {
        let (results, sent) = unbounded_channel();
        let call = Arc::new(Call {
            yielded: Yielded::by(spreads),
            has_limit,
            cancelled: Mutex::new(None),
        });
        let inlet = Inlet {
            results: sent,
            call: Arc::clone(&call),
        };
        (Outlet { results, call }, inlet)
    }

    /// Another one, with a reference count of its own.
    pub(crate) fn another(&self) -> Self {
        Outlet {
            results: self.results.clone(),
            call: Arc::clone(&self.call),
        }
    }

    pub(crate) fn call(&self) -> &Arc<Call> {
        &self.call
    }

    /// Sends the result of a branch, which is to wait until it is taken if this returns something.
    #[inline]
    pub(crate) fn send(&self, number: &Number, value: Unwanted<T>) -> Option<Taken> {
        let (place, taken) = if self.call.has_limit {
            let (place, taken) = oneshot::channel();
            (Some(place), Some(taken))
        } else {
            (None, None)
        };
        let index = number.index(&self.call.yielded);
        let result = Sent::Result {
            index,
            value,
            place,
        };
        // If the handle is gone, it is dropped.
        drop(self.results.send(result));
        taken
    }

    pub(crate) fn panicked(&self) {
        drop(self.results.send(Sent::Panicked));
    }

    /// The branch was dropped before it ended.
    pub(crate) fn cancelled(&self, number: Number) {
        let mut cancelled = lock(&self.call.cancelled);
        if cancelled.is_none_or(|first| number.place() < first.place()) {
            *cancelled = Some(number);
        }
    }
}

impl Call {
    /// The error of the first branch that was cancelled.
    pub(crate) fn cancelled(&self) -> Option<BranchError> {
        let cancelled = *lock(&self.cancelled);
        cancelled.map(|number| number.cancelled())
    }
}

impl<T> fmt::Debug for Outlet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outlet").finish_non_exhaustive()
    }
}
