//! The handle of `gather_each!`.

use std::fmt;
use std::future::{Future, Ready};
use std::panic::{RefUnwindSafe, UnwindSafe, resume_unwind};
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, ready};

use futures_core::future::FusedFuture;
use futures_core::stream::{FusedStream, Stream};

use crate::each::branches::deliver;
use crate::each::outlet::{Inlet, Sent};
use crate::explain::{
    AddBranch, AwaitAll, CountEach, DetachEach, Iterate, NextIfReady, NextResult, OneByOne,
    StopEach, StreamMethod,
};
use crate::gather::others::methods_of_others;
use crate::gather::{Gather, Progress};
use crate::outcome::caught::{Unwanted, caught};
use crate::policy::{Policy, Unordered};

/// A handle to running branches, which returns their results one by one, as the branches finish.
///
/// `gather_each!` returns one. It can be named, stored and returned, whatever the branches are. It
/// is `Send` and `Sync` if `T` is `Send`, and always `Unpin` and [`UnwindSafe`].
///
/// - **[`next`](Self::next) returns the result** of the next branch to finish, with the branch's
///   index, and `None` once all results have been taken and nothing is left running. The index
///   counts the branches from the left: those that are written out, and each that an iterator
///   yields. `Each` is also a [`Stream`] of the same items.
/// - **Dropping it aborts** the branches that are still running, and drops the results that have
///   not been taken. To stop early, leave the loop: a `break`, a `return` or a `?` that drops the
///   handle stops the other branches, as it does for a [`Gather`].
/// - **Under a `limit`**, a branch counts towards the limit until its result is taken: an iterator
///   is advanced at most `limit` branches ahead of the results that you take. Without one, all
///   branches run, and results wait to be taken.
///
/// It does not implement [`Future`]: `each.await` does not compile, and the error says so.
///
/// # Panics
///
/// If a branch panics, the others are stopped, and [`next`](Self::next) resumes the panic, with its
/// original payload, when they have been dropped. Results of branches that had ended before come
/// first; later ones are dropped. If the runtime of the branches shuts down before they have ended,
/// `next` panics once the results are taken, and the message names a branch that had not ended.
/// After either panic, it returns `None`.
///
/// Dropping it never panics: a panic in the `Drop` of a result is swallowed.
///
/// # Examples
///
/// The first success, which stops the others:
///
/// ```
/// # use gather_core::{Each, Group, each::spread};
/// async fn first_success(mut each: Each<Result<u32, String>>) -> Option<u32> {
///     while let Some((_, result)) = each.next().await {
///         if let Ok(value) = result {
///             return Some(value);
///         }
///     }
///     None
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # let results = [Err(String::new()), Ok(7)].map(|result| async { result });
/// # assert_eq!(first_success(Group::each().start(spread("", results))).await, Some(7));
/// # }
/// ```
#[doc(alias = "as_completed")]
#[must_use = "dropping an `Each` aborts its branches: take their results with `.next().await`"]
pub struct Each<T> {
    // Dropped first, so that the branches are stopped before results are dropped.
    branches: Gather<()>,
    inlet: Inlet<T>,
    taken: usize,
    stage: Stage,
    /// How many branches there are, once somebody has asked: counting them takes time.
    all: OnceLock<Option<usize>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// There may be more results.
    Open,
    /// All results have been taken, but branches may still be ending.
    Ending,
    /// A branch has panicked, and others may still be ending.
    Panicking,
    Over,
}

impl<T> Each<T> {
    pub(crate) fn new(branches: Gather<()>, inlet: Inlet<T>) -> Self {
        Each {
            branches,
            inlet,
            taken: 0,
            stage: Stage::Open,
            all: OnceLock::new(),
        }
    }

