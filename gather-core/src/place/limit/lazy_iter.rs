//! An iterator of branches that is pulled as places become free.

use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;

use tokio::task::Id;

use crate::outcome::BranchError;
use crate::outcome::caught::{Payload, caught, drop_caught, drop_silenced};
use crate::place::limit::fed::Fed;
use crate::policy::Policy;
use crate::task::sync::atomic::{Ordering, fence};
use crate::task::sync::{Mutex, try_lock};
use crate::task::{Failure, Judging, SiblingsOf};

/// The queue in which an iterator waits. It is at the front while it is pulled.
pub(crate) trait Waitlist {
    /// Whether no more branches may start.
    fn is_closed(&self) -> bool;

    /// Removes the iterator at the front, which has no more branches. The caller must hold the
    /// turn.
    fn remove_ended(&self);
}

/// The output of the branches of an iterator.
pub(crate) type Output<I> = <<I as Iterator>::Item as Future>::Output;

/// What is kept of a branch of an iterator.
pub(crate) type Kept<I, J> = <PolicyOf<I, J> as Policy>::Kept<<J as Judging<Output<I>>>::Value>;

type PolicyOf<I, J> = <J as Judging<Output<I>>>::Policy;

/// The iterator of a spread, and where its branches report.
pub(crate) struct LazyIter<I, J>
where
    I: Iterator<Item: Future>,
    J: Judging<Output<I>>,
{
    /// `None` once there are no more. The lock is held while the iterator is pulled, and is only
    /// ever tried, so that no task waits for user code.
    branches: Mutex<Option<I>>,
    fed: Arc<Fed<J::Value, J::Policy>>,
    siblings: SiblingsOf<J::Policy>,
    judging: PhantomData<fn() -> J>,
}

impl<I, J> LazyIter<I, J>
where
    I: Iterator<Item: Future>,
    J: Judging<Output<I>>,
{
    pub(crate) fn new(
        branches: I,
        fed: &Arc<Fed<J::Value, J::Policy>>,
        siblings: SiblingsOf<J::Policy>,
    ) -> Self {
        LazyIter {
            branches: Mutex::new(Some(branches)),
            fed: Arc::clone(fed),
            siblings,
            judging: PhantomData,
        }
    }

    pub(crate) fn fed(&self) -> &Arc<Fed<J::Value, J::Policy>> {
        &self.fed
    }

    pub(crate) fn siblings(&self) -> &SiblingsOf<J::Policy> {
        &self.siblings
    }

    /// Pulls the next branch, and assigns its index. The caller must hold the turn. An iterator
    /// that ends is removed from the queue; if it panics, the caller must [end](Self::end) it.
    #[expect(
        clippy::inline_always,
        reason = "without it each branch is moved once more: 34 instructions of 760"
    )]
    #[inline(always)]
    pub(crate) fn pull(&self, queue: &impl Waitlist) -> Option<(usize, I::Item)> {
        let mut branches = try_lock(&self.branches)?;
        // Counted under the lock: who drops the iterator counts a panic of that after this branch.
        let pulled = branches.as_mut()?.next();
        let pulled = pulled.map(|branch| (self.fed.yielded(), branch));
        drop(branches);
        // Pairs with the fence in `drop_unpulled`: either this sees that the queue is closed, or
        // `drop_unpulled` gets the iterator.
        fence(Ordering::SeqCst);
        let Some((index, branch)) = pulled else {
            self.drop_caught(self.end(queue));
            return None;
        };
        if queue.is_closed() {
            self.drop_pulled(index, branch);
            return None;
        }
        Some((index, branch))
    }

    /// Drops a branch that was pulled while the queue was closed, and then the iterator, which
    /// `close` could not take.
    #[cold]
    fn drop_pulled(&self, index: usize, branch: I::Item) {
        let kept = self.cancelled(index, drop_caught(branch));
        self.fed.results_in(0).put(index, kept);
        self.drop_unpulled();
    }

    /// Like [`pull`](Self::pull), but catches a panic of the iterator. It counts as the panic of
    /// the branch that the iterator would have yielded, and as the iterator's end.
    pub(crate) fn pull_caught(&self, queue: &impl Waitlist) -> Option<(usize, I::Item)> {
        caught(|| self.pull(queue)).unwrap_or_else(|payload| {
            let (index, ended) = self.end_in_panic(queue);
            self.keep_panic(index, payload);
            drop_silenced(ended);
            None
        })
    }

    /// Ends the iterator at the front, which has panicked. The panic counts as a branch: the one
    /// that the iterator would have yielded. Returns the index of that branch, and the iterator, to
    /// be dropped.
    #[cold]
    pub(crate) fn end_in_panic(&self, queue: &impl Waitlist) -> (usize, Option<I>) {
        (self.fed.yielded(), self.end(queue))
    }

    /// Ends the iterator at the front, which has no more branches. Returns it, to be dropped.
    #[cold]
    pub(crate) fn end(&self, queue: &impl Waitlist) -> Option<I> {
        self.fed.set_over();
        queue.remove_ended();
        try_lock(&self.branches).and_then(|mut branches| branches.take())
    }

    /// Drops the rest of the iterator, unless the task that is pulling it will do so.
    pub(crate) fn drop_unpulled(&self) {
        fence(Ordering::SeqCst);
        let branches = try_lock(&self.branches).and_then(|mut branches| branches.take());
        if branches.is_some() {
            self.drop_caught(branches);
            self.fed.abandon();
        }
    }

    /// Returns what is kept of a branch that has returned. A user's `From` may panic in here.
    #[inline]
    pub(crate) fn returned(&self, output: Output<I>) -> Option<Kept<I, J>> {
        match J::judge(output) {
            Ok(value) => Some(J::Policy::keep(value)),
            Err(error) => {
                J::Policy::failed(error, |error| self.siblings.fail(Failure::Error(error)));
                None
            }
        }
    }

    /// Records that a task has panicked while it ran the branch with this index. tokio has the
    /// payload.
    pub(crate) fn panicked_in(&self, task: Id, index: usize) {
        self.fed.panicked_in(task, index);
        if !self.fed.keeps_panic(index) {
            self.siblings.fail(Failure::PanicOf(task));
        }
    }

    /// Returns what is kept of a branch that was dropped before it ended, maybe with a panic.
    pub(crate) fn cancelled(&self, index: usize, panicked: Option<Payload>) -> Option<Kept<I, J>> {
        match panicked {
            Some(payload) => self.panicked(index, payload),
            None if J::Policy::KEEPS_PANICS => {
                J::Policy::keep_error(|| BranchError::of_item(self.fed.name, index, None))
            }
            None => {
                self.fed.miss(index);
                None
            }
        }
    }

    fn panicked(&self, index: usize, payload: Payload) -> Option<Kept<I, J>> {
        let panic = BranchError::of_item(self.fed.name, index, Some(payload));
        if self.fed.keeps_panic(index) {
            J::Policy::keep_error(|| panic)
        } else {
            self.siblings.fail(Failure::Panic(panic));
            None
        }
    }

    fn keep_panic(&self, index: usize, payload: Payload) {
        let kept = self.panicked(index, payload);
        self.fed.results_in(0).put(index, kept);
    }

    /// Drops the iterator. A panic of its `Drop` counts as that of the branch that it would have
    /// yielded next.
    fn drop_caught(&self, branches: Option<I>) {
        if let Some(payload) = drop_caught(branches) {
            self.keep_panic(self.fed.yielded(), payload);
        }
    }
}
