//! A spread whose iterator is pulled as places become free.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use crate::branch::take_index;
use crate::explain::{
    AllAtOnce, BranchKey, BranchValue, IntoError, IntoSpread, SameError, SpreadItem, ValueOf,
};
use crate::outcome::caught::Unwanted;
use crate::place::branches::Branches;
use crate::place::limit::{Fed, LazyIter, QueueSource, Queueing};
use crate::place::shared::{Line, LineSource, SharingPlaces, SpreadInLine};
use crate::policy::{Accepts, Policy};
use crate::running::{Keyed, Keying, Keys};
use crate::task::{Held, InSpan, Judged, Origin, SiblingsOf, hold};

/// A named iterator of futures, to be advanced as branches can start, made by [`lazy_spread`].
pub struct LazySpread<I: Iterator, T: Send + 'static, P: Policy, K, N> {
    branches: Unwanted<I>,
    source: MakeSource<I, T, P, K, N>,
    share: ShareSource<I, T, P, K, N>,
    origin: Origin,
}

/// Makes a source from the iterator.
type MakeSource<I, T, P, K, N> =
    fn(I, &Origin, &Keyed<Arc<Fed<T, P>>, K, N>, SiblingsOf<P>) -> Arc<dyn QueueSource>;

/// Makes a source from the iterator, for branches that share tasks.
type ShareSource<I, T, P, K, N> =
    fn(I, &Origin, &Keyed<Arc<Fed<T, P>>, K, N>, SiblingsOf<P>, Arc<Line>) -> Arc<dyn LineSource>;

/// Makes a branch from each future that an iterator yields, and advances the iterator as branches can
/// start: for a group with a [limit](crate::Group::limit).
///
/// If the iterator yields pairs of a key and a future, each result is paired with its key.
///
/// The tasks that run the branches advance the iterator, so it must be `Send` and `'static`, like
/// them. Messages refer to it by `name`. Only `S` matters to a caller: the other parameters are
/// inferred.
///
/// # Examples
///
/// ```
/// use gather_core::{Group, lazy_spread};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let squares = (1..=1000).map(|n| async move { n * n });
/// let squares = lazy_spread("..squares", squares);
/// assert_eq!(Group::new().limit(2).spawn(squares, |results| results).await.len(), 1000);
/// # }
/// ```
pub fn lazy_spread<
    S, // what is spread
    I, // its iterator
    F, // the future of an item
    V, // what is kept of the output
    T, // the same, under the name that inference found
    P, // the policy of the group
    A, // the key of an item
    K, // the same, under the name that inference found
    H, // marks how `A` is sent
    J, // marks how `S` becomes an iterator
    L, // marks how `V` is sent
    M, // marks how `P` accepts the output
    N, // marks whether items have keys
>(
    name: &'static str,
    branches: S,
) -> LazySpread<I, T, P, K, N>
where
    S: IntoSpread<I, J>,
    J: AllAtOnce,
    I: Iterator,
    I: Send,    // with `limit`, tasks advance it: it owns `Send` values only, or add `here`
    I: 'static, // with `limit`, tasks advance it: `into_iter()` for `iter()`, or add `here`
    I::Item: SpreadItem<F, A, N>,
    A: BranchKey<K, H>,
    F: Future,
    F: Send, // it runs as a task: use `Arc` for `Rc`, drop guards before `.await`, or add `here;`
    F: 'static, // it runs as a task: own the data (`async move`, `Arc`), or add `here;`
    P: Policy,
    P: Accepts<F::Output, M, Value = V>,
    M: SameError<P::Expected, P::Failure>,
    P::Error: IntoError<P::Expected, P::Conversion>,
    V: BranchValue<T, L>,
    T: Send + 'static,
    V: 'static,
    A: 'static,
    K: Send + 'static,
    H: 'static,
    L: 'static,
    M: 'static,
    N: Keying,
    T: ValueOf<V>,
{
    LazySpread {
        branches: Unwanted::unless_taken(branches.into_spread()),
        source: |branches, origin, fed, siblings| {
            let futures = futures(branches, origin, &fed.keys);
            Arc::new(LazyIter::<_, Judged<P, T, L, M>>::new(
                futures,
                &fed.running,
                siblings,
            ))
        },
        share: |branches, origin, fed, siblings, line| {
            let futures = futures(branches, origin, &fed.keys);
            let iter = LazyIter::<_, Judged<P, T, L, M>>::new(futures, &fed.running, siblings);
            Arc::new(SpreadInLine::new(iter, line))
        },
        origin: Origin::new(name),
    }
}

