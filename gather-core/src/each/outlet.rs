//! Where branches send their results.

use std::convert::Infallible;
use std::fmt;
use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::sync::oneshot;
use tokio::task::coop::poll_proceed;

use crate::each::numbers::{Part, Yielded};
use crate::each::queue::Queue;
use crate::outcome::BranchError;
use crate::outcome::caught::{drop_silenced, silenced};
use crate::task::sync::{Mutex, get_mut, lock};

/// Makes the outlets of a call.
pub struct Outlets<T> {
    call: Arc<Call<T>>,
}

/// The sending side, for the branches of a part of the call. When no outlets are left, every branch
/// has ended.
pub(crate) struct Outlet<T> {
    call: Arc<Call<T>>,
    part: Part,
}

/// The receiving side.
pub(crate) struct Inlet<T> {
    /// What has been received, last first. Behind a lock, so that a handle can be shared even
    /// though its results cannot.
    received: Mutex<Vec<Sent<T>>>,
    call: Arc<Call<T>>,
}

/// What the branches and the handle of a call share.
struct Call<T> {
    results: Queue<Sent<T>>,
    yielded: Yielded,
    /// Whether a branch keeps its place until its result is taken.
    has_limit: bool,
    /// The first branch that was cancelled: its part, and its number within the part.
    cancelled: Mutex<Option<(Part, usize)>>,
}

/// A message from a branch.
pub(crate) enum Sent<T> {
    Result {
        index: usize,
        value: T,
        /// Dropped when the result is taken.
        place: Option<KeepsPlace>,
    },
    /// A branch has panicked: later messages are of no use.
    Panicked,
}

impl<T> Sent<T> {
    /// Drops a message that will not be taken, and swallows panics of its drop.
    fn discard(self) {
        if let Sent::Result { value, place, .. } = self {
            drop_silenced(value);
            drop_silenced(place);
        }
    }
}

/// Keeps a branch in its place until it is dropped.
pub(crate) type KeepsPlace = oneshot::Sender<Infallible>;

/// Ready when the result of the branch has been taken.
pub(crate) type Taken = oneshot::Receiver<Infallible>;

impl<T> Outlets<T> {
    /// Makes the `Outlets` of a call, and its `Inlet`.
    pub(crate) fn new(spreads: usize, has_limit: bool) -> (Self, Inlet<T>) {
        let call = Arc::new(Call {
            results: Queue::new(),
            yielded: Yielded::by(spreads),
            has_limit,
            cancelled: Mutex::new(None),
        });
        let outlets = Outlets {
            call: Arc::clone(&call),
        };
        let inlet = Inlet {
            received: Mutex::new(Vec::new()),
            call,
        };
        (outlets, inlet)
    }

    pub(crate) fn of(&self, part: Part) -> Outlet<T> {
        Outlet::new(&self.call, part)
    }
}

impl<T> Drop for Outlets<T> {
    fn drop(&mut self) {
        self.call.results.leave();
    }
}

impl<T> Inlet<T> {
    /// Returns the next message, or `None` once every branch has ended. Spends a unit of the task's
    /// budget.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Sent<T>>> {
        let unit = ready!(poll_proceed(cx));
        let received = get_mut(&mut self.received);
        if received.is_empty() {
            ready!(self.call.results.poll_take(cx, received));
        }
        unit.made_progress();
        Poll::Ready(received.pop())
    }

    /// Returns the next message, if one has been sent.
    pub(crate) fn try_next(&mut self) -> Option<Sent<T>> {
        let received = get_mut(&mut self.received);
        if received.is_empty() {
            self.call.results.take(received);
        }
        received.pop()
    }

    /// The number of messages that have not been taken.
    pub(crate) fn len(&self) -> usize {
        lock(&self.received).len() + self.call.results.len()
    }

    /// Whether every branch has ended.
    pub(crate) fn is_closed(&self) -> bool {
        self.call.results.is_over()
    }

    /// Drops the messages that have not been taken, and all later ones. Returns how many had not
    /// been taken.
    pub(crate) fn close(&mut self) -> usize {
        let sent = self.call.results.close();
        let received = mem::take(get_mut(&mut self.received));
        let come_out = received.len() + sent.len();
        received.into_iter().chain(sent).for_each(Sent::discard);
        come_out
    }

    /// Whether a branch counts towards a limit until its result is taken.
    pub(crate) fn has_limit(&self) -> bool {
        self.call.has_limit
    }

    /// The error of the first branch that was cancelled.
    pub(crate) fn cancelled(&self) -> Option<BranchError> {
        let cancelled = *lock(&self.call.cancelled);
        cancelled.map(|(part, item)| part.cancelled(item))
    }
}

impl<T> Drop for Inlet<T> {
    fn drop(&mut self) {
        self.close();
    }
}

impl<T> Outlet<T> {
    fn new(call: &Arc<Call<T>>, part: Part) -> Self {
        call.results.join();
        let call = Arc::clone(call);
        Outlet { call, part }
    }

    /// Makes another outlet for the same part.
    pub(crate) fn another(&self) -> Self {
        Outlet::new(&self.call, self.part)
    }

    /// Records how many branches the spread has yielded.
    #[inline]
    pub(crate) fn yielded(&self, items: usize) {
        self.call.yielded.count(&self.part, items);
    }

    /// Sends the result of a branch. If this returns a [`Taken`], the branch must wait for it.
    #[inline]
    pub(crate) fn send(&self, item: usize, value: T) -> Option<Taken> {
        let (place, taken) = if self.call.has_limit {
            let (place, taken) = oneshot::channel();
            (Some(place), Some(taken))
        } else {
            (None, None)
        };
        let index = self.part.first(&self.call.yielded) + item;
        let result = Sent::Result {
            index,
            value,
            place,
        };
        self.push(result);
        taken
    }

    pub(crate) fn panicked(&self) {
        self.push(Sent::Panicked);
    }

    /// Sends a message, or drops it if the inlet is closed. A panic of the waker is not the
    /// branch's, and is swallowed.
    #[inline]
    fn push(&self, sent: Sent<T>) {
        if let Some(waker) = self.call.results.send(sent, Sent::discard) {
            silenced(|| waker.wake());
        }
    }

    /// Records that a branch was dropped before it ended, or before the iterator yielded it.
    pub(crate) fn cancelled(&self, item: usize) {
        let mut cancelled = lock(&self.call.cancelled);
        let is_first =
            |(part, first): (Part, usize)| (self.part.place(), item) < (part.place(), first);
        if cancelled.is_none_or(is_first) {
            *cancelled = Some((self.part, item));
        }
    }
}

impl<T> Drop for Outlet<T> {
    fn drop(&mut self) {
        // The last outlet wakes the awaiting task, and its waker may panic.
        silenced(|| self.call.results.leave());
    }
}

impl<T> fmt::Debug for Outlets<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outlets").finish_non_exhaustive()
    }
}
