//! An iterator of branches as the queue sees it.

use std::future::Future;
use std::sync::Arc;

use tokio::task::AbortHandle;

use crate::limit::feed::{Feed, Output, Pulled};
use crate::limit::queue::{Place, Source, Turn};
use crate::limit::worker::Worker;
use crate::task::{Judging, spawn};

/// What starts a worker for each place that the iterator is given.
pub(crate) struct FeedSource<I, J>(Arc<Feed<I, J>>)
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

    fn start(&self, first: Result<(usize, I::Item), Turn>, place: Place) -> AbortHandle {
        let fed = self.0.fed();
        let queue = Arc::clone(place.queue());
        let shelf = fed.shelf(place.number());
        let worker = Worker::new(first, Arc::clone(&self.0), shelf, place);
        // Boxed, so that tokio's part of it is compiled once for all: a worker is started once for
        // many branches.
        let worker: std::pin::Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(worker);
        let task = spawn(&queue.runtime, fed.name, worker);
        let abort = task.abort_handle();
        fed.started(task);
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
        match self.0.pull(place.queue()) {
            Pulled::Branch(index, branch) => Some(self.start(Ok((index, branch)), place)),
            Pulled::Last | Pulled::Nothing => None,
        }
    }

    fn start_pulling(&self, place: Place, turn: Turn) -> AbortHandle {
        self.start(Err(turn), place)
    }

    fn drop_unstarted(&self) {
        self.0.drop_unpulled();
    }
}
