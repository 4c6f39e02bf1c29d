//! Iterators of futures that will send their results.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use crate::branch as run;
use crate::each::branch::result;
use crate::each::branches::{Branches, OneType};
use crate::each::deliver::{Deliver, WayOf};
use crate::each::delivering::{Delivering, Making};
use crate::each::numbers::Numbers;
use crate::each::outlet::{Outlet, Outlets};
use crate::explain::{
    AllAtOnce, BranchKey, BranchValue, IntoSpread, Plain, SameOutput, SpreadItem, ValueOf,
};
use crate::outcome::caught::Unwanted;
use crate::policy::{Accepts, Policy, Unordered};
use crate::running::Keying;

/// A named iterator of futures for a group of `gather_each!`, made by [`spread`].
pub struct Spread<I: Iterator, F: Future, P: OneType, K> {
    branches: I,
    name: &'static str,
    make: Make<I, P, Run<I, F, P, K>>,
}

/// The same, but advanced as branches can start, made by [`lazy_spread`].
pub struct LazySpread<I: Iterator, F: Future, P: OneType, K> {
    branches: I,
    name: &'static str,
    make: Make<I, P, RunLazily<I, F, P, K>>,
}

/// Makes an iterator into a spread that sends its results.
type Make<I, P, R> = fn(&'static str, I, Outlet<<P as OneType>::Value>) -> R;

type Run<I, F, P, K> =
    run::Spread<Delivering<I, F, K, <P as OneType>::Value>, (), Unordered<()>, Infallible, Plain>;

type RunLazily<I, F, P, K> = run::LazySpread<
    Delivering<I, F, K, <P as OneType>::Value>,
    (),
    Unordered<()>,
    Infallible,
    Plain,
>;

/// Makes a branch from each future that an iterator yields. Each result is returned when its branch
/// finishes.
///
/// This is for a group without a limit. With a limit, use [`lazy_spread`]. Messages refer to the
/// iterator by `name`. Only `S` matters to a caller: the other parameters are inferred.
///
/// # Examples
///
/// ```
/// use gather_core::{Group, each::spread};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let squares = spread("..squares", (1..=3).map(|n| async move { n * n }));
/// let mut each = Group::each().start(squares);
/// let mut sum = 0;
/// while let Some((index, square)) = each.next().await {
///     assert_eq!(square, (index + 1) * (index + 1));
///     sum += square;
/// }
/// assert_eq!(sum, 14);
/// # }
/// ```
pub fn spread<
    S, // what is spread
    I, // its iterator
    F, // the future of an item
    O, // the output, under the name that inference found
    P, // the policy of the group
    A, // the key of an item
    K, // the same, under the name that inference found
    H, // marks how `A` is sent
    J, // marks how `S` becomes an iterator
    L, // marks how the output is sent
    M, // marks how `P` accepts the output
    N, // marks whether items have keys
>(
    name: &'static str,
    branches: S,
) -> Spread<I, F, P, K>
where
    S: IntoSpread<I, J>,
    J: AllAtOnce,
    I: Iterator,
    I::Item: SpreadItem<F, A, N>,
    A: BranchKey<K, H>,
    F: Future,
    F: Send,
    F: 'static,
    F::Output: BranchValue<O, L>,
    P: OneType,
    P: Policy<Error = Infallible>,
    P: Accepts<N::With<K, O>, M, Value = <P as OneType>::Value>,
    M: SameOutput<<P as OneType>::Value, N::With<K, O>>,
    <P as OneType>::Value: Send + 'static,
    O: 'static,
    K: Send + 'static,
    L: 'static,
    M: 'static,
    N: Keying,
    O: ValueOf<F::Output>,
{
    Spread {
        branches: branches.into_spread(),
        name,
        make: |name, branches, outlet| {
            let making = Making {
                pull,
                value: result::<N, _, _, _, P, _, _>,
            };
            let delivering = Delivering::new(branches, making, outlet);
            run::spread(name, delivering)
        },
    }
}

/// Makes a branch from each future that an iterator yields, and advances the iterator as branches
/// can start: for a group with a [limit](crate::Group::limit).
///
/// A branch keeps its slot until its result is taken, so the iterator is advanced as results are
/// taken. It must be `Send` and `'static`, because the tasks that run the branches advance it.
/// Messages refer to it by `name`. Only `S` matters to a caller: the other parameters are inferred.
///
/// # Examples
///
/// ```
/// use gather_core::{Group, each::lazy_spread};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let squares = (1..).map(|n: u64| async move { n * n });
/// let mut each = Group::each().limit(2).start(lazy_spread("..squares", squares));
/// while let Some((_, square)) = each.next().await {
///     if square > 1000 {
///         break;
///     }
/// }
/// # }
/// ```
pub fn lazy_spread<
    S, // what is spread
    I, // its iterator
    F, // the future of an item
    O, // the output, under the name that inference found
    P, // the policy of the group
    A, // the key of an item
    K, // the same, under the name that inference found
    H, // marks how `A` is sent
    J, // marks how `S` becomes an iterator
    L, // marks how the output is sent
    M, // marks how `P` accepts the output
    N, // marks whether items have keys
>(
    name: &'static str,
    branches: S,
) -> LazySpread<I, F, P, K>
where
    S: IntoSpread<I, J>,
    J: AllAtOnce,
    I: Iterator,
    I: Send,
    I: 'static,
    I::Item: SpreadItem<F, A, N>,
    A: BranchKey<K, H>,
    F: Future,
    F: Send,
    F: 'static,
    F::Output: BranchValue<O, L>,
    P: OneType,
    P: Policy<Error = Infallible>,
    P: Accepts<N::With<K, O>, M, Value = <P as OneType>::Value>,
    M: SameOutput<<P as OneType>::Value, N::With<K, O>>,
    <P as OneType>::Value: Send + 'static,
    O: 'static,
    A: 'static,
    K: Send + 'static,
    H: 'static,
    L: 'static,
    M: 'static,
    N: Keying,
    O: ValueOf<F::Output>,
{
    LazySpread {
        branches: branches.into_spread(),
        name,
        make: |name, branches, outlet| {
            let making = Making {
                pull,
                value: result::<N, _, _, _, P, _, _>,
            };
            let delivering = Delivering::new(branches, making, outlet);
            run::lazy_spread(name, delivering)
        },
    }
}

/// Pulls the next branch, and takes off its key. If an item panics as it becomes a future, its key
/// must not panic too.
fn pull<I, F, A, K, H, N, T>(
    branches: &mut I,
    number: u8,
    way: &Arc<WayOf<F, K, T>>,
) -> Option<Deliver<F, K, T>>
where
    I: Iterator<Item: SpreadItem<F, A, N>>,
    F: Future,
    A: BranchKey<K, H>,
{
    let item = branches.next()?;
    let mut kept = None;
    let future = item.into_branch(|key| kept = Some(Unwanted::unless_taken(key.into_key())));
    let key = kept.map(Unwanted::into_inner);
    Some(Deliver::new((key, future), number, Arc::clone(way)))
}

impl<I: Iterator, F: Future, P: OneType, K> Branches<P> for Spread<I, F, P, K> {
    const SPREADS: usize = 1;

    type Delivering = Run<I, F, P, K>;

    fn delivering(self, numbers: &mut Numbers, outlets: &Outlets<P::Value>) -> Self::Delivering {
        let outlet = outlets.of(numbers.spread(self.name));
        (self.make)(self.name, self.branches, outlet)
    }
}

impl<I: Iterator, F: Future, P: OneType, K> Branches<P> for LazySpread<I, F, P, K> {
    const SPREADS: usize = 1;

    type Delivering = RunLazily<I, F, P, K>;

    fn delivering(self, numbers: &mut Numbers, outlets: &Outlets<P::Value>) -> Self::Delivering {
        let outlet = outlets.of(numbers.spread(self.name));
        (self.make)(self.name, self.branches, outlet)
    }
}

impl<I: Iterator, F: Future, P: OneType, K> fmt::Debug for Spread<I, F, P, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spread")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl<I: Iterator, F: Future, P: OneType, K> fmt::Debug for LazySpread<I, F, P, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LazySpread")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