    /// Returns the result of the next branch to finish, with the branch's index, or `None` once all
    /// results have been taken and no branch is left running.
    ///
    /// # Panics
    ///
    /// Awaiting panics if a branch has panicked, or if the runtime of the branches has shut down:
    /// see [`Each`](Self#panics).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing: the branches keep running, and the next call returns what
    /// this one would have.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gather_core::{Group, each::spread};
    /// # use tokio::time::{Duration, sleep};
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # let after = |seconds| async move { sleep(Duration::from_secs(seconds)).await; seconds };
    /// # let branches = spread("..[3, 1, 2].map(after)", [3, 1, 2].map(after));
    /// // What `gather_each!(..[3, 1, 2].map(after))` expands to.
    /// let mut each = Group::each().start(branches);
    /// assert_eq!(each.next().await, Some((1, 1)));
    /// assert_eq!(each.next().await, Some((2, 2)));
    /// assert_eq!(each.next().await, Some((0, 3)));
    /// assert_eq!(each.next().await, None);
    /// # }
    /// ```
    #[doc(alias = "join_next")]
    #[expect(
        clippy::should_implement_trait,
        reason = "it is a stream's, not an iterator's"
    )]
    pub fn next(&mut self) -> Next<'_, Self> {
        Next(self)
    }

    /// Returns how many branches have ended, and how many there are.
    ///
    /// A branch whose result waits to be taken has ended.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gather_core::Group;
    /// # use gather_core::each::branch;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let branches = (branch("hang()", std::future::pending::<()>()),);
    /// # let each = Group::each().start(branches);
    /// assert_eq!(each.progress().to_string(), "0/1");
    /// # }
    /// ```
    #[must_use]
    pub fn progress(&self) -> Progress {
        let sent = self.taken + self.inlet.len();
        let is_disturbed = self.stage != Stage::Open || self.inlet.cancelled().is_some();
        let Progress { finished, total } = if is_disturbed {
            self.branches.progress()
        } else {
            // Each branch that has ended has sent something.
            Progress {
                finished: sent,
                total: self.total(),
            }
        };
        // The branch of a taken result may still be ending.
        let ended = finished.max(sent);
        let finished = match total {
            Some(total) if self.is_finished() => total,
            Some(total) => ended.min(total),
            None => ended,
        };
        Progress { finished, total }
    }

    /// How many branches there are. Without a limit, all have been started, and that cannot change.
    fn total(&self) -> Option<usize> {
        if let Some(all) = self.all.get() {
            return *all;
        }
        let total = self.branches.progress().total;
        if !self.inlet.has_limit() {
            // Not with `get_or_init`: nobody waits while another thread counts.
            let _ = self.all.set(total);
        }
        total
    }

    /// Returns whether every branch has ended. Results may still be waiting to be taken.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gather_core::Each;
    /// assert!(Each::<u8>::empty().is_finished());
    /// ```
    #[doc(alias = "done")]
    #[must_use]
    pub fn is_finished(&self) -> bool {
        // A branch has an outlet until it has been dropped. Under a limit, an iterator may panic while
        // it is being dropped, and that would count as one more branch.
        self.inlet.is_closed() && self.total().is_some()
    }

    /// Stops the branches that are still running, and returns a future that waits until they have
    /// stopped.
    ///
    /// The call itself aborts the branches, before its future is awaited. The future returns the
    /// untaken results of the branches that ended in time, with their indices, in the order in
    /// which they ended.
    ///
    /// # Panics
    ///
    /// Awaiting the future panics if a branch has panicked, as [`next`](Self::next) does. That
    /// includes the panic of a branch while it is being stopped.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gather_core::{Group, each::branch};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let branches = (branch("ready()", async { 7 }), branch("hang()", std::future::pending()));
    /// # let each = Group::each().start(branches);
    /// # while each.progress().finished() == 0 {
    /// #     tokio::task::yield_now().await;
    /// # }
    /// let rest: Vec<(usize, u32)> = each.abort().await; // no branch is still running
    /// # assert_eq!(rest, [(0, 7)]);
    /// # }
    /// ```
    #[doc(alias = "shutdown")]
    pub fn abort(self) -> AbortEach<T> {
        self.branches.stop();
        AbortEach {
            each: self,
            rest: Some(Vec::new()),
        }
    }

    /// Returns the next result, or `None` if there are no more to be taken.
    #[inline]
    fn poll_result(&mut self, cx: &mut Context<'_>) -> Poll<Option<(usize, T)>> {
        if self.stage != Stage::Open {
            return Poll::Ready(None);
        }
        match ready!(self.inlet.poll_next(cx)) {
            Some(Sent::Result {
                index,
                value,
                place,
            }) => {
                self.taken += 1;
                drop(place);
                return Poll::Ready(Some((index, value)));
            }
            Some(Sent::Panicked) => {
                // That branch has ended, and so have those whose messages came later.
                self.taken += 1 + self.inlet.close();
                self.stage = Stage::Panicking;
            }
            None => self.stage = Stage::Ending,
        }
        Poll::Ready(None)
    }

    /// Ready when no branch is left running. Resumes a branch's panic, and panics if the runtime has
    /// shut down.
    #[cold]
    fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if ready!(self.poll_ended(cx)).is_none()
            && let Some(cancelled) = self.inlet.cancelled()
        {
            let name = <Unordered<()> as Policy>::MACRO;
            panic!("{name}: {cancelled} because its runtime shut down");
        }
        Poll::Ready(())
    }

    /// Ready when no branch is left running, with `None` if one was cancelled. Resumes a branch's
    /// panic.
    fn poll_ended(&mut self, cx: &mut Context<'_>) -> Poll<Option<()>> {
        if self.stage == Stage::Over {
            return Poll::Ready(Some(()));
        }
        if self.stage == Stage::Ending
            && self.inlet.cancelled().is_none()
            && self.branches.end_unread()
        {
            self.stage = Stage::Over;
            return Poll::Ready(Some(()));
        }
        let ended = match caught(|| self.branches.poll_stopped(cx)) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(ended)) => Ok(ended),
            // The panic came from a waker, not from a branch.
            Err(payload) if !self.branches.is_terminated() => resume_unwind(payload),
            Err(payload) => Err(payload),
        };
        self.stage = Stage::Over;
        match ended {
            Ok(ended) => Poll::Ready(ended),
            Err(payload) => resume_unwind(payload),
        }
    }
}

