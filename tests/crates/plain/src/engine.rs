//! Everything that runs: one lock around all that a call knows, and a tokio task for each branch.

use std::any::Any;
use std::collections::VecDeque;
use std::mem::{forget, replace, take};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use gather_core::{BranchError, Progress};
use tokio::runtime::Handle;
use tokio::sync::oneshot::{self, error::TryRecvError};
use tokio::task::AbortHandle;

/// A value of the user's, or the payload of a panic.
pub(crate) type Value = Box<dyn Any + Send>;

/// Polls a branch. Dropping it drops the branch.
type PollBranch = Box<dyn FnMut(&mut Context<'_>) -> Poll<Value> + Send>;

/// Says whether what a branch returned is a value or an error.
pub(crate) type Judge = Box<dyn FnOnce(Value) -> Result<Value, Value> + Send>;

/// A branch that is ready to be started.
pub(crate) struct Ready {
    pub(crate) key: Option<Value>,
    pub(crate) poll: PollBranch,
    pub(crate) judge: Judge,
}

/// A branch of the call, an iterator of branches, or a base, which is a value and has no branch.
#[derive(Default)]
pub struct Part {
    pub(crate) name: &'static str,
    pub(crate) is_spread: bool,
    pub(crate) has_keys: bool,
    /// `None` while somebody pulls it, and when there are no more.
    pub(crate) branches: Option<Box<dyn Iterator<Item = Ready> + Send>>,
    /// How many there will be, if that is known.
    pub(crate) length: Option<usize>,
    /// What is kept of a branch that has no value, if anything is.
    pub(crate) keep_error: Option<fn(BranchError) -> Value>,
    pub(crate) kept: Kept,
    pub(crate) started: usize,
    pub(crate) ended: usize,
    pub(crate) is_cut_off: bool,
}

/// A result that nobody has taken: of the branch with this number, whose task waits for that.
type Untaken = (usize, Value, oneshot::Sender<()>);

/// The keys and the values of a part. A branch that runs, or has failed, has `None`.
#[derive(Default)]
pub struct Kept(pub(crate) Vec<Value>, pub(crate) Vec<Option<Value>>);

pub(crate) enum Failure {
    Error(Value),
    /// It panicked, or never ended.
    Lost(BranchError),
}

impl Failure {
    fn is_panic(&self) -> bool {
        matches!(self, Failure::Lost(error) if error.is_panic())
    }
}

#[derive(Default)]
pub(crate) struct Call {
    pub(crate) runtime: Option<Handle>,
    pub(crate) has_limit: bool,
    /// Whether a panic is no more than an error that comes before it.
    pub(crate) catches: bool,
    /// Whether results are taken one by one.
    pub(crate) is_each: bool,
    pub(crate) state: Mutex<State>,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) parts: Vec<Part>,
    /// The part whose branches are being started.
    pub(crate) at: usize,
    /// How many branches may be started.
    pub(crate) places: isize,
    pub(crate) running: usize,
    pub(crate) tasks: Vec<AbortHandle>,
    /// In the order in which they came.
    pub(crate) failures: Vec<Failure>,
    /// Of `gather_each!`.
    pub(crate) results: VecDeque<Untaken>,
    pub(crate) is_stopped: bool,
    pub(crate) is_unwanted: bool,
    pub(crate) waker: Option<Waker>,
}

impl State {
    pub(crate) fn is_over(&self) -> bool {
        self.at == self.parts.len() && self.running == 0
    }

    fn lost(&self, at: usize, index: usize, panic: Option<Value>) -> Failure {
        let part = &self.parts[at];
        Failure::Lost(if part.is_spread {
            BranchError::of_item(part.name, index, panic)
        } else {
            BranchError::of_branch(part.name, at, panic)
        })
    }

    fn missing(&self) -> Option<Failure> {
        self.parts.iter().enumerate().find_map(|(at, part)| {
            let unended = part.kept.1.iter().position(Option::is_none);
            let index = unended.or(part.is_cut_off.then_some(part.started))?;
            Some(self.lost(at, index, None))
        })
    }

