//! Runs the user's code where a panic of it must not get through.

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

/// Drops each, though one may panic. Returns the first panic.
pub(crate) fn drop_each<T>(values: impl IntoIterator<Item = T>) -> Option<Value> {
    let panics = values.into_iter().map(|value| caught(|| drop(value)).err());
    panics.fold(None, first)
}

/// The first of two panics.
pub(crate) fn first(panic: Option<Value>, later: Option<Value>) -> Option<Value> {
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
