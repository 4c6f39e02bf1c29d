//! The branches of an iterator that is pulled as places become free, as the handle sees them.

use std::collections::HashMap;
use std::fmt;
use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::task::{Id, JoinError, JoinHandle};

use crate::outcome::BranchError;
use crate::outcome::caught::{Payload, drop_each, drop_silenced, first};
use crate::place::limit::results::PlaceResults;
use crate::policy::Policy;
use crate::running::{Counts, READ, Reading, Running, SharedKeys, poll_handle};
use crate::task::sync::atomic::{AtomicUsize, Ordering};
use crate::task::sync::{Mutex, lock};

/// The tasks that take and run the branches of a spread, and the results of those branches.
///
/// A [`LazySpread`](crate::LazySpread) becomes this when it starts.
pub struct Fed<T: Send + 'static, P: Policy> {
    pub(crate) name: &'static str,
    /// How many branches the iterator has yielded. The task that pulls the iterator adds to this.
    /// So may the task that drops it, because a panic of that drop counts as a branch.
    yielded: AtomicUsize,
    keys: Option<SharedKeys>,
    state: Mutex<State<P::Kept<T>>>,
}

struct State<K> {
    /// The number of branches, if the iterator reports it in advance.
    expected: Option<usize>,
    /// How many branches are likely to run in each place.
    per_place: usize,
    end: End,
    /// The first branch that was cancelled.
    missing: Option<usize>,
    /// The join handles that have not been read, in no particular order. The one being polled is
    /// not here.
    tasks: Vec<JoinHandle<()>>,
    /// The results of the branches, by the place in which they ran.
    by_place: Vec<Arc<PlaceResults<K>>>,
    is_unwanted: bool,
    /// How many branches had ended when the results became unwanted.
    ended_before: usize,
    /// The tasks that panicked, each with the index of the branch that it ran.
    panicked: HashMap<Id, usize>,
}

/// The most entries to reserve in advance for a place, because an iterator may report any size.
const RESERVED_IN_A_PLACE: usize = 1024;

/// The state of the iterator.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// There may be more branches.
    Open,
    /// It has yielded its last branch.
    Over,
    /// It was dropped before its last branch.
    Abandoned,
}

impl<T: Send + 'static, P: Policy> Fed<T, P> {
    pub(crate) fn new(name: &'static str, keys: Option<SharedKeys>) -> Self {
        let state = State {
            expected: None,
            per_place: 0,
            end: End::Open,
            missing: None,
            tasks: Vec::new(),
            by_place: Vec::new(),
            is_unwanted: false,
            ended_before: 0,
            panicked: HashMap::new(),
        };
        Fed {
            name,
            yielded: AtomicUsize::new(0),
            keys,
            state: Mutex::new(state),
        }
    }

    /// Sets how many branches the iterator says it yields.
    pub(crate) fn expect(&self, branches: Option<usize>) {
        lock(&self.state).expected = branches;
    }

    /// Estimates how many branches will run in each place, to reserve room for their results.
    pub(crate) fn reserve(&self, places: usize) {
        let mut state = lock(&self.state);
        let branches = state.expected.unwrap_or_default();
        state.per_place = branches.div_ceil(places).min(RESERVED_IN_A_PLACE);
    }

    /// Counts a branch that the iterator has yielded, or a panic of the iterator. Returns the
    /// index.
    #[inline]
    pub(crate) fn yielded(&self) -> usize {
        self.yielded.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether a panic can be kept as the outcome of the branch with this index. The panic of an
    /// iterator of pairs cannot: there is no key to pair it with.
    pub(crate) fn keeps_panic(&self, index: usize) -> bool {
        P::KEEPS_PANICS && self.keys.as_ref().is_none_or(|keys| keys.has_key(index))
    }

    pub(crate) fn set_over(&self) {
        lock(&self.state).end = End::Over;
    }

    #[cfg(all(test, loom))]
    pub(crate) fn is_over(&self) -> bool {
        lock(&self.state).end == End::Over
    }

    pub(crate) fn abandon(&self) {
        let mut state = lock(&self.state);
        // Another task may have found just now that it is over.
        if state.end == End::Open {
            state.end = End::Abandoned;
        }
    }

    /// Records that a branch was cancelled, if its result does not say so.
    pub(crate) fn miss(&self, index: usize) {
        let mut state = lock(&self.state);
        let first = state.missing.map_or(index, |first| first.min(index));
        state.missing = Some(first);
    }

    /// Records that a task has panicked while it ran this branch. Its join handle has not been read
    /// yet.
    pub(crate) fn panicked_in(&self, task: Id, index: usize) {
        let mut state = lock(&self.state);
        if !state.is_unwanted {
            state.panicked.insert(task, index);
        }
    }

    /// Reads the panic of a task that has ended, if there is one.
    fn read(&self, ended: Result<(), JoinError>, reading: &Reading<'_, P>) {
        let Err(ended) = ended else { return };
        let task = ended.id();
        let Ok(payload) = ended.try_into_panic() else {
            return;
        };
        let Some(index) = lock(&self.state).panicked.remove(&task) else {
            return;
        };
        let panic = BranchError::of_item(self.name, index, Some(payload));
        if self.keeps_panic(index) {
            self.results_in(0).add(index, P::keep_error(|| panic));
        } else {
            reading.failure.read_panic(task, panic);
        }
    }

    /// The results of the branches that run in this place.
    pub(crate) fn results_in(&self, place: usize) -> Arc<PlaceResults<P::Kept<T>>> {
        let mut state = lock(&self.state);
        if state.is_unwanted {
            return Arc::new(PlaceResults::closed());
        }
        while state.by_place.len() <= place {
            let empty = PlaceResults::with_capacity(state.per_place);
            state.by_place.push(Arc::new(empty));
        }
        Arc::clone(&state.by_place[place])
    }

    /// Stores the join handle of a task that has been started.
    pub(crate) fn started(&self, task: JoinHandle<()>) {
        let mut state = lock(&self.state);
        if state.is_unwanted {
            return;
        }
        // Tasks end while their handles are unread, so the finished ones are removed, unless a task
        // has panicked: its handle must be read.
        let is_full = state.tasks.len() == state.tasks.capacity();
        let ended: Vec<_> = if is_full && state.panicked.is_empty() {
            let tasks = &mut state.tasks;
            tasks.extract_if(.., |task| task.is_finished()).collect()
        } else {
            Vec::new()
        };
        state.tasks.push(task);
        drop(state);
        // Dropping a handle drops a waker, which may panic.
        drop_silenced(drop_each(ended));
    }

    /// Drops all handles and results, now and later. Returns the first panic of a `Drop`.
    fn close(&self) -> Option<Payload> {
        let (tasks, by_place) = {
            let mut state = lock(&self.state);
            state.is_unwanted = true;
            state.ended_before += ended(&state.by_place);
            state.panicked = HashMap::new();
            (mem::take(&mut state.tasks), mem::take(&mut state.by_place))
        };
        drop_silenced(drop_each(tasks));
        for place in &by_place {
            place.close();
        }
        let kept = by_place.iter().flat_map(|place| place.take());
        let alike = by_place.iter().flat_map(|place| place.take_alike());
        first(drop_each(kept.collect()), drop_each(alike.collect()))
    }
}