    pub(crate) fn progress(&self) -> Progress {
        let lengths = self
            .parts
            .iter()
            .map(|part| Some(part.length?.max(part.started)));
        Progress::new(
            self.parts.iter().map(|part| part.ended).sum(),
            lengths.sum(),
        )
    }

    pub(crate) fn has_result(&self) -> bool {
        !self.failures.is_empty() || self.missing().is_none()
    }
}

impl Call {
    /// No code of the user's runs while this is held.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Starts branches while there are places. One at a time does, and looks again before it leaves.
    pub(crate) fn fill(self: &Arc<Self>) {
        loop {
            let mut state = self.lock();
            let (at, is_stopped, places) = (state.at, state.is_stopped, state.places);
            let part = state.parts.get_mut(at).filter(|_| is_stopped || places > 0);
            let Some(mut branches) = part.and_then(|part| part.branches.take()) else {
                break;
            };
            drop(state);
            // Without a limit all have been pulled before, and each is dropped by itself.
            let is_left = is_stopped && self.has_limit;
            let next = caught(|| if is_left { None } else { branches.next() });
            match next {
                Ok(Some(ready)) => {
                    self.start(at, ready);
                    self.lock().parts[at].branches = Some(branches);
                }
                ended => {
                    let panic = first(ended.err(), drop_each([branches]));
                    self.part_is_over(at, is_stopped, panic);
                }
            }
        }
        self.wake();
    }

    /// Nothing more comes of the part. What of it was never started has ended too.
    fn part_is_over(self: &Arc<Self>, at: usize, is_stopped: bool, panic: Option<Value>) {
        let is_unstarted_branch = |part: &Part| !part.is_spread && part.started == 0;
        if panic.is_some() || is_unstarted_branch(&self.lock().parts[at]) {
            self.never_ran(at, None, panic);
        }
        let mut state = self.lock();
        let part = &mut state.parts[at];
        let length = part
            .length
            .filter(|_| is_stopped)
            .unwrap_or(0)
            .max(part.started);
        part.is_cut_off =
            is_stopped && part.keep_error.is_none() && part.length != Some(part.started);
        part.ended += length - part.started;
        part.length = Some(length);
        state.at += 1;
    }

    fn never_ran(self: &Arc<Self>, at: usize, key: Option<Value>, panic: Option<Value>) {
        let place = self.begin(at, key);
        let lost = self.lock().lost(at, place.0, panic);
        self.ended(at, place, Err(lost));
    }

    /// There is one more branch. Returns its index in its part, and its number in the call.
    fn begin(&self, at: usize, mut key: Option<Value>) -> (usize, usize) {
        let mut state = self.lock();
        let number = state.parts.iter().map(|part| part.started).sum();
        let is_wanted = !state.is_unwanted;
        state.places -= 1;
        state.running += 1;
        let part = &mut state.parts[at];
        part.started += 1;
        let index = part.started - 1;
        if is_wanted {
            part.kept.0.extend(key.take());
            part.kept.1.push(None);
        }
        drop(state);
        silence(key);
        (index, number)
    }

    fn start(self: &Arc<Self>, at: usize, mut ready: Ready) {
        if self.lock().is_stopped {
            // Somebody stopped the call while this was pulled.
            let key = ready.key.take_if(|_| self.has_limit);
            let panic = drop_each([ready]);
            if self.has_limit || panic.is_some() {
                self.never_ran(at, key, panic);
            }
            return;
        }
        let place = self.begin(at, ready.key);
        let (call, poll, judge) = (Arc::clone(self), Some(ready.poll), Some(ready.judge));
        let task = Task {
            call,
            at,
            place,
            poll,
            judge,
            taken: None,
        };
        let runtime = self.runtime.as_ref();
        let runtime = runtime.expect("what has branches has a runtime");
        let task = runtime.spawn(task).abort_handle();
        let mut state = self.lock();
        if state.is_stopped {
            task.abort();
        }
        state.tasks.push(task);
    }

