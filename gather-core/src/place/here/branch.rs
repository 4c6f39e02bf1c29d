//! A branch that runs in the awaiting task.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use crate::explain::{AllAtOnce, Awaitable, IntoBranch, IntoError, SameError};
use crate::outcome::BranchError;
use crate::outcome::caught::{Payload, caught_seldom};
use crate::place::here::caught::{Judging, judged, poll_branch};
use crate::place::here::policy::{Accepts, Policy};
use crate::place::here::run::{Branches, ENDED, Failed, Making, Pinned, Run};
use crate::task::{InSpan, Origin};

/// A named future, made by [`branch`].
///
/// `T` is the type of the value that is kept from its output.
pub struct Branch<F: Future, T, P: Policy> {
    future: F,
    origin: Origin,
    judge: Judging<F, T, P>,
}

/// Makes a branch from a future, or from a value that converts into one.
///
/// Messages refer to the branch by `name`. Only `B` matters to a caller: the other parameters are
/// inferred.
///
/// # Examples
///
/// ```
/// use gather_core::here::{Group, branch};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let answer = 42;
/// let branches = (branch("async { &answer }", async { &answer }),);
/// assert_eq!(Group::new().join(branches, |results| results).await, (&42,));
/// # }
/// ```
pub fn branch<
    B, // what is written as the branch
    F, // its future
    T, // what is kept of the output
    P, // the policy of the group
    K, // marks how `B` becomes a future
    M, // marks how `P` accepts the output
>(
    name: &'static str,
    branch: B,
) -> Branch<F, T, P>
where
    B: IntoBranch<F, K>,
    K: AllAtOnce,
    K: Awaitable<B>,
    F: Future,
    P: Policy,
    P: Accepts<F::Output, M, Value = T>,
    M: SameError<P::Expected, P::Failure>,
    P::Error: IntoError<P::Expected, P::Conversion>,
{
    Branch {
        future: branch.into_branch(),
        origin: Origin::new(name),
        judge: P::judge,
    }
}

impl<F: Future, T, P: Policy, S> Branches<P, S> for Branch<F, T, P> {
    type Results = P::Kept<T>;
    type Pinned = PinnedBranch<F, T, P>;

    fn pinned(self, making: &mut Making) -> PinnedBranch<F, T, P> {
        let index = making.take_index();
        PinnedBranch {
            future: Some(self.origin.in_span(index, self.future)),
            waits: making.is_limited,
            kept: None,
            name: self.origin.name,
            index,
            judge: self.judge,
        }
    }

    fn results(ended: P::Kept<T>) -> P::Kept<T> {
        ended
    }
}

pin_project! {
    /// A branch in the form that is polled.
    pub struct PinnedBranch<F, T, P>
    where
        F: Future,
        P: Policy,
    {
        // `None` once the branch has ended.
        #[pin]
        future: Option<InSpan<F>>,
        // Whether it waits for a place.
        waits: bool,
        kept: Option<P::Kept<T>>,
        name: &'static str,
        index: usize,
        judge: Judging<F, T, P>,
    }
}

impl<F: Future, T, P: Policy> Pinned<P> for PinnedBranch<F, T, P> {
    type Ended = P::Kept<T>;

    #[inline]
    fn poll_ended(
        self: Pin<&mut Self>,
        run: &mut Run,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Failed<P::Error>>> {
        if run.skips() {
            return Poll::Pending;
        }
        let mut this = self.project();
        if this.future.is_none() {
            return Poll::Ready(Ok(()));
        }
        if *this.waits {
            if !run.enter() {
                return Poll::Pending;
            }
            *this.waits = false;
        }
        let ended = ready!(poll_branch::<P, _>(this.future.as_mut(), cx));
        run.leave();
        let kept = match judged::<P, _, _>(ended, *this.judge) {
            Ok(value) => P::keep(value.map_err(Failed::Error)?),
            Err(payload) => {
                let panic = BranchError::of_branch(this.name, *this.index, Some(payload));
                P::keep_error(panic).map_err(Failed::of_panic)?
            }
        };
        *this.kept = Some(kept);
        Poll::Ready(Ok(()))
    }

    #[inline]
    fn take(self: Pin<&mut Self>) -> P::Kept<T> {
        self.project().kept.take().expect(ENDED)
    }

    fn clear(self: Pin<&mut Self>) -> Option<Payload> {
        let mut this = self.project();
        let kept = caught_seldom(&mut || *this.kept = None);
        let future = caught_seldom(&mut || this.future.set(None));
        crate::outcome::caught::first(kept, future)
    }
}

impl<F: Future, T, P: Policy> fmt::Debug for Branch<F, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Branch")
            .field("name", &self.origin.name)
            .finish_non_exhaustive()
    }
}

impl<F: Future, T, P: Policy> fmt::Debug for PinnedBranch<F, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PinnedBranch")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
