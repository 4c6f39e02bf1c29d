//! The places for branches in flight, and the sources that wait for one, in order.
//!
//! Only the holder of the *turn* starts branches. The caller holds the turn first, and keeps it
//! until it has started as many branches as there are places. From then on, a task takes the turn
//! when its branch has ended, pulls the next branch, and gives the turn up. A task that finds the
//! turn taken does not wait for it, but leaves its place. If a source is waiting, the holder then
//! fills the free place: it starts a single branch itself, and for an iterator it hands the turn on
//! to a new task.
//!
//! No lock of the queue is held while a source yields, starts or drops a branch.

use std::collections::VecDeque;
use std::fmt;
use std::mem;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use crate::place::limit::lazy_iter::Waitlist;
use crate::place::limit::unnested::unnested;
use crate::policy::Policy;
use crate::task::sync::atomic::{AtomicBool, Ordering};
use crate::task::sync::{Mutex, lock};
use crate::task::{Failure, Link, Siblings, SiblingsOf};

/// Where branches come from.
pub(crate) trait QueueSource: Send + Sync {
    /// Whether this is one branch rather than an iterator.
    fn is_one(&self) -> bool;

    /// Starts the next branch in this place, unless there are no more. The caller must hold the
    /// turn.
    fn start_next(self: Arc<Self>, place: Place) -> Option<AbortHandle>;

    /// Starts a task in this place. The task takes over the turn, and pulls the next branch itself.
    fn start_pulling(self: Arc<Self>, place: Place) -> AbortHandle;

    /// Drops the branches that have not been started.
    fn drop_unstarted(&self);
}

/// Queues branches, and starts them as slots become free.
pub struct Queueing<P: Policy> {
    pub(crate) queue: Arc<Queue>,
    pub(crate) siblings: SiblingsOf<P>,
}

/// The places of a gather, and the sources that wait for them.
pub(crate) struct Queue {
    pub(crate) runtime: Handle,
    limit: usize,
    closed: AtomicBool,
    /// Whether the turn is held.
    is_turn_taken: AtomicBool,
    /// Whether the state has both a free place and a waiting source. If so, a task that gives up
    /// the turn must see to it that the source is started.
    can_start: AtomicBool,
    state: Mutex<State>,
}

struct State {
    waiting: VecDeque<Arc<dyn QueueSource>>,
    /// The occupant of each place that was ever taken.
    occupants: Vec<Occupant>,
    /// The places that a task has left, and that no other has taken since.
    free: Vec<usize>,
}

/// The task in a place. Tasks occupy a place one after another, so the handle of an earlier one may
/// arrive late: the generation tells them apart.
#[derive(Default)]
struct Occupant {
    generation: usize,
    task: Option<AbortHandle>,
}

/// A place for a branch in flight. Dropping it frees the place.
pub(crate) struct Place {
    queue: Arc<Queue>,
    number: usize,
    generation: usize,
}

/// The link of a branch that runs in a place as a task of its own.
pub(crate) struct InPlace<P: Policy> {
    pub(crate) siblings: SiblingsOf<P>,
    pub(crate) place: Place,
}

impl State {
    fn free_place(&mut self, limit: usize) -> Option<(usize, usize)> {
        let number = self.free.pop().or_else(|| {
            let number = self.occupants.len();
            (number < limit).then(|| {
                self.occupants.push(Occupant::default());
                number
            })
        })?;
        let occupant = &mut self.occupants[number];
        occupant.generation += 1;
        Some((number, occupant.generation))
    }
}