impl<T> Each<T>
where
    T: Send + 'static,
{
    /// Makes a handle to no branches: `gather_each!()` expands to it.
    ///
    /// It needs no runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gather_core::Each;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut each: Each<u8> = Each::empty();
    /// assert!(each.is_finished());
    /// assert_eq!(each.next().await, None);
    /// # }
    /// ```
    pub fn empty() -> Self {
        let ((), inlet) = deliver::<Unordered<T>, _>((), false);
        Each::new(Gather::ready(()), inlet)
    }
}

impl<T> Unpin for Each<T> {}

impl<T> Stream for Each<T> {
    type Item = (usize, T);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<(usize, T)>> {
        let next = self.poll_result(cx);
        if !matches!(next, Poll::Ready(None)) {
            return next;
        }
        self.poll_over(cx).map(|()| None)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.stage != Stage::Open {
            return (0, Some(0));
        }
        match self.total() {
            Some(total) => {
                let left = total.saturating_sub(self.taken);
                (left, Some(left))
            }
            None => (0, None),
        }
    }
}

impl<T> FusedStream for Each<T> {
    fn is_terminated(&self) -> bool {
        self.stage == Stage::Over
    }
}

/// Never applies: the trait in the bound has no implementation. It exists because its error message
/// says what to write instead.
impl<T> Future for Each<T>
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
impl<T> Iterator for Each<T>
where
    OneByOne<T>: Iterate,
{
    type Item = (usize, T);

    fn next(&mut self) -> Option<(usize, T)> {
        None
    }
}

// As for a `Gather`: a panic of user code leaves nothing in here half done.
impl<T> UnwindSafe for Each<T> {}
impl<T> RefUnwindSafe for Each<T> {}

impl<T> fmt::Debug for Each<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Each")
            .field("progress", &format_args!("{}", self.progress()))
            .finish()
    }
}

/// The future that [`Each::next`] returns: it waits for the next result.
///
/// It holds only the reference. You can make a new one for each poll, and the task is still woken.
///
/// # Panics
///
/// Awaiting it panics if a branch has panicked: see [`Each`](Each#panics).
///
/// # Cancel safety
///
/// Dropping it loses nothing.
#[must_use = "futures do nothing unless awaited"]
#[derive(Debug)]
pub struct Next<'a, S: ?Sized>(pub(crate) &'a mut S);

impl<S: Stream + Unpin + ?Sized> Future for Next<'_, S> {
    type Output = Option<S::Item>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        Pin::new(&mut *self.0).poll_next(cx)
    }
}

impl<S: FusedStream + Unpin + ?Sized> FusedFuture for Next<'_, S> {
    fn is_terminated(&self) -> bool {
        self.0.is_terminated()
    }
}

impl<S: ?Sized + RefUnwindSafe> UnwindSafe for Next<'_, S> {}

#[doc(hidden)]
impl<T> Each<T> {
    methods_of_others! {
        OneByOne<T>:
        first join_next recv try_next -> Expected: NextResult;
        try_join_next try_recv -> Expected: NextIfReady;
        cancel abort_all shutdown -> Expected: StopEach;
        detach detach_all -> Expected: DetachEach;
        len is_empty -> Expected: CountEach;
        push(_) spawn(_) -> Expected: AddBranch;
        collect count for_each(_) -> Ready<Expected>: StreamMethod;
        enumerate filter(_) filter_map(_) map(_) take(_) take_while(_) zip(_) -> Expected: StreamMethod;
    }
}

/// The future that [`Each::abort`] returns: it waits until the branches have stopped, and returns
/// the remaining results.
///
/// The branches have already been told to stop, and dropping this future does not change that.
///
/// # Panics
///
/// Awaiting it panics if a branch has panicked, as [`Each::next`] does, and if it has returned
/// already.
#[must_use = "the branches have been told to stop: `.await` to wait until they have, or drop the `Each` instead"]
pub struct AbortEach<T> {
    each: Each<T>,
    /// `None` once they have been returned. Until then, a panic from dropping one is swallowed.
    rest: Option<Vec<(usize, Unwanted<T>)>>,
}

impl<T> Future for AbortEach<T> {
    type Output = Vec<(usize, T)>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Vec<(usize, T)>> {
        let AbortEach { each, rest } = &mut *self;
        let results = rest
            .as_mut()
            .expect("`AbortEach` was polled after it had returned");
        while let Some((index, value)) = ready!(each.poll_result(cx)) {
            results.push((index, Unwanted::unless_taken(value)));
        }
        ready!(each.poll_ended(cx));
        let results = rest.take().into_iter().flatten();
        Poll::Ready(
            results
                .map(|(index, value)| (index, value.into_inner()))
                .collect(),
        )
    }
}

impl<T> Unpin for AbortEach<T> {}
impl<T> UnwindSafe for AbortEach<T> {}
impl<T> RefUnwindSafe for AbortEach<T> {}

impl<T> fmt::Debug for AbortEach<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AbortEach").field(&self.each).finish()
    }
}
