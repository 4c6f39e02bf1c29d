//! Models of what branches and handle share: the state, and the slots.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::task::{Context, Poll};

use loom::model;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use super::{Spawned, Value, counting_waker, wait};
use crate::slot::{Outcome, Slot};
use crate::slot_vec::SlotVec;
use crate::slots::{AnySlot, Slots, TypedSlot};
use crate::state::{Failure, State};

type Agreed = State<&'static str>;

fn last_branch_wakes_the_awaiter(count: usize) {
    model(move || {
        let state = Arc::new(Agreed::new());
        state.set_started(count);
        for _ in 0..count {
            let state = Arc::clone(&state);
            thread::spawn(move || state.count_down());
        }
        wait(|cx| state.poll_finished(cx));
        assert_eq!(state.unfinished(), 0);
    });
}

#[test]
fn the_last_of_two_branches_wakes_the_awaiter() {
    last_branch_wakes_the_awaiter(2);
}

#[test]
fn the_last_of_three_branches_wakes_the_awaiter() {
    last_branch_wakes_the_awaiter(3);
}

#[test]
fn branches_that_end_while_others_are_started_do_not_end_the_gather() {
    model(|| {
        let state = Arc::new(Agreed::new());
        thread::spawn({
            let state = Arc::clone(&state);
            move || state.count_down()
        });
        let before = state.is_finished();
        thread::spawn({
            let state = Arc::clone(&state);
            move || state.count_down()
        });
        assert!(!before && !state.is_finished());
        state.set_started(2);
        wait(|cx| state.poll_finished(cx));
    });
}

#[test]
fn an_awaiter_that_changes_its_waker_is_woken_by_the_new_one() {
    model(|| {
        let state = Arc::new(Agreed::new());
        state.set_started(2);
        for _ in 0..2 {
            let state = Arc::clone(&state);
            thread::spawn(move || state.count_down());
        }
        let (_, waker) = counting_waker();
        if state.poll_finished(&Context::from_waker(&waker)) == Poll::Pending {
            wait(|cx| state.poll_finished(cx));
        }
        assert!(state.is_finished());
    });
}

#[test]
fn an_awaiter_is_woken_at_most_once() {
    model(|| {
        let state = Arc::new(Agreed::new());
        state.set_started(2);
        let ends = [(); 2].map(|()| {
            let state = Arc::clone(&state);
            thread::spawn(move || state.count_down())
        });
        let (wakes, waker) = counting_waker();
        let polled = state.poll_finished(&Context::from_waker(&waker));
        for end in ends {
            end.join().unwrap();
        }
        let woken = wakes.0.load(Ordering::Relaxed);
        match polled {
            Poll::Pending => assert_eq!(woken, 1),
            Poll::Ready(()) => assert!(woken <= 1),
        }
    });
}

#[test]
fn an_awaiter_that_gives_up_can_wait_again() {
    model(|| {
        let state = Arc::new(Agreed::new());
        state.set_started(2);
        for _ in 0..2 {
            let state = Arc::clone(&state);
            thread::spawn(move || state.count_down());
        }
        let (_, waker) = counting_waker();
        let _ = state.poll_finished(&Context::from_waker(&waker));
        state.stop_waiting();
        wait(|cx| state.poll_finished(cx));
    });
}

#[test]
fn of_two_failures_one_is_kept_and_is_taken_once() {
    model(|| {
        let state = Arc::new(Agreed::new());
        state.set_started(2);
        for error in ["first", "second"] {
            let state = Arc::clone(&state);
            thread::spawn(move || {
                state.fail(Failure::Error(error));
                state.stop();
                state.count_down();
            });
        }
        wait(|cx| state.poll_finished(cx));
        assert!(state.has_failed() && state.is_stopped());
        assert!(matches!(state.take_failure(), Some(Failure::Error(_))));
        assert!(state.take_failure().is_none());
    });
}

#[test]
fn a_panic_outranks_an_error_whichever_comes_first() {
    model(|| {
        let state = Arc::new(Agreed::new());
        state.set_started(2);
        for failure in [Failure::Error("error"), Failure::Panic(Box::new("panic"))] {
            let state = Arc::clone(&state);
            thread::spawn(move || {
                state.fail(failure);
                state.count_down();
            });
        }
        wait(|cx| state.poll_finished(cx));
        match state.take_failure() {
            Some(Failure::Panic(payload)) => assert!(payload.is::<&str>()),
            Some(Failure::Error(error)) => panic!("the {error} was kept"),
            None => panic!("nothing was kept"),
        }
    });
}

