//! Everything that runs: one lock around the state of a call, and a tokio task for each branch.

use std::mem::take;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Poll, Waker};

use gather_core::Progress;
use tokio::task::AbortHandle;

use crate::branch::Reported;
use crate::call::{Branches, End, Item, Part, State, Value};
use crate::caught::{caught, drop_each, first, silence};

#[derive(Default)]
pub(crate) struct Call(Mutex<State>);

impl State {
    pub(crate) fn is_over(&self) -> bool {
        self.running == 0 && self.parts.iter().all(|part| part.is_over)
    }

    pub(crate) fn progress(&self) -> Progress {
        let begun = |part: &Part| {
            let over = part.length.filter(|_| part.is_over);
            over.unwrap_or(part.items.len())
        };
        let total = |part: &Part| Some(part.length?.max(begun(part)));
        let finished = self.parts.iter().map(begun).sum::<usize>() - self.running;
        Progress::new(finished, self.parts.iter().map(total).sum())
    }

    /// Whether there is a result, once the call is over: values or a failure.
    pub(crate) fn has_result(&self) -> bool {
        self.failure.iter().all(|(_, end)| !end.is_cancelled())
    }

    /// Records the end of a branch that has been dropped. A branch that has not returned is lost.
    fn ended(&mut self, at: usize, index: usize, end: Result<End, Option<Value>>) {
        let earlier: usize = self.parts[..at].iter().map(|part| part.items.len()).sum();
        let has_failed = self.failure.iter().any(|(_, end)| !end.is_cancelled());
        let is_result = self.options.is_each && !has_failed;
        let part = &mut self.parts[at];
        let end = end.unwrap_or_else(|panic| End::Lost(part.error(at, index, panic)));
        let (key, kept) = &mut part.items[index];
        let lacks_key = part.has_keys && key.is_none() && !self.is_unwanted;
        self.running -= 1;
        // If a branch is cancelled and nobody has stopped the call, its runtime is shutting down.
        self.is_stopped |= end.is_cancelled();
        let rank = match &end {
            End::Value(_) if is_result => return self.results.push_back((earlier + index, end)),
            End::Value(_) => return *kept = Some(end),
            End::Lost(_) if self.options.keeps_all && !lacks_key => return *kept = Some(end),
            End::Lost(error) if error.is_cancelled() => (2, at, index),
            End::Lost(_) if !self.options.catches => (0, 0, 0),
            _ => (1, 0, 0),
        };
        self.is_stopped = true;
        self.failure.push((rank, end));
        // The sort is stable: failures of the same rank stay in the order in which they occurred.
        self.failure.sort_by_key(|(rank, _)| *rank);
        self.late.extend(self.failure.drain(1..).map(|late| late.1));
    }

    /// The part to pull now, and whether to leave it instead. Without a limit, every branch is
    /// pulled even after a stop, and then cancelled.
    fn turn(&mut self) -> Option<(usize, Branches, bool)> {
        let at = self.parts.iter().position(|part| !part.is_over)?;
        let in_flight = self.running + self.results.len();
        let has_place = self.options.limit.is_none_or(|limit| in_flight < limit);
        let part = &mut self.parts[at];
        let branches = part.branches.take_if(|_| self.is_stopped || has_place)?;
        let is_left = self.is_stopped && part.is_spread && self.options.limit.is_some();
        Some((at, branches, is_left))
    }

    /// Records that a part has no more branches.
    fn part_is_over(&mut self, at: usize, is_left: bool, panic: Option<Value>) {
        let part = &mut self.parts[at];
        let count = part.items.len();
        let is_cut_off = is_left && !self.options.keeps_all && part.length != Some(count);
        let count = count + usize::from(panic.is_some());
        part.length = part.length.filter(|_| is_left).max(Some(count));
        part.is_over = true;
        if panic.is_some() || is_cut_off {
            let index = self.push(at, None);
            self.ended(at, index, Err(panic));
        }
    }
}

impl Call {
    pub(crate) fn begin(state: State) -> Arc<Self> {
        let keeps_places = state.options.is_each && state.options.limit.is_some();
        let call = Arc::new(Call(Mutex::new(state)));
        if keeps_places {
            // While no branch runs, only this task notices a shutdown. It is aborted once the call
            // is over.
            let watched = Arc::clone(&call);
            let stop = move |_| watched.change(State::stop);
            call.spawn(Reported::new(|_| Poll::Pending, stop));
        }
        call.go_on();
        call
    }

    /// No user code runs while this lock is held.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(crate) fn change(self: &Arc<Self>, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.go_on();
    }

    /// Does everything that the latest change has made necessary.
    fn go_on(self: &Arc<Self>) {
        loop {
            let mut state = self.lock();
            let is_stopped = state.is_stopped || state.is_over();
            let stopped = is_stopped.then(|| take(&mut state.tasks));
            let turn = state.turn();
            drop(state);
            stopped.iter().flatten().for_each(AbortHandle::abort);
            let Some((at, mut branches, is_left)) = turn else {
                break;
            };
            match caught(|| if is_left { None } else { branches.next() }) {
                Ok(Some((key, poll))) => {
                    let (call, index) = (Arc::clone(self), self.lock().push(at, key));
                    self.spawn(Reported::new(poll, move |end| {
                        call.lock().ended(at, index, end);
                        call.go_on();
                    }));
                    self.lock().parts[at].branches = Some(branches);
                }
                ended => {
                    let panic = first(ended.err(), drop_each([branches]));
                    self.lock().part_is_over(at, is_left, panic);
                }
            }
        }
        let mut state = self.lock();
        let mut unwanted = take(&mut state.late);
        if state.is_unwanted {
            unwanted.extend(state.take_all());
        }
        let has_news = state.is_over() || !state.results.is_empty();
        let waker = state.waker.take_if(|_| has_news);
        drop(state);
        silence(drop_each(unwanted));
        silence(caught(|| waker.map(Waker::wake)));
    }

    /// Spawns the branch. If nothing may run any more, this drops the branch instead, which then
    /// counts as cancelled.
    fn spawn(&self, branch: Reported) {
        let state = self.lock();
        let runtime = state.options.runtime.clone().filter(|_| !state.is_stopped);
        drop(state);
        if let Some(runtime) = runtime {
            let task = runtime.spawn(branch).abort_handle();
            self.lock().tasks.push(task);
        }
    }

    /// Whether the call is over. If it is not, `waker` is woken when it is, or when there is a
    /// result.
    pub(crate) fn is_over_for(&self, waker: Waker) -> bool {
        let earlier = self.lock().waker.replace(waker);
        drop(earlier);
        self.lock().is_over()
    }

    /// Takes the next result of `gather_each!`.
    pub(crate) fn next(self: &Arc<Self>) -> Option<(usize, End)> {
        let result = self.lock().results.pop_front()?;
        self.go_on();
        Some(result)
    }

    /// The outcome of the call, once it is over.
    pub(crate) fn result(&self) -> Result<Vec<Vec<Item>>, End> {
        let mut state = self.lock();
        let Some((_, failure)) = state.failure.pop() else {
            return Ok(state.take_items());
        };
        let (catches, unwanted) = (state.options.catches, state.take_all());
        drop(state);
        let mut dropped = drop_each(unwanted);
        let is_outranked = matches!(failure, End::Error(_)) && !catches;
        if let Some(panic) = dropped.take_if(|_| is_outranked) {
            silence(failure);
            resume_unwind(panic);
        }
        silence(dropped);
        Err(failure)
    }
}
