//! A started branch.

use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::task::{AbortHandle, JoinError, JoinHandle};

use crate::outcome::BranchError;
use crate::outcome::caught::{Payload, drop_caught, drop_silenced};
use crate::policy::Policy;
use crate::running::{Counts, READ, Reading, Running, poll_handle};
use crate::task::sync::{Mutex, get_mut, lock};
use crate::task::{Judging, Siblings, Spawner, Stop, TaskOutput, start};

/// The join handle of a branch's task, and later the branch's result.
///
/// A [`Branch`](crate::Branch) becomes this when it starts.
pub struct One<T: Send + 'static, P: Policy> {
    name: &'static str,
    /// Its position among the branches and spreads of the call.
    pub(crate) index: usize,
    state: Mutex<State<T, P>>,
}

enum State<T: Send + 'static, P: Policy> {
    /// It has not been started. If the gather has failed, it never will be.
    Unstarted,
    Running(JoinHandle<TaskOutput<T, P>>),
    /// The join handle has been taken out, and is being polled.
    Polled,
    /// It is running, and nobody will read its result.
    Detached(AbortHandle),
    /// Nobody will read its result.
    Unwanted,
    Read(P::Kept<T>),
    /// There is no result: the branch failed or was cancelled, or the result has been taken.
    Empty,
}

impl<T: Send + 'static, P: Policy> State<T, P> {
    fn read(kept: Option<P::Kept<T>>) -> Self {
        kept.map_or(State::Empty, State::Read)
    }
}

impl<T: Send + 'static, P: Policy> One<T, P> {
    pub(crate) fn new(name: &'static str, index: usize) -> Self {
        One {
            name,
            index,
            state: Mutex::new(State::Unstarted),
        }
    }

    /// Starts the branch as a task of its own. `J` judges its output.
    #[inline]
    pub(crate) fn start<J, F>(&self, spawner: &Spawner<P>, future: F)
    where
        F: Future + Send + 'static,
        J: Judging<F::Output, Policy = P, Value = T> + 'static,
    {
        let siblings = &*spawner.siblings;
        let link = Arc::clone(&spawner.siblings);
        let task = start::<J, _, _, _>(&spawner.runtime, self.name, self.index, future, link);
        self.started(task, siblings);
    }

    /// Stores the join handle of the started branch.
    #[inline]
    pub(crate) fn started(
        &self,
        task: JoinHandle<TaskOutput<T, P>>,
        siblings: &Siblings<P::Error, dyn Stop<P::Error>>,
    ) {
        let mut state = lock(&self.state);
        if let State::Unwanted = *state {
            drop(state);
            return drop(task);
        }
        mem::forget(mem::replace(&mut *state, State::Running(task)));
        drop(state);
        // A party that stopped the branches may not have found this one.
        if siblings.is_stopped() {
            self.abort_task();
        }
    }

    pub(crate) fn error(&self, panic: Option<Payload>) -> BranchError {
        BranchError::of_branch(self.name, self.index, panic)
    }

    fn abort_task(&self) {
        match &*lock(&self.state) {
            State::Running(task) => task.abort(),
            State::Detached(task) => task.abort(),
            _ => {}
        }
    }

    /// Records that the branch panicked when it was dropped before its start, and keeps that panic
    /// as its outcome.
    pub(crate) fn dropped_unstarted(&self, panic: Payload) {
        let kept = P::keep_error(|| self.error(Some(panic)));
        let unwanted = {
            let mut state = lock(&self.state);
            if let State::Unwanted = *state {
                kept
            } else {
                *state = State::read(kept);
                None
            }
        };
        drop_silenced(unwanted);
    }

    /// Records that the task has ended without a value.
    #[cold]
    fn lose(&mut self, ended: Result<TaskOutput<T, P>, JoinError>, reading: &Reading<'_, P>) {
        let kept = reading.kept(ended, |panic| self.error(panic));
        *get_mut(&mut self.state) = State::read(kept);
    }

    /// Replaces a state that owns nothing.
    #[inline]
    fn put(&self, state: State<T, P>) {
        let polled = mem::replace(&mut *lock(&self.state), state);
        debug_assert!(matches!(polled, State::Polled | State::Unstarted));
        // The compiler cannot see that there is nothing to drop. Its code for the drop would be
        // larger than the rest.
        mem::forget(polled);
    }
}

impl<T: Send + 'static, P: Policy> Running<P> for One<T, P> {
    type Results = P::Kept<T>;

    const COUNT: usize = 1;

    fn poll_ended(&self, _: usize, reading: &Reading<'_, P>, cx: &mut Context<'_>) -> Poll<()> {
        let task = {
            let mut state = lock(&self.state);
            match mem::replace(&mut *state, State::Polled) {
                State::Running(task) => task,
                State::Unstarted => {
                    drop(state);
                    self.put(State::read(reading.unstarted::<T>(|| self.error(None))));
                    return Poll::Ready(());
                }
                read => {
                    *state = read;
                    return Poll::Ready(());
                }
            }
        };
        let (ended, _task) = ready!(poll_handle(task, cx, |task| {
            self.put(State::Running(task));
            if reading.is_stopped() {
                self.abort_task();
            }
        }));
        let kept = reading.kept(ended, |panic| self.error(panic));
        self.put(State::read(kept));
        Poll::Ready(())
    }

    #[inline]
    fn poll_alone(&mut self, reading: &Reading<'_, P>, cx: &mut Context<'_>) -> Poll<()> {
        let state = get_mut(&mut self.state);
        let State::Running(task) = state else {
            return self.poll_ended(0, reading, cx);
        };
        match ready!(Pin::new(task).poll(cx)) {
            Ok(Ok(value)) => {
                let _task = mem::replace(state, State::Read(P::keep(value)));
            }
            ended => self.lose(ended, reading),
        }
        Poll::Ready(())
    }

    fn is_ended(&self) -> bool {
        match &*lock(&self.state) {
            State::Running(task) => task.is_finished(),
            _ => true,
        }
    }

    fn count(&self, counts: &mut Counts) {
        counts.add(usize::from(self.is_ended()), Some(1));
    }

    fn abort(&self) {
        self.abort_task();
    }

    fn detach(&self) {
        let detached = {
            let mut state = lock(&self.state);
            let abort = match &*state {
                // A branch of `gather_settled!` stops no other. An abort handle keeps the memory of
                // its task, even after that has ended.
                State::Running(task) if !P::KEEPS_PANICS && !task.is_finished() => {
                    State::Detached(task.abort_handle())
                }
                _ => State::Unwanted,
            };
            mem::replace(&mut *state, abort)
        };
        drop_silenced(detached);
    }

    fn clear(&self) -> Option<Payload> {
        let state = mem::replace(&mut *lock(&self.state), State::Unwanted);
        drop_caught(state)
    }

    #[inline]
    fn take(&self) -> P::Kept<T> {
        match mem::replace(&mut *lock(&self.state), State::Empty) {
            State::Read(kept) => kept,
            _ => panic!("{READ}"),
        }
    }

    #[inline]
    fn take_alone(&mut self) -> P::Kept<T> {
        match mem::replace(get_mut(&mut self.state), State::Empty) {
            State::Read(kept) => kept,
            _ => panic!("{READ}"),
        }
    }
}

impl<T: Send + 'static, P: Policy> fmt::Debug for One<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("One")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
