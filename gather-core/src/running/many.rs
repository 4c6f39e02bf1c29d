//! The started branches of a spread.

use std::fmt;
use std::mem;
use std::task::{Context, Poll, ready};

use tokio::task::{AbortHandle, JoinHandle};

use crate::outcome::BranchError;
use crate::outcome::caught::{Payload, drop_each, drop_silenced};
use crate::policy::Policy;
use crate::running::{Counts, Reading, Running, poll_handle, read};
use crate::task::sync::{Mutex, lock};
use crate::task::{SiblingsOf, TaskOutput};

/// The join handles of a spread's tasks and the results of its branches, in the order of its
/// iterator.
///
/// A [`Spread`](crate::Spread) becomes this when it starts.
pub struct Many<T: Send + 'static, P: Policy> {
    name: &'static str,
    tasks: Mutex<Tasks<T, P>>,
}

struct Tasks<T: Send + 'static, P: Policy> {
    /// In order. An element is `None` once it has been read, and while it is polled.
    started: Vec<Option<JoinHandle<TaskOutput<T, P>>>>,
    /// How many have been read, including those without a value.
    read: usize,
    kept: Vec<P::Kept<T>>,
    /// The abort handles that remain once nobody will read the results.
    detached: Vec<AbortHandle>,
    /// How many join handles were dropped because there was no result to read.
    cleared: usize,
}

/// The most elements to reserve in advance. An iterator may report more items than it has, or more
/// than are pulled.
pub(crate) const RESERVED: usize = 4096;

/// How many tasks are aborted in a row under the lock, before others can take it.
const ABORTED_AT_ONCE: usize = if cfg!(all(test, loom)) { 1 } else { 64 };

/// How many join handles of ended tasks are taken out under one lock.
const READ_AT_ONCE: usize = 16;

impl<T: Send + 'static, P: Policy> Many<T, P> {
    pub(crate) fn new(name: &'static str) -> Self {
        let tasks = Tasks {
            started: Vec::new(),
            read: 0,
            kept: Vec::new(),
            detached: Vec::new(),
            cleared: 0,
        };
        Many {
            name,
            tasks: Mutex::new(tasks),
        }
    }

    /// Reserves room for this many branches.
    pub(crate) fn reserve(&self, branches: usize) {
        lock(&self.tasks).started.reserve(branches.min(RESERVED));
    }

    /// Stores the join handle of the next branch.
    #[inline]
    pub(crate) fn started(&self, task: JoinHandle<TaskOutput<T, P>>, siblings: &SiblingsOf<P>) {
        lock(&self.tasks).started.push(Some(task));
        // A party that stopped the branches may not have found this one.
        if siblings.is_stopped() {
            self.abort_tasks();
        }
    }

    /// Reads ended branches, up to the first that has not ended. None of their join handles has
    /// been polled yet.
    fn read_ended(&self, reading: &Reading<'_, P>, cx: &mut Context<'_>) {
        let mut ended = [const { None }; READ_AT_ONCE];
        // Only the handle takes them, and it is polling.
        let (mut kept, mut index) = {
            let mut tasks = lock(&self.tasks);
            let read = tasks.read;
            tasks.take_ended(read, &mut ended);
            (mem::take(&mut tasks.kept), read)
        };
        while ended[0].is_some() {
            for task in ended.iter_mut().map_while(Option::take) {
                let ended = read(task, cx);
                let error = |panic| BranchError::of_item(self.name, index, panic);
                kept.extend(reading.kept(ended, error));
                index += 1;
            }
            lock(&self.tasks).take_ended(index, &mut ended);
        }
        let mut tasks = lock(&self.tasks);
        tasks.kept = kept;
        tasks.read = index;
    }

    /// Aborts the task whose join handle had been taken out when the others were aborted.
    #[cold]
    fn abort_task(&self, index: usize) {
        if let Some(task) = &lock(&self.tasks).started[index] {
            task.abort();
        }
    }

    fn abort_tasks(&self) {
        let mut from = 0;
        loop {
            let tasks = lock(&self.tasks);
            for task in tasks.detached.iter().skip(from).take(ABORTED_AT_ONCE) {
                task.abort();
            }
            for task in tasks.started.iter().skip(from).take(ABORTED_AT_ONCE) {
                task.as_ref().inspect(|task| task.abort());
            }
            from += ABORTED_AT_ONCE;
            if from >= tasks.started.len().max(tasks.detached.len()) {
                return;
            }
        }
    }
}

