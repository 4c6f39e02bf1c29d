//! An iterator of branches as the queue sees it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tokio::task::AbortHandle;

use crate::outcome::caught::caught;
use crate::place::limit::feed::{Feed, Output};
use crate::place::limit::queue::{Place, Source};
use crate::place::limit::worker::Worker;
use crate::task::{Judging, spawn};

/// What starts a worker for each place that the iterator is given.
pub(crate) struct FeedSource<I, J>(pub(super) Arc<Feed<I, J>>)
where
    I: Iterator<Item: Future>,
    J: Judging<Output<I>>;

impl<I, J> FeedSource<I, J>
where
    I: Iterator<Item: Future + Send + 'static> + Send + 'static,
    J: Judging<Output<I>> + 'static,
{
    pub(crate) fn new(feed: Feed<I, J>) -> Self {
        FeedSource(Arc::new(feed))
    }

    /// Starts a worker that begins with a branch, or else with the turn to pull one.
    fn start(&self, first: Option<(usize, I::Item)>, place: Place) -> AbortHandle {
        let branches = self.0.fed();
        let queue = Arc::clone(place.queue());
        let results = branches.shelf(place.number());
        let worker = Worker::new(first, Arc::clone(&self.0), results, place);
        // Boxed, so that tokio's part of it is compiled once for all: a worker is started once for
        // many branches.
        let worker: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(worker);
        let task = spawn(&queue.runtime, branches.name, None, worker);
        let abort = task.abort_handle();
        branches.started(task);
        abort
    }
}

impl<I, J> Source for FeedSource<I, J>
where
    I: Iterator<Item: Future + Send + 'static> + Send + 'static,
    J: Judging<Output<I>> + 'static,
{
    fn is_one(&self) -> bool {
        false
    }

    fn start_next(&self, place: Place) -> Option<AbortHandle> {
        // A panic of the iterator is that of a branch, and not the caller's.
        let pulled = caught(|| self.0.pull(&**place.queue()));
        let first = pulled.unwrap_or_else(|payload| {
            self.0.end(&**place.queue());
            self.0.yields_panic(payload);
            None
        });
        first.map(|first| self.start(Some(first), place))
    }

    fn start_pulling(&self, place: Place) -> AbortHandle {
        self.start(None, place)
    }

    fn drop_unstarted(&self) {
        self.0.drop_unpulled();
    }
}
