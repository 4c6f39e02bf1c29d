//! The handle of `gather!`, `try_gather!` and `gather_settled!`.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker, ready};

use crate::explain::{
    AddToAll, Cancel, Done, FutureMethod, GatherHandle, HasValue, Joins, MapsValue, NextOfAll,
    Started, TakenResult, Timeout, Unawaited,
};
use crate::gather::budget::poll_spend;
use crate::gather::early::methods_of_value;
use crate::gather::gathering::{Gathered, Gathering};
use crate::gather::others::methods_of_others;
use crate::gather::progress::Progress;
use crate::policy::All;
use crate::running::Given;

/// A handle to running branches, and to the one value that they return: await it to get the `T`.
///
/// The macros return one. It can be named, stored and returned, whatever the branches are. It is
/// `Send` and `Sync` if `T` is `Send`, and always `Unpin` and [`UnwindSafe`].
///
/// - **Dropping it aborts** the branches that are still running, and those of gathers inside them, at
///   once and without waiting until they have stopped. So does everything that drops it: an elapsed
///   `timeout`, a lost `select!`, a disconnecting client, and `let _ = gather!(..);`, where `_` keeps
///   nothing. [`detach`](Self::detach) lets the branches keep running.
/// - **Once it resolves**, whether to a value, an error or a panic, none of its branches is still
///   running. A gather inside a branch that was stopped has been told to stop, but its branches may
///   still be stopping.
/// - **Waiting is cancel-safe**: `(&mut gather).await` can be dropped and tried again, and the
///   branches keep running in between.
///
/// It deliberately does not implement [`Future`], only [`IntoFuture`]: its branches are already
/// running, so there is nothing left to spawn. Where a `Future` is required, pass
/// `gather.into_future()`.
///
/// # Panics
///
/// Awaiting it resumes the panic of a branch, in the awaiting task. Awaiting also panics if the runtime
/// of the branches shuts down before they have ended. The handle of a `gather_settled!` panics in
/// neither case: it reports both in the branch's place. With the option `catch`, the handle of a
/// `try_gather!` returns an error instead of resuming the panic of a branch.
///
/// Once `(&mut gather).await` has returned, even with an `Err`, the result is taken. Awaiting the
/// handle again then panics, and so do [`try_result`](Self::try_result) and [`abort`](Self::abort);
/// [`is_terminated`](Self::is_terminated) says whether the result is taken. Awaiting panics only
/// when the future is polled: in a loop, a `select!` branch `result = &mut gather, if !done` is
/// harmless while its precondition is false. A macro call in place of `&mut gather` is evaluated
/// anyway: it starts the branches, and then aborts them.
///
/// Dropping or detaching a handle never panics. The values that its branches return are then dropped
/// quietly, and a panic in their `Drop` is swallowed, as with tokio's
/// [`JoinHandle`](tokio::task::JoinHandle). When a gather has failed, awaiting it drops the values of
/// the other branches, and a panic in such a drop outranks an error, except with `catch`.
///
/// # Budget
///
/// Awaiting spends one unit of the task's [budget](tokio::task::coop), however many branches there
/// are. So a task that takes one finished gather after another lets other tasks run in between. The
/// results of one gather are read in a single poll, whatever is left of the budget.
///
/// # Examples
///
/// Waiting while other work goes on:
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
///
/// A handle in a field of a future of your own. Each poll makes a new [`GatherMut`] and drops it, and
/// the task is still woken:
///
/// ```
/// # use gather_core::Gather;
/// use std::future::{Future, IntoFuture};
/// use std::pin::{Pin, pin};
/// use std::task::{Context, Poll};
///
/// struct Page {
///     parts: Gather<Vec<String>>,
/// }
///
/// impl Future for Page {
///     type Output = String;
///
///     fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
///         let parts = pin!((&mut self.parts).into_future());
///         parts.poll(cx).map(|parts| parts.concat())
///     }
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # assert_eq!(Page { parts: Gather::ready(vec![String::from("a")]) }.await, "a");
/// # }
/// ```
///
/// [`GatherMut`]: crate::GatherMut
#[diagnostic::on_move(
    message = "this `Gather` is used after it was moved: to keep it, await `&mut handle`",
    label = "awaiting this handle by value, or passing it on, moves it",
    note = "`timeout(duration, &mut handle)` and `&mut handle` in a `select!` do not move it"
)]
#[must_use = "dropping a `Gather` aborts its branches: `.await` it, keep it, or `.detach()` it"]
pub struct Gather<T> {
    shared: Arc<dyn Gathered<T>>,
    taken: bool,
    // A `Gather<T>` can be sent and shared if the `T` that it returns can be sent.
    gives: PhantomData<Mutex<Box<T>>>,
}

