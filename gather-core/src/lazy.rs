//! A spread whose iterator is pulled as places come free: a task in each place, and each pulls its
//! next branch when it has run one.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tokio::runtime::Handle;
use tokio::task::yield_now;

use crate::branch::{BranchOutput, Judged, OutputOf};
use crate::caught::{caught, drop_caught, drop_silenced};
use crate::origin::Origin;
use crate::policy::Judge;
use crate::queue::{Feed, Place, Queue};
use crate::slot_vec::SlotVec;
use crate::spread::{IntoSpread, SpreadItem};
use crate::state::Payload;
use crate::sync::lock;
use crate::sync::{Mutex, MutexGuard};
use crate::task::{Settle, Spawned, cancel_branch, poll_branch, spawn};

/// An iterator of futures with its name, to be pulled as they can start: what [`lazy_spread`]
/// makes.
pub struct LazySpread<I: Iterator, T, P, X> {
    pub(crate) branches: I,
    pub(crate) feed: fn(I, Seats<X>) -> Box<dyn Feed>,
    pub(crate) origin: Origin,
    judge: PhantomData<fn() -> (T, P)>,
}

/// Makes a branch of each future that an iterator gives, and pulls the iterator as branches can
/// start: for a group with a [limit](crate::Group::limit).
///
/// The iterator is pulled by the tasks that run the branches, so it has to be `Send` and `'static`
/// as they have. `name` is how messages call it. Only `S` is ever to be thought of: the other
/// parameters are found by inference.
///
/// # Examples
///
/// ```
/// use gather_core::{Group, lazy_spread};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let squares = (1..=1000).map(|n| async move { n * n });
/// let (group, squares) = (Group::new().limit(2), lazy_spread("..squares", squares));
/// let mut group = group.slots((squares.slot(),));
/// group.spread(squares);
/// assert_eq!(group.gather(|(squares,)| squares).await.len(), 1000);
/// # }
/// ```
pub fn lazy_spread<S, I, F, O, T, P, X, J, K, L, M>(
    name: &'static str,
    branches: S,
) -> LazySpread<I, T, P, X>
where
    S: IntoSpread<I, J>,
    I: Iterator,
    I: Send,
    I: 'static,
    I::Item: SpreadItem<F, K>,
    F: Future,
    F: Send,
    F: 'static,
    F::Output: BranchOutput<O, L>,
    P: Judge<O, M, Value = T>,
    X: Settle<Result<T, P::Error>>,
    O: 'static,
    K: 'static,
    L: 'static,
    M: 'static,
    O: OutputOf<F::Output>,
{
    LazySpread {
        branches: branches.into_spread(),
        feed: |branches, seats| {
            let origin = seats.origin.clone();
            let branches = branches.map(move |item| origin.in_span(item.into_branch()));
            Box::new(Arc::new(SharedFeed {
                pulled: Mutex::new(Pulled {
                    branches: Some(branches),
                    given: 0,
                }),
                seats: Seats {
                    seat: Judged::<P, _, O, L, M>::new(seats.seat),
                    queue: seats.queue,
                    origin: seats.origin,
                    expected: seats.expected,
                },
            }))
        },
        origin: Origin::new(name),
        judge: PhantomData,
    }
}

impl<I: Iterator, T, P, X> LazySpread<I, T, P, X> {
    /// Slots for the branches' outcomes.
    #[must_use]
    pub fn slot(&self) -> SlotVec<T> {
        SlotVec::new(self.origin.name)
    }
}

impl<I: Iterator, T, P, X> fmt::Debug for LazySpread<I, T, P, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LazySpread")
            .field("name", &self.origin.name)
            .finish_non_exhaustive()
    }
}

/// A spread's seat, and what the progress is to know of it.
pub(crate) struct Seats<X> {
    pub(crate) seat: X,
    pub(crate) queue: Arc<Queue>,
    pub(crate) origin: Origin,
    /// How many branches there are, if the iterator says so beforehand.
    pub(crate) expected: Option<usize>,
}

/// An iterator of branches that is shared by the tasks which run them.
struct SharedFeed<I, X>
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
