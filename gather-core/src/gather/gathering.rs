//! What a handle holds: what was started, and how its results make one value.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::pin;
use std::task::{Context, Poll};

use tokio::task::coop::unconstrained;

use crate::gather::progress::Progress;
use crate::outcome::caught::drop_silenced;
use crate::policy::Policy;
use crate::running::{Counts, ReadSoFar, Reading, Running};
use crate::task::{Failure, Siblings, Stop};

/// What was started, behind the siblings that all its tasks know.
pub(crate) struct Contents<P: Policy, R: Running<P>, V> {
    pub(crate) started: R,
    so_far: ReadSoFar,
    results: fn(R::Results) -> V,
}

/// A gather as what starts it and its handle know it.
pub(crate) type Gathering<P, R, V> = Siblings<<P as Policy>::Error, Contents<P, R, V>>;

impl<P: Policy, R: Running<P>, V> Gathering<P, R, V> {
    /// A gather whose branches are yet to be started. `results` says how their results make one
    /// value.
    pub(crate) fn of(started: R, results: fn(R::Results) -> V) -> Self {
        Siblings::new(Contents {
            started,
            so_far: ReadSoFar::new(),
            results,
        })
    }

    fn discard(&self) {
        self.failure.discard();
        drop_silenced(self.running.started.clear());
    }
}

impl<P: Policy, R: Running<P>, V> Stop for Contents<P, R, V> {
    fn stop(&self) {
        self.started.abort();
    }
}

/// What a handle asks of a gather, whatever its branches are.
pub(crate) trait Gathered<T>: Send + Sync {
    /// Whether every branch has ended.
    fn is_finished(&self) -> bool;

    /// Reads the branches that have ended. Ready when all have.
    fn poll_finished(&self, cx: &mut Context<'_>) -> Poll<()>;

    fn progress(&self) -> Progress;

    /// Stops every branch that runs.
    fn stop(&self);

    /// Drops what the branches returned, and what those that run will return.
    fn detach(&self);

    /// As `detach`, when nothing is to run on.
    fn discard(&self);

    /// Whether there is a result, once all branches have been read: a value, an error or a panic.
    fn has_result(&self) -> bool;

    /// The result, once all branches have been read.
    fn result(&self) -> T;
}

impl<P, R, V> Gathered<P::Output<V>> for Gathering<P, R, V>
where
    P: Policy,
    R: Running<P>,
    V: 'static,
{
    fn is_finished(&self) -> bool {
        self.running.started.is_ended()
    }

    fn poll_finished(&self, cx: &mut Context<'_>) -> Poll<()> {
        let reading = Reading {
            so_far: &self.running.so_far,
            siblings: self,
        };
        // The handle of a task that has ended is not ready if the budget is spent.
        let read = unconstrained(std::future::poll_fn(|cx| {
            self.running.started.poll_ended(0, &reading, cx)
        }));
        pin!(read).poll(cx)
    }

    fn progress(&self) -> Progress {
        let mut counts = Counts::none();
        self.running.started.count(&mut counts);
        Progress {
            finished: counts.ended,
            total: counts.all,
        }
    }

    fn stop(&self) {
        self.stop_each();
    }

    fn detach(&self) {
        self.failure.discard();
        self.running.started.detach();
        // Whoever stopped the branches meanwhile may not have found their handles.
        if self.is_stopped() {
            self.running.started.abort();
        }
    }

    fn discard(&self) {
        Gathering::discard(self);
    }

    fn has_result(&self) -> bool {
        self.failure.has_failed() || !self.running.so_far.is_missing()
    }

    fn result(&self) -> P::Output<V> {
        let contents = &self.running;
        if let Some(failure) = self.failure.take() {
            // Dropped here and caught: while a failure unwinds, a panicking `Drop` would abort the
            // process.
            let from_drop = contents.started.clear();
            match (failure, from_drop) {
                (Failure::Panic(payload), from_drop) => {
                    drop_silenced(from_drop);
                    resume_unwind(payload);
                }
                (Failure::PanicOf(_), _) => unreachable!("a panic is told with its payload"),
                (Failure::Error(error), Some(payload)) => {
                    drop_silenced(error);
                    resume_unwind(payload);
                }
                (Failure::Error(error), None) => return P::output(Err(error)),
            }
        }
        if let Some(missing) = contents.so_far.take_missing() {
            // Nobody aborted the branches, or there would be no one to take the result.
            drop_silenced(contents.started.clear());
            panic!("{}: {missing} because its runtime shut down", P::MACRO);
        }
        P::output(Ok((contents.results)(contents.started.take())))
    }
}
