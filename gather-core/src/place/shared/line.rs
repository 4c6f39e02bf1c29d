//! The branches that wait for a place in a task, in the order of the call.
//!
//! Each place runs one branch after another, and pulls the next one itself, while it holds the
//! *turn*. The caller holds the turn first, until every place has a branch or there are no more.
//! The holder of the turn waits for nothing but the iterator itself, and only a place whose branch
//! has ended waits for the turn. The turn is never handed over: all waiting places are woken and
//! try to take it, because a branch may hold up the task of any one of them.
//!
//! No lock of the line is held while a source yields a branch or is dropped.

use std::collections::VecDeque;
use std::future::Future;
use std::mem;
use std::sync::Arc;
use std::task::Waker;

use crate::outcome::BranchError;
use crate::outcome::caught::Payload;
use crate::place::limit::{Kept, LazyIter, Output, PlaceResults, Waitlist, unnested};
use crate::place::shared::branch::Recorder;
use crate::place::shared::branch::{BoxedBranch, Refills, boxed_branch};
use crate::task::sync::atomic::{AtomicBool, Ordering};
use crate::task::sync::{Mutex, lock};
use crate::task::{Judging, SiblingsOf};

/// Where branches come from.
pub(crate) trait LineSource: Send + Sync {
    /// Takes the next branch, to run in this place, unless there are no more. The caller must hold
    /// the turn.
    fn next_branch(self: Arc<Self>, place: usize) -> Option<BoxedBranch>;

    /// Drops the branches that have not been started.
    fn drop_unstarted(&self);
}

pub(crate) struct Line {
    closed: AtomicBool,
    /// Whether the turn is held.
    is_turn_taken: AtomicBool,
    /// Whether a place waits for the turn.
    is_awaited: AtomicBool,
    awaiting: Mutex<Vec<Waker>>,
    sources: Mutex<VecDeque<Arc<dyn LineSource>>>,
}

impl Line {
    /// Makes a line whose turn the caller holds.
    pub(crate) fn new() -> Self {
        Line {
            closed: AtomicBool::new(false),
            is_turn_taken: AtomicBool::new(true),
            is_awaited: AtomicBool::new(false),
            awaiting: Mutex::new(Vec::new()),
            sources: Mutex::new(VecDeque::new()),
        }
    }

    pub(crate) fn push(&self, source: Arc<dyn LineSource>) {
        let mut sources = lock(&self.sources);
        if self.is_closed() {
            drop(sources);
            source.drop_unstarted();
        } else {
            sources.push_back(source);
        }
    }

    pub(crate) fn push_one(&self, branch: BoxedBranch) {
        self.push(Arc::new(OneInLine(Mutex::new(Some(branch)))));
    }

    pub(crate) fn first(&self) -> Option<Arc<dyn LineSource>> {
        lock(&self.sources).front().cloned()
    }

    /// Removes a source that has no more branches, if it is still the first.
    pub(crate) fn remove(&self, ended: &Arc<dyn LineSource>) {
        let removed = {
            let mut sources = lock(&self.sources);
            let is_first = sources
                .front()
                .is_some_and(|first| Arc::ptr_eq(first, ended));
            if is_first { sources.pop_front() } else { None }
        };
        drop(removed);
    }

    /// Takes the next branch, and returns it with its source. The caller must hold the turn.
    pub(crate) fn next_branch(&self, place: usize) -> Option<(Arc<dyn LineSource>, BoxedBranch)> {
        while let Some(source) = self.first() {
            if let Some(branch) = Arc::clone(&source).next_branch(place) {
                return Some((source, branch));
            }
            self.remove(&source);
        }
        None
    }

    /// Takes the turn if it is free. Otherwise, has the waker woken when the turn is given up.
    pub(crate) fn take_turn(&self, waker: &Waker) -> bool {
        if self.try_turn() {
            return true;
        }
        let waker = waker.clone();
        lock(&self.awaiting).push(waker);
        self.is_awaited.store(true, Ordering::SeqCst);
        // If this fails, the holder gives up the turn later in the total order of `SeqCst`
        // operations, and checks `is_awaited` later still, so this waker is not missed.
        self.try_turn()
    }

