//! The items that the macros expand to. They take a call apart into what [`engine`](crate::engine)
//! runs.

use std::iter::once;
use std::marker::PhantomData;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::vec::IntoIter;

use gather_core::{
    Accepts, All, BranchError, CatchError, Gather, Gathered, Keying, OnRuntime, Policy, Progress,
    Settled, SpreadItem, TryGather, TryGatherInto, Unordered, handle_to,
};
pub use gather_core::{here, on};
use tokio::runtime::Handle;

use crate::call::{End, Item, Options, Part, PollBranch, State, Value};
use crate::each::Each;
use crate::engine::Call;

/// A part of a call, and the function that makes its share of the results.
pub struct Called<P, R> {
    part: Part,
    results: fn(Vec<Item>) -> R,
    policy: PhantomData<fn() -> P>,
}

/// The results of a spread, with their keys if it has any.
type Many<P, T, A, N> = Vec<<N as Keying>::With<A, <P as Policy>::Kept<T>>>;

pub fn branch<B, P, M: 'static>(name: &'static str, branch: B) -> Called<P, P::Kept<P::Value>>
where
    B: IntoFuture<Output: Send + 'static, IntoFuture: Send + 'static>,
    P: Accepts<B::Output, M, Value: Send + 'static, Error: Send>,
{
    let branch = (None, polled::<P, _, _>(branch.into_future(), P::judge));
    let part = Part {
        name,
        length: Some(1),
        branches: Some(Box::new(once(branch))),
        ..Part::default()
    };
    Called::new(part, |mut items| {
        kept::<P, _>(items.pop().expect("it is one").1)
    })
}

/// Used without a limit: the whole iterator is pulled before the first branch starts.
pub fn spread<S, F, A, N, P, M: 'static>(
    name: &'static str,
    branches: S,
) -> Called<P, Many<P, P::Value, A, N>>
where
    S: IntoIterator<Item: SpreadItem<F, A, N> + Send + 'static>,
    F: Future<Output: Send + 'static> + Send + 'static,
    A: Send + 'static,
    N: Keying,
    P: Accepts<F::Output, M, Value: Send + 'static, Error: Send>,
{
    lazy_spread(name, branches.into_iter().collect::<Vec<_>>())
}

pub fn lazy_spread<S, F, A, N, P, M: 'static>(
    name: &'static str,
    branches: S,
) -> Called<P, Many<P, P::Value, A, N>>
where
    S: IntoIterator<Item: SpreadItem<F, A, N>, IntoIter: Send + 'static>,
    F: Future<Output: Send + 'static> + Send + 'static,
    A: Send + 'static,
    N: Keying,
    P: Accepts<F::Output, M, Value: Send + 'static, Error: Send>,
{
    let part = many(name, N::HAS_KEYS, branches, |item| {
        let mut key = None;
        let future = item.into_branch(|kept| key = Some(Box::new(kept) as Value));
        (key, polled::<P, _, _>(future, P::judge))
    });
    Called::new(part, |items| {
        let items = items.into_iter();
        items
            .map(|(key, end)| N::with(key.map(unbox), kept::<P, _>(end)))
            .collect()
    })
}

fn many<S: IntoIterator>(
    name: &'static str,
    has_keys: bool,
    branches: S,
    polled: impl Fn(S::Item) -> (Option<Value>, PollBranch) + Send + 'static,
) -> Part
where
    S::IntoIter: Send + 'static,
{
    let branches = branches.into_iter();
    let (least, most) = branches.size_hint();
    Part {
        name,
        is_spread: true,
        has_keys,
        // A length near the largest number does not count as a length.
        length: most.filter(|most| *most == least && *most < usize::MAX / 64),
        branches: Some(Box::new(branches.map(polled))),
        ..Part::default()
    }
}

pub fn base<P, T: Send + 'static>(value: T) -> Called<P, T> {
    let part = Part {
        length: Some(0),
        is_over: true,
        items: vec![(Some(Box::new(value)), None)],
        ..Part::default()
    };
    Called::new(part, |mut items| {
        let key = items.pop().and_then(|(key, _)| key);
        unbox(key.expect("it is there from the start"))
    })
}

impl<P, R> Called<P, R> {
    fn new(part: Part, results: fn(Vec<Item>) -> R) -> Self {
        Called {
            part,
            results,
            policy: PhantomData,
        }
    }
}

