//! Futures that report what becomes of them.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

/// Counts what becomes of the futures that it watches.
#[derive(Clone, Default)]
pub(crate) struct Probe(Arc<Counters>);

#[derive(Default)]
struct Counters {
    watched: AtomicUsize,
    started: AtomicUsize,
    dropped: AtomicUsize,
}

/// What a probe has counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The futures that were watched.
    pub(crate) watched: usize,
    /// The futures that were polled.
    pub(crate) started: usize,
    /// The futures that were dropped.
    pub(crate) dropped: usize,
}

impl Probe {
    pub(crate) fn watch<F: Future>(&self, future: F) -> Watched<F> {
        self.0.watched.fetch_add(1, Ordering::SeqCst);
        Watched {
            future: Box::pin(future),
            started: false,
            probe: self.clone(),
        }
    }

    pub(crate) fn seen(&self) -> Seen {
        Seen {
            watched: self.0.watched.load(Ordering::SeqCst),
            started: self.0.started.load(Ordering::SeqCst),
            dropped: self.0.dropped.load(Ordering::SeqCst),
        }
    }
}

/// A future that is watched.
pub(crate) struct Watched<F> {
    future: Pin<Box<F>>,
    started: bool,
    probe: Probe,
}

impl<F: Future> Future for Watched<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        if !self.started {
            self.started = true;
            self.probe.0.started.fetch_add(1, Ordering::SeqCst);
        }
        self.future.as_mut().poll(cx)
    }
}

impl<F> Drop for Watched<F> {
    fn drop(&mut self) {
        self.probe.0.dropped.fetch_add(1, Ordering::SeqCst);
    }
}
