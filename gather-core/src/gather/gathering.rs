//! What a handle holds: what was started, and how its results make one value.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::pin;
use std::task::{Context, Poll};

use tokio::task::coop::unconstrained;

use crate::gather::progress::Progress;
use crate::outcome::Boxed;
use crate::outcome::caught::drop_silenced;
use crate::policy::{Catch, Policy};
use crate::running::{Counts, ReadSoFar, Reading, Running};
use crate::task::{Rank, Siblings, Stop, Told};

/// What was started, behind the siblings that all its tasks know.
pub(crate) struct Contents<P: Policy, R: Running<P>, V> {
    pub(crate) started: R,
    so_far: ReadSoFar,
    results: fn(R::Results) -> V,
    /// Makes an error of a branch's panic, where there is one to be made.
    catch: Option<Catch<P>>,
}

/// A gather as what starts it and its handle know it.
pub(crate) type Gathering<P, R, V> = Siblings<<P as Policy>::Error, Contents<P, R, V>>;

impl<P: Policy, R: Running<P>, V> Gathering<P, R, V> {
    /// A gather whose branches are yet to be started. `results` says how their results make one
    /// value, and `catch` how a panic makes an error, if it is to.
    pub(crate) fn of(started: R, results: fn(R::Results) -> V, catch: Option<Catch<P>>) -> Self {
        Siblings::new(Contents {
            started,
            so_far: ReadSoFar::new(),
            results,
            catch,
        })
    }

    fn discard(&self) {
        self.failure.discard();
        drop_silenced(self.running.started.clear());
    }
}

impl<P, R, V> Stop<P::Error> for Contents<P, R, V>
where
    P: Policy<Error: Send>,
    R: Running<P>,
{
    fn stop(&self) {
        self.started.abort();
    }

    fn boxed(&self, error: P::Error) -> Boxed<P::Error> {
        Box::new(move || error)
    }
}

/// What a handle asks of a gather, whatever its branches are.
#[doc(hidden)]
pub trait Gathered<T>: Send + Sync {
    /// Whether every branch has ended.
    fn is_finished(&self) -> bool;

    /// Reads the branches that have ended. Ready when all have.
    fn poll_finished(&self, cx: &mut Context<'_>) -> Poll<()>;

    /// As `poll_finished`, when nobody else has it: nothing has to be locked.
    fn poll_alone(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_finished(cx)
    }

    fn progress(&self) -> Progress;

    /// Stops every branch that runs.
    fn stop(&self);

    /// Drops what the branches returned, and what those that run will return.
    fn detach(&self);

    /// As `detach`, when nothing is to run on.
    fn discard(&self);

    /// Drops what the branches returned, if all have ended and none has failed. Returns whether it did.
    fn end_unread(&self) -> bool {
        false
    }

    /// Whether there is a result, once all branches have been read: a value, an error or a panic.
    fn has_result(&self) -> bool;

    /// The result, once all branches have been read.
    fn result(&self) -> T;

    /// As `result`, when nobody else has it.
    fn result_alone(&mut self) -> T {
        self.result()
    }
}

impl<P, R, V> Gathered<P::Output<V>> for Gathering<P, R, V>
where
    P: Policy<Error: Send>,
    R: Running<P>,
    V: 'static,
{
    fn is_finished(&self) -> bool {
        self.running.started.is_ended()
    }

    fn poll_finished(&self, cx: &mut Context<'_>) -> Poll<()> {
        let reading = Reading {
            so_far: &self.running.so_far,
            failure: &self.failure,
            stopped: &self.stopped,
        };
        // The handle of a task that has ended is not ready if the budget is spent.
        let read = unconstrained(std::future::poll_fn(|cx| {
            self.running.started.poll_ended(0, &reading, cx)
        }));
        pin!(read).poll(cx)
    }

    fn poll_alone(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Contents {
            started, so_far, ..
        } = &mut self.running;
        let reading = Reading {
            so_far,
            failure: &self.failure,
            stopped: &self.stopped,
        };
        let read = unconstrained(std::future::poll_fn(|cx| {
            started.poll_alone(0, &reading, cx)
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

    fn end_unread(&self) -> bool {
        // A branch that fails says so before it has ended.
        let is_ended = self.is_finished() && !self.failure.has_failed();
        if is_ended {
            Gathering::discard(self);
        }
        is_ended
    }

    fn has_result(&self) -> bool {
        self.failure.is_told() || !self.running.so_far.is_missing()
    }

    fn result(&self) -> P::Output<V> {
        let contents = &self.running;
        let rank = match contents.catch {
            Some(_) => Rank::InTime,
            None => Rank::PanicsFirst,
        };
        if let Some(told) = self.failure.take(rank) {
            // Dropped here and caught: while a failure unwinds, a panicking `Drop` would abort the
            // process.
            let from_drop = contents.started.clear();
            match (told, from_drop, contents.catch) {
                (Told::Panic(panic), from_drop, None) => {
                    drop_silenced(from_drop);
                    resume_unwind(panic.into_panic());
                }
                (Told::Error(error), Some(payload), None) => {
                    drop_silenced(error);
                    resume_unwind(payload);
                }
                (Told::Panic(panic), from_drop, Some(catch)) => {
                    drop_silenced(from_drop);
                    // A panic in here is the gather's: nothing is left that it could harm.
                    return P::output(Err(catch(panic)));
                }
                (Told::Error(error), from_drop, _) => {
                    // It is not outranked by what came later.
                    drop_silenced(from_drop);
                    return P::output(Err(error()));
                }
            }
        }
        if let Some(missing) = contents.so_far.take_missing() {
            // Nobody aborted the branches, or there would be no one to take the result.
            drop_silenced(contents.started.clear());
            panic!("{}: {missing} because its runtime shut down", P::MACRO);
        }
        P::output(Ok((contents.results)(contents.started.take())))
    }

    fn result_alone(&mut self) -> P::Output<V> {
        if self.failure.has_failed() || self.running.so_far.is_missing() {
            return self.result();
        }
        let results = self.running.started.take_alone();
        P::output(Ok((self.running.results)(results)))
    }
}
