//! A branch: a future that is ready to be started, and the bounds on what the user wrote.
//!
//! Every bound on a branch is on [`branch`], the function that takes the user's expression. The
//! rest of an expansion requires nothing more: a [`Branch`] carries the functions that start its
//! task. So a mistake is reported once, on the branch that contains it.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use crate::branch::take_index;
use crate::explain::{
    AllAtOnce, Awaitable, BranchValue, IntoBranch, IntoError, SameError, ValueOf,
};
use crate::outcome::caught::Unwanted;
use crate::place::branches::Branches;
use crate::place::limit::{OneInQueue, Queued, Queueing, StartQueued};
use crate::place::shared::{BoxedBranch, Sharer, Sharing, SharingPlaces, boxed_branch};
use crate::policy::{Accepts, Policy};
use crate::running::One;
use crate::task::{Held, Judged, Origin, SiblingsOf, Spawner, hold, start};

/// A named future that is ready to start, made by [`branch`].
///
/// `T` is the type of the value that is kept from its output.
pub struct Branch<F, T: Send + 'static, P: Policy> {
    future: Unwanted<F>,
    start: Start<F, T, P>,
    queue: fn(Origin, usize, &mut Unwanted<F>) -> StartQueued<T, P>,
    share: Share<F, T, P>,
    origin: Origin,
    /// Set once it has a place.
    index: usize,
}

/// Starts a branch as a task of its own.
type Start<F, T, P> = fn(&Spawner<P>, &Origin, &mut Unwanted<F>, &One<T, P>);

/// Makes it a branch of a shared task.
type Share<F, T, P> =
    fn(&Origin, usize, &mut Unwanted<F>, &Arc<Sharer<T, P>>, &SiblingsOf<P>) -> BoxedBranch;

/// Makes a branch from a future, or from a value that converts into one.
///
/// Messages refer to the branch by `name`. Only `B` matters to a caller: the other parameters are
/// inferred.
///
/// # Examples
///
/// ```
/// use gather_core::{Group, branch};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let branches = (branch("async { 42 }", async { 42 }),);
/// assert_eq!(Group::new().spawn(branches, |results| results).await, (42,));
/// # }
/// ```
#[inline]
pub fn branch<
    B, // what is written as the branch
    F, // its future
    V, // what is kept of the output
    T, // the same, under the name that inference found
    P, // the policy of the group
    K, // marks how `B` becomes a future
    L, // marks how `V` is sent
    M, // marks how `P` accepts the output
>(
    name: &'static str,
    branch: B,
) -> Branch<Held<F>, T, P>
where
    B: IntoBranch<F, K>,
    K: AllAtOnce,
    K: Awaitable<B>,
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
    L: 'static,
    M: 'static,
    T: ValueOf<V>,
{
    Branch {
        future: Unwanted::unless_taken(hold(branch.into_branch())),
        start: |spawner, origin, future: &mut Unwanted<Held<F>>, running| {
            let future = origin.in_span(running.index, future.take());
            running.start::<Judged<P, T, L, M>, _>(spawner, future);
        },
        queue: |origin, index, future| {
            let future = future.take();
            Box::new(move |runtime, link| {
                let future = origin.in_span(index, future);
                start::<Judged<P, T, L, M>, _, _, _>(runtime, origin.name, index, future, link)
            })
        },
        share: |origin, index, future, sharer, siblings| {
            let future = origin.in_span(index, future.take());
            boxed_branch::<_, Judged<P, T, L, M>, _>(future, 0, sharer.recorder(siblings))
        },
        origin: Origin::new(name),
        index: 0,
    }
}

impl<F, T: Send + 'static, P: Policy> Branches<P, Spawner<P>> for Branch<F, T, P> {
    type Running = One<T, P>;

    #[inline]
    fn places(&mut self, next: &mut usize) -> One<T, P> {
        One::new(self.origin.name, take_index(next))
    }

    #[inline]
    fn start(&mut self, running: &One<T, P>, spawner: &Spawner<P>) {
        if spawner.siblings.is_stopped() {
            spawner.drop_unstarted(self.future.take(), |panic| running.error(Some(panic)));
        } else {
            (self.start)(spawner, &self.origin, &mut self.future, running);
        }
    }
}

impl<F, T: Send + 'static, P: Policy> Branches<P, Queueing<P>> for Branch<F, T, P> {
    type Running = Arc<Queued<T, P>>;

    fn places(&mut self, next: &mut usize) -> Arc<Queued<T, P>> {
        let index = take_index(next);
        let one = One::new(self.origin.name, index);
        let start = (self.queue)(self.origin.clone(), index, &mut self.future);
        Arc::new(Queued::new(one, start))
    }

    fn start(&mut self, running: &Arc<Queued<T, P>>, queueing: &Queueing<P>) {
        queueing.queue.push(Arc::new(OneInQueue {
            queued: Arc::clone(running),
            siblings: Arc::clone(&queueing.siblings),
        }));
    }
}

impl<F, T: Send + 'static, P: Policy> Branches<P, Sharing<P>> for Branch<F, T, P> {
    type Running = Arc<Sharer<T, P>>;

    fn places(&mut self, next: &mut usize) -> Arc<Sharer<T, P>> {
        self.index = take_index(next);
        Arc::new(Sharer::new(self.origin.name, self.index))
    }

    fn start(&mut self, running: &Arc<Sharer<T, P>>, sharing: &Sharing<P>) {
        let siblings = &sharing.siblings;
        let branch = (self.share)(
            &self.origin,
            self.index,
            &mut self.future,
            running,
            siblings,
        );
        sharing.push_one(branch);
    }
}

impl<F, T: Send + 'static, P: Policy> Branches<P, SharingPlaces<P>> for Branch<F, T, P> {
    type Running = Arc<Sharer<T, P>>;

    fn places(&mut self, next: &mut usize) -> Arc<Sharer<T, P>> {
        self.index = take_index(next);
        Arc::new(Sharer::new(self.origin.name, self.index))
    }

    fn start(&mut self, running: &Arc<Sharer<T, P>>, places: &SharingPlaces<P>) {
        let siblings = &places.siblings;
        let branch = (self.share)(
            &self.origin,
            self.index,
            &mut self.future,
            running,
            siblings,
        );
        places.line.push_one(branch);
    }
}

impl<F, T: Send + 'static, P: Policy> fmt::Debug for Branch<F, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Branch")
            .field("name", &self.origin.name)
            .finish_non_exhaustive()
    }
}
