//! The future that runs as a branch's tokio task.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

#[cfg(not(all(test, loom)))]
use tokio::runtime::Handle;

use crate::caught::{caught, caught_seldom, drop_silenced};
use crate::state::Payload;

/// Where a branch reports to. Dropping it says that the branch has ended, whatever became of it:
/// it is therefore made before the task is.
pub(crate) trait Settle<O>: Send + Sync + 'static {
    /// The branch has returned, and its future has been dropped.
    fn returned(&self, index: usize, output: O);

    /// The branch has panicked, in its body or while its future was dropped.
    fn panicked(&self, index: usize, payload: Payload);

    /// The branch was dropped before it returned: aborted, or its runtime shut down.
    fn cancelled(&self, index: usize);

    /// An iterator of branches has given its last one, after so many.
    fn complete(&self, branches: usize);

    /// An iterator of branches is dropped before it has given its last one.
    fn abandon(&self);
}

/// A branch's task as it is where its type does not matter.
pub(crate) type BoxedTask = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A task that was started, to stop it by.
#[cfg(not(all(test, loom)))]
pub(crate) type Spawned = tokio::task::JoinHandle<()>;

#[cfg(all(test, loom))]
pub(crate) use crate::model::Spawned;

/// Starts a task.
///
/// In a build for development the task is boxed, so that tokio's part of it is compiled once, and
/// not for each branch anew: that is most of what a branch costs the compiler.
#[cfg(not(all(test, loom)))]
pub(crate) fn spawn(
    runtime: &Handle,
    name: &'static str,
    task: impl Future<Output = ()> + Send + 'static,
) -> Spawned {
    #[cfg(debug_assertions)]
    let task: BoxedTask = Box::pin(task);
    spawn_named(runtime, name, task)
}

/// tokio takes names for tasks where it is built with what is not stable of it.
#[cfg(all(not(all(test, loom)), tokio_unstable, feature = "tracing"))]
fn spawn_named(
    runtime: &Handle,
    name: &'static str,
    task: impl Future<Output = ()> + Send + 'static,
) -> Spawned {
    tokio::task::Builder::new()
        .name(name)
        .spawn_on(task, runtime)
        .expect("tokio spawns every task")
}

#[cfg(all(not(all(test, loom)), not(all(tokio_unstable, feature = "tracing"))))]
fn spawn_named(
    runtime: &Handle,
    _: &'static str,
    task: impl Future<Output = ()> + Send + 'static,
) -> Spawned {
    runtime.spawn(task)
}

#[cfg(all(test, loom))]
pub(crate) use crate::model::spawn;

/// Polls a branch; the payload is that of its panic. When it is ready, the future has been dropped.
#[inline]
pub(crate) fn poll_branch<F: Future>(
    mut future: Pin<&mut Option<F>>,
    cx: &mut Context<'_>,
) -> Poll<Result<F::Output, Payload>> {
    // Out of the closure's reach: a panicking `Drop` of the future is not to unwind through it.
    let mut output = None;
    let polled = caught(|| {
        let running = future.as_mut().as_pin_mut();
        let polled = running
            .expect("a branch is not polled once it has ended")
            .poll(cx);
        if let Poll::Ready(ready) = polled {
            output = Some(ready);
            future.set(None);
        }
    });
    match (polled, output) {
        (Ok(()), None) => Poll::Pending,
        (Ok(()), Some(output)) => Poll::Ready(Ok(output)),
        (Err(payload), output) => {
            drop_silenced(output);
            drop_silenced(drop_future(future));
            Poll::Ready(Err(payload))
        }
    }
}

/// Drops a branch that has not ended, and reports it.
pub(crate) fn cancel_branch<F: Future>(
    future: Pin<&mut Option<F>>,
    seat: &impl Settle<F::Output>,
    index: usize,
) {
    match drop_future(future) {
        None => seat.cancelled(index),
        Some(payload) => seat.panicked(index, payload),
    }
}

/// Drops a branch; the payload is that of a panic in its `Drop`.
// In line, it would keep what calls `poll_branch` from having that in line.
#[inline(never)]
fn drop_future<F>(mut future: Pin<&mut Option<F>>) -> Option<Payload> {
    caught_seldom(&mut || future.set(None))
}

pin_project! {
    /// A branch's future and its seat.
    pub(crate) struct Task<F, X>
    where
        F: Future,
        X: Settle<F::Output>,
    {
        // `None` once the branch has ended.
        #[pin]
        future: Option<F>,
        seat: X,
        index: usize,
    }

    impl<F, X> PinnedDrop for Task<F, X>
    where
        F: Future,
        X: Settle<F::Output>,
    {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if this.future.is_some() {
                cancel_branch(this.future, this.seat, *this.index);
            }
        }
    }
}

impl<F, X> Task<F, X>
where
    F: Future,
    X: Settle<F::Output>,
{
    #[inline]
    pub(crate) fn new(future: Option<F>, seat: X, index: usize) -> Self {
        Task {
            future,
            seat,
            index,
        }
    }
}

impl<F, X> Future for Task<F, X>
where
    F: Future,
    X: Settle<F::Output>,
{
    type Output = ();

    #[expect(clippy::inline_always, reason = "it is all that tokio's task does")]
    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        match ready!(poll_branch(this.future, cx)) {
            Ok(output) => this.seat.returned(*this.index, output),
            Err(payload) => this.seat.panicked(*this.index, payload),
        }
        Poll::Ready(())
    }
}
