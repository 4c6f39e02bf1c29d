//! The future that runs branches in the awaiting task.

use std::fmt;
use std::future::{Future, Ready};
use std::marker::PhantomData;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread::panicking;

use pin_project_lite::pin_project;
use tokio::task::coop::has_budget_remaining;

use crate::explain::{Lazy, LazyValue, OwnTask};
use crate::gather::early::methods_of_value;
use crate::gather::others::methods_of_others;
use crate::outcome::BranchError;
use crate::outcome::caught::{drop_silenced, resume_unless_unwinding};
use crate::place::here::policy::Policy;
use crate::place::here::run::{Branches, Failed, Making, Pinned, Run};

pin_project! {
    /// Branches that take turns in the task that awaits this future.
    ///
    /// It is as lazy as any future: no branch starts until it is polled. It is `Send` if its
    /// branches are, and needs no runtime.
    ///
    /// # Panics
    ///
    /// Awaiting it panics if a branch panics, with the same payload, and drops the others.
    /// `gather_settled!` keeps the panic in the branch's place instead, and with `catch` a panic is
    /// an error. Polling it again after it has returned also panics.
    ///
    /// # Cancel safety
    ///
    /// Dropping it drops the branches immediately, together with the values that they have returned. So
    /// an elapsed `timeout` and a lost `select!` discard both, as with `tokio::join!`. If several
    /// of these drops panic, the first panic is propagated.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    // Each type is a parameter of its own. With associated types of the branches, rustc could not
    // always tell that a task that awaits this future is `Send`.
    pub struct Join<P, N, E, R, V>
    where
        P: Policy,
        N: Pinned<P>,
    {
        #[pin]
        branches: N,
        run: Run,
        shape: fn(E) -> R,
        results: fn(R) -> V,
        is_over: bool,
        catch: Option<FromPanic<P>>,
    }

    impl<P, N, E, R, V> PinnedDrop for Join<P, N, E, R, V>
    where
        P: Policy,
        N: Pinned<P>,
    {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if !*this.is_over {
                resume_unless_unwinding(this.branches.clear());
            }
        }
    }
}

impl<P: Policy, N: Pinned<P, Ended = E>, E, R, V> Join<P, N, E, R, V> {
    pub(crate) fn new<B, S>(
        branches: B,
        limit: Option<usize>,
        results: fn(R) -> V,
        catch: Option<FromPanic<P>>,
    ) -> Self
    where
        B: Branches<P, S, Results = R, Pinned = N>,
    {
        let mut making = Making::new(limit.is_some());
        let join = Join {
            branches: branches.pinned(&mut making),
            run: Run::new(limit),
            shape: B::results,
            results,
            is_over: false,
            catch,
        };
        if let Some(payload) = making.panicked {
            drop_silenced(join);
            resume_unwind(payload);
        }
        join
    }
}

/// The methods of a handle, so that calling one is an error with our message. None of them can be
/// called: the bound never holds.
#[doc(hidden)]
impl<P: Policy, N: Pinned<P>, E, R, V> Join<P, N, E, R, V> {
    methods_of_others! {
        Lazy<V>:
        abort -> Ready<Expected>: OwnTask;
        try_result -> Result<Expected, Self>: OwnTask;
        detach is_finished progress cancel abort_all abort_handle shutdown done result join wait -> Expected: OwnTask;
        next try_next join_next recv -> Expected: OwnTask;
        map(_) map_err(_) and_then(_) then(_) -> Expected: LazyValue;
    }
}

#[doc(hidden)]
#[expect(clippy::iter_not_returning_iterator, reason = "nobody can call them")]
impl<P: Policy, N: Pinned<P>, E, R, V> Join<P, N, E, R, V> {
    methods_of_value!(Lazy<V>: LazyValue);
}

/// Makes a future that runs nothing and returns `value`: `gather!(here;)` expands to it.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert_eq!(gather_core::here::ready(7).await, 7);
/// # }
/// ```
pub fn ready<V>(value: V) -> Ready<V> {
    std::future::ready(value)
}

impl<P: Policy, N: Pinned<P, Ended = E>, E, R, V> Future for Join<P, N, E, R, V> {
    type Output = P::Output<V>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<P::Output<V>> {
        let this = self.project();
        assert!(
            !*this.is_over,
            "`{}(here; ..)` was polled again after it had returned",
            P::MACRO
        );
        let mut polling = Polling::<P, _> {
            branches: this.branches,
            is_over: this.is_over,
            policy: PhantomData,
        };
        *polling.is_over = true;
        let mut polled = Poll::Pending;
        if this.run.is_spent() && has_budget_remaining() {
            polled = poll_behind::<P, _>(polling.branches.as_mut(), this.run, cx);
        }
        if !matches!(polled, Poll::Ready(Err(_))) {
            this.run.begin();
            polled = polling.branches.as_mut().poll_ended(this.run, cx);
        }
        *polling.is_over = polled.is_ready();
        if polled.is_pending() && !has_budget_remaining() {
            this.run.spend();
        }
        match polled {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(())) => {
                let results = (this.shape)(polling.branches.as_mut().take());
                Poll::Ready(P::output(Ok((this.results)(results))))
            }
            Poll::Ready(Err(failed)) => {
                let from_drop = polling.branches.as_mut().clear();
                let error = match (failed, this.catch) {
                    (Failed::Error(error), None) => {
                        // A panic in the `Drop` of another branch outranks an error.
                        if let Some(payload) = from_drop {
                            drop_silenced(error);
                            resume_unwind(payload);
                        }
                        error
                    }
                    (Failed::Error(error), Some(_)) => {
                        // With `catch`, a later panic does not outrank the error.
                        drop_silenced(from_drop);
                        error
                    }
                    (Failed::Panic(panic), Some(catch)) => {
                        drop_silenced(from_drop);
                        catch(*panic)
                    }
                    (Failed::Panic(panic), None) => {
                        drop_silenced(from_drop);
                        resume_unwind(panic.into_panic());
                    }
                };
                Poll::Ready(P::output(Err(error)))
            }
        }
    }
}

/// Converts a branch's panic into the error of the gather.
pub(crate) type FromPanic<P> = fn(BranchError) -> <P as Policy>::Error;

/// Polls the branch that comes first, and those after it, after a poll that has spent the budget.
#[cold]
fn poll_behind<P: Policy, B: Pinned<P>>(
    branches: Pin<&mut B>,
    run: &mut Run,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Failed<P::Error>>> {
    run.begin_behind();
    let polled = branches.poll_ended(run, cx);
    run.end_behind();
    polled
}

/// Branches that are being polled. If one panics, all are dropped while the panic unwinds.
struct Polling<'a, P: Policy, B: Pinned<P>> {
    branches: Pin<&'a mut B>,
    is_over: &'a mut bool,
    policy: PhantomData<fn() -> P>,
}

impl<P: Policy, B: Pinned<P>> Drop for Polling<'_, P, B> {
    fn drop(&mut self) {
        if *self.is_over && panicking() {
            drop_silenced(self.branches.as_mut().clear());
        }
    }
}

impl<P: Policy, N: Pinned<P>, E, R, V> fmt::Debug for Join<P, N, E, R, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Join")
            .field("macro", &P::MACRO)
            .finish_non_exhaustive()
    }
}
