//! What the macros expand to: how a call is taken apart into what [`engine`](crate::engine) runs.

use std::iter::{empty, once};
use std::marker::PhantomData;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::vec::IntoIter;

use gather_core::{
    All, BranchError, CatchError, FailFast, FailFastInto, Gather, Gathered, Judge, Keying,
    OnRuntime, Policy, Progress, Settled, SpreadItem, Unordered,
};
pub use gather_core::{here, on};
use tokio::runtime::Handle;

use crate::each::Each;
use crate::engine::{Call, Failure, Kept, Part, Ready, State, Value, unbox};

/// A part of a call, and what the results are in its place.
pub struct Called<P, R> {
    part: Part,
    results: fn(Kept) -> R,
    policy: PhantomData<fn() -> P>,
}

/// The results of a spread, with their keys if it has any.
type Many<P, T, A, N> = Vec<<N as Keying>::With<A, <P as Policy>::Kept<T>>>;

pub fn branch<B, O, T, P, M: 'static>(name: &'static str, branch: B) -> Called<P, P::Kept<T>>
where
    B: IntoFuture<Output = O, IntoFuture: Send + 'static>,
    O: Send + 'static,
    P: Judge<O, M, Value = T, Error: Send>,
    T: Send + 'static,
{
    let ready = ready::<P, _, _, _>(None, branch.into_future(), P::judge);
    let part = Part {
        length: Some(1),
        ..part::<P, T>(name, once(ready))
    };
    Called::new(part, |kept| unboxed(kept.1).next().expect("it has a value"))
}

/// Without a limit, all of it is pulled before the first branch starts.
pub fn spread<S, F, A, N, O, T, P, M: 'static>(
    name: &'static str,
    branches: S,
) -> Called<P, Many<P, T, A, N>>
where
    S: IntoIterator<Item: SpreadItem<F, A, N> + Send + 'static>,
    F: Future<Output = O> + Send + 'static,
    A: Send + 'static,
    N: Keying,
    O: Send + 'static,
    P: Judge<O, M, Value = T, Error: Send>,
    T: Send + 'static,
{
    lazy_spread(name, branches.into_iter().collect::<Vec<_>>())
}

pub fn lazy_spread<S, F, A, N, O, T, P, M: 'static>(
    name: &'static str,
    branches: S,
) -> Called<P, Many<P, T, A, N>>
where
    S: IntoIterator<Item: SpreadItem<F, A, N>, IntoIter: Send + 'static>,
    F: Future<Output = O> + Send + 'static,
    A: Send + 'static,
    N: Keying,
    O: Send + 'static,
    P: Judge<O, M, Value = T, Error: Send>,
    T: Send + 'static,
{
    let part = many::<P, T, _>(name, branches, |item| {
        let mut key = None;
        let future = item.into_branch(|kept| key = Some(Box::new(kept) as Value));
        ready::<P, _, _, _>(key, future, P::judge)
    });
    Called::new(
        Part {
            has_keys: N::HAS_KEYS,
            ..part
        },
        |kept| {
            let keys = unboxed(kept.0.into_iter().map(Some));
            N::zip(keys.collect(), unboxed(kept.1).collect())
        },
    )
}

fn many<P: Policy, T: Send + 'static, S: IntoIterator>(
    name: &'static str,
    branches: S,
    ready: impl Fn(S::Item) -> Ready + Send + 'static,
) -> Part
where
    S::IntoIter: Send + 'static,
{
    let branches = branches.into_iter();
    let (least, most) = branches.size_hint();
    // A length near the largest number is no length.
    let length = most.filter(|most| *most == least && *most < usize::MAX / 64);
    Part {
        is_spread: true,
        length,
        ..part::<P, T>(name, branches.map(ready))
    }
}

pub fn base<P, T: Send + 'static>(value: T) -> Called<P, T> {
    let part = Part {
        is_spread: true,
        branches: Some(Box::new(empty())),
        length: Some(0),
        kept: Kept(Vec::new(), vec![Some(Box::new(value))]),
        ..Part::default()
    };
    Called::new(part, |kept| {
        unboxed(kept.1).next().expect("it is there from the start")
    })
}

