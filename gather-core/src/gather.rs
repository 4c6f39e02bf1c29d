//! The handle.

use std::convert::Infallible;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use crate::caught::drop_silenced;
use crate::progress::Progress;
use crate::ready::Ready;
use crate::shared::Gathered;

/// Branches that are running, and the one value that they will give: await it to get `T`.
///
/// The macros make one. It can be stored and named whatever the branches are, and it is `Send`,
/// `Sync` and `Unpin` where `T` is `Send`.
///
/// - **Dropping it aborts** the branches that still run, and those of gathers inside them, at once
///   and without waiting for them to stop. So does all that drops it: a `timeout` that elapses, a
///   `select!` that loses, a client that disconnects. [`detach`](Self::detach) lets them run on.
/// - **When it has resolved**, with a value, an error or a panic, none of its branches is running
///   any more. A gather inside a branch that was stopped has been told to stop, and ends by itself.
/// - **Waiting is cancel-safe**: `(&mut gather).await` can be dropped and tried again, and the
///   branches run on in between.
///
/// It is deliberately no [`Future`], only [`IntoFuture`]: its branches run already, so spawning it
/// would be a mistake. What insists on a `Future` takes `gather.into_future()`.
///
/// # Panics
///
/// Awaiting it resumes the panic of a branch, on the task that awaits. It panics too if the
/// runtime of the branches has shut down before they ended. A `gather_settled!` does neither: it
/// tells of both in the branch's place. Awaiting `&mut gather` again after it has given its result
/// panics at the second `.await`.
#[must_use = "dropping a `Gather` aborts its branches: `.await` it, keep it, or `.detach()` it"]
pub struct Gather<T> {
    shared: Arc<dyn Gathered<T>>,
    taken: bool,
    // A `Gather<T>` can be sent and shared where the `T` that it will give can be sent.
    gives: PhantomData<Mutex<Box<T>>>,
}

impl<T> Gather<T> {
    pub(crate) fn new(shared: Arc<dyn Gathered<T>>) -> Self {
        Gather {
            shared,
            taken: false,
            gives: PhantomData,
        }
    }

    /// A gather that has nothing to run, and gives `value`: what `gather!()` expands to.
    ///
    /// It needs no runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let gather = gather_core::Gather::ready(7);
    /// assert!(gather.is_finished());
    /// assert_eq!(gather.await, 7);
    /// # }
    /// ```
    pub fn ready(value: T) -> Self
    where
        T: Send + 'static,
    {
        Gather::new(Arc::new(Ready::new(value)))
    }

    /// Whether every branch has ended, so that awaiting would not wait.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(gather_core::Gather::ready(()).is_finished());
    /// ```
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.shared.is_finished()
    }

    /// How many branches have ended, of how many.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gather_core::{Group, branch};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let (group, hangs) = (Group::new(), branch("hang()", std::future::pending::<()>()));
    /// # let mut group = group.slots((hangs.slot(),));
    /// # group.spawn(hangs, |slots| &slots.0);
    /// # let gather = group.gather(|results| results);
    /// assert_eq!(gather.progress().to_string(), "0/1");
    /// # }
    /// ```
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.shared.progress()
    }

    /// The result, if every branch has ended, and else the handle back.
    ///
    /// It is asyncio's `future.result()`, with the handle in place of an `InvalidStateError`.
    ///
    /// # Errors
    ///
    /// The handle itself, if a branch is still running.
    ///
    /// # Panics
    ///
    /// As awaiting does: if the result is a panic, if the branches' runtime has shut down, or if
    /// the result has been taken by `(&mut gather).await`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gather_core::{Gather, Group, branch};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let gather = Gather::ready(7);
    /// match gather.try_result() {
    ///     Ok(results) => println!("all is done: {results}"),
    ///     Err(gather) => println!("{} are done", gather.progress()),
    /// }
    /// # }
    /// ```
    #[track_caller]
    pub fn try_result(mut self) -> Result<T, Gather<T>> {
        self.assert_not_taken();
        if self.is_finished() {
            Ok(self.take_result())
        } else {
            Err(self)
        }
    }

    /// Stops what runs, and waits until it has stopped.
    ///
    /// The branches are aborted by the call itself, before its future is awaited. A branch stops
    /// where it next awaits, as with [`JoinHandle::abort`](tokio::task::JoinHandle::abort).
    ///
    /// The future gives the result if there is one: if all branches had ended before, if one had
    /// failed, and for `gather_settled!` always, with the branches that were stopped as
    /// [cancelled](crate::BranchError::is_cancelled). Else it gives `None`.
    ///
    /// # Panics
    ///
    /// Awaiting panics if the result is a panic, as awaiting the handle does. The call itself
    /// panics if the result has been taken by `(&mut gather).await`.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses the result. The branches are stopped all the same.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gather_core::{Group, branch};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let (group, hangs) = (Group::new(), branch("hang()", std::future::pending::<()>()));
    /// # let mut group = group.slots((hangs.slot(),));
    /// # group.spawn(hangs, |slots| &slots.0);
    /// # let gather = group.gather(|results| results);
    /// // It would never end.
    /// assert_eq!(gather.abort().await, None);
    /// # }
    /// ```
    #[track_caller]
    pub fn abort(self) -> Abort<T> {
        self.assert_not_taken();
        self.shared.stop();
        Abort(self)
    }

    /// Lets the branches run on without the handle.
    ///
    /// What they give is dropped. A branch that fails still stops the others, as the policy of the
    /// macro has it, and nobody is told.
    ///
    /// # Panics
    ///
    /// If a branch has given something already that panics when it is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gather_core::{Group, branch};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let (group, hangs) = (Group::new(), branch("hang()", std::future::pending::<()>()));
    /// # let mut group = group.slots((hangs.slot(),));
    /// # group.spawn(hangs, |slots| &slots.0);
    /// # let gather = group.gather(|results| results);
    /// gather.detach(); // the branches run until they end, or their runtime does
    /// # }
    /// ```
    pub fn detach(mut self) {
        self.taken = true;
        self.discard();
    }

    fn poll_result(&mut self, cx: &Context<'_>) -> Poll<T> {
        self.assert_not_taken();
        ready!(self.shared.poll_finished(cx));
        Poll::Ready(self.take_result())
    }

    fn take_result(&mut self) -> T {
        self.taken = true;
        self.shared.result()
    }

    #[track_caller]
    fn assert_not_taken(&self) {
        assert!(
            !self.taken,
            "this `Gather` has given its result already: an earlier await of `&mut gather` took it"
        );
    }

    fn discard(&self) {
        let panicked = self.shared.discard();
        if std::thread::panicking() {
            drop_silenced(panicked);
        } else if let Some(payload) = panicked {
            resume_unwind(payload);
        }
    }
}

