//! A spread whose branches run in the awaiting task.

use std::fmt;
use std::future::Future;
use std::iter::Empty;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::task::coop::{has_budget_remaining, poll_proceed};

use crate::explain::{AllAtOnce, IntoError, IntoSpread, SameError, SpreadItem};
use crate::outcome::BranchError;
use crate::outcome::caught::{Payload, caught, drop_caught, drop_each, first};
use crate::place::here::caught::{Judging, caught_if, judged};
use crate::place::here::in_flight::InFlight;
use crate::place::here::policy::{Accepts, Policy};
use crate::place::here::run::{AtOnce, Branches, ENDED, Failed, Lazily, Making, Pinned, Run};
use crate::running::{Keying, Keys, RESERVED};
use crate::task::{InSpan, Origin};

/// A named iterator of futures, made by [`spread`].
///
/// `T` is the type of the value that is kept from each branch, and `K` that of its key, if `N` says
/// that it has one.
pub struct Spread<I, F: Future, T, P: Policy, K, N> {
    branches: I,
    pull_all: PullAll<I, F, T, P, K, N>,
    pull: Pull<I, F, K, N>,
    judge: Judging<F, T, P>,
    origin: Origin,
}

/// Pulls the iterator to its end. The code that calls this requires nothing of the items, so that a
/// mistake is reported once.
type PullAll<I, F, T, P, K, N> = fn(&mut I, &mut PinnedSpread<Empty<F>, F, T, P, K, N>);

/// Pulls the next future, and keeps its key.
type Pull<I, F, K, N> = fn(&mut I, &Keys<K, N>) -> Option<F>;

/// Makes a branch from each future that an iterator yields. Without a limit, the iterator is
/// advanced to its end when the future of the gather is made. With a limit, it is advanced as slots
/// become free, from the first poll on. If it yields pairs of a key and a future, each result is
/// paired with its key.
///
/// Messages refer to the iterator by `name`. Only `S` matters to a caller: the other parameters are
/// inferred.
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
pub fn spread<
    S, // what is spread
    I, // its iterator
    F, // the future of an item
    T, // what is kept of the output
    P, // the policy of the group
    K, // the key of an item
    J, // marks how `S` becomes an iterator
    M, // marks how `P` accepts the output
    N, // marks whether items have keys
>(
    name: &'static str,
    branches: S,
) -> Spread<I, F, T, P, K, N>
where
    S: IntoSpread<I, J>,
    J: AllAtOnce,
    I: Iterator,
    I::Item: SpreadItem<F, K, N>,
    F: Future,
    P: Policy,
    P: Accepts<F::Output, M, Value = T>,
    M: SameError<P::Expected, P::Failure>,
    P::Error: IntoError<P::Expected, P::Conversion>,
    N: Keying,
{
    Spread {
        branches: branches.into_spread(),
        pull_all: |branches, pinned| {
            for branch in branches {
                let future = branch.into_branch(|key| pinned.keys.push(key));
                pinned.push(future);
            }
        },
        pull: |branches, keys| Some(branches.next()?.into_branch(|key| keys.push(key))),
        judge: P::judge,
        origin: Origin::new(name),
    }
}

impl<I, F, T, P, K, N> Branches<P, AtOnce> for Spread<I, F, T, P, K, N>
where
    I: Iterator,
    F: Future,
    P: Policy,
    N: Keying,
{
    type Results = Vec<N::With<K, P::Kept<T>>>;
    type Pinned = PinnedSpread<Empty<F>, F, T, P, K, N>;

    fn pinned(mut self, making: &mut Making) -> Self::Pinned {
        making.take_index();
        let mut pinned = PinnedSpread::new(
            None,
            |none: &mut Empty<F>, _| none.next(),
            self.judge,
            self.origin,
        );
        let branches = &mut self.branches;
        if making.panicked.is_none() {
            let pulled = caught(|| {
                pinned.reserve(branches.size_hint().0);
                (self.pull_all)(branches, &mut pinned);
            });
            making.panicked = pulled.err();
        }
        making.panicked = first(making.panicked.take(), drop_caught(self.branches));
        pinned
    }

    fn results(ended: Self::Results) -> Self::Results {
        ended
    }
}

