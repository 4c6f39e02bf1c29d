//! The futures of a handle: waiting for its result, and for its branches to stop.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::gather::Gather;

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
        self.0.stop_waiting();
    }
}

/// The future that [`Gather::abort`] gives: it waits until the branches have stopped.
///
/// They have been told to stop when it is made, and dropping it changes nothing of that.
#[must_use = "the branches have been told to stop: `.await` to wait until they have, or drop the `Gather` instead"]
#[derive(Debug)]
pub struct Abort<T>(Gather<T>);

impl<T> Abort<T> {
    /// `gather` has been told to stop.
    pub(crate) fn new(gather: Gather<T>) -> Self {
        Abort(gather)
    }
}

impl<T> Future for Abort<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.0.poll_stopped(cx)
    }
}