    fn try_turn(&self) -> bool {
        !self.is_turn_taken.swap(true, Ordering::SeqCst)
    }

    pub(crate) fn give_up_turn(&self) {
        self.is_turn_taken.store(false, Ordering::SeqCst);
        if self.is_awaited.swap(false, Ordering::SeqCst) {
            let awaiting = mem::take(&mut *lock(&self.awaiting));
            for waker in awaiting {
                waker.wake();
            }
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Closes the line: no more branches start, and the waiting ones are dropped.
    pub(crate) fn close(&self) {
        let waiting = {
            let mut sources = lock(&self.sources);
            self.closed.store(true, Ordering::Release);
            mem::take(&mut *sources)
        };
        if !waiting.is_empty() {
            unnested(move || {
                for source in waiting {
                    source.drop_unstarted();
                }
            });
        }
    }
}

impl Waitlist for Line {
    fn is_closed(&self) -> bool {
        Line::is_closed(self)
    }

    fn remove_ended(&self) {
        let ended = lock(&self.sources).pop_front();
        drop(ended);
    }
}

/// A branch that is written out.
struct OneInLine(Mutex<Option<BoxedBranch>>);

impl LineSource for OneInLine {
    fn next_branch(self: Arc<Self>, _: usize) -> Option<BoxedBranch> {
        lock(&self.0).take()
    }

    fn drop_unstarted(&self) {
        let unstarted = lock(&self.0).take();
        drop(unstarted);
    }
}

/// An iterator of branches, and the line in which it waits.
pub(crate) struct SpreadInLine<I, J>
where
    I: Iterator<Item: Future>,
    J: Judging<Output<I>>,
{
    iter: LazyIter<I, J>,
    line: Arc<Line>,
}

/// Records the outcome of a branch of an iterator, and supplies its successor.
struct PlaceRecorder<I, J>
where
    I: Iterator<Item: Future>,
    J: Judging<Output<I>>,
{
    source: Arc<SpreadInLine<I, J>>,
    results: Arc<PlaceResults<Kept<I, J>>>,
}

impl<I, J> SpreadInLine<I, J>
where
    I: Iterator<Item: Future>,
    J: Judging<Output<I>>,
{
    pub(crate) fn new(iter: LazyIter<I, J>, line: Arc<Line>) -> Self {
        SpreadInLine { iter, line }
    }
}

impl<I, J> LineSource for SpreadInLine<I, J>
where
    I: Iterator<Item: Future + Send + 'static> + Send + 'static,
    J: Judging<Output<I>> + 'static,
{
    fn next_branch(self: Arc<Self>, place: usize) -> Option<BoxedBranch> {
        let (index, branch) = self.iter.pull_caught(&*self.line)?;
        let results = self.iter.fed().results_in(place);
        let source = self;
        Some(boxed_branch::<_, J, _>(
            branch,
            index,
            PlaceRecorder { source, results },
        ))
    }

    fn drop_unstarted(&self) {
        self.iter.drop_unpulled();
    }
}

impl<I, J> Recorder<J::Value, J::Policy> for PlaceRecorder<I, J>
where
    I: Iterator<Item: Future>,
    J: Judging<Output<I>>,
{
    fn siblings(&self) -> &SiblingsOf<J::Policy> {
        self.source.iter.siblings()
    }

    fn error(&self, index: usize, panic: Option<Payload>) -> BranchError {
        BranchError::of_item(self.source.iter.fed().name, index, panic)
    }

    fn put(&self, index: usize, kept: Option<Kept<I, J>>) {
        self.results.put(index, kept);
    }

    fn missed(&self, index: usize) {
        self.source.iter.fed().miss(index);
    }
}

impl<I, J> Refills<I::Item> for PlaceRecorder<I, J>
where
    I: Iterator<Item: Future>,
    J: Judging<Output<I>>,
{
    fn next(&self) -> Option<(usize, I::Item)> {
        self.source.iter.pull_caught(&*self.source.line)
    }
}