impl<I, F, T, P, K, N> Branches<P, Lazily> for Spread<I, F, T, P, K, N>
where
    I: Iterator,
    F: Future,
    P: Policy,
    N: Keying,
{
    type Results = Vec<N::With<K, P::Kept<T>>>;
    type Pinned = PinnedSpread<I, F, T, P, K, N>;

    fn pinned(self, making: &mut Making) -> Self::Pinned {
        making.take_index();
        PinnedSpread::new(Some(self.branches), self.pull, self.judge, self.origin)
    }

    fn results(ended: Self::Results) -> Self::Results {
        ended
    }
}

/// A spread in the form that is polled.
pub struct PinnedSpread<I, F, T, P, K, N>
where
    F: Future,
    P: Policy,
{
    /// `None` once there are no more.
    branches: Option<I>,
    pull: Pull<I, F, K, N>,
    /// Whether its branches occupy places.
    is_limited: bool,
    in_flight: InFlight<InSpan<F>, P>,
    /// How many branches the iterator has yielded.
    yielded: usize,
    /// In the iterator's order, with an entry for each branch that it has yielded.
    kept: Vec<Option<P::Kept<T>>>,
    keys: Keys<K, N>,
    /// Zero-sized results. They are all alike, so they need no index. They take no memory, however
    /// many branches end.
    alike: Vec<P::Kept<T>>,
    origin: Origin,
    judge: Judging<F, T, P>,
}

// Only the branches are pinned, and these are in an allocation of their own.
impl<I, F: Future, T, P: Policy, K, N> Unpin for PinnedSpread<I, F, T, P, K, N> {}

impl<I, F, T, P, K, N> PinnedSpread<I, F, T, P, K, N>
where
    I: Iterator,
    F: Future,
    P: Policy,
    N: Keying,
{
    /// Whether results are zero-sized.
    const ARE_ALIKE: bool = size_of::<P::Kept<T>>() == 0;

    fn new(
        branches: Option<I>,
        pull: Pull<I, F, K, N>,
        judge: Judging<F, T, P>,
        origin: Origin,
    ) -> Self {
        PinnedSpread {
            is_limited: branches.is_some(),
            branches,
            pull,
            in_flight: InFlight::new(),
            yielded: 0,
            kept: Vec::new(),
            keys: Keys::new(),
            alike: Vec::new(),
            judge,
            origin,
        }
    }

    /// Makes room for as many branches as the iterator announces.
    fn prepare(&mut self, run: &Run) -> Result<(), Failed<P::Error>> {
        let Some(branches) = &self.branches else {
            return Ok(());
        };
        match caught_if::<P, _>(|| branches.size_hint().0) {
            Ok(expected) => {
                self.reserve(expected.min(run.free()));
                Ok(())
            }
            Err(payload) => self.end(Some(payload)),
        }
    }

    /// Pulls branches as long as there are free places.
    fn pull(&mut self, run: &mut Run) -> Result<(), Failed<P::Error>> {
        while let Some(branches) = &mut self.branches {
            if !run.enter() {
                break;
            }
            let pulled = caught_if::<P, _>(|| (self.pull)(branches, &self.keys));
            if let Ok(Some(branch)) = pulled {
                self.push(branch);
                continue;
            }
            run.leave();
            return self.end(pulled.err());
        }
        Ok(())
    }

    /// Drops the iterator, which has ended, maybe with a panic.
    fn end(&mut self, panicked: Option<Payload>) -> Result<(), Failed<P::Error>> {
        let ended = self.branches.take();
        let dropped = caught_if::<P, _>(|| drop(ended));
        match first(panicked, dropped.err()) {
            Some(payload) => self.keep_panic(payload),
            None => Ok(()),
        }
    }

    /// Keeps a panic of the iterator as that of the branch that it would have yielded, unless
    /// results are paired with keys and this one has none.
    fn keep_panic(&mut self, payload: Payload) -> Result<(), Failed<P::Error>> {
        let index = self.yielded;
        let panic = BranchError::of_item(self.origin.name, index, Some(payload));
        if !self.keys.has_key(index) {
            return Err(Failed::of_panic(panic));
        }
        let kept = P::keep_error(panic).map_err(Failed::of_panic)?;
        self.kept.push(Some(kept));
        Ok(())
    }

    /// Makes room for this many branches, or for some of them.
    fn reserve(&mut self, branches: usize) {
        let branches = branches.min(RESERVED);
        self.in_flight.reserve(branches);
        if !Self::ARE_ALIKE {
            self.kept.reserve(branches);
        }
    }

    fn push(&mut self, future: F) {
        let future = self.origin.in_span(self.yielded, future);
        self.in_flight.push(self.yielded, future);
        self.yielded += 1;
        if !Self::ARE_ALIKE {
            self.kept.push(None);
        }
    }

    /// Keeps the result of the branch with this index.
    #[inline]
    fn keep(&mut self, index: usize, kept: P::Kept<T>) {
        if Self::ARE_ALIKE {
            self.alike.push(kept);
        } else {
            self.kept[index] = Some(kept);
        }
    }

    /// Returns what is kept of a branch that has panicked, unless the panic fails the gather.
    fn panicked(&self, index: usize, payload: Payload) -> Result<P::Kept<T>, Failed<P::Error>> {
        let panic = BranchError::of_item(self.origin.name, index, Some(payload));
        P::keep_error(panic).map_err(Failed::of_panic)
    }
}

