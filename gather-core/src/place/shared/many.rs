//! The results of a spread whose branches share tasks.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::outcome::BranchError;
use crate::outcome::caught::{Payload, drop_each, drop_silenced, first};
use crate::place::shared::branch::Recorder;
use crate::policy::Policy;
use crate::running::{Counts, READ, Reading, Running};
use crate::task::SiblingsOf;
use crate::task::sync::{Mutex, lock};

/// The results of the branches of a spread, in the order of its iterator.
///
/// A [`Spread`](crate::Spread) becomes this when branches share tasks.
pub struct Sharers<T: Send + 'static, P: Policy> {
    name: &'static str,
    state: Mutex<State<T, P>>,
}

struct State<T: Send + 'static, P: Policy> {
    /// The number of branches.
    all: usize,
    /// One for each task that drives branches of the spread, in the order of the iterator.
    chunks: Vec<Arc<ChunkResults<T, P>>>,
}

impl<T: Send + 'static, P: Policy> Sharers<T, P> {
    pub(crate) fn new(name: &'static str) -> Self {
        let state = State {
            all: 0,
            chunks: Vec::new(),
        };
        Sharers {
            name,
            state: Mutex::new(state),
        }
    }

    /// Makes room for the results of the next chunk: `branches` branches, starting with index
    /// `first`, that one task drives.
    pub(crate) fn add(
        &self,
        first: usize,
        branches: usize,
        siblings: &SiblingsOf<P>,
    ) -> Arc<ChunkResults<T, P>> {
        let siblings = Arc::clone(siblings);
        let added = Arc::new(ChunkResults::new(self.name, first, branches, siblings));
        let mut state = lock(&self.state);
        state.all += branches;
        state.chunks.push(Arc::clone(&added));
        added
    }
}

impl<T: Send + 'static, P: Policy> Running<P> for Arc<Sharers<T, P>> {
    type Results = Vec<P::Kept<T>>;

    const COUNT: usize = 1;

    fn poll_ended(&self, _: usize, reading: &Reading<'_, P>, _: &mut Context<'_>) -> Poll<()> {
        // All tasks have ended, so no result is still to come.
        let missing = {
            let state = lock(&self.state);
            state.chunks.iter().find_map(|chunk| chunk.missing())
        };
        if let Some(missing) = missing {
            reading.miss(|| missing);
        }
        Poll::Ready(())
    }

    fn is_ended(&self) -> bool {
        let state = lock(&self.state);
        state.chunks.iter().all(|chunk| chunk.running() == 0)
    }

    fn count(&self, counts: &mut Counts) {
        let state = lock(&self.state);
        let running: usize = state.chunks.iter().map(|chunk| chunk.running()).sum();
        counts.add(state.all - running, Some(state.all));
    }

    fn abort(&self) {}

    fn detach(&self) {
        drop_silenced(Running::<P>::clear(self));
    }

    fn clear(&self) -> Option<Payload> {
        let chunks = mem::take(&mut lock(&self.state).chunks);
        chunks.into_iter().fold(None, |panicked, chunk| {
            first(panicked, drop_each(chunk.close()))
        })
    }

    fn take(&self) -> Vec<P::Kept<T>> {
        let (all, chunks) = {
            let mut state = lock(&self.state);
            (state.all, mem::take(&mut state.chunks))
        };
        let mut results = Vec::with_capacity(all);
        for chunk in chunks {
            results.extend(chunk.close().into_iter().map(|kept| kept.expect(READ)));
        }
        results
    }
}

impl<T: Send + 'static, P: Policy> fmt::Debug for Sharers<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sharers")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The results of one chunk of a spread. Mostly, only the task that drives the chunk locks it.
///
/// It holds the siblings, and they hold it. Taking or clearing the results breaks this cycle.
pub(crate) struct ChunkResults<T: Send + 'static, P: Policy> {
    name: &'static str,
    /// The index of the first branch in its spread.
    first: usize,
    len: usize,
    siblings: SiblingsOf<P>,
    state: Mutex<ChunkState<P::Kept<T>>>,
}

struct ChunkState<K> {
    /// Empty once the results have been taken, or are unwanted.
    places: Vec<Option<K>>,
    /// How many of the places are filled.
    kept: usize,
    ended: usize,
    /// The branch whose panic is unwinding.
    unwinding: Option<usize>,
}

impl<T: Send + 'static, P: Policy> ChunkResults<T, P> {
    pub(crate) fn new(
        name: &'static str,
        first: usize,
        len: usize,
        siblings: SiblingsOf<P>,
    ) -> Self {
        let mut places = Vec::with_capacity(len);
        places.resize_with(len, || None);
        let state = ChunkState {
            places,
            kept: 0,
            ended: 0,
            unwinding: None,
        };
        ChunkResults {
            name,
            first,
            len,
            siblings,
            state: Mutex::new(state),
        }
    }

    pub(crate) fn take_unwinding(&self) -> Option<usize> {
        lock(&self.state).unwinding.take()
    }

    /// How many branches are running, or wait to run.
    #[inline]
    pub(crate) fn running(&self) -> usize {
        self.len - lock(&self.state).ended
    }

    /// The error of the first branch that left no result, once all have ended.
    pub(crate) fn missing(&self) -> Option<BranchError> {
        let state = lock(&self.state);
        if state.kept == self.len {
            return None;
        }
        let index = state.places.iter().position(Option::is_none)?;
        Some(self.error(index, None))
    }

    /// Takes the results. Later ones are dropped.
    pub(crate) fn close(&self) -> Vec<Option<P::Kept<T>>> {
        mem::take(&mut lock(&self.state).places)
    }

    fn error(&self, index: usize, panic: Option<Payload>) -> BranchError {
        BranchError::of_item(self.name, self.first + index, panic)
    }
}

impl<T: Send + 'static, P: Policy> Recorder<T, P> for Arc<ChunkResults<T, P>> {
    #[inline]
    fn siblings(&self) -> &SiblingsOf<P> {
        &self.siblings
    }

    fn error(&self, index: usize, panic: Option<Payload>) -> BranchError {
        ChunkResults::error(self, index, panic)
    }

    #[inline]
    fn put(&self, index: usize, kept: Option<P::Kept<T>>) {
        let unwanted = {
            let mut state = lock(&self.state);
            state.ended += 1;
            if kept.is_none() {
                return;
            }
            let ChunkState {
                places,
                kept: count,
                ..
            } = &mut *state;
            match places.get_mut(index) {
                Some(place) => {
                    *count += 1;
                    mem::replace(place, kept)
                }
                None => kept,
            }
        };
        if unwanted.is_some() {
            drop_silenced(unwanted);
        }
    }

    fn unwinds(&self, index: usize) {
        lock(&self.state).unwinding = Some(index);
    }
}
