//! The state behind a handle: the started branches, and the function that makes one value of their
//! results.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::pin;
use std::task::{Context, Poll};

use tokio::task::coop::unconstrained;

use crate::gather::progress::Progress;
use crate::outcome::Boxed;
use crate::outcome::caught::drop_silenced;
use crate::policy::{FromPanic, Policy};
use crate::running::{Counts, ReadSoFar, Reading, Running};
use crate::task::{Rank, Siblings, Stop, Told};

/// The started branches, as part of the siblings that all tasks share.
pub(crate) struct Contents<P: Policy, R: Running<P>, V> {
    pub(crate) started: R,
    so_far: ReadSoFar,
    results: fn(R::Results) -> V,
    /// Makes an error of a branch's panic, with the option `catch`.
    catch: Option<FromPanic<P>>,
}

/// A gather, for the code that starts it and for its handle.
pub(crate) type Gathering<P, R, V> = Siblings<<P as Policy>::Error, Contents<P, R, V>>;

impl<P: Policy, R: Running<P>, V> Gathering<P, R, V> {
    /// Makes a gather whose branches are not started yet. `results` makes one value of their
    /// results, and `catch`, if given, makes an error of a panic.
    pub(crate) fn of(
        started: R,
        results: fn(R::Results) -> V,
        catch: Option<FromPanic<P>>,
    ) -> Self {
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

/// The operations of a handle, whatever the branches are.
#[doc(hidden)]
pub trait Gathered<T>: Send + Sync {
    /// Whether every branch has ended.
    fn is_finished(&self) -> bool;

    /// Reads the branches that have ended. Ready once all have.
    fn poll_finished(&self, cx: &mut Context<'_>) -> Poll<()>;

    /// Like `poll_finished`, if the handle is the only owner: nothing needs a lock.
    fn poll_alone(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_finished(cx)
    }

    fn progress(&self) -> Progress;

    /// Stops all running branches.
    fn stop(&self);

    /// Drops the results, now and later. The branches keep running.
    fn detach(&self);

    /// Like `detach`, if no branch may keep running.
    fn discard(&self);

    /// Drops the results if all branches have ended and none has failed. Returns whether it did.
    fn end_unread(&self) -> bool {
        false
    }

    /// Whether there is a result, once all branches have been read: a value, an error or a panic.
    fn has_result(&self) -> bool;

    /// The result, once all branches have been read.
    fn result(&self) -> T;

    /// Like `result`, if the handle is the only owner.
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
        // With the budget spent, the join handle of an ended task would not be ready.
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
        let read = unconstrained(std::future::poll_fn(|cx| started.poll_alone(&reading, cx)));
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
        // A party that stopped the branches meanwhile may not have found their handles.
        if self.is_stopped() {
            self.running.started.abort();
        }
    }

    fn discard(&self) {
        Gathering::discard(self);
    }

    fn end_unread(&self) -> bool {
        // A branch that fails reports that before it has ended.
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
            // Dropped here, under a catch: while a failure unwinds, a panicking `Drop` would abort
            // the process.
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
                    // A panic in here is the gather's. Nothing is left that it could harm.
                    return P::output(Err(catch(panic)));
                }
                (Told::Error(error), from_drop, _) => {
                    // A later panic does not outrank it.
                    drop_silenced(from_drop);
                    return P::output(Err(error()));
                }
            }
        }
        if let Some(missing) = contents.so_far.take_missing() {
            // The handle did not abort the branches: it would not take a result then.
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