impl<I, F, T, P, K, N> Pinned<P> for PinnedSpread<I, F, T, P, K, N>
where
    I: Iterator,
    F: Future,
    P: Policy,
    N: Keying,
{
    type Ended = Vec<N::With<K, P::Kept<T>>>;

    fn poll_ended(
        mut self: Pin<&mut Self>,
        run: &mut Run,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Failed<P::Error>>> {
        if run.skips() {
            return Poll::Pending;
        }
        let this = &mut *self;
        if this.yielded == 0 && run.free() > 0 {
            this.prepare(run)?;
        }
        this.pull(run)?;
        // Without budget, the set would skip 61 branches. Of 122, one half would always come first.
        if !this.in_flight.is_empty() && !has_budget_remaining() {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        loop {
            match this.in_flight.poll_next(cx) {
                Poll::Ready(Some((index, ended))) => {
                    if this.is_limited {
                        run.leave();
                    }
                    let kept = match judged::<P, _, _>(ended, this.judge) {
                        Ok(value) => P::keep(value.map_err(Failed::Error)?),
                        Err(payload) => this.panicked(index, payload)?,
                    };
                    this.keep(index, kept);
                    if this.is_limited {
                        // Otherwise, branches that are ready at once would starve other tasks.
                        let Poll::Ready(unit) = poll_proceed(cx) else {
                            run.pause();
                            return Poll::Pending;
                        };
                        unit.made_progress();
                        this.pull(run)?;
                        if !has_budget_remaining() {
                            cx.waker().wake_by_ref();
                            return Poll::Pending;
                        }
                    }
                }
                Poll::Ready(None) if this.branches.is_none() => return Poll::Ready(Ok(())),
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn take(mut self: Pin<&mut Self>) -> Self::Ended {
        if Self::ARE_ALIKE {
            let results = mem::take(&mut self.alike);
            return self.keys.zip(results);
        }
        let places = mem::take(&mut self.kept);
        // Not collected in place: the vector would keep the larger allocation of `places`.
        let mut results = Vec::with_capacity(places.len());
        results.extend(places.into_iter().map(|kept| kept.expect(ENDED)));
        self.keys.zip(results)
    }

    fn clear(mut self: Pin<&mut Self>) -> Option<Payload> {
        let this = &mut *self;
        let in_flight = mem::take(&mut this.in_flight);
        let branches = this.branches.take();
        let panicked = first(drop_caught(in_flight), drop_caught(branches));
        let kept = first(
            drop_each(mem::take(&mut this.kept)),
            drop_each(mem::take(&mut this.alike)),
        );
        first(first(panicked, kept), this.keys.clear())
    }
}

impl<I, F: Future, T, P: Policy, K, N> fmt::Debug for Spread<I, F, T, P, K, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spread")
            .field("name", &self.origin.name)
            .finish_non_exhaustive()
    }
}

impl<I, F, T, P, K, N> fmt::Debug for PinnedSpread<I, F, T, P, K, N>
where
    F: Future,
    P: Policy,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PinnedSpread")
            .field("name", &self.origin.name)
            .finish_non_exhaustive()
    }
}