    /// A branch has been dropped, and this has become of it.
    fn ended(
        self: &Arc<Self>,
        at: usize,
        (index, number): (usize, usize),
        end: Result<Value, Failure>,
    ) -> Option<oneshot::Receiver<()>> {
        let mut guard = self.lock();
        let state = &mut *guard;
        let part = &mut state.parts[at];
        part.ended += 1;
        state.running -= 1;
        state.places += 1;
        let has_key = !part.has_keys || state.is_unwanted || index < part.kept.0.len();
        let is_cancelled = matches!(&end, Err(Failure::Lost(error)) if error.is_cancelled());
        let end = match (end, part.keep_error.filter(|_| has_key)) {
            (Err(Failure::Lost(error)), Some(keep)) => Ok(keep(error)),
            (end, _) => end,
        };
        // Cancelled though nobody stopped the call, its runtime shuts down.
        let stops = if is_cancelled {
            self.has_limit
        } else {
            end.is_err()
        };
        let has_failed = !state.failures.is_empty();
        let is_late = match &end {
            Ok(_) => self.is_each && has_failed,
            // A panic outranks an error, unless it is no more than one.
            Err(failure) if failure.is_panic() && !self.catches => {
                state.failures.iter().any(Failure::is_panic)
            }
            Err(_) => has_failed,
        };
        let mut unwanted = None;
        let mut taken = None;
        match end {
            Err(_) if is_cancelled => {}
            end if is_late || state.is_unwanted => unwanted = Some(end),
            Err(failure) => state.failures.push(failure),
            Ok(value) if self.is_each => {
                let (sender, receiver) = oneshot::channel();
                taken = self.has_limit.then_some(receiver);
                // Its place is free when the result has been taken.
                state.places -= 1;
                state.results.push_back((number, value, sender));
                part.kept.1[index] = Some(Box::new(()));
            }
            Ok(value) => part.kept.1[index] = Some(value),
        }
        drop(guard);
        silence(unwanted);
        if stops {
            self.stop();
        }
        self.fill();
        taken
    }

    pub(crate) fn stop(self: &Arc<Self>) {
        let mut state = self.lock();
        state.is_stopped = true;
        let tasks = take(&mut state.tasks);
        drop(state);
        tasks.iter().for_each(AbortHandle::abort);
        self.fill();
    }

    fn wake(&self) {
        let mut state = self.lock();
        let has_news = state.is_over() || !state.results.is_empty();
        let waker = state.waker.take_if(|_| has_news);
        drop(state);
        silence(caught(|| waker.map(Waker::wake)));
    }

    pub(crate) fn poll_over(&self, cx: &mut Context<'_>) -> Poll<()> {
        let waker = Some(cx.waker().clone());
        let mut state = self.lock();
        if state.is_over() {
            return Poll::Ready(());
        }
        let earlier = replace(&mut state.waker, waker);
        drop(state);
        drop(earlier);
        Poll::Pending
    }

    /// Takes the next result of `gather_each!`.
    pub(crate) fn next(self: &Arc<Self>) -> Option<(usize, Value)> {
        let mut state = self.lock();
        let (number, value, _taken) = state.results.pop_front()?;
        state.places += 1;
        drop(state);
        self.fill();
        Some((number, value))
    }

    /// What the call ends in, once it is over.
    pub(crate) fn result(&self) -> Result<Vec<Kept>, Failure> {
        let missing = self.lock().missing();
        let (kept, mut failures) = self.close();
        if failures.is_empty() && missing.is_none() {
            return Ok(kept);
        }
        let dropped = drop_each(kept.into_iter().flat_map(Kept::all));
        let panic = failures
            .iter()
            .position(Failure::is_panic)
            .filter(|_| !self.catches);
        let told = (!failures.is_empty()).then(|| failures.swap_remove(panic.unwrap_or(0)));
        silence(drop_each(failures));
        match (dropped, told.or(missing)) {
            (Some(payload), Some(Failure::Error(error))) if !self.catches => {
                silence(error);
                resume_unwind(payload)
            }
            (dropped, told) => {
                silence(dropped);
                Err(told.expect("a branch has failed, or never ended"))
            }
        }
    }

