//! Giving a task to tokio.

use std::fmt;
use std::future::Future;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::outcome::BranchError;
use crate::outcome::caught::{Payload, drop_caught};
use crate::policy::Policy;
use crate::task::failure::Failure;
use crate::task::siblings::SiblingsOf;
use crate::task::task::{Judging, Link, Task, TaskOutput};

/// Starts each branch as a task of its own.
pub struct Spawner<P: Policy> {
    pub(crate) runtime: Handle,
    pub(crate) siblings: SiblingsOf<P>,
}

impl<P: Policy> Spawner<P> {
    pub(crate) fn new(runtime: Handle, siblings: SiblingsOf<P>) -> Self {
        Spawner { runtime, siblings }
    }

    /// Drops what a gather that has failed is not to start. A panic of a `Drop` is a branch's, of which
    /// `error` makes the error.
    pub(crate) fn drop_unstarted(
        &self,
        unstarted: impl Sized,
        error: impl FnOnce(Payload) -> BranchError,
    ) {
        if let Some(payload) = drop_caught(unstarted) {
            self.siblings.fail(Failure::Panic(error(payload)));
        }
    }
}

impl<P: Policy> fmt::Debug for Spawner<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spawner").finish_non_exhaustive()
    }
}

/// A future as it waits to be started.
///
/// In a build for development it is boxed where the user's expression is taken. So tokio's part of a
/// task is compiled once for all branches that return the same type, which is most of what a branch
/// costs the compiler, and a large future is not moved again, which unoptimised code would do four
/// times.
#[cfg(debug_assertions)]
pub(crate) type Held<F> =
    std::pin::Pin<Box<dyn Future<Output = <F as Future>::Output> + Send + 'static>>;

#[cfg(not(debug_assertions))]
pub(crate) type Held<F> = F;

#[cfg(debug_assertions)]
pub(crate) fn hold<F: Future + Send + 'static>(future: F) -> Held<F> {
    Box::pin(future)
}

#[cfg(not(debug_assertions))]
#[inline]
pub(crate) fn hold<F: Future + Send + 'static>(future: F) -> Held<F> {
    future
}

/// A future of more bytes than this is boxed when it is started: tokio's task is as large as its
/// future until its handle is read, and a boxed future is freed when the branch ends.
pub(crate) const LARGE: usize = 1024;

/// Starts a branch with a link to its gather.
#[inline]
pub(crate) fn start<J, F, L, P>(
    runtime: &Handle,
    name: &'static str,
    index: usize,
    future: F,
    link: L,
) -> JoinHandle<TaskOutput<J::Value, P>>
where
    F: Future + Send + 'static,
    J: Judging<F::Output, Policy = P> + 'static,
    L: Link<P::Error> + 'static,
    P: Policy,
{
    if const { size_of::<F>() > LARGE } {
        let task = Task::<_, J, L>::new(Box::pin(future), link);
        spawn(runtime, name, Some(index), task)
    } else {
        let task = Task::<_, J, L>::new(future, link);
        spawn(runtime, name, Some(index), task)
    }
}

/// Starts a task, which is that of one branch if there is an index. tokio takes names for tasks where
/// it is built with what is not stable of it.
#[cfg(all(tokio_unstable, feature = "tracing"))]
pub(crate) fn spawn<F>(
    runtime: &Handle,
    name: &'static str,
    index: Option<usize>,
    task: F,
) -> JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let name = match index {
        Some(index) => format!("{name} #{index}"),
        None => name.to_owned(),
    };
    tokio::task::Builder::new()
        .name(&name)
        .spawn_on(task, runtime)
        .expect("tokio spawns every task")
}

#[cfg(not(all(tokio_unstable, feature = "tracing")))]
#[inline]
pub(crate) fn spawn<F>(
    runtime: &Handle,
    _: &'static str,
    _: Option<usize>,
    task: F,
) -> JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    runtime.spawn(task)
}