fn polled<P: Policy<Error: Send>, F, T: Send + 'static>(
    future: F,
    judge: impl FnOnce(F::Output) -> Result<T, P::Error> + Send + 'static,
) -> PollBranch
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let mut future = Box::pin(future);
    let mut judge = Some(judge);
    Box::new(move |cx| {
        future.as_mut().poll(cx).map(|output| {
            let judge = judge.take().expect("it returns once");
            let judge = || match judge(output) {
                Ok(value) => End::Value(Box::new(P::keep(value))),
                Err(error) => End::Error(Box::new(error)),
            };
            Box::new(judge) as _
        })
    })
}

pub(crate) fn kept<P: Policy, T: Send + 'static>(end: Option<End>) -> P::Kept<T> {
    match end {
        Some(End::Value(value)) => unbox(value),
        Some(End::Lost(error)) => P::keep_error(|| error).expect("errors are kept"),
        _ => unreachable!("a call whose branches have failed has no results"),
    }
}

fn unbox<T: 'static>(value: Value) -> T {
    *value.downcast().expect("what comes out is what went in")
}

/// Makes the results from the items of the parts, one part after another.
type Results<R> = Box<dyn Fn(&mut IntoIter<Vec<Item>>) -> R + Send + Sync>;

/// The parts of a call, in the shape of their results.
pub trait Branches<P> {
    type Results: 'static;

    fn take_apart(self, parts: &mut Vec<Part>) -> Results<Self::Results>;
}

impl<P, R: 'static> Branches<P> for Called<P, R> {
    type Results = R;

    fn take_apart(self, parts: &mut Vec<Part>) -> Results<R> {
        parts.push(self.part);
        Box::new(move |items| (self.results)(items.next().expect("each part has items")))
    }
}

macro_rules! tuples {
    ($($part:ident)*) => {
        #[allow(non_snake_case, unused_variables, reason = "of none, nothing is used")]
        impl<P, $($part: Branches<P>),*> Branches<P> for ($($part,)*) {
            type Results = ($($part::Results,)*);

            fn take_apart(self, parts: &mut Vec<Part>) -> Results<Self::Results> {
                let ($($part,)*) = self;
                $(let $part = $part.take_apart(parts);)*
                Box::new(move |items| ($($part(items),)*))
            }
        }
        tuples!(@ $($part)*);
    };
    (@ $first:ident $($part:ident)*) => { tuples!($($part)*); };
    (@) => {};
}
tuples!(A B C D E F G H I J K L M N O Q);

/// A call as its handle sees it.
struct Started<F> {
    call: Arc<Call>,
    output: F,
}

impl<T, F: Fn(Result<Vec<Vec<Item>>, End>) -> T + Send + Sync> Gathered<T> for Started<F> {
    fn is_finished(&self) -> bool {
        self.call.lock().is_over()
    }

    fn poll_finished(&self, cx: &mut Context<'_>) -> Poll<()> {
        poll_over(&self.call, cx)
    }

    fn progress(&self) -> Progress {
        self.call.lock().progress()
    }

    fn stop(&self) {
        self.call.change(State::stop);
    }

    fn detach(&self) {
        self.call.change(State::discard);
    }

    fn discard(&self) {
        self.call.change(State::discard);
    }

    fn has_result(&self) -> bool {
        self.call.lock().has_result()
    }

    fn result(&self) -> T {
        (self.output)(self.call.result())
    }
}

pub(crate) fn poll_over(call: &Call, cx: &Context<'_>) -> Poll<()> {
    if call.is_over_for(cx.waker().clone()) {
        Poll::Ready(())
    } else {
        Poll::Pending
    }
}

pub struct Group<P> {
    options: Options,
    /// Makes an error from a panic.
    catch: Option<fn(BranchError) -> Value>,
    policy: PhantomData<fn() -> P>,
}

impl Group<All> {
    pub fn new() -> Self {
        Group::of()
    }

    pub fn fail_fast<E: Send + 'static>() -> Group<TryGather<E>> {
        Group::of()
    }

    pub fn fail_fast_into<E: Send + 'static>() -> Group<TryGatherInto<E>> {
        Group::of()
    }

    pub fn settled() -> Group<Settled> {
        Group::of()
    }

    pub fn each<T: 'static>() -> Group<Unordered<T>> {
        Group::of()
    }
}

impl<P: Policy<Error: Send>> Group<P> {
    fn of() -> Self {
        let options = Options {
            keeps_all: P::KEEPS_PANICS,
            ..Options::default()
        };
        Group {
            options,
            catch: None,
            policy: PhantomData,
        }
    }

