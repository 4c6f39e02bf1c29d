//! Branches of an iterator, at most [`LIMIT`] of which run at a time, and the vector of their
//! values.

use std::sync::Arc;

use futures::stream::{self, StreamExt as _};
use gather::gather;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::branches::{Behaviour, Branch};
use crate::measure::Measure;

/// The number of branches that may run at a time.
pub const LIMIT: usize = 64;

family! {
    /// Branches of an iterator, only some of which run at a time.
    Limited {
        /// This crate's.
        Gather "gather!(limit = 64; ..iter)",
        /// This crate's, on two tasks.
        TwoTasks "gather!(tasks = 2, limit = 64; ..iter)",
        /// This crate's, in the awaiting task.
        Here "gather!(here, limit = 64; ..iter)",
        /// By hand: a permit for each branch. The values are in the order in which the branches
        /// end.
        Semaphore "Semaphore + JoinSet",
        /// The handles in `buffered`, which spawns a branch when a place is free.
        Handles "buffered(64) of handles",
        /// For context: the branches themselves in `buffered`. Nothing runs before the await, and
        /// nothing runs in parallel.
        OneTask "buffered(64) (one task)",
    }
}

impl Limited {
    /// Measures it with `count` branches.
    pub fn measured<B: Behaviour, M: Measure<B>>(self, count: usize, by: M) -> M::Found {
        match self {
            Self::Gather => by.measure(move |next: B| gather(next.branches(count))),
            Self::TwoTasks => by.measure(move |next: B| two_tasks(next.branches(count))),
            Self::Here => by.measure(move |next: B| here(next.branches(count))),
            Self::Semaphore => by.measure(move |next: B| semaphore(next.branches(count))),
            Self::Handles => by.measure(move |next: B| handles(next.branches(count))),
            Self::OneTask => by.measure(move |next: B| one_task(next.branches(count))),
        }
    }
}

async fn gather(branches: impl Iterator<Item = impl Branch<u64>> + Send + 'static) -> Vec<u64> {
    gather!(limit = LIMIT; ..branches).await
}

async fn two_tasks(branches: impl Iterator<Item = impl Branch<u64>> + Send + 'static) -> Vec<u64> {
    gather!(tasks = 2, limit = LIMIT; ..branches).await
}

async fn here(branches: impl Iterator<Item = impl Branch<u64>>) -> Vec<u64> {
    gather!(here, limit = LIMIT; ..branches).await
}

async fn semaphore(branches: impl Iterator<Item = impl Branch<u64>>) -> Vec<u64> {
    let permits = Arc::new(Semaphore::new(LIMIT));
    let mut set = JoinSet::new();
    for branch in branches {
        let permit = Arc::clone(&permits).acquire_owned().await.unwrap();
        set.spawn(async move {
            let value = branch.await;
            drop(permit);
            value
        });
    }
    set.join_all().await
}

async fn handles(branches: impl Iterator<Item = impl Branch<u64>>) -> Vec<u64> {
    let handles = stream::iter(branches.map(tokio::spawn)).buffered(LIMIT);
    handles.map(Result::unwrap).collect().await
}

async fn one_task(branches: impl Iterator<Item = impl Branch<u64>>) -> Vec<u64> {
    stream::iter(branches).buffered(LIMIT).collect().await
}
