//! Loom models of a limit: the places, the turn, and closing the queue while these are in use.
//!
//! A thread that drops a [`Place`] stands for a task that leaves it.

use std::future::{Future, pending, ready};
use std::mem;
use std::pin::{Pin, pin};
use std::sync::{Arc, Weak};
use std::task::{Context, Waker};

use loom::model::Builder;
use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::{model, thread};
use tokio::task::AbortHandle;

use crate::gather::Gathering;
use crate::place::limit::lazy_iter::LazyIter;
use crate::place::limit::queue::{InPlace, Place, Queue, QueueSource};
use crate::place::limit::worker::Worker;
use crate::place::limit::{Fed, Limited, OneInQueue, Queued};
use crate::policy::{Policy, Settled, TryGather};
use crate::running::{HasKey, One, Running, SharedKeys};
use crate::task::model::{Counted, Tasks, count, counter};
use crate::task::{Failure, Judging, SiblingsOf};

type Fails = TryGather<&'static str>;

/// The tasks that a source has started, and that are in flight or told to stop.
#[derive(Clone)]
struct Flight {
    runtime: tokio::runtime::Handle,
    limit: usize,
    has_turn: Arc<AtomicBool>,
    // From std, because loom would try every order of accesses to its own types.
    in_flight: Arc<std::sync::atomic::AtomicUsize>,
    started: Arc<std::sync::atomic::AtomicUsize>,
    kept: Arc<std::sync::Mutex<Vec<(Boarded, AbortHandle)>>>,
    leaving: Arc<std::sync::Mutex<Vec<thread::JoinHandle<()>>>>,
}

/// What a task holds while it runs. When it is dropped, the task has left its place.
struct Boarded {
    in_flight: Arc<std::sync::atomic::AtomicUsize>,
    _place: Box<dyn Send>,
}

