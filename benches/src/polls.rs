//! Counts how often the awaiting task is polled, and how often each branch.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gather_contenders::branches::{Behaviour, Branch, Value};
use gather_contenders::measure::Measure;
use gather_contenders::repeat::one_thread;

/// Counts the polls in one gather.
#[derive(Clone, Copy, Debug)]
pub struct CountPolls;

/// The result of [`CountPolls`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polls {
    /// Polls of the awaiting task.
    pub awaiter: usize,
    /// Polls of the branch that was polled most often.
    pub branch: usize,
}

impl<B: Behaviour + Default> Measure<Counted<B>> for CountPolls {
    type Found = Polls;

    fn measure<F>(self, gather: impl Fn(Counted<B>) -> F + Send + 'static) -> Polls
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let most = Arc::new(AtomicUsize::new(0));
        let branches = Counted {
            behaviour: B::default(),
            most: Arc::clone(&most),
        };
        // A task runs each time it is woken. The future of `block_on` waits while other tasks run.
        let runtime = one_thread();
        let awaiter = runtime.spawn(with_polls(gather(branches)));
        let (_, awaiter) = runtime.block_on(awaiter).expect("no branch panics");
        Polls {
            awaiter,
            branch: most.load(Ordering::Relaxed),
        }
    }
}

/// Branches that record the most polls of any one of them.
#[derive(Debug)]
pub struct Counted<B> {
    behaviour: B,
    most: Arc<AtomicUsize>,
}

impl<B: Behaviour> Behaviour for Counted<B> {
    fn branch<T: Value>(&mut self, number: u64) -> impl Branch<T> + use<B, T> {
        let branch = self.behaviour.branch::<T>(number);
        let most = Arc::clone(&self.most);
        async move {
            let (value, polls) = with_polls(branch).await;
            most.fetch_max(polls, Ordering::Relaxed);
            value
        }
    }
}

async fn with_polls<F: Future>(future: F) -> (F::Output, usize) {
    let mut future = pin!(future);
    let mut polls = 0;
    let output = poll_fn(|context| {
        polls += 1;
        future.as_mut().poll(context)
    })
    .await;
    (output, polls)
}
