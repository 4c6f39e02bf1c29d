//! What the branches and the handle of a gather share: one allocation, whatever their number.

use std::panic::resume_unwind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use crate::caught::{drop_caught, drop_silenced, first};
use crate::policy::Policy;
use crate::progress::Progress;
use crate::slot::Entry;
use crate::slots::Slots;
use crate::state::{Failure, Payload, State, lock};
use crate::task::Outcome;

/// How what is in the slots makes one value.
pub(crate) type Collect<P, S, V> = fn(<P as Policy>::Collected<S>) -> V;

/// The state and the slots of a gather whose collected values make a `V`.
pub(crate) struct Shared<P: Policy, S: Slots, V, W> {
    pub(crate) state: State<P::Error>,
    pub(crate) slots: S,
    pub(crate) flow: W,
    spawned: AtomicUsize,
    collect: Mutex<Option<Collect<P, S, V>>>,
}

impl<P: Policy, S: Slots, V: 'static, W: Flow> Shared<P, S, V, W> {
    pub(crate) fn new(slots: S, flow: W) -> Self {
        Shared {
            state: State::new(),
            slots,
            flow,
            spawned: AtomicUsize::new(0),
            collect: Mutex::new(None),
        }
    }

    /// No more branches are to come: there are `spawned`, and this is how their values make one.
    pub(crate) fn complete(&self, spawned: usize, collect: Collect<P, S, V>) {
        self.spawned.store(spawned, Ordering::Relaxed);
        *lock(&self.collect) = Some(collect);
        self.state.count_down();
    }

    /// What the outcome of a branch leaves in its slot. If the gather has failed with it, the
    /// other branches have been told to stop when this returns.
    pub(crate) fn settle<T>(&self, outcome: Outcome<Result<T, P::Error>>) -> Entry<T> {
        self.flow.ended();
        let failure = match outcome {
            Outcome::Returned(Ok(value)) => return Entry::Finished(value),
            Outcome::Panicked(payload) if P::KEEPS_PANICS => {
                return Entry::Panicked(Box::new(payload));
            }
            Outcome::Cancelled => {
                // The gather was stopped, or the runtime was: either way, nothing more can run.
                self.state.cancel();
                self.flow.stop();
                return Entry::Cancelled;
            }
            Outcome::Returned(Err(error)) => Failure::Error(error),
            Outcome::Panicked(payload) => Failure::Panic(payload),
        };
        self.fail(failure);
        Entry::Cancelled
    }

    pub(crate) fn fail(&self, failure: Failure<P::Error>) {
        self.state.fail(failure);
        self.stop_all();
    }

    /// Stops the branches: those that run when they next wait, those that wait at once.
    pub(crate) fn stop_all(&self) {
        self.state.stop();
        self.slots.visit(&mut |slot| slot.stop());
        self.flow.stop();
    }

    /// Drops what the branches gave and what they will give. Gives the first panic that comes out
    /// of a `Drop`.
    pub(crate) fn discard_all(&self) -> Option<Payload> {
        self.state.discard();
        let mut panicked = None;
        self.slots
            .visit(&mut |slot| panicked = first(panicked.take(), slot.discard()));
        first(panicked, drop_caught(self.state.take_failure()))
    }

    /// Nobody aborted the branches, or there would be no one to take the result: it was their
    /// runtime.
    #[cold]
    fn panic_cancelled(&self) -> ! {
        let mut missing = None;
        self.slots
            .visit(&mut |slot| missing = missing.take().or_else(|| slot.missing()));
        drop_silenced(self.discard_all());
        match missing {
            Some(branch) => panic!("{}: {branch} because its runtime shut down", P::MACRO),
            None => panic!(
                "{}: a branch was cancelled because its runtime shut down",
                P::MACRO
            ),
        }
    }
}

/// How branches come to run: all at once, or as places come free.
pub trait Flow: Send + Sync + 'static {
    /// A branch has ended.
    fn ended(&self);

    /// Starts nothing more, and aborts what only the flow knows of.
    fn stop(&self);

    /// How far the branches are, if `spawned` were given to the group and `unfinished` of those
    /// have not ended.
    fn progress(&self, spawned: usize, unfinished: usize) -> Progress;
}

/// All branches run from the start, and each can be stopped by its slot.
#[derive(Debug)]
pub struct AtOnce;

impl Flow for AtOnce {
    fn ended(&self) {}

    fn stop(&self) {}

    fn progress(&self, spawned: usize, unfinished: usize) -> Progress {
        Progress {
            finished: spawned.saturating_sub(unfinished),
            total: Some(spawned),
        }
    }
}

/// What a handle asks of a gather, whatever its branches are.
pub(crate) trait Gathered<T>: Send + Sync {
    fn is_finished(&self) -> bool;

    fn poll_finished(&self, cx: &Context<'_>) -> Poll<()>;

    fn stop_waiting(&self);

    fn progress(&self) -> Progress;

    /// Aborts every branch that runs.
    fn stop(&self);

    /// Drops what the branches gave, and what those that run will give. Gives the first panic
    /// that comes out of a `Drop`.
    fn discard(&self) -> Option<Payload>;

    /// Whether there is a result, once all branches have ended: a value, an error or a panic.
    fn has_result(&self) -> bool;

    /// The result, once all branches have ended.
    fn result(&self) -> T;
}

impl<P, S, V, W> Gathered<P::Output<V>> for Shared<P, S, V, W>
where
    P: Policy,
    S: Slots,
    V: 'static,
    W: Flow,
{
    fn is_finished(&self) -> bool {
        self.state.is_finished()
    }

    fn poll_finished(&self, cx: &Context<'_>) -> Poll<()> {
        self.state.poll_finished(cx)
    }

    fn stop_waiting(&self) {
        self.state.stop_waiting();
    }

    fn progress(&self) -> Progress {
        let spawned = self.spawned.load(Ordering::Relaxed);
        self.flow.progress(spawned, self.state.unfinished())
    }

    fn stop(&self) {
        self.stop_all();
    }

    fn discard(&self) -> Option<Payload> {
        self.discard_all()
    }

    fn has_result(&self) -> bool {
        P::KEEPS_PANICS || self.state.has_failed() || !self.state.has_cancelled()
    }

    fn result(&self) -> P::Output<V> {
        if let Some(failure) = self.state.take_failure() {
            // Dropped here and caught: while the failure unwinds, a panicking `Drop` would abort
            // the process.
            let from_drop = self.discard_all();
            match (failure, from_drop) {
                (Failure::Panic(payload), from_drop) => {
                    drop_silenced(from_drop);
                    resume_unwind(payload);
                }
                (Failure::Error(error), Some(payload)) => {
                    drop_silenced(error);
                    resume_unwind(payload);
                }
                (Failure::Error(error), None) => return P::output(Err(error)),
            }
        }
        if !P::KEEPS_PANICS && self.state.has_cancelled() {
            self.panic_cancelled();
        }
        let collect =
            lock(&self.collect).expect("a gather has its handle only when it is complete");
        P::output(Ok(collect(P::collect(&self.slots))))
    }
}