/// The futures of a spread. Pulling one keeps its key.
fn futures<I, F, A, K, H, N>(
    branches: I,
    origin: &Origin,
    keys: &Keys<K, N>,
) -> impl Iterator<Item = InSpan<Held<F>>> + use<I, F, A, K, H, N>
where
    I: Iterator<Item: SpreadItem<F, A, N>>,
    F: Future + Send + 'static,
    A: BranchKey<K, H>,
    N: Keying,
{
    let (origin, keys) = (origin.clone(), keys.clone());
    let items = origin.clone().pulled_in_span(branches).enumerate();
    items.map(move |(index, item)| {
        let future = item.into_branch(|key| keys.push(key.into_key()));
        origin.in_span(index, hold(future))
    })
}

impl<I, T, P, K, N> Branches<P, Queueing<P>> for LazySpread<I, T, P, K, N>
where
    I: Iterator,
    T: Send + 'static,
    P: Policy,
    K: Send + 'static,
    N: Keying,
{
    type Running = Keyed<Arc<Fed<T, P>>, K, N>;

    fn places(&mut self, next: &mut usize) -> Self::Running {
        take_index(next);
        fed(self.origin.name)
    }

    fn start(&mut self, running: &Self::Running, queueing: &Queueing<P>) {
        running
            .running
            .expect(exact_length(self.branches.get_mut()));
        running.running.reserve(queueing.queue.limit());
        let siblings = Arc::clone(&queueing.siblings);
        let source = (self.source)(self.branches.take(), &self.origin, running, siblings);
        queueing.queue.push(source);
    }
}

impl<I, T, P, K, N> Branches<P, SharingPlaces<P>> for LazySpread<I, T, P, K, N>
where
    I: Iterator,
    T: Send + 'static,
    P: Policy,
    K: Send + 'static,
    N: Keying,
{
    type Running = Keyed<Arc<Fed<T, P>>, K, N>;

    fn places(&mut self, next: &mut usize) -> Self::Running {
        take_index(next);
        fed(self.origin.name)
    }

    fn start(&mut self, running: &Self::Running, places: &SharingPlaces<P>) {
        running
            .running
            .expect(exact_length(self.branches.get_mut()));
        let siblings = Arc::clone(&places.siblings);
        let line = Arc::clone(&places.line);
        let source = (self.share)(self.branches.take(), &self.origin, running, siblings, line);
        places.line.push(source);
    }
}

/// The results of branches that have not been pulled yet.
fn fed<T, P, K, N>(name: &'static str) -> Keyed<Arc<Fed<T, P>>, K, N>
where
    T: Send + 'static,
    P: Policy,
    K: Send + 'static,
    N: Keying,
{
    let keys = Keys::new();
    Keyed {
        running: Arc::new(Fed::new(name, keys.shared())),
        keys,
    }
}

/// The number of branches, if the iterator reports it.
fn exact_length(branches: &impl Iterator) -> Option<usize> {
    let (least, most) = branches.size_hint();
    // A length near the maximum cannot be true, and sums of such lengths would overflow.
    most.filter(|most| *most == least && *most < usize::MAX / 64)
}

impl<I: Iterator, T: Send + 'static, P: Policy, K, N> fmt::Debug for LazySpread<I, T, P, K, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LazySpread")
            .field("name", &self.origin.name)
            .finish_non_exhaustive()
    }
}
