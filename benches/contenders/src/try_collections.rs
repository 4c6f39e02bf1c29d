//! Branches of an iterator, and the vector of their values or the first error, which stops the
//! other branches.
//!
//! tokio-util's `JoinQueue` is not among them: it sees an error only when all branches before it
//! have ended.

use futures_concurrency::future::TryJoin as _;
use gather::try_gather;
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

use crate::branches::{Behaviour, Branch, Failed};
use crate::measure::Measure;

family! {
    /// Branches of an iterator, which may fail.
    TryCollection {
        /// This crate's.
        TryGather "try_gather!(..iter)",
        /// tokio's. The values are in the order in which the branches end.
        JoinSet "JoinSet",
        /// The handles, flattened, in `futures::future::try_join_all`. With more than 30 branches,
        /// it sees an error only when all branches before it have ended.
        TryJoinAll "futures::try_join_all",
        /// The handles, flattened, in the `try_join_all` of the crate `futures-buffered`.
        Buffered "futures-buffered",
        /// The handles, flattened, in the `try_join` of the crate `futures-concurrency`.
        Concurrency "futures-concurrency",
    }
}

impl TryCollection {
    /// Whether it stops the other branches as soon as the one in the middle fails, and not only
    /// when all branches before that one have ended.
    #[must_use]
    pub fn stops_siblings(self, branches: usize) -> bool {
        self != Self::TryJoinAll || branches <= 30
    }

    /// Measures it with `count` branches.
    pub fn measured<B: Behaviour, M: Measure<B>>(self, count: usize, by: M) -> M::Found {
        match self {
            Self::TryGather => by.measure(move |next: B| try_gather(next.branches(count))),
            Self::JoinSet => by.measure(move |next: B| join_set(next.branches(count))),
            Self::TryJoinAll => by.measure(move |next: B| try_join_all(next.branches(count))),
            Self::Buffered => by.measure(move |next: B| buffered(next.branches(count))),
            Self::Concurrency => by.measure(move |next: B| concurrency(next.branches(count))),
        }
    }
}

type Outcome = Result<u64, Failed>;
type Outcomes = Result<Vec<u64>, Failed>;

fn spawn(branch: impl Branch<Outcome>) -> AbortOnDropHandle<Outcome> {
    AbortOnDropHandle::new(tokio::spawn(branch))
}

async fn flatten(branch: AbortOnDropHandle<Outcome>) -> Outcome {
    branch.await.unwrap()
}

async fn try_gather(branches: impl Iterator<Item = impl Branch<Outcome>>) -> Outcomes {
    try_gather!(..branches).await
}

async fn join_set(branches: impl Iterator<Item = impl Branch<Outcome>>) -> Outcomes {
    let mut set: JoinSet<Outcome> = branches.collect();
    let mut values = Vec::with_capacity(set.len());
    while let Some(outcome) = set.join_next().await {
        values.push(outcome.unwrap()?);
    }
    Ok(values)
}

async fn try_join_all(branches: impl Iterator<Item = impl Branch<Outcome>>) -> Outcomes {
    futures::future::try_join_all(branches.map(spawn).map(flatten)).await
}

async fn buffered(branches: impl Iterator<Item = impl Branch<Outcome>>) -> Outcomes {
    futures_buffered::try_join_all(branches.map(spawn).map(flatten)).await
}

async fn concurrency(branches: impl Iterator<Item = impl Branch<Outcome>>) -> Outcomes {
    let handles: Vec<_> = branches.map(spawn).map(flatten).collect();
    handles.try_join().await
}
