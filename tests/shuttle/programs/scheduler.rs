//! Chooses at random which task goes on.

use std::cell::Cell;
use std::ops::Range;
use std::thread::panicking;

use shuttle::current;
use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};
use tokio::threads::{forget_waits, holder_before};

use crate::thread;

thread_local! {
    /// The task that goes on only when no other can.
    static LAST: Cell<Option<TaskId>> = const { Cell::new(None) };
}

/// Waits until no other task can go on.
pub(crate) fn wait_for_all() {
    LAST.set(Some(current::me()));
    thread::yield_now();
    LAST.set(None);
}

/// A schedule for each seed.
pub(crate) struct Random<F> {
    seeds: Range<u64>,
    /// Called with each seed before its schedule begins.
    begins: F,
    numbers: Numbers,
    /// Of 8 times that the current task could go on, how often others go on instead.
    switches: u64,
    unwinding: Option<TaskId>,
}

impl<F: FnMut(u64)> Random<F> {
    pub(crate) fn new(seeds: Range<u64>, begins: F) -> Self {
        Random {
            seeds,
            begins,
            numbers: Numbers(0),
            switches: 0,
            unwinding: None,
        }
    }
}

impl<F: FnMut(u64)> Scheduler for Random<F> {
    fn new_execution(&mut self) -> Option<Schedule> {
        let seed = self.seeds.next()?;
        (self.begins)(seed);
        self.numbers = Numbers(seed);
        // Some faults show when all tasks take turns, and some when few tasks do and the others
        // stand still.
        self.switches = [1, 4, 8][self.numbers.below(3)];
        self.unwinding = None;
        LAST.set(None);
        forget_waits();
        Some(Schedule::new(seed))
    }

    fn next_task(&mut self, tasks: &[&Task], current: Option<TaskId>, _: bool) -> Option<TaskId> {
        let find = |id: TaskId| tasks.iter().any(|task| task.id() == id).then_some(id);
        // To std, all tasks are one thread. So a task that unwinds goes on until it is done,
        // because the others would otherwise find that they are `panicking()`. If it waits for a
        // mutex, the task that holds the mutex goes on: that task has no user code to run, and does
        // not ask whether it panics.
        if panicking() {
            let mut next = *self.unwinding.get_or_insert(current?);
            while find(next).is_none() {
                let holder = holder_before(next.into()).expect("it waits for a mutex");
                next = TaskId::from(holder);
            }
            return Some(next);
        }
        self.unwinding = None;
        let stays = current.and_then(find).filter(|id| Some(*id) != LAST.get());
        if let Some(current) = stays
            && self.numbers.next() % 8 >= self.switches
        {
            return Some(current);
        }
        let others = || tasks.iter().filter(|task| Some(task.id()) != LAST.get());
        match others().count() {
            0 => LAST.get(),
            count => others()
                .nth(self.numbers.below(count))
                .map(|task| task.id()),
        }
    }

    fn next_u64(&mut self) -> u64 {
        self.numbers.next()
    }
}

/// Random numbers: splitmix64.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}