/// Makes the handle to started branches. Not an associated function: rustc would suggest that one
/// for `Gather::new()`.
#[doc(hidden)]
pub fn handle_to<T>(shared: Arc<dyn Gathered<T>>) -> Gather<T> {
    Gather {
        shared,
        taken: false,
        gives: PhantomData,
    }
}

impl<T> Gather<T> {
    /// Makes a gather that runs nothing and returns `value`. `gather!()` expands to a call of this.
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
        let given = Gathering::<All, _, _>::of(Given::new(Box::new(|| value)), |value| value, None);
        handle_to(Arc::new(given))
    }

    /// Returns whether every branch has ended, so that awaiting would not wait. It looks at the
    /// branches one by one, as [`progress`](Self::progress) does, up to the first that runs.
    ///
    /// It stays `true` after `(&mut gather).await` has taken the result:
    /// [`is_terminated`](Self::is_terminated) says whether that has happened.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gather_core::Gather;
    /// assert!(Gather::ready(()).is_finished());
    /// ```
    #[doc(alias = "done")]
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.shared.is_finished()
    }

    /// Returns whether `(&mut gather).await` has returned, so that the result is taken and awaiting
    /// again would panic.
    ///
    /// This is for a handle that is kept after it was awaited, in a field or in a loop for example.
    /// An `Err` or a panic is a result too. tokio's [`oneshot::Receiver`] has a method of the same
    /// name.
    ///
    /// [`oneshot::Receiver`]: https://docs.rs/tokio/latest/tokio/sync/oneshot/struct.Receiver.html#method.is_terminated
    ///
    /// # Examples
    ///
    /// ```
    /// # use gather_core::Gather;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut page = Gather::ready(7);
    /// assert!(page.is_finished() && !page.is_terminated());
    ///
    /// assert_eq!((&mut page).await, 7);
    /// assert!(page.is_finished() && page.is_terminated());
    /// # }
    /// ```
    #[doc(alias = "is_taken")]
    #[must_use]
    pub fn is_terminated(&self) -> bool {
        self.taken
    }

    /// Returns how many branches have ended, and how many there are.
    ///
    /// It looks at each branch, so a call takes time in proportion to their number.
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

    /// Returns the result if every branch has ended, and the handle otherwise.
    ///
    /// This is asyncio's `future.result()`, with the handle in place of an `InvalidStateError`. To
    /// check without giving up the handle, use [`is_finished`](Self::is_finished).
    ///
    /// # Errors
    ///
    /// The handle itself, if a branch is still running.
    ///
    /// # Panics
    ///
    /// Panics as awaiting does: if the result is a panic, if the runtime of the branches has shut
    /// down, or if `(&mut gather).await` has taken the result.
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
    #[doc(alias = "result")]
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

    /// Stops the branches that are still running, and returns a future that waits until they have
    /// stopped.
    ///
    /// The call itself aborts the branches, before its future is awaited. A branch stops where it next
    /// awaits, as with [`JoinHandle::abort`](tokio::task::JoinHandle::abort).
    ///
    /// The future returns the result if there is one: if all branches had already ended, if one had
    /// failed, and always for `gather_settled!`, where the stopped branches are reported as
    /// [cancelled](crate::BranchError::is_cancelled). Otherwise it returns `None`. Under `limit`,
    /// futures that the iterator has not yet yielded have no entry.
    ///
    /// # Panics
    ///
    /// The call panics if `(&mut gather).await` has taken the result. Awaiting panics if the result is
    /// a panic, as awaiting the handle does. That includes the panic of a branch while it is being
    /// stopped. With the option `catch` of `try_gather!`, such a panic is returned as an error.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses the result. The branches stop all the same.
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
    #[doc(alias = "cancel")]
    #[track_caller]
    pub fn abort(self) -> Abort<T> {
        self.assert_not_taken();
        self.shared.stop();
        Abort(self)
    }

    /// Lets the branches keep running without the handle.
    ///
    /// What they return is dropped. A branch that fails still stops the others, as it would with
    /// the handle, but its error or panic is discarded, although the panic hook still runs. So until
    /// the last branch ends, tokio keeps the memory of each task that was running when this was
    /// called. `gather_settled!`, where no branch stops another, keeps none.
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
        // Usually the last branch has ended by now. Then no task is left that could stop the
        // others, and nothing needs a lock.
        if let Some(alone) = Arc::get_mut(&mut self.shared) {
            ready!(alone.poll_alone(cx));
            ready!(poll_spend(cx));
            self.taken = true;
            return Poll::Ready(alone.result_alone());
        }
        ready!(self.shared.poll_finished(cx));
        ready!(poll_spend(cx));
        Poll::Ready(self.take_result())
    }

    /// Stops the branches that are still running.
    pub(crate) fn stop(&self) {
        self.shared.stop();
    }

    /// Ready with the result, if there is one, once the branches have stopped.
    pub(crate) fn poll_stopped(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.assert_not_taken();
        ready!(self.shared.poll_finished(cx));
        ready!(poll_spend(cx));
        Poll::Ready(self.shared.has_result().then(|| self.take_result()))
    }

    /// Drops the result without reading it, if all branches have ended and none has failed.
    pub(crate) fn end_unread(&mut self) -> bool {
        self.taken = self.shared.end_unread();
        self.taken
    }

    fn take_result(&mut self) -> T {
        self.taken = true;
        self.shared.result()
    }

    #[track_caller]
    fn assert_not_taken(&self) {
        assert!(
            !self.taken,
            "this `Gather` has already returned its result: an earlier await of `&mut gather` took it; \
             ask `is_terminated()` first"
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

// Like tokio's `JoinHandle`: a panic of user code leaves nothing in here half done.
impl<T> UnwindSafe for Gather<T> {}
impl<T> RefUnwindSafe for Gather<T> {}

impl<T> fmt::Debug for Gather<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gather")
            .field("progress", &format_args!("{}", self.progress()))
            .finish()
    }
}

