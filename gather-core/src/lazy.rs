//! A spread whose iterator is pulled as places come free: a task in each place, and each pulls its
//! next branch when it has run one.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tokio::runtime::Handle;
use tokio::task::coop;

use crate::branch::{BranchOutput, Judged, OutputOf};
use crate::caught::{caught, drop_caught, drop_silenced};
use crate::policy::Judge;
use crate::queue::{Place, Queue, Source, Started};
use crate::slot_vec::SlotVec;
use crate::spread::{IntoSpread, SpreadItem};
use crate::state::lock;
use crate::task::{Outcome, cancel_branch, poll_branch};

/// An iterator of futures with its name, to be pulled as they can start: what [`lazy_spread`]
/// makes.
pub struct LazySpread<I: Iterator, T, P, X> {
    pub(crate) branches: I,
    pub(crate) source: fn(I, Seats<X>) -> Box<dyn Source>,
    name: &'static str,
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
/// group.spread(squares, |slots| &slots.0);
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
    X: SeatAt<Result<T, P::Error>>,
    O: 'static,
    L: 'static,
    M: 'static,
    O: OutputOf<F::Output>,
{
    LazySpread {
        branches: branches.into_spread(),
        source: |branches, seats| {
            let Seats {
                seat,
                queue,
                expected,
            } = seats;
            Box::new(Arc::new(Feed {
                pulled: Mutex::new(Pulled {
                    branches: Some(branches),
                    given: 0,
                }),
                into_branch: SpreadItem::into_branch,
                seats: Seats {
                    seat: Judged::<P, _, O, L, M>::new(seat),
                    queue,
                    expected,
                },
            }))
        },
        name,
        judge: PhantomData,
    }
}

impl<I: Iterator, T, P, X> LazySpread<I, T, P, X> {
    /// Slots for the branches' outcomes.
    #[must_use]
    pub fn slot(&self) -> SlotVec<T> {
        SlotVec::new(self.name)
    }
}

impl<I: Iterator, T, P, X> fmt::Debug for LazySpread<I, T, P, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LazySpread")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Where the branches of an iterator report to, by their index. Dropping it says that all have
/// ended.
pub trait SeatAt<O>: Send + Sync + 'static {
    /// Takes the outcome of one branch, after its future has been dropped.
    fn settle_at(&self, index: usize, outcome: Outcome<O>);

    /// The iterator has given its last branch.
    fn complete(&self);

    /// The iterator is dropped before it has given its last branch.
    fn abandon(&self);
}

/// A spread's seat, and what the progress is to know of it.
pub(crate) struct Seats<X> {
    pub(crate) seat: X,
    pub(crate) queue: Arc<Queue>,
    /// How many branches there are, if the iterator says so beforehand.
    pub(crate) expected: Option<usize>,
}

/// An iterator of branches that is shared by the tasks which run them.
struct Feed<I: Iterator, F: Future, X: SeatAt<F::Output>> {
    pulled: Mutex<Pulled<I>>,
    into_branch: fn(I::Item) -> F,
    seats: Seats<X>,
}

struct Pulled<I> {
    /// `None` once there are no more.
    branches: Option<I>,
    given: usize,
}

impl<I: Iterator, F: Future, X: SeatAt<F::Output>> Feed<I, F, X> {
    /// The next branch and its index.
    fn pull(&self) -> Option<(usize, F)> {
        // The iterator's code is the user's. It runs under this lock, which only pullers take.
        let mut pulled = lock(&self.pulled);
        let index = pulled.given;
        let next = caught(|| {
            let next = pulled.branches.as_mut()?.next();
            if next.is_none() {
                pulled.branches = None;
                self.seats.queue.learn(self.seats.expected, index);
                self.seats.seat.complete();
            }
            next.map(self.into_branch)
        });
        match next {
            Ok(None) => None,
            Ok(Some(branch)) => {
                pulled.given += 1;
                Some((index, branch))
            }
            Err(payload) => {
                let broken = pulled.branches.take();
                drop(pulled);
                drop_silenced(broken);
                self.seats.queue.learn(self.seats.expected, index + 1);
                self.seats.seat.settle_at(index, Outcome::Panicked(payload));
                self.seats.seat.complete();
                None
            }
        }
    }
}

impl<I: Iterator, F: Future, X: SeatAt<F::Output>> Drop for Feed<I, F, X> {
    fn drop(&mut self) {
        let (left, given) = {
            let mut pulled = lock(&self.pulled);
            (pulled.branches.take(), pulled.given)
        };
        if left.is_some() {
            self.seats.seat.abandon();
            if let Some(payload) = drop_caught(left) {
                self.seats.seat.settle_at(given, Outcome::Panicked(payload));
            }
        }
    }
}

impl<I, F, X> Source for Arc<Feed<I, F, X>>
where
    I: Iterator + Send + 'static,
    F: Future + Send + 'static,
    X: SeatAt<F::Output>,
{
    fn start(&mut self, runtime: &Handle, place: Place) -> Started {
        let Some((index, branch)) = self.pull() else {
            return Started::NoneLeft;
        };
        let feed = Arc::clone(self);
        runtime.spawn(Worker {
            branch: Some(branch),
            index,
            feed,
            place,
            waits: false,
        });
        Started::One
    }
}

pin_project! {
    /// Runs one branch after another in one place.
    struct Worker<I, F, X>
    where
        I: Iterator,
        F: Future,
        X: SeatAt<F::Output>,
    {
        #[pin]
        branch: Option<F>,
        index: usize,
        feed: Arc<Feed<I, F, X>>,
        place: Place,
        // As in `Task`.
        waits: bool,
    }

    impl<I, F, X> PinnedDrop for Worker<I, F, X>
    where
        I: Iterator,
        F: Future,
        X: SeatAt<F::Output>,
    {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if this.branch.is_some() {
                this.feed.seats.seat.settle_at(*this.index, cancel_branch(this.branch));
            }
        }
    }
}

impl<I, F, X> Future for Worker<I, F, X>
where
    I: Iterator,
    F: Future,
    X: SeatAt<F::Output>,
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        // Where this returns while there is a branch, dropping the task cancels it.
        while !this.place.is_closed() {
            let Poll::Ready(outcome) = poll_branch(this.branch.as_mut(), cx) else {
                if !mem::replace(this.waits, true) {
                    this.place.wait(cx.waker());
                    // Whoever closed the place may not have found the waker.
                    if this.place.is_closed() {
                        break;
                    }
                }
                return Poll::Pending;
            };
            this.feed.seats.seat.settle_at(*this.index, outcome);
            if this.place.is_closed() {
                break;
            }
            let Some((index, branch)) = this.feed.pull() else {
                break;
            };
            *this.index = index;
            this.branch.set(Some(branch));
            // Branches that never wait would else keep their thread from everything else.
            ready!(coop::poll_proceed(cx)).made_progress();
        }
        Poll::Ready(())
    }
}
