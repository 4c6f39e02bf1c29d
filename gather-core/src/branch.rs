//! A branch: a future that is ready to be started, and the bounds on what the user wrote.
//!
//! Every bound on a branch stands on [`branch`], the function that takes the user's expression.
//! What follows in an expansion asks little of it again: a [`Branch`] carries the function that
//! starts its task, so that a mistake is reported on the branch that made it. Only that the value is
//! `Send` is asked once more, for the slot that keeps it: where its type is known from elsewhere,
//! that is a second error.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::sync::Arc;

use tokio::runtime::Handle;

use crate::branches::Branches;
use crate::caught::caught;
use crate::origin::Origin;
use crate::policy::{Judge, Policy};
use crate::queue::{Queue, Source};
use crate::seat::Seat;
use crate::slot::Slot;
use crate::starting::Starting;
use crate::state::Payload;
use crate::task::{BoxedTask, Settle, Spawned, Task, spawn};

/// A future with its name, ready to be started: what [`branch`] makes.
///
/// `T` is the value that is kept of it.
pub struct Branch<F, T, P: Policy> {
    /// `None` once it is started.
    future: Option<F>,
    start: fn(&Handle, &Origin, &mut Option<F>, BranchSeat<T, P>) -> Spawned,
    boxed: fn(&Origin, &mut Option<F>, BranchSeat<T, P>) -> BoxedTask,
    origin: Origin,
}

/// The seat of a branch whose kept value is a `T`.
pub(crate) type BranchSeat<T, P> = Seat<Slot<T>, <P as Policy>::Error>;

/// Makes a branch of a future, or of what turns into one.
///
/// `name` is how messages call the branch. Only `B` is ever to be thought of: the other parameters
/// are found by inference.
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
pub fn branch<B, F, O, T, P, K, L, M>(name: &'static str, branch: B) -> Branch<F, T, P>
where
    B: IntoBranch<F, K>,
    F: Future,
    F: Send,
    F: 'static,
    F::Output: BranchOutput<O, L>,
    P: Policy,
    P: Judge<O, M, Value = T>,
    T: 'static,
    O: 'static,
    L: 'static,
    M: 'static,
    O: OutputOf<F::Output>,
{
    Branch {
        future: Some(branch.into_branch()),
        start: |runtime, origin, future, seat| {
            let seat = Judged::<P, _, O, L, M>::new(seat);
            let future = origin.take_in_span(future);
            spawn(runtime, origin.name, Task::new(future, seat, 0))
        },
        boxed: |origin, future, seat| {
            let seat = Judged::<P, _, O, L, M>::new(seat);
            let future = origin.take_in_span(future);
            Box::pin(Task::new(future, seat, 0))
        },
        origin: Origin::new(name),
    }
}

impl<F, T: Send + 'static, P: Policy> Branches<P, Handle> for Branch<F, T, P> {
    type Slots = Slot<T>;

    fn slots(&mut self) -> Slot<T> {
        Slot::new(self.origin.name)
    }

    fn start(&mut self, slot: &Slot<T>, starting: &mut Starting<'_, P::Error, Handle>) {
        let seat = starting.seat();
        if starting.is_stopped() {
            // Dropped as a task is, so that a panic of its `Drop` is a branch's.
            drop((self.boxed)(&self.origin, &mut self.future, seat));
        } else {
            let task = (self.start)(starting.runner(), &self.origin, &mut self.future, seat);
            starting.started(slot, 0, task);
        }
        starting.next_slot();
    }
}

impl<F, T: Send + 'static, P: Policy> Branches<P, Arc<Queue>> for Branch<F, T, P> {
    type Slots = Slot<T>;

    fn slots(&mut self) -> Slot<T> {
        Slot::new(self.origin.name)
    }

    fn start(&mut self, _: &Slot<T>, starting: &mut Starting<'_, P::Error, Arc<Queue>>) {
        let task = (self.boxed)(&self.origin, &mut self.future, starting.seat());
        let queue = starting.runner();
        queue.expect(Some(1));
        queue.push(Source::Branch(self.origin.name, task));
        starting.next_slot();
    }
}

impl<F, T, P: Policy> fmt::Debug for Branch<F, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Branch")
            .field("name", &self.origin.name)
            .finish_non_exhaustive()
    }
}

