//! The join handles of the shared tasks, and the `Running` of the whole call.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::task::JoinHandle;

use crate::outcome::caught::{Payload, drop_silenced};
use crate::place::shared::line::Line;
use crate::policy::Policy;
use crate::running::{Counts, Reading, Running, poll_handle};
use crate::task::sync::{Mutex, lock};

/// The join handles of the tasks, in no particular order. A handle that is being polled or has been
/// read is not here.
///
/// A task that has ended has no output, and its future is gone, so unread handles accumulate
/// nothing.
pub(crate) struct TaskHandles(Mutex<Handles>);

#[derive(Default)]
struct Handles {
    /// Saves the vector's allocation if there is only one task.
    one: Option<JoinHandle<()>>,
    more: Vec<JoinHandle<()>>,
}

impl Handles {
    fn iter(&self) -> impl Iterator<Item = &JoinHandle<()>> {
        self.one.iter().chain(&self.more)
    }
}

impl TaskHandles {
    pub(crate) fn reserve(&self, tasks: usize) {
        if tasks > 1 {
            lock(&self.0).more.reserve_exact(tasks - 1);
        }
    }

    pub(crate) fn push(&self, task: JoinHandle<()>) {
        let mut handles = lock(&self.0);
        if handles.one.is_none() {
            handles.one = Some(task);
        } else {
            handles.more.push(task);
        }
    }

    fn pop(&self) -> Option<JoinHandle<()>> {
        let mut handles = lock(&self.0);
        handles.one.take().or_else(|| handles.more.pop())
    }

    pub(crate) fn abort(&self) {
        for task in lock(&self.0).iter() {
            task.abort();
        }
    }
}

/// Branches that share tasks.
pub struct Shared<R> {
    tasks: TaskHandles,
    /// The line of waiting branches, if there is a limit.
    line: Option<Arc<Line>>,
    running: R,
}

impl<R> Shared<R> {
    pub(crate) fn new(running: R, line: Option<Arc<Line>>) -> Self {
        Shared {
            tasks: TaskHandles(Mutex::new(Handles::default())),
            line,
            running,
        }
    }

    pub(crate) fn inner(&self) -> &R {
        &self.running
    }

    pub(crate) fn tasks(&self) -> &TaskHandles {
        &self.tasks
    }
}

impl<P: Policy, R: Running<P>> Running<P> for Shared<R> {
    type Results = R::Results;

    const COUNT: usize = R::COUNT;

    fn poll_ended(&self, first: usize, reading: &Reading<'_, P>, cx: &mut Context<'_>) -> Poll<()> {
        while let Some(task) = self.tasks.pop() {
            let _ended = ready!(poll_handle(task, cx, |task| {
                self.tasks.push(task);
                if reading.is_stopped() {
                    self.tasks.abort();
                }
            }));
        }
        // All branches have recorded their outcomes.
        self.running.poll_ended(first, reading, cx)
    }

    fn is_ended(&self) -> bool {
        lock(&self.tasks.0).iter().all(JoinHandle::is_finished)
    }

    fn count(&self, counts: &mut Counts) {
        self.running.count(counts);
    }

    fn abort(&self) {
        self.tasks.abort();
        if let Some(line) = &self.line {
            line.close();
        }
    }

    fn detach(&self) {
        // The tasks' handles stay, so that a failure can still abort the tasks.
        self.running.detach();
    }

    fn clear(&self) -> Option<Payload> {
        let tasks = std::mem::take(&mut *lock(&self.tasks.0));
        drop_silenced(tasks);
        self.running.clear()
    }

    fn take(&self) -> R::Results {
        self.running.take()
    }
}

impl<R: fmt::Debug> fmt::Debug for Shared<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Shared").field(&self.running).finish()
    }
}