impl<T: Send + 'static, P: Policy> Running<P> for Arc<Fed<T, P>> {
    type Results = Vec<P::Kept<T>>;

    const COUNT: usize = 1;

    fn poll_ended(&self, _: usize, reading: &Reading<'_, P>, cx: &mut Context<'_>) -> Poll<()> {
        // A task that ends while there is more to run has started another one first. So when no
        // task is left, all branches have ended.
        loop {
            let next = lock(&self.state).tasks.pop();
            let Some(task) = next else { break };
            let (ended, _task) = ready!(poll_handle(task, cx, |task| {
                lock(&self.state).tasks.push(task);
            }));
            self.read(ended, reading);
        }
        let (end, missing) = {
            let state = lock(&self.state);
            (state.end, state.missing)
        };
        let behind = self.yielded.load(Ordering::Relaxed);
        let is_cut_off = end != End::Over && !P::KEEPS_PANICS;
        if let Some(index) = missing.or(is_cut_off.then_some(behind)) {
            reading.miss(|| BranchError::of_item(self.name, index, None));
        }
        Poll::Ready(())
    }

    fn is_ended(&self) -> bool {
        let state = lock(&self.state);
        state.end != End::Open && state.tasks.iter().all(JoinHandle::is_finished)
    }

    fn count(&self, counts: &mut Counts) {
        let state = lock(&self.state);
        let ended = state.ended_before + ended(&state.by_place);
        // Read after the number of ended branches, so that it is not less than that.
        let yielded = self.yielded.load(Ordering::Relaxed);
        match (state.end, state.expected) {
            (End::Open, None) => counts.add(ended, None),
            (End::Open, Some(expected)) => counts.add(ended, Some(expected.max(yielded))),
            (End::Over, _) => counts.add(ended, Some(yielded)),
            (End::Abandoned, expected) => {
                // Branches that were never started count as ended, too.
                let all = expected.unwrap_or(yielded).max(yielded);
                counts.add(ended + all - yielded, Some(all));
            }
        }
    }

    fn abort(&self) {}

    fn detach(&self) {
        drop_silenced(self.close());
    }

    fn clear(&self) -> Option<Payload> {
        self.close()
    }

    fn take(&self) -> Vec<P::Kept<T>> {
        let by_place = lock(&self.state).by_place.clone();
        let alike: Vec<_> = by_place
            .iter()
            .flat_map(|place| place.take_alike())
            .collect();
        if !alike.is_empty() {
            return alike;
        }
        let all: Vec<_> = by_place.iter().map(|place| place.take()).collect();
        let count = all.iter().map(Vec::len).sum();
        let mut places = Vec::new();
        places.resize_with(count, || None);
        for (index, kept) in all.into_iter().flatten() {
            places[index] = Some(kept);
        }
        // Not collected in place: the vector would keep the larger allocation of `places`.
        let mut results = Vec::with_capacity(count);
        results.extend(places.into_iter().map(|kept| kept.expect(READ)));
        results
    }
}

/// How many branches have ended in these places.
fn ended<K>(by_place: &[Arc<PlaceResults<K>>]) -> usize {
    by_place.iter().map(|place| place.ended()).sum()
}

impl<T: Send + 'static, P: Policy> fmt::Debug for Fed<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fed")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
