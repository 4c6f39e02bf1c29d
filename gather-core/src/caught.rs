//! Running the caller's code where a panic of it must not get through.
//!
//! Of several panics the first is the one to report. A further one that was let through while the
//! first unwinds would end the process.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::state::Payload;

/// Runs it; the payload is that of its panic.
pub(crate) fn caught<T>(run: impl FnOnce() -> T) -> Result<T, Payload> {
    catch_unwind(AssertUnwindSafe(run))
}

/// Runs what is seldom run: of this, the compiler makes one for all.
#[cold]
pub(crate) fn caught_seldom(run: &mut dyn FnMut()) -> Option<Payload> {
    caught(run).err()
}

/// Drops it; the payload is that of a panic in its `Drop`.
pub(crate) fn drop_caught<T>(value: T) -> Option<Payload> {
    caught(|| drop(value)).err()
}

/// Drops it, where there is a panic to report already.
pub(crate) fn drop_silenced<T>(value: T) {
    if let Some(payload) = drop_caught(value)
        && let Some(worse) = drop_caught(payload)
    {
        // A payload whose drop panics with a payload whose drop may panic: there has to be an end.
        mem::forget(worse);
    }
}

/// The first of two panics; the other is dropped.
pub(crate) fn first(first: Option<Payload>, second: Option<Payload>) -> Option<Payload> {
    if first.is_some() {
        drop_silenced(second);
        first
    } else {
        second
    }
}
