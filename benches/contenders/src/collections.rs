//! Branches of an iterator, and the vector of their values.

use futures::stream::{FuturesUnordered, StreamExt as _};
use futures_concurrency::future::Join as _;
use gather::gather;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::task::JoinQueue;

use crate::branches::{Behaviour, Branch};
use crate::measure::Measure;

family! {
    /// Branches of an iterator.
    Collection {
        /// This crate's.
        Gather "gather!(..iter)",
        /// This crate's, on two tasks.
        TwoTasks "gather!(tasks = 2; ..iter)",
        /// This crate's, on one task.
        OneTask "gather!(tasks = 1; ..iter)",
        /// This crate's, in the awaiting task.
        Here "gather!(here; ..iter)",
        /// tokio's. The values are in the order in which the branches end.
        JoinSet "JoinSet",
        /// tokio-util's.
        JoinQueue "JoinQueue",
        /// By hand: the handles awaited one after another.
        InOrder "handles in order",
        /// The handles in `futures::future::join_all`.
        JoinAll "futures::join_all",
        /// The handles in `FuturesUnordered`. The values are in the order in which the branches
        /// end.
        Unordered "FuturesUnordered",
        /// The handles in the `join_all` of the crate `futures-buffered`.
        Buffered "futures-buffered",
        /// The handles in the `join` of the crate `futures-concurrency`.
        Concurrency "futures-concurrency",
        /// For context: the branches themselves in `futures::future::join_all`. Nothing runs before
        /// the await, and nothing runs in parallel.
        JoinAllHere "futures::join_all (one task)",
    }
}

impl Collection {
    /// Measures it with `count` branches.
    pub fn measured<B: Behaviour, M: Measure<B>>(self, count: usize, by: M) -> M::Found {
        match self {
            Self::Gather => by.measure(move |next: B| gather(next.branches(count))),
            Self::TwoTasks => by.measure(move |next: B| two_tasks(next.branches(count))),
            Self::OneTask => by.measure(move |next: B| one_task(next.branches(count))),
            Self::Here => by.measure(move |next: B| here(next.branches(count))),
            Self::JoinSet => by.measure(move |next: B| join_set(next.branches(count))),
            Self::JoinQueue => by.measure(move |next: B| join_queue(next.branches(count))),
            Self::InOrder => by.measure(move |next: B| in_order(next.branches(count))),
            Self::JoinAll => by.measure(move |next: B| join_all(next.branches(count))),
            Self::Unordered => by.measure(move |next: B| unordered(next.branches(count))),
            Self::Buffered => by.measure(move |next: B| buffered(next.branches(count))),
            Self::Concurrency => by.measure(move |next: B| concurrency(next.branches(count))),
            Self::JoinAllHere => by.measure(move |next: B| join_all_here(next.branches(count))),
        }
    }
}

async fn gather(branches: impl Iterator<Item = impl Branch<u64>>) -> Vec<u64> {
    gather!(..branches).await
}

async fn two_tasks(branches: impl Iterator<Item = impl Branch<u64>>) -> Vec<u64> {
    gather!(tasks = 2; ..branches).await
}

async fn one_task(branches: impl Iterator<Item = impl Branch<u64>>) -> Vec<u64> {
    gather!(tasks = 1; ..branches).await
}

async fn here(branches: impl Iterator<Item = impl Branch<u64>>) -> Vec<u64> {
    gather!(here; ..branches).await
}

async fn join_set(branches: impl Iterator<Item = impl Branch<u64>>) -> Vec<u64> {
    branches.collect::<JoinSet<u64>>().join_all().await
}

async fn join_queue(branches: impl Iterator<Item = impl Branch<u64>>) -> Vec<u64> {
    let mut queue = JoinQueue::new();
    for branch in branches {
        queue.spawn(branch);
    }
    queue.join_all().await
}

async fn in_order(branches: impl Iterator<Item = impl Branch<u64>>) -> Vec<u64> {
    let handles: Vec<JoinHandle<u64>> = branches.map(tokio::spawn).collect();
    let mut values = Vec::with_capacity(handles.len());
    for handle in handles {
        values.push(handle.await.unwrap());
    }
    values
}

async fn join_all(branches: impl Iterator<Item = impl Branch<u64>>) -> Vec<u64> {
    let outcomes = futures::future::join_all(branches.map(tokio::spawn)).await;
    outcomes.into_iter().map(Result::unwrap).collect()
}

async fn unordered(branches: impl Iterator<Item = impl Branch<u64>>) -> Vec<u64> {
    let handles: FuturesUnordered<JoinHandle<u64>> = branches.map(tokio::spawn).collect();
    handles.map(Result::unwrap).collect().await
}

async fn buffered(branches: impl Iterator<Item = impl Branch<u64>>) -> Vec<u64> {
    let outcomes = futures_buffered::join_all(branches.map(tokio::spawn)).await;
    outcomes.into_iter().map(Result::unwrap).collect()
}

async fn concurrency(branches: impl Iterator<Item = impl Branch<u64>>) -> Vec<u64> {
    let handles: Vec<JoinHandle<u64>> = branches.map(tokio::spawn).collect();
    let outcomes = handles.join().await;
    outcomes.into_iter().map(Result::unwrap).collect()
}

async fn join_all_here(branches: impl Iterator<Item = impl Branch<u64>>) -> Vec<u64> {
    futures::future::join_all(branches).await
}
