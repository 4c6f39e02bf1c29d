//! A spread: an iterator of futures, each of which becomes a branch.

use std::fmt;
use std::future::Future;
use std::panic::resume_unwind;
use std::sync::Arc;

use tokio::task::JoinHandle;

use crate::branch::take_index;
use crate::explain::{
    AllAtOnce, BranchKey, BranchValue, IntoError, IntoSpread, SameError, SpreadItem, ValueOf,
};
use crate::outcome::BranchError;
use crate::outcome::caught::{Unwanted, caught, drop_each, drop_silenced};
use crate::place::branches::Branches;
use crate::place::shared::{Sharers, Sharing, Undealt, UndealtSpread};
use crate::policy::{Accepts, Policy};
use crate::running::{Keyed, Keying, Keys, Many, RESERVED};
use crate::task::{Judged, Origin, SiblingsOf, Spawner, TaskOutput, hold, start};

/// A named iterator of futures that are ready to start, made by [`spread`].
///
/// `T` is the type of the value that is kept from each output. `K` is the type of its key, if `N`
/// says that it has one.
pub struct Spread<I: Iterator, T: Send + 'static, P: Policy, K, N> {
    branches: Unwanted<I>,
    start: Start<I::Item, T, P, K, N>,
    share: Share<I, T, P, K, N>,
    origin: Origin,
}

/// Starts a branch.
type Start<B, T, P, K, N> = fn(
    &Spawner<P>,
    &Origin,
    usize,
    B,
    &Keys<K, N>,
    &Arc<SiblingsOf<P>>,
) -> JoinHandle<TaskOutput<T, P>>;

/// Pulls the iterator, for branches that share tasks.
type Share<I, T, P, K, N> =
    fn(&mut I, &Origin, &Keyed<Arc<Sharers<T, P>>, K, N>, &SiblingsOf<P>) -> Box<dyn Undealt>;

/// How many tasks share a reference count of their gather. If all shared one, cores would contend
/// for it.
const TASKS_A_COUNT: usize = 64;

/// Makes a branch from each future that an iterator yields. If it yields pairs of a key and a future,
/// each result is paired with its key.
///
/// This is for a group without a limit. With a limit, use [`lazy_spread`](crate::lazy_spread()).
/// Messages refer to the iterator by `name`. Only `S` matters to a caller: the other parameters are
/// inferred.
///
/// # Examples
///
/// ```
/// use gather_core::{Group, spread};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let squares = (1..=3).map(|n| async move { n * n });
/// let squares = spread("..squares", squares);
/// assert_eq!(Group::new().spawn(squares, |results| results).await, [1, 4, 9]);
///
/// let squares = (1..=2).map(|n| (n, async move { n * n }));
/// let squares = spread("..squares", squares);
/// assert_eq!(Group::new().spawn(squares, |results| results).await, [(1, 1), (2, 4)]);
/// # }
/// ```
pub fn spread<
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
) -> Spread<I, T, P, K, N>
where
    S: IntoSpread<I, J>,
    J: AllAtOnce,
    I: Iterator,
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
    K: Send + 'static,
    L: 'static,
    M: 'static,
    N: Keying,
    T: ValueOf<V>,
{
    Spread {
        branches: Unwanted::unless_taken(branches.into_spread()),
        start: |spawner, origin, index, branch, keys, siblings| {
            let future = branch.into_branch(|key| keys.push(key.into_key()));
            let future = origin.in_span(index, hold(future));
            let link = Arc::clone(siblings);
            start::<Judged<P, T, L, M>, _, _, _>(&spawner.runtime, origin.name, index, future, link)
        },
        share: |branches, origin, sharers, siblings| {
            let keep = |key: A| sharers.keys.push(key.into_key());
            let mut futures = Vec::new();
            let mut pulled = branches.enumerate().map(|(index, branch)| {
                let future = branch.into_branch(keep);
                origin.in_span(index, hold(future))
            });
            // In pieces, because the iterator may report more items than it has.
            let pulled = caught(|| {
                let mut room = 0;
                while futures.len() == room {
                    room += RESERVED;
                    futures.extend(pulled.by_ref().take(RESERVED));
                }
            });
            if let Err(payload) = pulled {
                drop_silenced(drop_each(futures));
                resume_unwind(payload);
            }
            Box::new(UndealtSpread::<_, Judged<P, T, L, M>>::new(
                futures,
                Arc::clone(&sharers.running),
                Arc::clone(siblings),
            ))
        },
        origin: Origin::new(name),
    }
}

impl<I, T, P, K, N> Branches<P, Spawner<P>> for Spread<I, T, P, K, N>
where
    I: Iterator,
    T: Send + 'static,
    P: Policy,
    K: Send + 'static,
    N: Keying,
{
    type Running = Keyed<Many<T, P>, K, N>;

    fn places(&mut self, next: &mut usize) -> Self::Running {
        take_index(next);
        Keyed::new(Many::new(self.origin.name))
    }

    fn start(&mut self, running: &Self::Running, spawner: &Spawner<P>) {
        let Keyed { running, keys } = running;
        let siblings = &spawner.siblings;
        let branches = self.branches.get_mut();
        running.reserve(branches.size_hint().0);
        let mut counted = Arc::new(Arc::clone(siblings));
        let mut index = 0;
        let name = self.origin.name;
        while !siblings.is_stopped()
            && let Some(branch) = branches.next()
        {
            // A branch may have failed while the iterator was running.
            if siblings.is_stopped() {
                spawner.drop_unstarted(branch, |panic| {
                    BranchError::of_item(name, index, Some(panic))
                });
                break;
            }
            if index % TASKS_A_COUNT == 0 && index > 0 {
                counted = Arc::new(Arc::clone(siblings));
            }
            let task = (self.start)(spawner, &self.origin, index, branch, keys, &counted);
            running.started(task, siblings);
            index += 1;
        }
        let branches = self.branches.take();
        if siblings.is_stopped() {
            spawner.drop_unstarted(branches, |panic| {
                BranchError::of_item(name, index, Some(panic))
            });
        }
    }
}

impl<I, T, P, K, N> Branches<P, Sharing<P>> for Spread<I, T, P, K, N>
where
    I: Iterator,
    T: Send + 'static,
    P: Policy,
    K: Send + 'static,
    N: Keying,
{
    type Running = Keyed<Arc<Sharers<T, P>>, K, N>;

    fn places(&mut self, next: &mut usize) -> Self::Running {
        take_index(next);
        Keyed::new(Arc::new(Sharers::new(self.origin.name)))
    }

    fn start(&mut self, running: &Self::Running, sharing: &Sharing<P>) {
        let siblings = &sharing.siblings;
        let undealt = (self.share)(self.branches.get_mut(), &self.origin, running, siblings);
        sharing.push_spread(undealt);
        drop(self.branches.take());
    }
}

impl<I: Iterator, T: Send + 'static, P: Policy, K, N> fmt::Debug for Spread<I, T, P, K, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spread")
            .field("name", &self.origin.name)
            .finish_non_exhaustive()
    }
}
