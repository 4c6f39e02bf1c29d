//! What waits for a place when branches are limited in number.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::runtime::Handle;

use crate::progress::Progress;
use crate::shared::Flow;
use crate::sync::Mutex;
use crate::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use crate::sync::lock;
use crate::task::{BoxedTask, Spawned, spawn};

/// Where branches come from.
pub(crate) enum Source {
    /// A branch by itself, with its name.
    Branch(&'static str, BoxedTask),
    /// An iterator of branches.
    Spread(Box<dyn Feed>),
}

/// An iterator of branches that wait for places.
pub(crate) trait Feed: Send {
    /// Starts the next branch, if there is one, to run in the place given.
    fn start(&self, runtime: &Handle, place: Place) -> Option<Spawned>;
}

/// A task that has a place until it has ended.
struct InPlace {
    task: BoxedTask,
    place: Place,
}

impl Future for InPlace {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        ready!(self.task.as_mut().poll(cx));
        self.place.count_finished();
        Poll::Ready(())
    }
}

/// The places for branches in flight, and the sources that wait for one, in order.
pub struct Queue {
    runtime: Handle,
    waiting: Mutex<Waiting>,
    stopped: AtomicBool,
    finished: AtomicUsize,
    /// The branches that are known of.
    known: AtomicUsize,
    /// The iterators that have not said how many branches they give.
    unknown: AtomicUsize,
}

struct Waiting {
    places: usize,
    sources: VecDeque<Source>,
    /// Somebody is starting branches: two at once might start them out of order.
    starting: bool,
    /// The task that runs in each place. There are none once the queue is stopped.
    tasks: Vec<Option<Spawned>>,
    /// The places that a task has left.
    left: Vec<usize>,
}

/// A place for a branch in flight. Dropping it gives it to the next.
pub(crate) struct Place {
    queue: Arc<Queue>,
    number: usize,
}

impl Place {
    /// Whether nothing is to run in this place any more.
    #[inline]
    pub(crate) fn is_closed(&self) -> bool {
        self.queue.is_stopped()
    }

    /// A branch that ran here has ended.
    #[inline]
    pub(crate) fn count_finished(&self) {
        self.queue.finished.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let ended = {
            let mut waiting = lock(&self.queue.waiting);
            waiting.left.push(self.number);
            waiting.tasks.get_mut(self.number).and_then(Option::take)
        };
        drop(ended);
        self.queue.start();
    }
}

impl Waiting {
    /// The number of a place that is free.
    fn free_place(&mut self) -> Option<usize> {
        self.left.pop().or_else(|| {
            let number = self.tasks.len();
            (number < self.places).then(|| {
                self.tasks.push(None);
                number
            })
        })
    }
}

impl Queue {
    pub(crate) fn new(runtime: Handle, places: usize) -> Self {
        let waiting = Waiting {
            places,
            sources: VecDeque::new(),
            starting: false,
            tasks: Vec::new(),
            left: Vec::new(),
        };
        Queue {
            runtime,
            waiting: Mutex::new(waiting),
            stopped: AtomicBool::new(false),
            finished: AtomicUsize::new(0),
            known: AtomicUsize::new(0),
            unknown: AtomicUsize::new(0),
        }
    }

    /// Counts what a source is going to give, where that is known, for the progress.
    pub(crate) fn expect(&self, branches: Option<usize>) {
        match branches {
            Some(branches) => self.known.fetch_add(branches, Ordering::Relaxed),
            None => self.unknown.fetch_add(1, Ordering::Relaxed),
        };
    }

    /// A source that was expected to give so many has given so many.
    pub(crate) fn learn(&self, expected: Option<usize>, given: usize) {
        self.known.fetch_add(given, Ordering::Relaxed);
        match expected {
            Some(expected) => self.known.fetch_sub(expected, Ordering::Relaxed),
            None => self.unknown.fetch_sub(1, Ordering::Relaxed),
        };
    }

    /// Starts the branches of the source as places come free.
    pub(crate) fn push(self: &Arc<Self>, source: Source) {
        lock(&self.waiting).sources.push_back(source);
        self.start();
    }

    #[inline]
    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// Fills the free places, one after another.
    ///
    /// Starting a branch runs code of the user's, and may come back here: that is done without
    /// the lock. A panic of that code is caught where it is run, and is a branch's.
    fn start(self: &Arc<Self>) {
        let mut waiting = lock(&self.waiting);
        if waiting.starting {
            return;
        }
        waiting.starting = true;
        while !self.is_stopped()
            && !waiting.sources.is_empty()
            && let Some(number) = waiting.free_place()
            && let Some(source) = waiting.sources.pop_front()
        {
            drop(waiting);
            let queue = Arc::clone(self);
            let place = Place { queue, number };
            let (task, left) = match source {
                Source::Branch(name, task) => {
                    let task = spawn(&self.runtime, name, InPlace { task, place });
                    (Some(task), None)
                }
                Source::Spread(feed) => {
                    let task = feed.start(&self.runtime, place);
                    let left = task.is_some().then_some(Source::Spread(feed));
                    (task, left)
                }
            };
            waiting = lock(&self.waiting);
            match (waiting.tasks.get_mut(number), task) {
                (Some(place), task) => *place = task,
                (None, Some(task)) => task.abort(),
                (None, None) => {}
            }
            if let Some(source) = left {
                waiting.sources.push_front(source);
            }
        }
        waiting.starting = false;
        drop(waiting);
        self.drop_stopped();
    }

    /// Drops what waits for a place and stops what has one, once the queue is stopped.
    fn drop_stopped(&self) {
        if !self.is_stopped() {
            return;
        }
        // They are taken, so that each is stopped once and not whenever another one has ended.
        let (tasks, sources) = {
            let mut waiting = lock(&self.waiting);
            (
                mem::take(&mut waiting.tasks),
                mem::take(&mut waiting.sources),
            )
        };
        tasks.iter().flatten().for_each(Spawned::abort);
        drop(sources);
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("finished", &self.finished)
            .finish_non_exhaustive()
    }
}

impl Flow for Arc<Queue> {
    fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.drop_stopped();
    }

    fn progress(&self, unfinished: usize) -> Progress {
        let known = self.known.load(Ordering::Relaxed);
        let all_known = self.unknown.load(Ordering::Relaxed) == 0;
        // Once all is over, what never started has ended too.
        let finished = match unfinished {
            0 if all_known => known,
            _ => self.finished.load(Ordering::Relaxed),
        };
        Progress {
            finished,
            // An iterator may give more than it said.
            total: all_known.then_some(known.max(finished)),
        }
    }
}
