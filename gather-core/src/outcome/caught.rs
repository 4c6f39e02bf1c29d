//! Running user code whose panics must not get through.
//!
//! Of several panics, the first is reported. A second one that got through while the first unwinds
//! would abort the process.

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread::panicking;

/// The payload of a panic.
pub(crate) type Payload = Box<dyn Any + Send + 'static>;

/// Runs the closure. An error is the payload of its panic.
pub(crate) fn caught<T>(run: impl FnOnce() -> T) -> Result<T, Payload> {
    catch_unwind(AssertUnwindSafe(run))
}

/// Runs a closure on a cold path: all callers share one compiled copy of this.
#[cold]
pub(crate) fn caught_seldom(run: &mut dyn FnMut()) -> Option<Payload> {
    caught(run).err()
}

/// Drops the value. Returns the payload if that panics.
pub(crate) fn drop_caught<T>(value: T) -> Option<Payload> {
    caught(|| drop(value)).err()
}

/// Drops the value, and swallows a panic: either another one is reported already, or nobody
/// listens.
pub(crate) fn drop_silenced<T>(value: T) {
    silenced(|| drop(value));
}

/// Runs the closure, and swallows its panic.
pub(crate) fn silenced(run: impl FnOnce()) {
    if let Err(payload) = caught(run)
        && let Some(worse) = drop_caught(payload)
    {
        // The drop of the payload panicked. The drop of that payload may panic, too: it is leaked.
        mem::forget(worse);
    }
}

/// Resumes a panic that was caught in a `Drop`, unless another panic is unwinding.
pub(crate) fn resume_unless_unwinding(panicked: Option<Payload>) {
    match panicked {
        Some(payload) if !panicking() => resume_unwind(payload),
        panicked => drop_silenced(panicked),
    }
}

/// Returns the first of two panics, and drops the other.
pub(crate) fn first(first: Option<Payload>, second: Option<Payload>) -> Option<Payload> {
    if first.is_some() {
        drop_silenced(second);
        first
    } else {
        second
    }
}

/// Drops all values, even if some drops panic. Returns the first panic.
pub(crate) fn drop_each<T>(values: Vec<T>) -> Option<Payload> {
    if !mem::needs_drop::<T>() {
        return None;
    }
    let mut values = values.into_iter();
    let mut panicked = None;
    // After a panic, the next round continues with the next value.
    while let Err(payload) = caught(|| values.by_ref().for_each(drop)) {
        panicked = first(panicked, Some(payload));
    }
    panicked
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

    /// Takes the value out of its place. Called at most once.
    #[inline]
    pub(crate) fn take(&mut self) -> T {
        self.0.take().expect(TAKEN_ONCE)
    }

    /// The value, until it is taken.
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
