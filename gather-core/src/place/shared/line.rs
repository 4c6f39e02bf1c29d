//! What waits for a place in a task, in the order of the call.
//!
//! Each place runs one branch after another, and pulls the next itself: whoever does has the *turn*.
//! The caller has it first, until every place has a branch or there are no more. Nobody who has the
//! turn waits for anything but the iterator itself, and nobody waits for the turn but in a place whose
//! branch has ended. It is never handed to somebody: those who wait are woken and try for it, as the
//! task of one may be held up by a branch.
//!
//! No lock is held while a source is asked for a branch, or dropped.

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
    /// The next branch, to run in this place, unless there are no more. For the one who
    /// has the turn.
    fn next_branch(self: Arc<Self>, place: usize) -> Option<BoxedBranch>;

    /// Drops what has not been started.
    fn drop_unstarted(&self);
}

pub(crate) struct Line {
    closed: AtomicBool,
    /// Whether somebody has the turn.
    is_turn_taken: AtomicBool,
    /// Whether somebody waits for it.
    is_awaited: AtomicBool,
    awaiting: Mutex<Vec<Waker>>,
    sources: Mutex<VecDeque<Arc<dyn LineSource>>>,
}

impl Line {
    /// A line whose turn the caller has.
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

    /// A source has no more branches.
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

    /// The next branch and where it comes from. For the one who has the turn.
    pub(crate) fn next_branch(&self, place: usize) -> Option<(Arc<dyn LineSource>, BoxedBranch)> {
        while let Some(source) = self.first() {
            if let Some(branch) = Arc::clone(&source).next_branch(place) {
                return Some((source, branch));
            }
            self.remove(&source);
        }
        None
    }

    /// Takes the turn, or has the waker woken when it is free.
    pub(crate) fn take_turn(&self, waker: &Waker) -> bool {
        if self.try_turn() {
            return true;
        }
        let waker = waker.clone();
        lock(&self.awaiting).push(waker);
        self.is_awaited.store(true, Ordering::SeqCst);
        // In the one order that there is of all that is `SeqCst`, whoever gave up the turn before
        // this did not look for those who wait before that.
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

    /// Starts no more, and drops what waits.
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

/// An iterator of branches, and the line that it waits in.
pub(crate) struct SpreadInLine<I, J>
where
    I: Iterator<Item: Future>,
    J: Judging<Output<I>>,
{
    iter: LazyIter<I, J>,
    line: Arc<Line>,
}

/// Where a branch of an iterator records its outcome, and where the next one comes from.
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