    /// Nobody wants what there is and what is to come.
    pub(crate) fn discard(&self) {
        let (kept, failures) = self.close();
        silence(drop_each(kept.into_iter().flat_map(Kept::all)));
        silence(drop_each(failures));
        let mut state = self.lock();
        let (results, waker) = (take(&mut state.results), state.waker.take());
        drop(state);
        silence(drop_each(results));
        silence(waker);
    }

    fn close(&self) -> (Vec<Kept>, Vec<Failure>) {
        let state = &mut *self.lock();
        state.is_unwanted = true;
        let kept = state.parts.iter_mut().map(|part| take(&mut part.kept));
        (kept.collect(), take(&mut state.failures))
    }
}

impl Kept {
    fn all(self) -> impl Iterator<Item = Option<Value>> {
        self.0.into_iter().map(Some).chain(self.1)
    }
}

struct Task {
    call: Arc<Call>,
    at: usize,
    place: (usize, usize),
    /// `None` once the branch has been dropped.
    poll: Option<PollBranch>,
    judge: Option<Judge>,
    taken: Option<oneshot::Receiver<()>>,
}

impl Future for Task {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(poll) = &mut self.poll {
            match caught(|| poll(cx)) {
                Ok(Poll::Pending) => return Poll::Pending,
                Ok(Poll::Ready(output)) => self.end(Some(Ok(output))),
                Err(panic) => self.end(Some(Err(panic))),
            }
        }
        match &mut self.taken {
            Some(taken) => Pin::new(taken).poll(cx).map(drop),
            None => Poll::Ready(()),
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if self.poll.is_some() {
            self.end(None);
        } else if self
            .taken
            .as_mut()
            .is_some_and(|taken| taken.try_recv() == Err(TryRecvError::Empty))
        {
            self.call.stop();
        }
    }
}

impl Task {
    /// The branch has returned or panicked, or else is being stopped.
    fn end(&mut self, end: Option<Result<Value, Value>>) {
        let dropped = drop_each(self.poll.take());
        let judge = self.judge.take();
        let judged = match (end, dropped, judge) {
            (Some(Ok(output)), None, Some(judge)) => caught(|| judge(output)).map_err(Some),
            (end, dropped, judge) => {
                let panic = end.and_then(|end| end.map(silence).err());
                Err(first(first(panic, dropped), drop_each([judge])))
            }
        };
        let end = match judged {
            Ok(judged) => judged.map_err(Failure::Error),
            Err(panic) => Err(self.call.lock().lost(self.at, self.place.0, panic)),
        };
        self.taken = self.call.ended(self.at, self.place, end);
    }
}

pub(crate) fn unbox<T: 'static>(value: Value) -> T {
    *value.downcast().expect("what comes out is what went in")
}

fn caught<T>(run: impl FnOnce() -> T) -> Result<T, Value> {
    catch_unwind(AssertUnwindSafe(run))
}

/// Drops each, though one may panic. Returns the first panic.
pub(crate) fn drop_each<T>(values: impl IntoIterator<Item = T>) -> Option<Value> {
    let panics = values.into_iter().map(|value| caught(|| drop(value)).err());
    panics.fold(None, first)
}

/// The first of two panics.
fn first(panic: Option<Value>, later: Option<Value>) -> Option<Value> {
    if panic.is_none() {
        return later;
    }
    silence(later);
    panic
}

/// Drops what nobody is to hear of.
pub(crate) fn silence<T>(value: T) {
    if let Err(panic) = caught(|| drop(value)) {
        // Its drop may panic with what panics when it is dropped: there has to be an end.
        caught(|| drop(panic)).unwrap_or_else(forget);
    }
}