impl Queue {
    /// Makes a queue whose turn the caller holds. The caller must [fill](Self::fill) the places.
    pub(crate) fn new(runtime: Handle, limit: usize) -> Self {
        let state = State {
            waiting: VecDeque::new(),
            occupants: Vec::new(),
            free: Vec::new(),
        };
        Queue {
            runtime,
            limit,
            closed: AtomicBool::new(false),
            is_turn_taken: AtomicBool::new(true),
            can_start: AtomicBool::new(false),
            state: Mutex::new(state),
        }
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// Adds a source to the end of the queue.
    pub(crate) fn push(&self, source: Arc<dyn QueueSource>) {
        let mut state = lock(&self.state);
        if self.is_closed() {
            drop(state);
            source.drop_unstarted();
        } else {
            state.waiting.push_back(source);
            self.update(&state);
        }
    }

    /// Updates `can_start` after a change of the state.
    fn update(&self, state: &State) {
        let is_place_free = !state.free.is_empty() || state.occupants.len() < self.limit;
        let can_start = is_place_free && !state.waiting.is_empty();
        self.can_start.store(can_start, Ordering::Relaxed);
    }

    /// Starts as many branches as there are places, on the caller's thread, and gives up the turn.
    pub(crate) fn fill(self: &Arc<Self>) {
        for _ in 0..self.limit {
            if !self.start_one() {
                break;
            }
        }
        self.hand_on();
    }

    /// Starts the next branch, and returns whether there was one.
    fn start_one(self: &Arc<Self>) -> bool {
        while let Some((source, place)) = self.next_source() {
            let (number, generation) = (place.number, place.generation);
            if let Some(task) = source.start_next(place) {
                self.settle_in(number, generation, task);
                return true;
            }
        }
        false
    }

    /// Returns the source of the next branch, and a place for it. The caller must hold the turn.
    fn next_source(self: &Arc<Self>) -> Option<(Arc<dyn QueueSource>, Place)> {
        let mut state = lock(&self.state);
        let source = Arc::clone(state.waiting.front()?);
        let (number, generation) = state.free_place(self.limit)?;
        if source.is_one() {
            state.waiting.pop_front();
        }
        self.update(&state);
        drop(state);
        let queue = Arc::clone(self);
        let place = Place {
            queue,
            number,
            generation,
        };
        Some((source, place))
    }

    /// Removes the iterator at the front, which has no more branches. The caller must hold the
    /// turn.
    pub(crate) fn remove_ended(&self) {
        let mut state = lock(&self.state);
        let ended = state.waiting.pop_front();
        self.update(&state);
        drop(state);
        drop(ended);
    }

    /// Stores the abort handle of a task that was started in a place.
    fn settle_in(&self, number: usize, generation: usize, task: AbortHandle) {
        let mut state = lock(&self.state);
        let late = match state.occupants.get_mut(number) {
            Some(occupant) if occupant.generation == generation => occupant.task.replace(task),
            _ => Some(task),
        };
        drop(state);
        // If the queue was closed before the handle was stored, `close` has not aborted this task.
        if let Some(task) = late
            && self.is_closed()
        {
            task.abort();
        }
    }

    /// Frees a place that its task has left. Starts the next branch, unless another task holds the
    /// turn and will do so.
    fn leave(self: &Arc<Self>, place: &Place) {
        let mut state = lock(&self.state);
        let Some(occupant) = state.occupants.get_mut(place.number) else {
            return;
        };
        let left = occupant.task.take();
        state.free.push(place.number);
        self.update(&state);
        drop(state);
        drop(left);
        if self.try_turn() {
            self.hand_on();
        }
    }

    /// Takes the turn, unless it is held.
    #[inline]
    pub(crate) fn try_turn(&self) -> bool {
        !self.is_turn_taken.swap(true, Ordering::AcqRel)
    }

    /// Gives up the turn, but takes it again as long as a place is free and a source is waiting.
    /// Single branches are then started here; for an iterator, a new task takes over the turn.
    #[inline]
    pub(crate) fn hand_on(self: &Arc<Self>) {
        self.is_turn_taken.swap(false, Ordering::AcqRel);
        // This sees a place that was freed while the turn was taken: the swap reads what the
        // leaving task wrote in its failed `try_turn`, and that task had freed its place before.
        while self.can_start.load(Ordering::Relaxed) && self.try_turn() {
            if self.start_waiting() {
                return;
            }
            self.is_turn_taken.swap(false, Ordering::AcqRel);
        }
    }

    /// Fills free places. Returns whether a new task has taken over the turn.
    #[cold]
    fn start_waiting(self: &Arc<Self>) -> bool {
        while let Some((source, place)) = self.next_source() {
            let (number, generation) = (place.number, place.generation);
            let is_one = source.is_one();
            let task = if is_one {
                source.start_next(place)
            } else {
                Some(source.start_pulling(place))
            };
            if let Some(task) = task {
                self.settle_in(number, generation, task);
            }
            if !is_one {
                return true;
            }
        }
        false
    }

    #[inline]
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Closes the queue: no more branches start, the running tasks are aborted, and the waiting
    /// branches are dropped.
    pub(crate) fn close(&self) {
        let (occupants, waiting) = {
            let mut state = lock(&self.state);
            self.closed.store(true, Ordering::Release);
            let all = (
                mem::take(&mut state.occupants),
                mem::take(&mut state.waiting),
            );
            self.update(&state);
            all
        };
        for occupant in occupants {
            if let Some(task) = occupant.task {
                task.abort();
            }
        }
        unnested(move || {
            for source in waiting {
                source.drop_unstarted();
            }
        });
    }
}

impl Waitlist for Queue {
    fn is_closed(&self) -> bool {
        Queue::is_closed(self)
    }

    fn remove_ended(&self) {
        Queue::remove_ended(self);
    }
}

impl Place {
    pub(crate) fn number(&self) -> usize {
        self.number
    }

    pub(crate) fn queue(&self) -> &Arc<Queue> {
        &self.queue
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.queue.leave(self);
    }
}

impl<P: Policy> Link<P::Error> for InPlace<P> {
    fn fail(&self, failure: Failure<P::Error>) {
        Siblings::fail(&self.siblings, failure);
        // If another task is stopping the gather, it may not have closed the queue yet.
        self.place.queue.close();
    }

    fn cancelled(&self) {
        // The gather was stopped, or its runtime shut down: nothing more can run.
        self.place.queue.close();
    }
}

impl<P: Policy> fmt::Debug for Queueing<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queueing").finish_non_exhaustive()
    }
}