#[test]
fn a_failure_is_seen_by_the_awaiter_when_the_other_branch_completes_last() {
    model(|| {
        let state = Arc::new(Agreed::new());
        let slot = Arc::new(Slot::new("completes"));
        state.set_started(2);
        thread::spawn({
            let state = Arc::clone(&state);
            move || {
                state.fail(Failure::Error("failed"));
                state.stop();
                state.count_down();
            }
        });
        thread::spawn({
            let (state, slot) = (Arc::clone(&state), Arc::clone(&slot));
            move || {
                slot.settle(0, Outcome::Finished(7), &state);
                state.count_down();
            }
        });
        wait(|cx| state.poll_finished(cx));
        assert!(matches!(
            state.take_failure(),
            Some(Failure::Error("failed"))
        ));
        // What the other one gave is there to be dropped.
        assert_eq!(slot.values(), 7);
    });
}

#[test]
fn a_spread_that_is_stopped_while_it_starts_leaves_no_branch_running() {
    model(|| {
        let state = Arc::new(Agreed::new());
        let slots: Arc<SlotVec<u8>> = Arc::new(SlotVec::new("..spread"));
        let stops = thread::spawn({
            let (state, slots) = (Arc::clone(&state), Arc::clone(&slots));
            move || {
                state.stop();
                slots.stop();
            }
        });
        let mut tasks = Vec::new();
        for index in 0..2 {
            if state.is_stopped() {
                break;
            }
            let task = Spawned::new();
            slots.started(index, task.clone(), &state);
            tasks.push(task);
        }
        stops.join().unwrap();
        assert!(tasks.iter().all(Spawned::is_aborted));
    });
}

#[test]
fn a_branch_that_completes_while_it_is_stopped_keeps_its_value() {
    model(|| {
        let state = Arc::new(Agreed::new());
        let slot = Arc::new(Slot::new("completes"));
        state.set_started(1);
        slot.started(0, Spawned::new(), &state);
        thread::spawn({
            let (state, slot) = (Arc::clone(&state), Arc::clone(&slot));
            move || {
                slot.settle(0, Outcome::Finished(7), &state);
                state.count_down();
            }
        });
        state.stop();
        slot.stop();
        wait(|cx| state.poll_finished(cx));
        assert_eq!(slot.values(), 7);
    });
}

#[test]
fn a_branch_that_completes_before_its_task_is_kept_has_its_value_kept() {
    model(|| {
        let state = Arc::new(Agreed::new());
        let slot = Arc::new(Slot::new("quick"));
        state.set_started(1);
        thread::spawn({
            let (state, slot) = (Arc::clone(&state), Arc::clone(&slot));
            move || {
                slot.settle(0, Outcome::Finished(7), &state);
                state.count_down();
            }
        });
        slot.started(0, Spawned::new(), &state);
        wait(|cx| state.poll_finished(cx));
        assert_eq!(slot.values(), 7);
    });
}

fn what_is_discarded_while_it_completes_is_dropped_once<S>(
    slot: impl Fn() -> S + Send + Sync + 'static,
) where
    S: TypedSlot<Value> + Send + Sync + 'static,
{
    model(move || {
        let state = Arc::new(Agreed::new());
        let slot = Arc::new(slot());
        let drops = Arc::new(AtomicUsize::new(0));
        let completes = thread::spawn({
            let (state, slot) = (Arc::clone(&state), Arc::clone(&slot));
            let value = Value(Arc::clone(&drops));
            move || slot.settle(0, Outcome::Finished(value), &state)
        });
        state.discard();
        if let Some(payload) = slot.discard() {
            resume_unwind(payload);
        }
        completes.join().unwrap();
        // While the slot is still there.
        assert_eq!(drops.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn a_value_that_is_discarded_while_its_branch_completes_is_dropped_once() {
    what_is_discarded_while_it_completes_is_dropped_once(|| Slot::new("value"));
}

#[test]
fn a_spreads_value_that_is_discarded_while_its_branch_completes_is_dropped_once() {
    what_is_discarded_while_it_completes_is_dropped_once(|| SlotVec::new("..values"));
}