impl<P, R> Called<P, R> {
    fn new(part: Part, results: fn(Kept) -> R) -> Self {
        Called {
            part,
            results,
            policy: PhantomData,
        }
    }
}

fn part<P: Policy, T: Send + 'static>(
    name: &'static str,
    branches: impl Iterator<Item = Ready> + Send + 'static,
) -> Part {
    let keep: fn(BranchError) -> Value =
        |error| Box::new(P::keep_error::<T>(|| error).expect("errors are kept"));
    Part {
        name,
        branches: Some(Box::new(branches)),
        keep_error: P::KEEPS_PANICS.then_some(keep),
        ..Part::default()
    }
}

fn ready<P: Policy<Error: Send>, F, O, T>(
    key: Option<Value>,
    future: F,
    judge: impl FnOnce(O) -> Result<T, P::Error> + Send + 'static,
) -> Ready
where
    F: Future<Output = O> + Send + 'static,
    O: Send + 'static,
    T: Send + 'static,
{
    let mut future = Box::pin(future);
    Ready {
        key,
        poll: Box::new(move |cx| {
            future
                .as_mut()
                .poll(cx)
                .map(|output| Box::new(output) as Value)
        }),
        judge: Box::new(|output| match judge(unbox(output)) {
            Ok(value) => Ok(Box::new(P::keep(value))),
            Err(error) => Err(Box::new(error)),
        }),
    }
}

fn unboxed<T: 'static>(values: impl IntoIterator<Item = Option<Value>>) -> impl Iterator<Item = T> {
    values.into_iter().flatten().map(unbox)
}

/// Makes the results of what the parts have kept, one after another.
type Results<R> = Box<dyn Fn(&mut IntoIter<Kept>) -> R + Send + Sync>;

/// Parts of a call, in the shape that their results are to have.
pub trait Branches<P> {
    type Results: 'static;

    fn take_apart(self, parts: &mut Vec<Part>) -> Results<Self::Results>;
}

