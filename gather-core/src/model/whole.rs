//! Models of a whole gather: its group, the seats of its branches, and its handle.

use std::sync::Arc;

use loom::model;
use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::thread::{self, JoinHandle};

use super::{Spawned, Value, block_on};
use crate::gather::Gather;
use crate::policy::FailFast;
use crate::seat::Seat;
use crate::shared::AtOnce;
use crate::slot::Slot;
use crate::starting::Starting;
use crate::task::Settle;

static FIRST: &str = "first()";
static SECOND: &str = "second()";

type Slots<T> = (Slot<T>, Slot<T>);

/// A `try_gather!` of two branches that is being started.
struct Group<T: Send + 'static, E: Send + 'static>(Starting<FailFast<E>, Slots<T>, (T, T), AtOnce>);

impl<T: Send + 'static, E: Send + 'static> Group<T, E> {
    fn new() -> Self {
        let slots = (Slot::new(FIRST), Slot::new(SECOND));
        Group(Starting::new(slots, AtOnce::default()))
    }

    /// Starts the next branch, as the group of the macros does, unless one has failed.
    fn spawn(&mut self, name: &'static str, result: Result<T, E>) -> Option<Branch> {
        let slot = self.0.next_slot(name);
        let seat = self.0.seat(slot);
        if self.0.is_stopped() {
            seat.cancelled(0);
            return None;
        }
        let branch = Branch::start(seat, result);
        self.0.started(slot, 0, branch.task.clone());
        Some(branch)
    }

    /// Starts a branch that ends when it is stopped, unless one has failed.
    fn spawn_endless(&mut self, name: &'static str) -> Option<Endless<T, E>> {
        let slot = self.0.next_slot(name);
        let seat = self.0.seat(slot);
        if self.0.is_stopped() {
            seat.cancelled(0);
            return None;
        }
        let task = Spawned::new();
        self.0.started(slot, 0, task.clone());
        Some(Endless { task, seat })
    }

    /// Starts a branch that is ready at once.
    fn finish(&mut self, name: &'static str, result: Result<T, E>) {
        let slot = self.0.next_slot(name);
        let seat: Seat<Slot<T>, E> = self.0.seat(slot);
        seat.returned(0, result);
        drop(seat);
        self.0.started(slot, 0, Spawned::new());
    }

    fn gather(self) -> Gather<Result<(T, T), E>> {
        self.0.gather(|results| results)
    }
}

/// A branch that runs: a thread for its task.
struct Branch {
    task: Spawned,
    was_stopped: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Branch {
    /// It ends with the result, unless it is stopped before.
    fn start<T, E>(seat: Seat<Slot<T>, E>, result: Result<T, E>) -> Self
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let (task, was_stopped) = (Spawned::new(), Arc::new(AtomicBool::new(false)));
        let thread = thread::spawn({
            let (task, was_stopped) = (task.clone(), Arc::clone(&was_stopped));
            move || {
                if task.is_aborted() {
                    was_stopped.store(true, Ordering::Relaxed);
                    seat.cancelled(0);
                } else {
                    seat.returned(0, result);
                }
            }
        });
        Branch {
            task,
            was_stopped,
            thread,
        }
    }

    fn join(self) {
        self.thread.join().unwrap();
    }
}

struct Endless<T, E: 'static> {
    task: Spawned,
    seat: Seat<Slot<T>, E>,
}

impl<T: Send + 'static, E: Send + 'static> Endless<T, E> {
    fn is_told_to_stop_and_stops(self) -> bool {
        self.seat.cancelled(0);
        self.task.is_aborted()
    }
}

#[test]
fn values_that_come_in_any_order_are_in_their_places() {
    model(|| {
        let mut group = Group::<u8, u8>::new();
        group.spawn(FIRST, Ok(1));
        group.spawn(SECOND, Ok(2));
        assert_eq!(block_on(group.gather()), Ok((1, 2)));
    });
}

#[test]
fn a_failure_while_branches_start_is_the_result_and_leaves_none_running() {
    model(|| {
        let mut group = Group::<u8, &str>::new();
        let failing = group.spawn(FIRST, Err("failed")).unwrap();
        let other = group.spawn_endless(SECOND);
        let gather = group.gather();
        failing.join();
        assert!(other.is_none_or(Endless::is_told_to_stop_and_stops));
        assert_eq!(block_on(gather), Err("failed"));
    });
}

#[test]
fn an_abort_gives_the_values_if_all_came_and_else_nothing() {
    model(|| {
        let mut group = Group::<u8, u8>::new();
        let ending = group.spawn(FIRST, Ok(1)).unwrap();
        group.finish(SECOND, Ok(2));
        let aborted = block_on(group.gather().abort());
        // Its thread is not joined: loom takes an `unpark` that comes late for the end of a thread.
        let was_stopped = ending.was_stopped.load(Ordering::Relaxed);
        assert_eq!(aborted, (!was_stopped).then_some(Ok((1, 2))));
    });
}

#[test]
fn a_handle_that_is_dropped_while_a_branch_ends_drops_what_it_gives_once() {
    for fails in [false, true] {
        model(move || {
            let drops = Arc::new(AtomicUsize::new(0));
            let value = Value(Arc::clone(&drops));
            let mut group = Group::<Value, Value>::new();
            let result = if fails { Err(value) } else { Ok(value) };
            let ending = group.spawn(FIRST, result).unwrap();
            let other = group.spawn_endless(SECOND);
            drop(group.gather());
            ending.join();
            assert_eq!(drops.load(Ordering::Relaxed), 1);
            assert!(other.is_none_or(Endless::is_told_to_stop_and_stops));
        });
    }
}

#[test]
fn an_error_of_a_detached_branch_is_dropped_with_that_branch() {
    model(|| {
        let drops = Arc::new(AtomicUsize::new(0));
        let mut group = Group::<u8, Value>::new();
        let error = Value(Arc::clone(&drops));
        let failing = group.spawn(FIRST, Err(error)).unwrap();
        let other = group.spawn_endless(SECOND);
        group.gather().detach();
        failing.join();
        assert_eq!(drops.load(Ordering::Relaxed), 1);
        assert!(other.is_none_or(Endless::is_told_to_stop_and_stops));
    });
}
