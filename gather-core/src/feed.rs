//! An iterator of branches that is shared by the places: a task runs in each, and pulls its next
//! branch when it has run one.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tokio::runtime::Handle;
use tokio::task::yield_now;

use crate::caught::{caught, drop_caught, drop_silenced};
use crate::origin::Origin;
use crate::queue::{Feed, Place, Queue};
use crate::state::Payload;
use crate::sync::{Mutex, MutexGuard, lock};
use crate::task::{Settle, Spawned, cancel_branch, poll_branch, spawn};

/// A spread's seat, and what the progress is to know of it.
pub(crate) struct Seats<X> {
    pub(crate) seat: X,
    pub(crate) queue: Arc<Queue>,
    pub(crate) origin: Origin,
    /// How many branches there are, if the iterator says so beforehand.
    pub(crate) expected: Option<usize>,
}

impl<X> Seats<X> {
    pub(crate) fn map<Y>(self, seat: impl FnOnce(X) -> Y) -> Seats<Y> {
        Seats {
            seat: seat(self.seat),
            queue: self.queue,
            origin: self.origin,
            expected: self.expected,
        }
    }
}

/// An iterator of branches that is shared by the tasks which run them.
pub(crate) struct SharedFeed<I, X>
where
    I: Iterator,
    I::Item: Future,
    X: Settle<<I::Item as Future>::Output>,
{
    pulled: Mutex<Pulled<I>>,
    seats: Seats<X>,
}

struct Pulled<I> {
    /// `None` once there are no more.
    branches: Option<I>,
    given: usize,
}

impl<I, X> SharedFeed<I, X>
where
    I: Iterator,
    I::Item: Future,
    X: Settle<<I::Item as Future>::Output>,
{
    /// The next branch and its index.
    #[inline]
    fn pull(&self) -> Option<(usize, I::Item)> {
        // The iterator's code is the user's. It runs under this lock, which only pullers take.
        let mut pulled = lock(&self.pulled);
        let index = pulled.given;
        match caught(|| pulled.branches.as_mut()?.next()) {
            Ok(Some(branch)) => {
                pulled.given += 1;
                Some((index, branch))
            }
            Ok(None) => {
                self.end(pulled);
                None
            }
            Err(payload) => {
                self.fail(pulled, payload);
                None
            }
        }
    }

    /// The iterator has given its last branch, maybe to somebody else.
    #[cold]
    fn end(&self, mut pulled: MutexGuard<'_, Pulled<I>>) {
        let ended = pulled.branches.take();
        let given = pulled.given;
        drop(pulled);
        if ended.is_some() {
            self.complete(given, drop_caught(ended));
        }
    }

    /// The iterator has panicked: that is a branch which did.
    #[cold]
    fn fail(&self, mut pulled: MutexGuard<'_, Pulled<I>>, payload: Payload) {
        let broken = pulled.branches.take();
        let given = pulled.given;
        drop(pulled);
        drop_silenced(broken);
        self.complete(given, Some(payload));
    }

    fn complete(&self, given: usize, panicked: Option<Payload>) {
        let Seats {
            seat,
            queue,
            expected,
            ..
        } = &self.seats;
        let branches = given + usize::from(panicked.is_some());
        queue.learn(*expected, branches);
        if let Some(payload) = panicked {
            seat.panicked(given, payload);
        }
        seat.complete(branches);
    }
}

impl<I, X> SharedFeed<I, X>
where
    I: Iterator + Send + 'static,
    I::Item: Future + Send + 'static,
    X: Settle<<I::Item as Future>::Output>,
{
    pub(crate) fn boxed(branches: I, seats: Seats<X>) -> Box<dyn Feed> {
        let pulled = Pulled {
            branches: Some(branches),
            given: 0,
        };
        Box::new(Arc::new(SharedFeed {
            pulled: Mutex::new(pulled),
            seats,
        }))
    }
}

impl<I, X> Drop for SharedFeed<I, X>
where
    I: Iterator,
    I::Item: Future,
    X: Settle<<I::Item as Future>::Output>,
{
    fn drop(&mut self) {
        let (left, given) = {
            let mut pulled = lock(&self.pulled);
            (pulled.branches.take(), pulled.given)
        };
        if left.is_some() {
            self.seats.seat.abandon();
            if let Some(payload) = drop_caught(left) {
                self.seats.seat.panicked(given, payload);
            }
        }
    }
}

impl<I, X> Feed for Arc<SharedFeed<I, X>>
where
    I: Iterator + Send + 'static,
    I::Item: Future + Send + 'static,
    X: Settle<<I::Item as Future>::Output>,
{
    fn start(&self, runtime: &Handle, place: Place) -> Option<Spawned> {
        let (index, branch) = self.pull()?;
        let feed = Arc::clone(self);
        let worker = Worker {
            branch: Some(branch),
            index,
            feed,
            place,
        };
        Some(spawn(runtime, self.seats.origin.name, worker))
    }
}

/// So many branches that do not wait are run before other tasks have their turn.
const BRANCHES_A_POLL: usize = 32;

pin_project! {
    /// Runs one branch after another in one place.
    struct Worker<I, X>
    where
        I: Iterator,
        I::Item: Future,
        X: Settle<<I::Item as Future>::Output>,
    {
        #[pin]
        branch: Option<I::Item>,
        index: usize,
        feed: Arc<SharedFeed<I, X>>,
        place: Place,
    }

    impl<I, X> PinnedDrop for Worker<I, X>
    where
        I: Iterator,
        I::Item: Future,
        X: Settle<<I::Item as Future>::Output>,
    {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if this.branch.is_some() {
                cancel_branch(this.branch, &this.feed.seats.seat, *this.index);
            }
        }
    }
}

impl<I, X> Future for Worker<I, X>
where
    I: Iterator,
    I::Item: Future,
    X: Settle<<I::Item as Future>::Output>,
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        for _ in 0..BRANCHES_A_POLL {
            // Where this returns while there is a branch, dropping the task cancels it.
            if this.place.is_closed() {
                return Poll::Ready(());
            }
            let seat = &this.feed.seats.seat;
            match ready!(poll_branch(this.branch.as_mut(), cx)) {
                Ok(output) => seat.returned(*this.index, output),
                Err(payload) => seat.panicked(*this.index, payload),
            }
            this.place.count_finished();
            if this.place.is_closed() {
                return Poll::Ready(());
            }
            let Some((index, branch)) = this.feed.pull() else {
                return Poll::Ready(());
            };
            *this.index = index;
            this.branch.set(Some(branch));
        }
        // Polled once, it has this task polled again when the others have had their turn.
        pin!(yield_now()).poll(cx)
    }
}
