//! The handle.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker, ready};

use crate::gather::budget::poll_spend;
use crate::gather::gathering::{Gathered, Gathering};
use crate::gather::progress::Progress;
use crate::policy::All;
use crate::running::Given;

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
///
/// Dropping it panics if a value that a branch has given panics when it is dropped.
///
/// # Examples
///
/// Waiting for it while other things go on:
///
/// ```
/// # use gather_core::Gather;
/// use tokio::time::{Duration, interval};
///
/// async fn with_ticks(mut pages: Gather<Vec<String>>) -> Vec<String> {
///     let mut ticks = interval(Duration::from_millis(100));
///     loop {
///         tokio::select! {
///             pages = &mut pages => return pages,
///             _ = ticks.tick() => println!("{}", pages.progress()),
///         }
///     }
/// }
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// # assert_eq!(with_ticks(Gather::ready(vec![String::from("a")])).await, ["a"]);
/// # }
/// ```
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
    /// # use gather_core::Gather;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let gather = Gather::ready(7);
    /// assert!(gather.is_finished());
    /// assert_eq!(gather.await, 7);
    /// # }
    /// ```
    pub fn ready(value: T) -> Self
    where
        T: Send + 'static,
    {
        let given = Gathering::<All, _, _>::of(Given::new(value), |value| value);
        Gather::new(Arc::new(given))
    }

    /// Whether every branch has ended, so that awaiting would not wait.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gather_core::Gather;
    /// assert!(Gather::ready(()).is_finished());
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
    /// # let branches = (branch("hang()", std::future::pending::<()>()),);
    /// # let gather = Group::new().spawn(branches, |results| results);
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
        let mut cx = Context::from_waker(Waker::noop());
        if self.shared.is_finished() && self.shared.poll_finished(&mut cx).is_ready() {
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
    /// [cancelled](crate::BranchError::is_cancelled). Else it gives `None`. Of a `..` iterator under
    /// `limit`, branches that had not been pulled have no outcome.
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
    /// # let branches = (branch("hang()", std::future::pending::<()>()),);
    /// # let gather = Group::new().spawn(branches, |results| results);
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
    /// # let branches = (branch("hang()", std::future::pending::<()>()),);
    /// # let gather = Group::new().spawn(branches, |results| results);
    /// gather.detach(); // the branches run until they end, or their runtime does
    /// # }
    /// ```
    pub fn detach(mut self) {
        if !self.taken {
            self.taken = true;
            self.shared.detach();
        }
    }

    pub(crate) fn poll_result(&mut self, cx: &mut Context<'_>) -> Poll<T> {
        self.assert_not_taken();
        ready!(self.shared.poll_finished(cx));
        ready!(poll_spend(cx));
        Poll::Ready(self.take_result())
    }

    /// Ready when the branches have stopped, with a result if there is one.
    fn poll_stopped(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.assert_not_taken();
        ready!(self.shared.poll_finished(cx));
        ready!(poll_spend(cx));
        Poll::Ready(self.shared.has_result().then(|| self.take_result()))
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
}

impl<T> Drop for Gather<T> {
    fn drop(&mut self) {
        if !self.taken {
            self.shared.stop();
            self.shared.discard();
        }
    }
}

// As tokio's `JoinHandle`: what a panic of the user's leaves half done is not in here.
impl<T> UnwindSafe for Gather<T> {}
impl<T> RefUnwindSafe for Gather<T> {}

impl<T> fmt::Debug for Gather<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gather")
            .field("progress", &format_args!("{}", self.progress()))
            .finish()
    }
}

/// The future that [`Gather::abort`] returns: it waits until the branches have stopped.
///
/// They have been told to stop when it is made, and dropping it changes nothing of that.
#[must_use = "the branches have been told to stop: `.await` to wait until they have, or drop the `Gather` instead"]
#[derive(Debug)]
pub struct Abort<T>(Gather<T>);

impl<T> Future for Abort<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.0.poll_stopped(cx)
    }
}

impl<T> UnwindSafe for Abort<T> {}
impl<T> RefUnwindSafe for Abort<T> {}
