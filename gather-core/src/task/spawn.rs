//! Spawning tasks.

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

    /// Drops something that a failed gather does not start. A panic of its `Drop` counts as that of
    /// a branch; `error` makes the error from it.
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

/// A future that waits to be started.
///
/// In a debug build, it is boxed where the user's expression is taken. So tokio's part of a task is
/// compiled once for all branches that return the same type; that part is most of what a branch
/// costs the compiler. Boxing also avoids four moves of a large future, which unoptimised code
/// would make.
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

/// A larger future, in bytes, is boxed when it is started. A tokio task keeps the memory of its
/// future until its join handle is read, whereas a boxed future is freed when the branch ends.
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

/// Spawns a task; if there is an index, it is the task of one branch. tokio accepts a name for a
/// task only if it is built with its unstable features.
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