impl<P, R: 'static> Branches<P> for Called<P, R> {
    type Results = R;

    fn take_apart(self, parts: &mut Vec<Part>) -> Results<R> {
        parts.push(self.part);
        Box::new(move |kept| (self.results)(kept.next().expect("each part has kept something")))
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
                Box::new(move |kept| ($($part(kept),)*))
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

impl<T, F: Fn(Result<Vec<Kept>, Failure>) -> T + Send + Sync> Gathered<T> for Started<F> {
    fn is_finished(&self) -> bool {
        self.call.lock().is_over()
    }

    fn poll_finished(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.call.poll_over(cx)
    }

    fn progress(&self) -> Progress {
        self.call.lock().progress()
    }

    fn stop(&self) {
        self.call.stop();
    }

    fn detach(&self) {
        self.call.discard();
    }

    fn discard(&self) {
        self.call.discard();
    }

    fn has_result(&self) -> bool {
        self.call.lock().has_result()
    }

    fn result(&self) -> T {
        (self.output)(self.call.result())
    }
}

pub struct Group<P> {
    runtime: Option<Handle>,
    /// Makes an error of a panic.
    catch: Option<fn(BranchError) -> Value>,
    limit: Option<usize>,
    policy: PhantomData<fn() -> P>,
}

impl Group<All> {
    pub fn new() -> Self {
        Group::of()
    }

    pub fn fail_fast<E: Send + 'static>() -> Group<FailFast<E>> {
        Group::of()
    }

    pub fn fail_fast_into<E: Send + 'static>() -> Group<FailFastInto<E>> {
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
        Group {
            runtime: None,
            catch: None,
            limit: None,
            policy: PhantomData,
        }
    }

    pub fn catch<K>(self) -> Self
    where
        P::Error: CatchError<K>,
    {
        Group {
            catch: Some(|panic| Box::new(P::Error::from_panic(panic))),
            ..self
        }
    }

    pub fn on(self, runtime: impl OnRuntime) -> Self {
        Group {
            runtime: Some(on(runtime)),
            ..self
        }
    }

    /// Each branch has a task all the same.
    #[track_caller]
    pub fn tasks(self, tasks: usize) -> Self {
        assert!(tasks > 0, "`{}` was called with `tasks = 0`", P::MACRO);
        self
    }

    #[track_caller]
    pub fn limit(self, limit: usize) -> Self {
        assert!(limit > 0, "`{}` was called with `limit = 0`", P::MACRO);
        Group {
            limit: Some(limit),
            ..self
        }
    }

    #[track_caller]
    fn call(&self, parts: Vec<Part>, is_each: bool) -> Arc<Call> {
        let runtime = self.runtime.clone().or_else(|| Handle::try_current().ok());
        assert!(
            runtime.is_some(),
            "`{0}` was called outside a tokio runtime: `{0}(on = handle; ..)`",
            P::MACRO
        );
        let places = self
            .limit
            .and_then(|limit| limit.try_into().ok())
            .unwrap_or(isize::MAX);
        let call = Arc::new(Call {
            runtime,
            has_limit: self.limit.is_some(),
            catches: self.catch.is_some(),
            is_each,
            state: Mutex::new(State {
                parts,
                places,
                ..State::default()
            }),
        });
        call.fill();
        call
    }

    #[track_caller]
    pub fn spawn<B: Branches<P>, V: 'static>(
        self,
        branches: B,
        results: fn(B::Results) -> V,
    ) -> Gather<P::Output<V>> {
        let mut parts = Vec::new();
        let shape = branches.take_apart(&mut parts);
        let call = self.call(parts, false);
        let output = move |ended: Result<Vec<Kept>, Failure>| {
            P::output(match ended {
                Ok(kept) => Ok(results(shape(&mut kept.into_iter()))),
                Err(Failure::Error(error)) => Err(unbox(error)),
                Err(Failure::Lost(error)) if error.is_cancelled() => {
                    panic!("{}: {error} because its runtime shut down", P::MACRO)
                }
                Err(Failure::Lost(panic)) => match self.catch {
                    Some(catch) => Err(unbox(catch(panic))),
                    None => resume_unwind(panic.into_panic()),
                },
            })
        };
        Gather::new(Arc::new(Started { call, output }))
    }
}

impl<T: 'static> Group<Unordered<T>> {
    #[track_caller]
    pub fn start<B: Branches<Unordered<T>>>(self, branches: B) -> Each<T> {
        let mut parts = Vec::new();
        drop(branches.take_apart(&mut parts));
        Each::new(self.call(parts, true))
    }
}

pub mod each {
    pub use gather_core::each::here;
    use gather_core::{Judge, Keying, SpreadItem};

    pub use super::{Called, branch};
    use super::{many, ready};

    pub fn spread<S, F, A, N, O, P, M: 'static>(name: &'static str, branches: S) -> Called<P, ()>
    where
        S: IntoIterator<Item: SpreadItem<F, A, N> + Send + 'static>,
        F: Future<Output = O> + Send + 'static,
        A: Send + 'static,
        N: Keying,
        O: Send + 'static,
        P: Judge<N::With<A, O>, M, Error: Send>,
        P::Value: Send + 'static,
    {
        lazy_spread(name, branches.into_iter().collect::<Vec<_>>())
    }

    /// A key is part of what its branch returns.
    pub fn lazy_spread<S, F, A, N, O, P, M: 'static>(
        name: &'static str,
        branches: S,
    ) -> Called<P, ()>
    where
        S: IntoIterator<Item: SpreadItem<F, A, N>, IntoIter: Send + 'static>,
        F: Future<Output = O> + Send + 'static,
        A: Send + 'static,
        N: Keying,
        O: Send + 'static,
        P: Judge<N::With<A, O>, M, Error: Send>,
        P::Value: Send + 'static,
    {
        let part = many::<P, P::Value, _>(name, branches, |item| {
            let mut key = None;
            let future = item.into_branch(|kept| key = Some(kept));
            ready::<P, _, _, _>(None, future, |output| P::judge(N::with(key, output)))
        });
        Called::new(part, drop)
    }
}
