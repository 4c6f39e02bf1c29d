//! Branches that run in the awaiting task, and whose results are taken as they arrive: what
//! `gather_each!(here; ..)` expands to.
//!
//! ```
//! use gather_core::each::here::branch;
//! use gather_core::here::Group;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let name = String::from("Ada");
//! let branches = (branch("async { name.len() }", async { name.len() }),);
//! let mut each = Group::each().stream(branches);
//! assert_eq!(each.next().await, Some((0, 3)));
//! assert_eq!(each.next().await, None);
//! # }
//! ```

use std::convert::Infallible;
use std::fmt;
use std::future::{Future, Ready};
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::stream::{FusedStream, Stream};
use tokio::task::coop::poll_proceed;

use crate::each::branches::{Branches, OneType, deliver};
use crate::each::deliver::{Deliver, Value, Way};
use crate::each::delivering::{Delivering, Making};
use crate::each::handle::Next;
use crate::each::numbers::Numbers;
use crate::each::outlet::{Inlet, Outlets, Sent};
use crate::explain::{
    AddBranch, AllAtOnce, AwaitAll, Awaitable, IntoBranch, IntoSpread, Iterate, NextIfReady,
    NextResult, OneByOne, Plain, SameOutput, SpreadItem, StreamMethod, Unstarted,
};
use crate::gather::others::methods_of_others;
use crate::outcome::caught::{Payload, Unwanted, caught, drop_silenced};
use crate::place::here as run;
use crate::place::here::{Accepts, Group, Joined, LimitedGroup, Policy};
use crate::policy::Unordered;
use crate::running::Keying;

/// A named future, made by [`branch`].
pub struct Branch<F: Future, P: OneType> {
    future: Pin<Box<F>>,
    value: Value<Infallible, F::Output, P::Value>,
    name: &'static str,
}

/// A named iterator of futures, made by [`spread`].
pub struct Spread<I: Iterator, F: Future, P: OneType, K> {
    branches: I,
    making: Making<I, F, K, P::Value>,
    name: &'static str,
}

/// Makes a branch from a future, or from a value that converts into one. Its result is returned
/// when it finishes.
///
/// Messages refer to the branch by `name`. Only `B` matters to a caller: the other parameters are
/// inferred.
pub fn branch<
    B, // what is written as the branch
    F, // its future
    P, // the policy of the group
    K, // marks how `B` becomes a future
    M, // marks how `P` accepts the output
>(
    name: &'static str,
    branch: B,
) -> Branch<F, P>
where
    B: IntoBranch<F, K>,
    K: AllAtOnce,
    K: Awaitable<B>,
    F: Future,
    P: OneType,
    P: Policy<Error = Infallible>,
    P: Accepts<F::Output, M, Value = <P as OneType>::Value>,
    M: SameOutput<<P as OneType>::Value, F::Output>,
{
    Branch {
        future: Box::pin(branch.into_branch()),
        value: result::<Plain, _, _, P, _>,
        name,
    }
}

/// Makes a branch from each future that an iterator yields. Each result is returned when its branch
/// finishes.
///
/// Without a limit, the iterator is advanced to its end when the stream is made; with a limit, it
/// is advanced as results are taken. Messages refer to it by `name`. Only `S` matters to a caller:
/// the other parameters are inferred.
pub fn spread<
    S, // what is spread
    I, // its iterator
    F, // the future of an item
    P, // the policy of the group
    J, // marks how `S` becomes an iterator
    K, // the key of an item
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
    I::Item: SpreadItem<F, K, N>,
    F: Future,
    P: OneType,
    P: Policy<Error = Infallible>,
    P: Accepts<N::With<K, F::Output>, M, Value = <P as OneType>::Value>,
    M: SameOutput<<P as OneType>::Value, N::With<K, F::Output>>,
    N: Keying,
{
    Spread {
        branches: branches.into_spread(),
        making: Making {
            pull: |branches, number, way| {
                let item = branches.next()?;
                // If the item panics as it becomes a future, its key must not panic too.
                let mut kept = None;
                let future = item.into_branch(|key| kept = Some(Unwanted::unless_taken(key)));
                let key = kept.map(Unwanted::into_inner);
                Some(Deliver::new((key, future), number, Arc::clone(way)))
            },
            value: result::<N, _, _, P, _>,
        },
        name,
    }
}