impl<T: Send + 'static, P: Policy> Tasks<T, P> {
    /// Takes out the next join handle to read. Returns its index, too.
    #[inline]
    fn take_next(&mut self) -> (Option<JoinHandle<TaskOutput<T, P>>>, usize) {
        let next = self.started.get_mut(self.read).and_then(Option::take);
        (next, self.read)
    }

    /// Takes out join handles, starting at this index, up to the first whose task has not ended.
    fn take_ended(&mut self, from: usize, ended: &mut [Option<JoinHandle<TaskOutput<T, P>>>]) {
        for (ended, task) in ended.iter_mut().zip(&mut self.started[from..]) {
            if !task.as_ref().is_some_and(JoinHandle::is_finished) {
                return;
            }
            *ended = task.take();
        }
    }
}

impl<T: Send + 'static, P: Policy> Running<P> for Many<T, P> {
    type Results = Vec<P::Kept<T>>;

    const COUNT: usize = 1;

    fn poll_ended(&self, _: usize, reading: &Reading<'_, P>, cx: &mut Context<'_>) -> Poll<()> {
        let (mut next, mut index) = {
            let mut tasks = lock(&self.tasks);
            if tasks.read == 0 {
                // By now, all have been started.
                let all = tasks.started.len();
                tasks.kept.reserve_exact(all);
            }
            tasks.take_next()
        };
        while let Some(task) = next {
            let (ended, task) = ready!(poll_handle(task, cx, |task| {
                lock(&self.tasks).started[index] = Some(task);
                if reading.is_stopped() {
                    self.abort_task(index);
                }
            }));
            let kept = reading.kept(ended, |panic| BranchError::of_item(self.name, index, panic));
            // If it was polled before, a waker is dropped with it.
            drop_silenced(task);
            let is_last = {
                let mut tasks = lock(&self.tasks);
                tasks.kept.extend(kept);
                tasks.read += 1;
                tasks.read == tasks.started.len()
            };
            if is_last {
                break;
            }
            self.read_ended(reading, cx);
            (next, index) = lock(&self.tasks).take_next();
        }
        Poll::Ready(())
    }

    fn is_ended(&self) -> bool {
        let tasks = lock(&self.tasks);
        let mut unread = tasks.started[tasks.read..].iter();
        unread.all(|task| task.as_ref().is_none_or(JoinHandle::is_finished))
    }

    fn count(&self, counts: &mut Counts) {
        let tasks = lock(&self.tasks);
        let unread = &tasks.started[tasks.read..];
        let running = unread.iter().flatten().filter(|task| !task.is_finished());
        let all = tasks.cleared + tasks.started.len();
        counts.add(all - running.count(), Some(all));
    }

    fn abort(&self) {
        self.abort_tasks();
    }

    fn detach(&self) {
        let (started, kept) = {
            let mut tasks = lock(&self.tasks);
            // A branch of `gather_settled!` stops no other. An abort handle keeps the memory of its
            // task, even after that has ended.
            if !P::KEEPS_PANICS {
                let started = tasks.started.iter().flatten();
                let running = started.filter(|task| !task.is_finished());
                tasks.detached = running.map(JoinHandle::abort_handle).collect();
            }
            tasks.read = 0;
            (mem::take(&mut tasks.started), mem::take(&mut tasks.kept))
        };
        drop_silenced(drop_each(started));
        drop_silenced(drop_each(kept));
    }

    fn clear(&self) -> Option<Payload> {
        let (started, kept) = {
            let mut tasks = lock(&self.tasks);
            tasks.read = 0;
            tasks.cleared += tasks.started.len();
            (mem::take(&mut tasks.started), mem::take(&mut tasks.kept))
        };
        // Dropping a join handle may panic with a payload whose own drop panics.
        drop_silenced(drop_each(started));
        drop_each(kept)
    }

    fn take(&self) -> Vec<P::Kept<T>> {
        mem::take(&mut lock(&self.tasks).kept)
    }
}

impl<T: Send + 'static, P: Policy> fmt::Debug for Many<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Many")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
