//! What waits for a place when branches are limited in number.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;
use tokio::runtime::Handle;

use crate::progress::Progress;
use crate::shared::Flow;
use crate::state::lock;

/// Where branches come from: one alone, or an iterator of them.
pub(crate) trait Source: Send {
    /// Starts the next branch, to run in the place given, unless there is none left.
    fn start(&mut self, runtime: &Handle, place: Place) -> Started;
}

/// Whether a source had a branch to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Started {
    One,
    NoneLeft,
}

/// One branch, until it is started.
impl<F: Future<Output = ()> + Send + 'static> Source for Option<F> {
    fn start(&mut self, runtime: &Handle, place: Place) -> Started {
        let Some(task) = self.take() else {
            return Started::NoneLeft;
        };
        runtime.spawn(InPlace { task, place });
        Started::One
    }
}

pin_project! {
    /// A task that has a place until it has ended.
    struct InPlace<F> {
        #[pin]
        task: F,
        place: Place,
    }
}

impl<F: Future<Output = ()>> Future for InPlace<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().task.poll(cx)
    }
}

/// The places for branches in flight, and the sources that wait for one, in order.
pub(crate) struct Queue {
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
    sources: VecDeque<Box<dyn Source>>,
    /// Somebody is starting branches: two at once might start them out of order.
    starting: bool,
    /// Of the tasks that run one branch after another.
    workers: Vec<Waker>,
}

/// A place for a branch in flight. Dropping it gives it to the next.
pub(crate) struct Place(Arc<Queue>);

impl Place {
    /// Whether nothing is to run in this place any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.0.is_stopped()
    }

    /// Keeps the waker of the task that has this place, to be woken when the place is closed.
    pub(crate) fn wait(&self, waker: &Waker) {
        let waker = waker.clone();
        lock(&self.0.waiting).workers.push(waker);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        lock(&self.0.waiting).places += 1;
        self.0.start();
    }
}

impl Queue {
    pub(crate) fn new(runtime: Handle, places: usize) -> Self {
        let waiting = Waiting {
            places,
            sources: VecDeque::new(),
            starting: false,
            workers: Vec::new(),
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
    pub(crate) fn push(self: &Arc<Self>, source: Box<dyn Source>) {
        lock(&self.waiting).sources.push_back(source);
        self.start();
    }

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
        while waiting.places > 0
            && !self.is_stopped()
            && let Some(mut source) = waiting.sources.pop_front()
        {
            waiting.places -= 1;
            drop(waiting);
            let started = source.start(&self.runtime, Place(Arc::clone(self)));
            if started == Started::NoneLeft {
                drop(source);
                waiting = lock(&self.waiting);
            } else {
                waiting = lock(&self.waiting);
                waiting.sources.push_front(source);
            }
        }
        waiting.starting = false;
        drop(waiting);
        self.drop_stopped();
    }

    /// Drops what waits for a place and wakes what has one, once the queue is stopped.
    fn drop_stopped(&self) {
        if !self.is_stopped() {
            return;
        }
        let (workers, sources) = {
            let mut waiting = lock(&self.waiting);
            (
                mem::take(&mut waiting.workers),
                mem::take(&mut waiting.sources),
            )
        };
        workers.into_iter().for_each(Waker::wake);
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
    fn ended(&self) {
        self.finished.fetch_add(1, Ordering::Relaxed);
    }

    fn close(&self) {
        self.stopped.store(true, Ordering::Release);
    }

    fn stop(&self) {
        self.close();
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
            total: all_known.then_some(known),
        }
    }
}