fn result<N, K, O, P, M>(key: Option<K>, output: O) -> P::Value
where
    N: Keying,
    P: Policy<Error = Infallible> + Accepts<N::With<K, O>, M>,
{
    let Ok(value) = P::judge(N::with(key, output));
    value
}

impl<F: Future, P: OneType> Branches<P> for Branch<F, P> {
    const SPREADS: usize = 0;

    type Delivering = run::Branch<Deliver<Pin<Box<F>>, Infallible, P::Value>, (), Unordered<()>>;

    fn delivering(self, numbers: &mut Numbers, outlets: &Outlets<P::Value>) -> Self::Delivering {
        let outlet = outlets.of(numbers.branch(self.name));
        let value = self.value;
        let way = Arc::new(Way {
            value,
            outlet,
            first: 0,
        });
        run::branch(self.name, Deliver::new((None, self.future), 0, way))
    }
}

impl<I: Iterator, F: Future, P: OneType, K> Branches<P> for Spread<I, F, P, K> {
    const SPREADS: usize = 1;

    type Delivering = run::Spread<
        Delivering<I, F, K, P::Value>,
        Deliver<F, K, P::Value>,
        (),
        Unordered<()>,
        Infallible,
        Plain,
    >;

    fn delivering(self, numbers: &mut Numbers, outlets: &Outlets<P::Value>) -> Self::Delivering {
        let outlet = outlets.of(numbers.spread(self.name));
        let branches = Delivering::new(self.branches, self.making, outlet);
        run::spread(self.name, branches)
    }
}

impl<T> Group<Unordered<T>> {
    /// Makes the stream that runs the branches and returns their results as they arrive.
    ///
    /// `branches` is a [branch](branch()), a [spread](spread()), or a tuple of these. An iterator
    /// is advanced here, to its end.
    ///
    /// # Panics
    ///
    /// Panics if an iterator panics, or the conversion of one of its items into a future. The
    /// branches are then dropped.
    pub fn stream<B>(
        self,
        branches: B,
    ) -> Each<T, Joined<Unordered<()>, B::Delivering, run::AtOnce, ()>>
    where
        B: Branches<Unordered<T>>,
        B::Delivering: run::Branches<Unordered<()>, run::AtOnce>,
    {
        let (delivering, inlet) = deliver(branches, false);
        Each::new(self.with_policy().join(delivering, |_| ()), inlet, false)
    }
}

impl<T> LimitedGroup<Unordered<T>> {
    /// Makes the stream that runs the branches, as [`Group::stream`] does. A branch keeps its slot
    /// until its result is taken, and an iterator is advanced as slots become free, from the first
    /// poll on.
    pub fn stream<B>(
        self,
        branches: B,
    ) -> Each<T, Joined<Unordered<()>, B::Delivering, run::Lazily, ()>>
    where
        B: Branches<Unordered<T>>,
        B::Delivering: run::Branches<Unordered<()>, run::Lazily>,
    {
        let (delivering, inlet) = deliver(branches, true);
        Each::new(self.with_policy().join(delivering, |_| ()), inlet, true)
    }
}

/// A stream that runs branches in the task that takes their results, and returns the results as
/// they arrive.
///
/// It is as lazy as any stream: no branch begins until the stream is polled, and none runs while it
/// is not being polled. It is `Send` if its branches and their results are, always `Unpin`, and
/// needs no runtime. It makes a few allocations for each branch.
///
/// # Panics
///
/// If a branch panics, the others are dropped. Results of branches that had ended before come
/// first; then the panic resumes, with its original payload. After that, there are no more results.
///
/// # Cancel safety
///
/// Dropping it drops the branches immediately, and with them the results that have not been taken.
#[must_use = "streams do nothing unless polled: take the results with `.next().await`"]
pub struct Each<T, J> {
    // `None` once no branch is left. Dropped before the results, which the branches may borrow.
    branches: Option<Pin<Box<J>>>,
    inlet: Inlet<T>,
    panicked: Option<Unwanted<Payload>>,
    /// Whether a branch keeps its place until its result is taken.
    has_limit: bool,
}

/// Makes a stream of no results: `gather_each!(here;)` expands to it.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert_eq!(gather_core::each::here::empty::<u8>().next().await, None);
/// # }
/// ```
pub fn empty<T>() -> Each<T, Ready<()>> {
    let ((), inlet) = deliver::<Unordered<T>, _>((), false);
    Each {
        branches: None,
        inlet,
        panicked: None,
        has_limit: false,
    }
}

