//! What the branches and the handle of a gather share: one allocation, whatever their number.

use std::panic::resume_unwind;
use std::task::{Context, Poll};

use crate::caught::{drop_caught, drop_silenced, first};
use crate::policy::Policy;
use crate::progress::Progress;
use crate::slots::{AnySlot, Slots};
use crate::state::{Failure, Payload, State};
use crate::sync::atomic::{AtomicUsize, Ordering};

/// How what is in the slots makes one value.
pub(crate) type Collect<P, S, V> = fn(<P as Policy>::Collected<S>) -> V;

/// What the branches and the handle agree on, and behind it what the branches' tasks know only
/// as a [`Home`].
pub(crate) struct Shared<E, H: ?Sized> {
    pub(crate) state: State<E>,
    pub(crate) home: H,
}

/// The slots of a gather whose collected values make a `V`, and how its branches come to run.
pub(crate) struct Contents<P: Policy, S: Slots, V, W> {
    pub(crate) slots: S,
    pub(crate) flow: W,
    collect: Collect<P, S, V>,
}

/// A gather as what starts it and its handle know it.
pub(crate) type Gathering<P, S, V, W> = Shared<<P as Policy>::Error, Contents<P, S, V, W>>;

/// What a branch's task asks of its gather, besides the state.
pub(crate) trait Home: Send + Sync + 'static {
    /// The slot with this index.
    fn slot(&self, index: usize) -> &dyn AnySlot;

    /// Whether a branch's panic stays in its slot.
    fn keeps_panics(&self) -> bool;

    /// Starts nothing more: what waits for a place is dropped.
    fn start_no_more(&self);

    /// Stops the branches: each is dropped by its own task, where it next waits.
    fn stop(&self);
}

impl<E, H: Home + ?Sized> Shared<E, H> {
    /// Stops the branches, unless that is done.
    pub(crate) fn stop_all(&self) {
        if self.state.stop() {
            self.home.stop();
        }
    }
}

impl<P, S, V, W> Gathering<P, S, V, W>
where
    P: Policy,
    S: Slots,
    V: 'static,
    W: Flow,
{
    /// A gather whose branches are yet to be started. `collect` says how their results make one
    /// value.
    pub(crate) fn new(slots: S, collect: Collect<P, S, V>, flow: W) -> Self {
        let home = Contents {
            slots,
            flow,
            collect,
        };
        Shared {
            state: State::new(),
            home,
        }
    }

    /// So many branches were started, and no more are to come.
    pub(crate) fn set_started(&self, branches: usize) {
        self.home.flow.set_started(branches);
        self.state.set_started(branches);
    }

    /// Drops what the branches gave and what they will give. Gives the first panic that comes out
    /// of a `Drop`.
    pub(crate) fn discard_all(&self) -> Option<Payload> {
        let failure = self.state.discard();
        let mut panicked = None;
        self.home
            .slots
            .visit(&mut |slot| panicked = first(panicked.take(), slot.discard()));
        first(panicked, drop_caught(failure))
    }

    /// Nobody aborted the branches, or there would be no one to take the result: it was their
    /// runtime.
    #[cold]
    fn panic_cancelled(&self) -> ! {
        let (mut missing, mut index) = (None, 0);
        self.home.slots.visit(&mut |slot| {
            missing = missing.take().or_else(|| slot.missing(index));
            index += 1;
        });
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

impl<P, S, V, W> Home for Contents<P, S, V, W>
where
    P: Policy,
    S: Slots,
    V: 'static,
    W: Flow,
{
    fn slot(&self, index: usize) -> &dyn AnySlot {
        self.slots.at(index)
    }

    fn keeps_panics(&self) -> bool {
        P::KEEPS_PANICS
    }

    fn start_no_more(&self) {
        self.flow.stop();
    }

    fn stop(&self) {
        self.flow.stop();
        self.slots.visit(&mut |slot| slot.stop());
    }
}

/// How branches come to run: all at once, or as places come free.
pub(crate) trait Flow: Send + Sync + 'static {
    /// So many branches and spreads were started.
    fn set_started(&self, _: usize) {}

    /// Starts nothing more, drops what waits for a place and stops what has one.
    fn stop(&self);

    /// How far the branches are, if the state counts so many that have not ended.
    fn progress(&self, unfinished: usize) -> Progress;
}

/// All branches run from the start, and each can be stopped by its slot.
#[derive(Debug, Default)]
pub(crate) struct AtOnce {
    started: AtomicUsize,
}

impl Flow for AtOnce {
    fn set_started(&self, branches: usize) {
        self.started.store(branches, Ordering::Relaxed);
    }

    fn stop(&self) {}

    fn progress(&self, unfinished: usize) -> Progress {
        let started = self.started.load(Ordering::Relaxed);
        Progress {
            finished: started.saturating_sub(unfinished),
            total: Some(started),
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

impl<P, S, V, W> Gathered<P::Output<V>> for Gathering<P, S, V, W>
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
        self.home.flow.progress(self.state.unfinished())
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
        let collected = P::collect(&self.home.slots);
        P::output(Ok((self.home.collect)(collected)))
    }
}
