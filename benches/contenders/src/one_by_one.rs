//! Branches of an iterator, whose values are taken one by one as the branches end.

use futures::stream::{FuturesUnordered, StreamExt as _};
use gather::gather_each;
use tokio::task::JoinSet;

use crate::branches::{Behaviour, Branch};
use crate::measure::Measure;

family! {
    /// Branches of an iterator, whose values are taken one by one as the branches end.
    OneByOne {
        /// This crate's.
        Each "gather_each!(..iter)",
        /// This crate's, on two tasks.
        TwoTasks "gather_each!(tasks = 2; ..iter)",
        /// This crate's, in the awaiting task.
        Here "gather_each!(here; ..iter)",
        /// tokio's.
        JoinNext "JoinSet + join_next",
        /// For context: the branches themselves in `FuturesUnordered`. Nothing runs before the
        /// await, and nothing runs in parallel.
        Unordered "FuturesUnordered (one task)",
        /// For context: the same in the `FuturesUnordered` of the crate `futures-buffered`.
        Buffered "futures-buffered (one task)",
    }
}

impl OneByOne {
    /// Measures it with `count` branches.
    pub fn measured<B: Behaviour, M: Measure<B>>(self, count: usize, by: M) -> M::Found {
        match self {
            Self::Each => by.measure(move |next: B| each(next.branches(count))),
            Self::TwoTasks => by.measure(move |next: B| two_tasks(next.branches(count))),
            Self::Here => by.measure(move |next: B| here(next.branches(count))),
            Self::JoinNext => by.measure(move |next: B| join_next(next.branches(count))),
            Self::Unordered => by.measure(move |next: B| unordered(next.branches(count))),
            Self::Buffered => by.measure(move |next: B| buffered(next.branches(count))),
        }
    }
}

async fn each(branches: impl Iterator<Item = impl Branch<u64>>) -> Vec<u64> {
    let mut each = gather_each!(..branches);
    let mut values = Vec::new();
    while let Some((_, value)) = each.next().await {
        values.push(value);
    }
    values
}

async fn two_tasks(branches: impl Iterator<Item = impl Branch<u64>>) -> Vec<u64> {
    let mut each = gather_each!(tasks = 2; ..branches);
    let mut values = Vec::new();
    while let Some((_, value)) = each.next().await {
        values.push(value);
    }
    values
}

async fn here(branches: impl Iterator<Item = impl Branch<u64>>) -> Vec<u64> {
    let mut each = gather_each!(here; ..branches);
    let mut values = Vec::new();
    while let Some((_, value)) = each.next().await {
        values.push(value);
    }
    values
}

async fn join_next(branches: impl Iterator<Item = impl Branch<u64>>) -> Vec<u64> {
    let mut set: JoinSet<u64> = branches.collect();
    let mut values = Vec::new();
    while let Some(value) = set.join_next().await {
        values.push(value.unwrap());
    }
    values
}

async fn unordered(branches: impl Iterator<Item = impl Branch<u64>>) -> Vec<u64> {
    let mut branches: FuturesUnordered<_> = branches.collect();
    let mut values = Vec::new();
    while let Some(value) = branches.next().await {
        values.push(value);
    }
    values
}

async fn buffered(branches: impl Iterator<Item = impl Branch<u64>>) -> Vec<u64> {
    let mut branches: futures_buffered::FuturesUnordered<_> = branches.collect();
    let mut values = Vec::new();
    while let Some(value) = branches.next().await {
        values.push(value);
    }
    values
}