    pub fn catch<K>(mut self) -> Self
    where
        P::Error: CatchError<K>,
    {
        self.options.catches = true;
        self.catch = Some(|panic| Box::new(P::Error::from_panic(panic)));
        self
    }

    pub fn on(mut self, runtime: impl OnRuntime) -> Self {
        self.options.runtime = Some(on(runtime));
        self
    }

    /// Changes nothing: each branch has its own task anyway.
    #[track_caller]
    pub fn tasks(self, tasks: usize) -> Self {
        assert!(tasks > 0, "`{}` was called with `tasks = 0`", P::MACRO);
        self
    }

    #[track_caller]
    pub fn limit(mut self, limit: usize) -> Self {
        assert!(limit > 0, "`{}` was called with `limit = 0`", P::MACRO);
        self.options.limit = Some(limit);
        self
    }

    #[track_caller]
    pub fn spawn<B: Branches<P>, V: 'static>(
        self,
        branches: B,
        results: fn(B::Results) -> V,
    ) -> Gather<P::Output<V>> {
        let mut parts = Vec::new();
        let shape = branches.take_apart(&mut parts);
        let results = move |items: Vec<_>| results(shape(&mut items.into_iter()));
        self.call(parts, results).1
    }

    #[track_caller]
    fn call<V: 'static>(
        mut self,
        parts: Vec<Part>,
        results: impl Fn(Vec<Vec<Item>>) -> V + Send + Sync + 'static,
    ) -> (Arc<Call>, Gather<P::Output<V>>) {
        let runtime = self.options.runtime.or_else(|| Handle::try_current().ok());
        assert!(
            runtime.is_some(),
            "`{0}` was called outside a tokio runtime: `{0}(on = handle; ..)`",
            P::MACRO
        );
        self.options.runtime = runtime;
        let call = Call::begin(State {
            options: self.options,
            parts,
            ..State::default()
        });
        let output = move |ended: Result<Vec<Vec<Item>>, End>| {
            P::output(match ended {
                Ok(items) => Ok(results(items)),
                Err(End::Lost(error)) if error.is_cancelled() => {
                    panic!("{}: {error} because its runtime shut down", P::MACRO)
                }
                Err(End::Lost(panic)) => match self.catch {
                    Some(catch) => Err(unbox(catch(panic))),
                    None => resume_unwind(panic.into_panic()),
                },
                Err(End::Value(error) | End::Error(error)) => Err(unbox(error)),
            })
        };
        let gather = handle_to(Arc::new(Started {
            call: Arc::clone(&call),
            output,
        }));
        (call, gather)
    }
}

impl<T: Send + 'static> Group<Unordered<T>> {
    #[track_caller]
    pub fn start<B: Branches<Unordered<T>>>(mut self, branches: B) -> Each<T> {
        self.options.is_each = true;
        let mut parts = Vec::new();
        drop(branches.take_apart(&mut parts));
        let (call, branches) = self.call(parts, drop);
        Each::new(call, branches)
    }
}

pub mod each {
    pub use gather_core::each::here;
    use gather_core::{Accepts, Keying, SpreadItem};

    pub use super::{Called, branch};
    use super::{many, polled};

    pub fn spread<S, F, A, N, P, M: 'static>(name: &'static str, branches: S) -> Called<P, ()>
    where
        S: IntoIterator<Item: SpreadItem<F, A, N> + Send + 'static>,
        F: Future<Output: Send + 'static> + Send + 'static,
        A: Send + 'static,
        N: Keying,
        P: Accepts<N::With<A, F::Output>, M, Value: Send + 'static, Error: Send>,
    {
        lazy_spread(name, branches.into_iter().collect::<Vec<_>>())
    }

    /// A key is part of the output of its branch.
    pub fn lazy_spread<S, F, A, N, P, M: 'static>(name: &'static str, branches: S) -> Called<P, ()>
    where
        S: IntoIterator<Item: SpreadItem<F, A, N>, IntoIter: Send + 'static>,
        F: Future<Output: Send + 'static> + Send + 'static,
        A: Send + 'static,
        N: Keying,
        P: Accepts<N::With<A, F::Output>, M, Value: Send + 'static, Error: Send>,
    {
        let part = many(name, false, branches, |item| {
            let mut key = None;
            let future = item.into_branch(|kept| key = Some(kept));
            (
                None,
                polled::<P, _, _>(future, |output| P::judge(N::with(key, output))),
            )
        });
        Called::new(part, drop)
    }
}
