//! Awaiting a handle.

use std::future::{Future, IntoFuture};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::future::FusedFuture;

use crate::explain::{AlreadyRunning, Borrowed, IterateValue, Start, TakeResult, Unawaited};
use crate::gather::handle::Gather;

impl<T> IntoFuture for Gather<T> {
    type Output = T;
    type IntoFuture = GatherFuture<T>;

    fn into_future(self) -> GatherFuture<T> {
        GatherFuture(self)
    }
}

impl<T> Gather<T> {
    /// Returns the future that `.await` awaits, for an API that requires a [`Future`].
    ///
    /// This is the method of [`IntoFuture`], here for code that does not import that trait: it is
    /// in the prelude only since edition 2024.
    ///
    /// # Examples
    ///
    /// ```
    /// use gather_core::Gather;
    ///
    /// let runtime = tokio::runtime::Runtime::new().unwrap();
    /// let handle = Gather::ready(7);
    /// assert_eq!(runtime.block_on(handle.into_future()), 7);
    /// ```
    #[doc(alias = "join")]
    #[doc(alias = "wait")]
    pub fn into_future(self) -> GatherFuture<T> {
        GatherFuture(self)
    }
}

impl<'a, T> IntoFuture for &'a mut Gather<T> {
    type Output = T;
    type IntoFuture = GatherMut<'a, T>;

    fn into_future(self) -> GatherMut<'a, T> {
        GatherMut(self)
    }
}

/// For a pinned handle, as from `tokio::pin!` for a `select!`. A handle needs no pinning, but
/// pinning does no harm.
impl<'a, T> IntoFuture for Pin<&'a mut Gather<T>> {
    type Output = T;
    type IntoFuture = GatherMut<'a, T>;

    fn into_future(self) -> GatherMut<'a, T> {
        GatherMut(self.get_mut())
    }
}

impl<'a, T> IntoFuture for &'a mut Pin<&mut Gather<T>> {
    type Output = T;
    type IntoFuture = GatherMut<'a, T>;

    fn into_future(self) -> GatherMut<'a, T> {
        GatherMut(self)
    }
}

/// Never applies: the trait in the bound has no implementation. It exists because its error message
/// says what to write instead.
impl<T> Future for Gather<T>
where
    AlreadyRunning<T>: Start,
{
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        self.poll_result(cx)
    }
}

/// Never applies, like the implementation above.
#[doc(hidden)]
impl<T> FusedFuture for Gather<T>
where
    AlreadyRunning<T>: Start,
{
    fn is_terminated(&self) -> bool {
        Gather::is_terminated(self)
    }
}

/// Never applies, like the implementations above.
#[doc(hidden)]
impl<T> Iterator for Gather<T>
where
    Unawaited<T>: IterateValue,
{
    type Item = <Unawaited<T> as IterateValue>::Item;

    fn next(&mut self) -> Option<Self::Item> {
        None
    }
}

/// Never applies, like the implementations above.
impl<T> Future for &Gather<T>
where
    Borrowed<T>: TakeResult,
{
    type Output = T;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        <Borrowed<T>>::take()
    }
}

/// The future of a [`Gather`], which `gather.await` awaits. `gather.into_future()` returns it, for
/// APIs that require a `Future`.
///
/// # Panics
///
/// Polling it panics as awaiting a [`Gather`] does.
///
/// # Cancel safety
///
/// Dropping it drops the `Gather`, which aborts the branches.
#[must_use = "dropping it aborts the branches: `.await` it"]
#[derive(Debug)]
pub struct GatherFuture<T>(Gather<T>);

impl<T> Future for GatherFuture<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        self.0.poll_result(cx)
    }
}

/// The future of a `&mut` [`Gather`], which `(&mut gather).await` awaits.
///
/// It holds only the reference. You can make a new one for each poll, and the task is still woken.
///
/// # Panics
///
/// Polling it panics as awaiting a [`Gather`] does, and if the result has been taken. Making it, or
/// dropping it, does not panic.
///
/// # Cancel safety
///
/// Dropping it loses nothing: the branches keep running, and the next wait returns the result.
#[must_use = "futures do nothing unless awaited"]
#[derive(Debug)]
pub struct GatherMut<'a, T>(&'a mut Gather<T>);

impl<T> Future for GatherMut<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        self.0.poll_result(cx)
    }
}

impl<T> FusedFuture for GatherFuture<T> {
    fn is_terminated(&self) -> bool {
        self.0.is_terminated()
    }
}

impl<T> FusedFuture for GatherMut<'_, T> {
    fn is_terminated(&self) -> bool {
        self.0.is_terminated()
    }
}

impl<T> UnwindSafe for GatherFuture<T> {}
impl<T> RefUnwindSafe for GatherFuture<T> {}
impl<T> UnwindSafe for GatherMut<'_, T> {}
impl<T> RefUnwindSafe for GatherMut<'_, T> {}