impl Drop for Boarded {
    fn drop(&mut self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Flight {
    fn new(tasks: &Tasks, limit: usize) -> Self {
        Flight {
            runtime: tasks.runtime.handle().clone(),
            limit,
            in_flight: Arc::default(),
            started: Arc::default(),
            has_turn: Arc::new(AtomicBool::new(false)),
            kept: Arc::default(),
            leaving: Arc::default(),
        }
    }

    /// Starts a task. The caller must hold the turn.
    fn start(&self, place: impl Send + 'static) -> (Boarded, AbortHandle) {
        assert!(
            !self.has_turn.swap(true, Ordering::Relaxed),
            "two have the turn"
        );
        let before = self.in_flight.fetch_add(1, Ordering::Relaxed);
        assert!(before < self.limit, "there are more than places");
        self.started.fetch_add(1, Ordering::Relaxed);
        let boarded = Boarded {
            in_flight: Arc::clone(&self.in_flight),
            _place: Box::new(place),
        };
        let task = self.runtime.spawn(pending::<()>()).abort_handle();
        self.has_turn.store(false, Ordering::Relaxed);
        (boarded, task)
    }

    /// Like `start`, for a task that runs until it is told to stop.
    fn keep(&self, place: impl Send + 'static) -> AbortHandle {
        let (boarded, task) = self.start(place);
        self.kept.lock().unwrap().push((boarded, task.clone()));
        task
    }

    /// Makes a task leave its place, on a thread of its own.
    fn leave(&self, leave: impl FnOnce() + 'static) {
        let leaving = thread::spawn(leave);
        self.leaving.lock().unwrap().push(leaving);
    }

    /// Waits until all leaving tasks have left.
    fn join(&self) {
        loop {
            let Some(leaving) = self.leaving.lock().unwrap().pop() else {
                return;
            };
            leaving.join().unwrap();
        }
    }

    fn started(&self) -> usize {
        self.started.load(Ordering::Relaxed)
    }

    fn take_kept(&self) -> Vec<(Boarded, AbortHandle)> {
        mem::take(&mut *self.kept.lock().unwrap())
    }
}

/// A waiting branch. Its task ends at once, on a thread of its own, or is kept.
struct Waiting {
    flight: Flight,
    ends: bool,
    token: Counted,
}

impl QueueSource for Waiting {
    fn is_one(&self) -> bool {
        true
    }

    fn start_next(self: Arc<Self>, place: Place) -> Option<AbortHandle> {
        if !self.ends {
            return Some(self.flight.keep(place));
        }
        let (boarded, task) = self.flight.start(place);
        self.flight.leave(move || drop(boarded));
        Some(task)
    }

    fn start_pulling(self: Arc<Self>, _: Place) -> AbortHandle {
        unreachable!("it is one branch")
    }

    fn drop_unstarted(&self) {
        let _ = &self.token;
    }
}

fn queue(flight: &Flight) -> Arc<Queue> {
    Arc::new(Queue::new(flight.runtime.clone(), flight.limit))
}

fn push(queue: &Queue, flight: &Flight, drops: &Arc<AtomicUsize>, ends: bool) {
    queue.push(Arc::new(Waiting {
        flight: flight.clone(),
        ends,
        token: Counted::by(drops),
    }));
}

#[test]
fn of_two_tasks_that_leave_their_places_at_once_each_has_a_successor() {
    model(|| {
        let tasks = Tasks::new();
        let flight = Flight::new(&tasks, 2);
        let (queue, drops) = (queue(&flight), counter());
        for _ in 0..4 {
            push(&queue, &flight, &drops, false);
        }
        queue.fill();
        let leaving = flight
            .take_kept()
            .into_iter()
            .map(|(boarded, _)| thread::spawn(move || drop(boarded)));
        for leaving in leaving.collect::<Vec<_>>() {
            leaving.join().unwrap();
        }
        assert_eq!(flight.started(), 4);
        assert_eq!(count(&drops), 4);
        // The turn has been given up.
        assert!(queue.try_turn());
        drop(flight.take_kept());
    });
}

/// Some tasks end while the caller still starts others.
fn each_is_started(limit: usize, ending: usize) {
    let tasks = Tasks::new();
    let flight = Flight::new(&tasks, limit);
    let (queue, drops) = (queue(&flight), counter());
    for _ in 0..ending {
        push(&queue, &flight, &drops, true);
    }
    for _ in 0..limit {
        push(&queue, &flight, &drops, false);
    }
    queue.fill();
    flight.join();
    assert_eq!(flight.started(), ending + limit);
    drop(flight.take_kept());
}

#[test]
fn a_place_that_is_left_while_the_caller_has_the_turn_is_taken_again() {
    model(|| each_is_started(1, 1));
    model(|| each_is_started(2, 1));
}

/// Trying all schedules of this model would take hours.
#[test]
fn places_that_are_left_one_after_another_are_taken_again() {
    let mut few = Builder::new();
    few.preemption_bound = Some(3);
    few.check(|| each_is_started(1, 2));
}

/// An iterator that is pulled by the tasks that it starts. The first of them leaves at once, on a
/// thread of its own.
struct Pulled {
    flight: Flight,
    queue: Weak<Queue>,
}

impl QueueSource for Pulled {
    fn is_one(&self) -> bool {
        false
    }

    fn start_next(self: Arc<Self>, _: Place) -> Option<AbortHandle> {
        unreachable!("the caller has filled the places")
    }

    fn start_pulling(self: Arc<Self>, place: Place) -> AbortHandle {
        let queue = self.queue.upgrade().unwrap();
        if self.flight.started() > 1 {
            let task = self.flight.keep(place);
            queue.hand_on();
            return task;
        }
        let (boarded, task) = self.flight.start(place);
        self.flight.leave(move || {
            queue.hand_on();
            drop(boarded);
        });
        task
    }

    fn drop_unstarted(&self) {}
}

#[test]
fn a_place_that_is_taken_again_is_aborted_though_the_handle_of_its_last_tenant_comes_late() {
    model(|| {
        let tasks = Tasks::new();
        let flight = Flight::new(&tasks, 1);
        let (queue, drops) = (queue(&flight), counter());
        push(&queue, &flight, &drops, false);
        queue.push(Arc::new(Pulled {
            flight: flight.clone(),
            queue: Arc::downgrade(&queue),
        }));
        queue.fill();
        let (first, _) = flight.take_kept().pop().unwrap();
        // The task that this starts leaves, and the next one takes the place, maybe before the
        // handle of the first is stored.
        drop(first);
        flight.join();
        queue.close();
        tasks.settle();
        let (boarded, last) = flight.take_kept().pop().unwrap();
        assert!(last.is_finished());
        drop(boarded);
    });
}

#[test]
fn a_task_that_is_started_while_the_queue_is_closed_is_aborted() {
    model(|| {
        let tasks = Tasks::new();
        let flight = Flight::new(&tasks, 1);
        let (queue, drops) = (queue(&flight), counter());
        push(&queue, &flight, &drops, false);
        push(&queue, &flight, &drops, false);
        queue.fill();
        let (first, _) = flight.take_kept().pop().unwrap();
        let leaving = thread::spawn(move || drop(first));
        queue.close();
        leaving.join().unwrap();
        assert_eq!(count(&drops), 2);
        tasks.settle();
        assert!(
            flight
                .take_kept()
                .iter()
                .all(|(_, task)| task.is_finished())
        );
        assert!(queue.try_turn());
    });
}

/// A gather under a limit, as a group makes it.
struct Limiting<R: Running<P>, P: Policy> {
    queue: Arc<Queue>,
    gathering: Arc<Gathering<P, Limited<R>, R::Results>>,
}

impl<R: Running<P>, P: Policy<Error: Send>> Limiting<R, P> {
    fn of(tasks: &Tasks, limit: usize, running: R) -> Self {
        let queue = Arc::new(Queue::new(tasks.runtime.handle().clone(), limit));
        let limited = Limited::new(Arc::clone(&queue), running);
        Limiting {
            queue,
            gathering: Arc::new(Gathering::of(limited, |results| results, None)),
        }
    }

    fn siblings(&self) -> SiblingsOf<P> {
        Arc::clone(&self.gathering) as Arc<_>
    }
}

#[test]
fn branches_that_wait_are_dropped_once_and_let_go_of_their_gather_when_another_fails() {
    model(|| {
        let tasks = Tasks::new();
        let drops = counter();
        let in_flight = Arc::new(std::sync::Mutex::new(Vec::<InFlight>::new()));
        let [first, second] = [0, 1].map(|index| {
            let (branch, in_flight) = (Counted::by(&drops), Arc::clone(&in_flight));
            let start = Box::new(move |runtime: &tokio::runtime::Handle, link| {
                let task = runtime.spawn(pending());
                let abort = task.abort_handle();
                in_flight.lock().unwrap().push((link, branch, abort));
                task
            });
            Arc::new(Queued::<u8, Fails>::new(One::new("branch()", index), start))
        });
        let limiting = Limiting::of(&tasks, 1, (Arc::clone(&first), Arc::clone(&second)));
        for queued in [first, second] {
            let siblings = limiting.siblings();
            limiting
                .queue
                .push(Arc::new(OneInQueue { queued, siblings }));
        }
        limiting.queue.fill();
        let first = in_flight.lock().unwrap().pop().unwrap();
        let siblings = limiting.siblings();
        let failing = thread::spawn(move || siblings.fail(Failure::Error("failed")));
        // Meanwhile the first branch ends: the second is started, or is not.
        drop(first);
        failing.join().unwrap();
        tasks.settle();
        let started = mem::take(&mut *in_flight.lock().unwrap());
        assert!(started.iter().all(|(_, _, task)| task.is_finished()));
        assert_eq!(count(&drops), 2 - started.len());
        drop(started);
        let stopped = Arc::downgrade(&limiting.gathering);
        drop(limiting);
        assert_eq!(stopped.strong_count(), 0);
    });
}

/// A branch in flight: its link, its future, and its abort handle.
type InFlight = (InPlace<Fails>, Counted, AbortHandle);

/// Keeps what a branch returns.
struct AsIs<P>(P);

impl<P: Policy> Judging<u8> for AsIs<P> {
    type Policy = P;
    type Value = u8;

    fn judge(output: u8) -> Result<u8, P::Error> {
        Ok(output)
    }
}

/// An iterator of branches that end when they are first polled, or never. It may panic when it is
/// dropped.
struct Branches {
    left: u8,
    end: bool,
    panics: bool,
    /// An access that loom sees, so that other threads may run in the middle of a pull.
    pulls: Arc<AtomicUsize>,
    keys: Arc<AsManyKeys>,
    token: Counted,
}

/// The keys of the branches that an iterator has yielded.
#[derive(Default)]
struct AsManyKeys(std::sync::atomic::AtomicUsize);

impl HasKey for AsManyKeys {
    fn has_key(&self, index: usize) -> bool {
        index < self.0.load(Ordering::Relaxed)
    }
}

impl Iterator for Branches {
    type Item = Pin<Box<dyn Future<Output = u8> + Send>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.pulls.fetch_add(1, Ordering::Relaxed);
        self.left = self.left.checked_sub(1)?;
        self.keys.0.fetch_add(1, Ordering::Relaxed);
        Some(if self.end {
            Box::pin(ready(7))
        } else {
            Box::pin(pending())
        })
    }
}

impl Drop for Branches {
    fn drop(&mut self) {
        let _ = &self.token;
        if self.panics {
            std::panic::resume_unwind(Box::new("dropped"));
        }
    }
}

/// Closes the queue while a worker pulls. Returns the results that were kept.
fn close_against_a_puller<P: Policy<Error: Send>>(
    end: bool,
    panics: bool,
    has_keys: bool,
) -> Vec<P::Kept<u8>> {
    let tasks = Tasks::new();
    let (iterators, pulls) = (counter(), counter());
    let keys = Arc::new(AsManyKeys::default());
    let shared = has_keys.then(|| Arc::clone(&keys) as SharedKeys);
    let fed = Arc::new(Fed::<u8, P>::new("..spread", shared));
    let limiting = Limiting::<_, P>::of(&tasks, 1, Arc::clone(&fed));
    let branches = Branches {
        left: 2,
        end,
        panics,
        pulls: Arc::clone(&pulls),
        keys,
        token: Counted::by(&iterators),
    };
    let iter = Arc::new(LazyIter::<_, AsIs<P>>::new(
        branches,
        &fed,
        limiting.siblings(),
    ));
    let place = Arc::default();
    limiting.queue.push(Arc::new(Boarding(Arc::clone(&place))));
    limiting.queue.push(Arc::clone(&iter) as Arc<_>);
    limiting.queue.fill();
    let place = place.lock().unwrap().take().unwrap();
    let pulling = thread::spawn({
        let (queue, iter) = (Arc::clone(&limiting.queue), Arc::clone(&iter));
        move || {
            if !queue.try_turn() {
                return;
            }
            let results = iter.fed().results_in(place.number());
            let mut worker = pin!(Worker::new(None, iter, results, place));
            let mut cx = Context::from_waker(Waker::noop());
            let _ = worker.as_mut().poll(&mut cx);
        }
    });
    limiting.queue.close();
    // Makes loom also try to close the queue in the middle of a pull.
    count(&pulls);
    pulling.join().unwrap();
    // The third time, the iterator said that it had no more.
    if count(&pulls) == 3 {
        assert!(fed.is_over());
    }
    // The iterator is gone although its `LazyIter` still exists.
    assert_eq!(count(&iterators), 1);
    let kept = Running::<P>::take(&fed);
    let stopped = Arc::downgrade(&limiting.gathering);
    drop((limiting, fed, iter));
    assert_eq!(stopped.strong_count(), 0);
    kept
}

/// A source that takes a place, which the test gives to a worker.
struct Boarding(Arc<std::sync::Mutex<Option<Place>>>);

impl QueueSource for Boarding {
    fn is_one(&self) -> bool {
        true
    }

