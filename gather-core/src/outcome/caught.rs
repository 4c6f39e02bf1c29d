//! Running the user's code where a panic of it must not get through.
//!
//! Of several panics the first is the one to report. A second one that got through while the first
//! unwinds would end the process.

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread::panicking;

/// What a panic carried.
pub(crate) type Payload = Box<dyn Any + Send + 'static>;

/// Runs it; the payload is that of its panic.
pub(crate) fn caught<T>(run: impl FnOnce() -> T) -> Result<T, Payload> {
    catch_unwind(AssertUnwindSafe(run))
}

/// Runs what seldom runs: the compiler makes one of this for all callers.
#[cold]
pub(crate) fn caught_seldom(run: &mut dyn FnMut()) -> Option<Payload> {
    caught(run).err()
}

/// Drops it; the payload is that of a panic in its `Drop`.
pub(crate) fn drop_caught<T>(value: T) -> Option<Payload> {
    caught(|| drop(value)).err()
}

/// Drops it where there is a panic to report already, or nobody to report one to.
pub(crate) fn drop_silenced<T>(value: T) {
    silenced(|| drop(value));
}

/// Runs it where nobody is to hear of its panic.
pub(crate) fn silenced(run: impl FnOnce()) {
    if let Err(payload) = caught(run)
        && let Some(worse) = drop_caught(payload)
    {
        // A payload whose drop panics with a payload whose drop may panic: there has to be an end.
        mem::forget(worse);
    }
}

/// Has a panic that was caught in a `Drop` go on, unless another one unwinds already.
pub(crate) fn again(panicked: Option<Payload>) {
    match panicked {
        Some(payload) if !panicking() => resume_unwind(payload),
        panicked => drop_silenced(panicked),
    }
}

/// The first of two panics; the other one is dropped.
pub(crate) fn first(first: Option<Payload>, second: Option<Payload>) -> Option<Payload> {
    if first.is_some() {
        drop_silenced(second);
        first
    } else {
        second
    }
}

const TAKEN_ONCE: &str = "it is taken once";

/// A value that is dropped under a catch, unless it is taken.
#[derive(Debug)]
pub(crate) struct Unwanted<T>(Option<T>);

impl<T> Unwanted<T> {
    pub(crate) fn unless_taken(value: T) -> Self {
        Unwanted(Some(value))
    }

    pub(crate) fn into_inner(mut self) -> T {
        self.take()
    }

    /// Takes it out of its place, once.
    #[inline]
    pub(crate) fn take(&mut self) -> T {
        self.0.take().expect(TAKEN_ONCE)
    }

    /// It, until it is taken.
    #[inline]
    pub(crate) fn get_mut(&mut self) -> &mut T {
        self.0.as_mut().expect(TAKEN_ONCE)
    }
}

impl<T> Drop for Unwanted<T> {
    fn drop(&mut self) {
        if let Some(value) = self.0.take() {
            drop_silenced(value);
        }
    }
}
