//! A spread whose branches run where they are awaited.

use std::fmt;
use std::future::Future;
use std::iter::Empty;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread::panicking;

use futures_buffered::FuturesUnordered;
use futures_core::Stream;
use pin_project_lite::pin_project;

use crate::branch::origin::{InSpan, Origin};
use crate::explain::{Applies, IntoSpread, SpreadItem};
use crate::outcome::BranchError;
use crate::outcome::caught::{Payload, caught, caught_seldom, drop_caught, drop_silenced, first};
use crate::place::here::caught::poll_branch;
use crate::place::here::policy::{Judge, Policy};
use crate::place::here::run::{AtOnce, Branches, ENDED, Lazily, Pinned, Run};
use crate::running::drop_each;

/// An iterator of futures with its name: what [`spread`] makes.
///
/// `T` is the value that is kept of each.
pub struct Spread<I, F, T, P, K, M> {
    branches: I,
    origin: Origin,
    judging: Inferred<F, T, P, K, M>,
}

type Inferred<F, T, P, K, M> = PhantomData<fn() -> (F, T, P, K, M)>;

/// Makes a branch of each future that an iterator yields. Without a limit it is pulled when the future
/// is made, and with one as there are places for its branches, from the first poll on.
///
/// `name` is what messages call it. Only `S` is ever to be thought of: the other parameters are found
/// by inference.
///
/// # Examples
///
/// ```
/// use gather_core::here::{Group, spread};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let numbers = [1, 2, 3];
/// let squares = spread("..squares", numbers.iter().map(|n| async move { n * n }));
/// assert_eq!(Group::new().join(squares, |results| results).await, [1, 4, 9]);
/// # }
/// ```
pub fn spread<S, I, F, T, P, J, K, M>(name: &'static str, branches: S) -> Spread<I, F, T, P, K, M>
where
    S: IntoSpread<I, J>,
    I: Iterator,
    I::Item: SpreadItem<F, K>,
    F: Future,
    P: Policy,
    P: Judge<F::Output, M, Value = T>,
{
    Spread {
        branches: branches.into_spread(),
        origin: Origin::new(name),
        judging: PhantomData,
    }
}

impl<I, F, T, P, K, M> Branches<P, AtOnce> for Spread<I, F, T, P, K, M>
where
    I: Iterator<Item: SpreadItem<F, K>>,
    F: Future,
    P: Judge<F::Output, M, Value = T>,
{
    type Results = Vec<P::Kept<T>>;
    type Pinned = PinnedSpread<Empty<F>, F, T, P, Applies, M>;

    fn pinned(self, next: &mut usize) -> Self::Pinned {
        *next += 1;
        let mut pinned = PinnedSpread::new(None, self.origin);
        pinned.reserve(self.branches.size_hint().0);
        for branch in self.branches {
            pinned.push(branch.into_branch());
        }
        pinned
    }

    fn results(ended: Vec<P::Kept<T>>) -> Vec<P::Kept<T>> {
        ended
    }
}

impl<I, F, T, P, K, M> Branches<P, Lazily> for Spread<I, F, T, P, K, M>
where
    I: Iterator<Item: SpreadItem<F, K>>,
    F: Future,
    P: Judge<F::Output, M, Value = T>,
{
    type Results = Vec<P::Kept<T>>;
    type Pinned = PinnedSpread<I, F, T, P, K, M>;

    fn pinned(self, next: &mut usize) -> Self::Pinned {
        *next += 1;
        PinnedSpread::new(Some(self.branches), self.origin)
    }

    fn results(ended: Vec<P::Kept<T>>) -> Vec<P::Kept<T>> {
        ended
    }
}

/// A spread as it is polled.
pub struct PinnedSpread<I, F, T, P, K, M>
where
    P: Policy,
{
    /// `None` once there are no more.
    branches: Option<I>,
    /// Whether its branches have places.
    is_limited: bool,
    in_flight: FuturesUnordered<Item<InSpan<F>, P>>,
    /// In the iterator's order, with a place for each branch that it has yielded.
    kept: Vec<Option<P::Kept<T>>>,
    origin: Origin,
    judging: PhantomData<fn() -> (K, M)>,
}

// Nothing of it is pinned but in an allocation of its own.
impl<I, F, T, P: Policy, K, M> Unpin for PinnedSpread<I, F, T, P, K, M> {}

pin_project! {
    /// A branch that is in flight, and its index.
    struct Item<F, P> {
        index: usize,
        #[pin]
        future: Option<F>,
        policy: PhantomData<fn() -> P>,
    }

    impl<F, P> PinnedDrop for Item<F, P> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // The set drops those behind one that panics while that panic unwinds.
            if this.future.is_some() && panicking() {
                drop_silenced(caught_seldom(&mut || this.future.set(None)));
            }
        }
    }
}