#[doc(hidden)]
impl<T> Gather<T> {
    methods_of_others! {
        GatherHandle<T>:
        done -> Expected: Done;
        result -> Expected: TakenResult;
        cancel abort_all abort_handle shutdown -> Expected: Cancel;
        join wait block_on -> Expected: Joins;
        start run -> Expected: Started;
        push(_) add(_) spawn(_) -> Expected: AddToAll;
        timeout(_) -> Expected: Timeout;
        next try_next join_next recv -> Expected: NextOfAll;
        map(_) map_err(_) and_then(_) then(_) -> Expected: MapsValue;
        boxed boxed_local catch_unwind err_into fuse inspect(_) left_future right_future map_ok(_)
            now_or_never shared with_cancellation_token(_) -> Expected: FutureMethod;
    }
}

#[doc(hidden)]
#[expect(clippy::iter_not_returning_iterator, reason = "nobody can call them")]
impl<T> Gather<T> {
    methods_of_value!(Unawaited<T>: HasValue);
}

/// The future that [`Gather::abort`] returns: it waits until the branches have stopped.
///
/// The branches have already been told to stop, and dropping this future does not change that.
///
/// # Panics
///
/// Awaiting it panics if the result is a panic, as [`Gather::abort`] explains, and if it has already
/// returned its result.
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