impl<T, J> Each<T, J> {
    fn new(branches: J, inlet: Inlet<T>, has_limit: bool) -> Self {
        Each {
            branches: Some(Box::pin(branches)),
            inlet,
            panicked: None,
            has_limit,
        }
    }

    /// Takes the next result that has been sent.
    fn take_result(&mut self) -> Option<(usize, T)> {
        loop {
            let Sent::Result {
                index,
                value,
                place,
            } = self.inlet.try_next()?
            else {
                continue;
            };
            // Dropping the place wakes the awaiting task. A panic of its waker must not lose the
            // result.
            drop_silenced(place);
            return Some((index, value));
        }
    }
}

impl<T, J: Future<Output = ()>> Each<T, J> {
    /// Returns the result of the next branch to end, and the branch's index; or `None` once all
    /// results have been taken.
    ///
    /// # Panics
    ///
    /// Awaiting panics if a branch has panicked.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    #[expect(
        clippy::should_implement_trait,
        reason = "it is a stream's, not an iterator's"
    )]
    pub fn next(&mut self) -> Next<'_, Self> {
        Next(self)
    }
}

#[doc(hidden)]
impl<T, J> Each<T, J> {
    methods_of_others! {
        OneByOne<T>:
        first join_next recv try_next -> Expected: NextResult;
        try_join_next try_recv -> Expected: NextIfReady;
        abort -> Ready<Expected>: Unstarted;
        cancel abort_all shutdown detach detach_all is_finished progress len is_empty -> Expected: Unstarted;
        push(_) spawn(_) -> Expected: AddBranch;
        collect count for_each(_) -> Ready<Expected>: StreamMethod;
        enumerate filter(_) filter_map(_) map(_) take(_) take_while(_) zip(_) -> Expected: StreamMethod;
    }
}

impl<T, J> Unpin for Each<T, J> {}

impl<T, J: Future<Output = ()>> Stream for Each<T, J> {
    type Item = (usize, T);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<(usize, T)>> {
        // Otherwise, branches that are ready at once would starve other tasks.
        let unit = ready!(poll_proceed(cx));
        let this = &mut *self;
        let mut result = if this.has_limit {
            // A branch that waits for the place of the last result starts before the next is taken.
            None
        } else {
            this.take_result()
        };
        if result.is_none()
            && let Some(branches) = &mut this.branches
        {
            let polled = caught(|| branches.as_mut().poll(cx));
            if !matches!(polled, Ok(Poll::Pending)) {
                drop_silenced(this.branches.take());
            }
            this.panicked = polled.err().map(Unwanted::unless_taken);
        }
        if result.is_none() {
            result = this.take_result();
        }
        if result.is_some() {
            unit.made_progress();
        } else if this.branches.is_some() {
            return Poll::Pending;
        } else if let Some(payload) = this.panicked.take() {
            resume_unwind(payload.into_inner());
        }
        Poll::Ready(result)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let is_over = self.branches.is_none() && self.inlet.len() == 0;
        (0, is_over.then_some(0))
    }
}

impl<T, J: Future<Output = ()>> FusedStream for Each<T, J> {
    fn is_terminated(&self) -> bool {
        self.branches.is_none() && self.inlet.len() == 0 && self.panicked.is_none()
    }
}

/// Never applies: the trait in the bound has no implementation. It exists because its error message
/// says what to write instead.
impl<T, J> Future for Each<T, J>
where
    OneByOne<T>: AwaitAll,
{
    type Output = <OneByOne<T> as AwaitAll>::Value;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Pending
    }
}

/// Never applies, like the implementation of `Future`.
#[doc(hidden)]
impl<T, J> Iterator for Each<T, J>
where
    OneByOne<T>: Iterate,
{
    type Item = (usize, T);

    fn next(&mut self) -> Option<(usize, T)> {
        None
    }
}

impl<F: Future, P: OneType> fmt::Debug for Branch<F, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Branch")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl<I: Iterator, F: Future, P: OneType, K> fmt::Debug for Spread<I, F, P, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spread")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl<T, J> fmt::Debug for Each<T, J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Each").finish_non_exhaustive()
    }
}