    fn start_next(self: Arc<Self>, place: Place) -> Option<AbortHandle> {
        let abort = place.queue().runtime.spawn(pending::<()>()).abort_handle();
        *self.0.lock().unwrap() = Some(place);
        Some(abort)
    }

    fn start_pulling(self: Arc<Self>, _: Place) -> AbortHandle {
        unreachable!("it is one branch")
    }

    fn drop_unstarted(&self) {}
}

#[test]
fn an_iterator_that_is_pulled_while_the_queue_is_closed_is_dropped_once() {
    model(|| {
        close_against_a_puller::<Fails>(true, false, false);
    });
}

#[test]
fn an_iterator_with_a_branch_that_runs_while_the_queue_is_closed_is_dropped_once() {
    model(|| {
        close_against_a_puller::<Fails>(false, false, false);
    });
}

#[test]
fn an_iterator_whose_drop_panics_while_it_is_pulled_is_one_branch_more() {
    model(|| {
        let kept = close_against_a_puller::<Settled>(true, true, false);
        assert!((1..=3).contains(&kept.len()));
    });
}

/// Trying all schedules of this model would take minutes.
#[test]
fn an_iterator_whose_drop_panics_while_it_is_pulled_takes_no_key_of_a_branch() {
    let mut few = Builder::new();
    few.preemption_bound = Some(2);
    few.check(|| {
        let kept = close_against_a_puller::<Settled>(true, true, true);
        let mut errors = kept.into_iter().filter_map(Result::err);
        assert!(errors.all(|error| error.is_cancelled()));
    });
}