impl<T> Drop for Gather<T> {
    fn drop(&mut self) {
        if !self.taken {
            self.shared.stop_waiting();
            self.shared.stop();
            self.discard();
        }
    }
}

impl<T> fmt::Debug for Gather<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gather")
            .field("progress", &format_args!("{}", self.progress()))
            .finish()
    }
}

impl<T> IntoFuture for Gather<T> {
    type Output = T;
    type IntoFuture = GatherFuture<T>;

    #[track_caller]
    fn into_future(self) -> GatherFuture<T> {
        self.assert_not_taken();
        GatherFuture(self)
    }
}

impl<'a, T> IntoFuture for &'a mut Gather<T> {
    type Output = T;
    type IntoFuture = GatherMut<'a, T>;

    #[track_caller]
    fn into_future(self) -> GatherMut<'a, T> {
        self.assert_not_taken();
        GatherMut(self)
    }
}

/// The future of a [`Gather`]: what `gather.await` awaits.
///
/// # Panics
///
/// As awaiting a [`Gather`] does.
///
/// # Cancel safety
///
/// Dropping it drops the `Gather`, and so aborts its branches.
#[must_use = "dropping it aborts the branches: `.await` it"]
#[derive(Debug)]
pub struct GatherFuture<T>(Gather<T>);

impl<T> Future for GatherFuture<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        self.0.poll_result(cx)
    }
}

/// The future of a `&mut` [`Gather`]: what `(&mut gather).await` awaits.
///
/// # Panics
///
/// As awaiting a [`Gather`] does.
///
/// # Cancel safety
///
/// Dropping it leaves the branches running and the result to be awaited.
#[must_use = "futures do nothing unless awaited"]
#[derive(Debug)]
pub struct GatherMut<'a, T>(&'a mut Gather<T>);

impl<T> Future for GatherMut<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        self.0.poll_result(cx)
    }
}

impl<T> Drop for GatherMut<'_, T> {
    fn drop(&mut self) {
        // Nobody waits for the result now; the last branch would wake a task for nothing.
        if !self.0.taken {
            self.0.shared.stop_waiting();
        }
    }
}

/// The future that [`Gather::abort`] gives: it waits until the branches have stopped.
///
/// They have been told to stop when it is made, and dropping it changes nothing of that.
#[must_use = "the branches have been told to stop: `.await` to wait until they have, or drop the `Gather` instead"]
#[derive(Debug)]
pub struct Abort<T>(Gather<T>);

impl<T> Future for Abort<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.0.assert_not_taken();
        ready!(self.0.shared.poll_finished(cx));
        if self.0.shared.has_result() {
            Poll::Ready(Some(self.0.take_result()))
        } else {
            Poll::Ready(None)
        }
    }
}

/// A `Gather` is no future, so that spawning it does not compile. Here is what it would be if it
/// were one, on a condition that never holds and whose trait says what to do instead.
impl<T> Future for Gather<T>
where
    NotStarted<T>: Spawn,
{
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        self.poll_result(cx)
    }
}

/// What a `Gather` would have to be to be spawned. The condition is not on `Gather` itself, or
/// rustc would report `Future`, in the words of std: "`Gather<..>` is not a future".
#[derive(Debug)]
pub struct NotStarted<T>(Infallible, PhantomData<fn() -> T>);

/// No type has this.
#[diagnostic::on_unimplemented(
    message = "a `Gather` is not a `Future`: its branches are running already, and cannot be spawned again",
    label = "the branches of this have been running since the macro returned",
    note = "await it where its results are needed: `let results = gather.await;`",
    note = "to let the branches run on without it: `gather.detach();`",
    note = "where an API insists on a `Future`: `gather.into_future()`"
)]
pub trait Spawn {}
