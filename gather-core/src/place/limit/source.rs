//! An iterator of branches as a source of the queue.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tokio::task::AbortHandle;

use crate::place::limit::lazy_iter::{LazyIter, Output};
use crate::place::limit::queue::{Place, QueueSource};
use crate::place::limit::worker::Worker;
use crate::task::{Judging, spawn};

impl<I, J> LazyIter<I, J>
where
    I: Iterator<Item: Future + Send + 'static> + Send + 'static,
    J: Judging<Output<I>> + 'static,
{
    /// Starts a worker that begins with a branch or, without one, with the turn to pull one.
    fn start(self: Arc<Self>, first: Option<(usize, I::Item)>, place: Place) -> AbortHandle {
        let branches = Arc::clone(self.fed());
        let queue = Arc::clone(place.queue());
        let results = branches.results_in(place.number());
        let worker = Worker::new(first, self, results, place);
        // Boxed, so that tokio's part of it is compiled only once. One allocation serves the many
        // branches that a worker runs.
        let worker: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(worker);
        let task = spawn(&queue.runtime, branches.name, None, worker);
        let abort = task.abort_handle();
        branches.started(task);
        abort
    }
}

impl<I, J> QueueSource for LazyIter<I, J>
where
    I: Iterator<Item: Future + Send + 'static> + Send + 'static,
    J: Judging<Output<I>> + 'static,
{
    fn is_one(&self) -> bool {
        false
    }

    fn start_next(self: Arc<Self>, place: Place) -> Option<AbortHandle> {
        let first = self.pull_caught(&**place.queue())?;
        Some(self.start(Some(first), place))
    }

    fn start_pulling(self: Arc<Self>, place: Place) -> AbortHandle {
        self.start(None, place)
    }

    fn drop_unstarted(&self) {
        self.drop_unpulled();
    }
}