/// What can be a branch: what can be awaited.
///
/// The future is a parameter, and there is a second implementation that never applies, for the
/// sake of the error. rustc reports a trait with a single implementation in the words of that
/// implementation's own bounds ("`{integer}` is not a future"), and goes on with the future as if
/// it were known. With two it reports this trait, in the words below, and the future stays
/// unknown, so that nothing else is reported of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a future, so it cannot be a branch",
    label = "this branch is not a future",
    note = "call the function: `fetch()`, not `fetch`",
    note = "make a future of a value or of several steps: `async move {{ .. }}`; an `.await` belongs \
            inside of it",
    note = "spread a collection of futures: `..futures`",
    note = "take a future out of a `Result` or an `Option` first: `fetch()?`"
)]
pub trait IntoBranch<F, K> {
    /// Turns it into the future to be run.
    fn into_branch(self) -> F;
}

impl<B, F> IntoBranch<F, Applies> for B
where
    B: IntoFuture<IntoFuture = F>,
{
    fn into_branch(self) -> F {
        self.into_future()
    }
}

impl<B: Impossible, F> IntoBranch<F, NeverApplies> for B {
    fn into_branch(self) -> F {
        self.impossible()
    }
}

/// What a branch can give: what can be sent from its task to whoever awaits the gather.
///
/// There are two implementations for the reason given at [`IntoBranch`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent between threads, so it cannot come out of a gather",
    label = "what this gives is not `Send`",
    note = "a branch runs on a task of its own, and what it gives is sent from there: give an `Arc` \
            instead of an `Rc`, a `Mutex` instead of a `RefCell`, or the plain value",
    note = "of a type parameter, ask for it: `F::Output: Send + 'static`"
)]
pub trait BranchOutput<T, L> {
    /// The same value, under the name that inference found for its type.
    fn into_value(self) -> T;
}

impl<T: Send + 'static> BranchOutput<T, Applies> for T {
    fn into_value(self) -> T {
        self
    }
}

impl<O: Impossible, T> BranchOutput<T, NeverApplies> for O {
    fn into_value(self) -> T {
        self.impossible()
    }
}

/// The other way round: where the result's type is known from what it is used for, it is that of
/// the branch, as in `let (n,): (u8,) = gather!(async { text.parse().unwrap() }).await`.
pub trait OutputOf<O> {}

impl<O> OutputOf<O> for O {}

/// Marks the implementation that applies.
#[derive(Debug)]
pub struct Applies(());

/// Marks the implementation that is there for the sake of the error.
#[derive(Debug)]
pub struct NeverApplies(());

/// No type has this.
pub trait Impossible: Sized {
    /// Gives anything, as it is never called.
    fn impossible<T>(self) -> T;

    /// Gives itself, as it is never called.
    fn never() -> Self;
}

/// The seat of a branch whose output is a `BranchOutput<O, L>`, over the seat that takes what the
/// policy makes of the `O`.
pub(crate) struct Judged<P, X, O, L, M>(X, Inferred<P, O, L, M>);

type Inferred<P, O, L, M> = PhantomData<fn() -> (P, O, L, M)>;

impl<P, X, O, L, M> Judged<P, X, O, L, M>
where
    P: Judge<O, M>,
{
    pub(crate) fn new(seat: X) -> Self {
        Judged(seat, PhantomData)
    }
}

impl<P, B, X, O, L, M> Settle<B> for Judged<P, X, O, L, M>
where
    P: Judge<O, M>,
    B: BranchOutput<O, L>,
    X: Settle<Result<P::Value, P::Error>>,
    O: 'static,
    L: 'static,
    M: 'static,
{
    #[inline]
    fn returned(&self, index: usize, output: B) {
        // The judgement may run a `From` of the user's.
        match caught(|| P::judge(output.into_value())) {
            Ok(judged) => self.0.returned(index, judged),
            Err(payload) => self.0.panicked(index, payload),
        }
    }

    fn panicked(&self, index: usize, payload: Payload) {
        self.0.panicked(index, payload);
    }

    fn cancelled(&self, index: usize) {
        self.0.cancelled(index);
    }

    fn complete(&self, branches: usize) {
        self.0.complete(branches);
    }

    fn abandon(&self) {
        self.0.abandon();
    }
}