impl<F: Future, P: Policy> Future for Item<F, P> {
    type Output = (usize, Result<F::Output, Payload>);

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        poll_branch::<P, F>(this.future, cx).map(|ended| (*this.index, ended))
    }
}

impl<I, F, T, P, K, M> PinnedSpread<I, F, T, P, K, M>
where
    I: Iterator<Item: SpreadItem<F, K>>,
    F: Future,
    P: Judge<F::Output, M, Value = T>,
{
    fn new(branches: Option<I>, origin: Origin) -> Self {
        PinnedSpread {
            is_limited: branches.is_some(),
            branches,
            in_flight: FuturesUnordered::new(),
            kept: Vec::new(),
            origin,
            judging: PhantomData,
        }
    }

    /// Pulls the iterator as far as there are places.
    fn pull(&mut self, run: &mut Run) {
        while let Some(branches) = &mut self.branches {
            if !run.enter() {
                return;
            }
            let pulled = match caught_if::<P, _>(|| branches.next()) {
                Ok(pulled) => pulled,
                Err(payload) => {
                    // That of the branch that it would have yielded.
                    self.kept.push(self.panicked(self.kept.len(), payload));
                    None
                }
            };
            let Some(branch) = pulled else {
                run.leave();
                let ended = self.branches.take();
                if let Err(payload) = caught_if::<P, _>(|| drop(ended)) {
                    self.kept.push(self.panicked(self.kept.len(), payload));
                }
                return;
            };
            self.push(branch.into_branch());
        }
    }

    /// Makes room for so many branches, or for some of them.
    fn reserve(&mut self, branches: usize) {
        let branches = branches.min(RESERVED);
        self.in_flight = FuturesUnordered::with_capacity(branches);
        self.kept.reserve(branches);
    }

    fn push(&mut self, future: F) {
        self.in_flight.push(Item {
            index: self.kept.len(),
            future: Some(self.origin.in_span(future)),
            policy: PhantomData,
        });
        self.kept.push(None);
    }

    fn panicked(&self, index: usize, payload: Payload) -> Option<P::Kept<T>> {
        P::keep_error(|| BranchError::of_item(self.origin.name, index, Some(payload)))
    }
}

/// Catches a panic where the policy keeps panics.
fn caught_if<P: Policy, T>(run: impl FnOnce() -> T) -> Result<T, Payload> {
    if P::KEEPS_PANICS {
        caught(run)
    } else {
        Ok(run())
    }
}

impl<I, F, T, P, K, M> Pinned<P> for PinnedSpread<I, F, T, P, K, M>
where
    I: Iterator<Item: SpreadItem<F, K>>,
    F: Future,
    P: Judge<F::Output, M, Value = T>,
{
    type Ended = Vec<P::Kept<T>>;

    fn poll_ended(
        mut self: Pin<&mut Self>,
        run: &mut Run,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), P::Error>> {
        let this = &mut *self;
        if this.kept.is_empty()
            && let Some(branches) = &this.branches
        {
            let expected = branches.size_hint().0.min(run.free());
            this.reserve(expected);
        }
        loop {
            this.pull(run);
            match Pin::new(&mut this.in_flight).poll_next(cx) {
                Poll::Ready(Some((index, ended))) => {
                    if this.is_limited {
                        run.leave();
                    }
                    this.kept[index] = match ended {
                        Ok(output) => match P::judge(output) {
                            Ok(value) => Some(P::keep(value)),
                            Err(error) => return Poll::Ready(Err(error)),
                        },
                        Err(payload) => this.panicked(index, payload),
                    };
                }
                Poll::Ready(None) if this.branches.is_none() => return Poll::Ready(Ok(())),
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn take(mut self: Pin<&mut Self>) -> Vec<P::Kept<T>> {
        let places = std::mem::take(&mut self.kept);
        // Not collected in place, where the vector would keep the memory of the wider places.
        let mut results = Vec::with_capacity(places.len());
        results.extend(places.into_iter().map(|kept| kept.expect(ENDED)));
        results
    }

    fn clear(mut self: Pin<&mut Self>) -> Option<Payload> {
        let this = &mut *self;
        let in_flight = std::mem::take(&mut this.in_flight);
        let branches = this.branches.take();
        let panicked = first(drop_caught(in_flight), drop_caught(branches));
        first(panicked, drop_each(std::mem::take(&mut this.kept)))
    }
}

/// No more places than this are reserved beforehand: an iterator may say that it is longer than what
/// is pulled of it.
const RESERVED: usize = 4096;

impl<I, F, T, P, K, M> fmt::Debug for Spread<I, F, T, P, K, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spread")
            .field("name", &self.origin.name)
            .finish_non_exhaustive()
    }
}

impl<I, F, T, P, K, M> fmt::Debug for PinnedSpread<I, F, T, P, K, M>
where
    P: Policy,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PinnedSpread")
            .field("name", &self.origin.name)
            .finish_non_exhaustive()
    }
}
