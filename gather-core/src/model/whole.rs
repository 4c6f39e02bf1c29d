//! Models of a whole gather: how it is started, the seats of its branches, and its handle.

use std::sync::Arc;

use loom::model;
use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::thread::{self, JoinHandle};

use super::{Spawned, Value, block_on};
use crate::branches::Branches;
use crate::gather::Gather;
use crate::policy::FailFast;
use crate::seat::Seat;
use crate::shared::AtOnce;
use crate::slot::Slot;
use crate::starting::{Starting, start};
use crate::task::Settle;

/// What runs branches here: a thread for each task.
struct Threads;

/// Starts a `try_gather!` of two branches, as its group does.
fn try_gather<A, B, T, E>(first: A, second: B) -> Gather<Result<(T, T), E>>
where
    A: Branches<FailFast<E>, Threads, Slots = Slot<T>>,
    B: Branches<FailFast<E>, Threads, Slots = Slot<T>>,
    T: Send + 'static,
    E: Send + 'static,
{
    let flow = AtOnce::default();
    let mut branches = (first, second);
    start::<FailFast<E>, _, _, _, _>(&mut branches, |results| results, flow, &Threads)
}

/// A branch that has ended before its task is kept.
struct Ready<T, E>(Option<Result<T, E>>);

/// A branch that ends with the result, unless it is stopped before. If it is started, it leaves
/// here what runs it.
struct Ending<'a, T, E>(Option<Result<T, E>>, &'a mut Option<Thread>);

/// A branch that ends when it is stopped. If it is started, it leaves its seat here.
struct Endless<'a, T, E: 'static>(&'a mut Option<Seated<T, E>>);

/// A branch that runs.
struct Thread {
    was_stopped: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// A branch that waits.
struct Seated<T, E: 'static> {
    task: Spawned,
    seat: Seat<Slot<T>, E>,
}

impl Thread {
    fn join(self) {
        self.thread.join().unwrap();
    }
}

impl<T: Send + 'static, E: Send + 'static> Seated<T, E> {
    fn is_told_to_stop_and_stops(self) -> bool {
        self.seat.cancelled(0);
        self.task.is_aborted()
    }
}

type Group<'a, E> = Starting<'a, E, Threads>;

/// Gives a branch its seat and its slot, and starts it unless one has failed.
fn start_branch<T, E>(
    slot: &Slot<T>,
    group: &mut Group<'_, E>,
    start: impl FnOnce(Seat<Slot<T>, E>) -> Spawned,
) where
    T: Send + 'static,
    E: Send + 'static,
{
    let seat = group.seat();
    if group.is_stopped() {
        seat.cancelled(0);
    } else {
        let task = start(seat);
        group.started(slot, 0, task);
    }
    group.next_slot();
}

impl<T, E> Branches<FailFast<E>, Threads> for Ready<T, E>
where
    T: Send + 'static,
    E: Send + 'static,
{
    type Slots = Slot<T>;

    fn slots(&mut self) -> Slot<T> {
        Slot::new("branch()")
    }

    fn start(&mut self, slot: &Slot<T>, group: &mut Group<'_, E>) {
        start_branch(slot, group, |seat| {
            seat.returned(0, self.0.take().unwrap());
            drop(seat);
            Spawned::new()
        });
    }
}

impl<T, E> Branches<FailFast<E>, Threads> for Ending<'_, T, E>
where
    T: Send + 'static,
    E: Send + 'static,
{
    type Slots = Slot<T>;

    fn slots(&mut self) -> Slot<T> {
        Slot::new("branch()")
    }

    fn start(&mut self, slot: &Slot<T>, group: &mut Group<'_, E>) {
        start_branch(slot, group, |seat| {
            let (task, was_stopped) = (Spawned::new(), Arc::new(AtomicBool::new(false)));
            let thread = thread::spawn({
                let (task, was_stopped) = (task.clone(), Arc::clone(&was_stopped));
                let result = self.0.take().unwrap();
                move || {
                    if task.is_aborted() {
                        was_stopped.store(true, Ordering::Relaxed);
                        seat.cancelled(0);
                    } else {
                        seat.returned(0, result);
                    }
                }
            });
            *self.1 = Some(Thread {
                was_stopped,
                thread,
            });
            task
        });
    }
}

impl<T, E> Branches<FailFast<E>, Threads> for Endless<'_, T, E>
where
    T: Send + 'static,
    E: Send + 'static,
{
    type Slots = Slot<T>;

    fn slots(&mut self) -> Slot<T> {
        Slot::new("branch()")
    }

    fn start(&mut self, slot: &Slot<T>, group: &mut Group<'_, E>) {
        start_branch(slot, group, |seat| {
            let task = Spawned::new();
            *self.0 = Some(Seated {
                task: task.clone(),
                seat,
            });
            task
        });
    }
}

#[test]
fn values_that_come_in_any_order_are_in_their_places() {
    model(|| {
        let (mut first, mut second) = (None, None);
        let gather: Gather<Result<_, u8>> = try_gather(
            Ending(Some(Ok(1)), &mut first),
            Ending(Some(Ok(2)), &mut second),
        );
        assert_eq!(block_on(gather), Ok((1, 2)));
    });
}

#[test]
fn a_failure_while_branches_start_is_the_result_and_leaves_none_running() {
    model(|| {
        let (mut failing, mut other) = (None, None);
        let gather: Gather<Result<(u8, u8), _>> = try_gather(
            Ending(Some(Err("failed")), &mut failing),
            Endless(&mut other),
        );
        failing.unwrap().join();
        assert!(other.is_none_or(Seated::is_told_to_stop_and_stops));
        assert_eq!(block_on(gather), Err("failed"));
    });
}

#[test]
fn an_abort_gives_the_values_if_all_came_and_else_nothing() {
    model(|| {
        let mut ending = None;
        let gather: Gather<Result<_, u8>> =
            try_gather(Ending(Some(Ok(1)), &mut ending), Ready(Some(Ok(2))));
        let aborted = block_on(gather.abort());
        // Its thread is not joined: loom takes an `unpark` that comes late for the end of a thread.
        let was_stopped = ending.unwrap().was_stopped.load(Ordering::Relaxed);
        assert_eq!(aborted, (!was_stopped).then_some(Ok((1, 2))));
    });
}

#[test]
fn a_handle_that_is_dropped_while_a_branch_ends_drops_what_it_gives_once() {
    for fails in [false, true] {
        model(move || {
            let drops = Arc::new(AtomicUsize::new(0));
            let value = Value(Arc::clone(&drops));
            let result = if fails { Err(value) } else { Ok(value) };
            let (mut ending, mut other) = (None, None);
            drop(try_gather(
                Ending(Some(result), &mut ending),
                Endless(&mut other),
            ));
            ending.unwrap().join();
            assert_eq!(drops.load(Ordering::Relaxed), 1);
            assert!(other.is_none_or(Seated::is_told_to_stop_and_stops));
        });
    }
}

#[test]
fn an_error_of_a_detached_branch_is_dropped_with_that_branch() {
    model(|| {
        let drops = Arc::new(AtomicUsize::new(0));
        let error = Value(Arc::clone(&drops));
        let (mut failing, mut other) = (None, None);
        let gather: Gather<Result<(u8, u8), _>> =
            try_gather(Ending(Some(Err(error)), &mut failing), Endless(&mut other));
        gather.detach();
        failing.unwrap().join();
        assert_eq!(drops.load(Ordering::Relaxed), 1);
        assert!(other.is_none_or(Seated::is_told_to_stop_and_stops));
    });
}
