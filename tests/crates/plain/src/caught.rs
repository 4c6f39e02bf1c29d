//! Runs user code whose panics must not escape.

use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll};

use crate::call::Value;

pub(crate) fn caught<T>(run: impl FnOnce() -> T) -> Result<T, Value> {
    catch_unwind(AssertUnwindSafe(run))
}

pub(crate) fn poll_caught<T>(
    poll: impl FnOnce(&mut Context<'_>) -> Poll<T>,
    cx: &mut Context<'_>,
) -> Poll<Result<T, Value>> {
    caught(|| poll(cx)).map_or_else(|panic| Poll::Ready(Err(panic)), |polled| polled.map(Ok))
}

/// Drops each value, even if one panics. Returns the first panic.
pub(crate) fn drop_each<T>(values: impl IntoIterator<Item = T>) -> Option<Value> {
    let panics = values.into_iter().map(|value| caught(|| drop(value)).err());
    panics.fold(None, first)
}

/// Returns the first of two panics, and silences the other.
pub(crate) fn first(panic: Option<Value>, later: Option<Value>) -> Option<Value> {
    if panic.is_none() {
        return later;
    }
    silence(later);
    panic
}

/// Drops a value, and suppresses any panic.
pub(crate) fn silence<T>(value: T) {
    if let Err(panic) = caught(|| drop(value)) {
        // Dropping the payload may panic with another such payload. Leaking that one ends the
        // chain.
        caught(|| drop(panic)).unwrap_or_else(forget);
    }
}
