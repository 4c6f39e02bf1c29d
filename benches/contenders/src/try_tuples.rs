//! Branches that are written out and may fail: 3, 8 or 32 of them, whose values are added up.

use tokio::task::JoinHandle;
use tokio_util::task::AbortOnDropHandle;

use crate::branches::{Behaviour, Failed};
use crate::measure::Measure;

family! {
    /// Branches that are written out, and may fail.
    TryTuple {
        /// This crate's.
        TryGather "try_gather!",
        /// By hand: the handles flattened and joined. After an error, the other branches run on.
        SpawnTryJoin "spawn + tokio::try_join! + flatten",
        /// By hand, with handles that stop their branches after an error.
        SpawnTryJoinStop "spawn + tokio::try_join! + flatten, AbortOnDropHandle",
        /// The crate `join`. After an error, the other branches run on.
        TryJoinAsyncSpawn "join::try_join_async_spawn!",
        /// For context: nothing runs before the await, and nothing runs in parallel.
        OneTask "tokio::try_join! (one task)",
    }
}

impl TryTuple {
    /// Whether it stops the other branches when one fails.
    #[must_use]
    pub fn stops_siblings(self) -> bool {
        match self {
            Self::TryGather | Self::SpawnTryJoinStop | Self::OneTask => true,
            Self::SpawnTryJoin | Self::TryJoinAsyncSpawn => false,
        }
    }

    /// Measures it with `branches` branches.
    ///
    /// # Panics
    ///
    /// If `branches` is not among the [`SIZES`](super::tuples::SIZES).
    pub fn measured<B: Behaviour, M: Measure<B>>(self, branches: usize, by: M) -> M::Found {
        match branches {
            3 => three::measured(self, by),
            8 => eight::measured(self, by),
            32 => thirty_two::measured(self, by),
            _ => panic!("there is no tuple of {branches} branches"),
        }
    }
}

async fn flatten(branch: JoinHandle<Result<u64, Failed>>) -> Result<u64, Failed> {
    branch.await.unwrap()
}

async fn flatten_or_stop(branch: AbortOnDropHandle<Result<u64, Failed>>) -> Result<u64, Failed> {
    branch.await.unwrap()
}

/// The contenders for as many branches as there are names.
macro_rules! size {
    ($size:ident: $($name:ident $number:literal)*) => {
        mod $size {
            use gather::try_gather;
            use join::try_join_async_spawn;
            use tokio_util::task::AbortOnDropHandle;

            use super::{Behaviour, Failed, Measure, TryTuple, flatten, flatten_or_stop};

            type Outcome = Result<u64, Failed>;

            async fn try_gather(mut next: impl Behaviour) -> Outcome {
                let ($($name,)*) = try_gather!($(next.branch::<Outcome>($number)),*).await?;
                Ok(0 $(+ $name)*)
            }

            async fn spawn_try_join(mut next: impl Behaviour) -> Outcome {
                let ($($name,)*) = ($(tokio::spawn(next.branch::<Outcome>($number)),)*);
                let ($($name,)*) = tokio::try_join!($(flatten($name)),*)?;
                Ok(0 $(+ $name)*)
            }

            async fn spawn_try_join_stop(mut next: impl Behaviour) -> Outcome {
                let ($($name,)*) = ($(AbortOnDropHandle::new(tokio::spawn(next.branch($number))),)*);
                let ($($name,)*) = tokio::try_join!($(flatten_or_stop($name)),*)?;
                Ok(0 $(+ $name)*)
            }

            async fn try_join_async_spawn(mut next: impl Behaviour) -> Outcome {
                let ($($name,)*) = try_join_async_spawn!($(next.branch::<Outcome>($number)),*).await?;
                Ok(0 $(+ $name)*)
            }

            async fn one_task(mut next: impl Behaviour) -> Outcome {
                let ($($name,)*) = tokio::try_join!($(next.branch::<Outcome>($number)),*)?;
                Ok(0 $(+ $name)*)
            }

            pub(super) fn measured<B: Behaviour, M: Measure<B>>(it: TryTuple, by: M) -> M::Found {
                match it {
                    TryTuple::TryGather => by.measure(try_gather),
                    TryTuple::SpawnTryJoin => by.measure(spawn_try_join),
                    TryTuple::SpawnTryJoinStop => by.measure(spawn_try_join_stop),
                    TryTuple::TryJoinAsyncSpawn => by.measure(try_join_async_spawn),
                    TryTuple::OneTask => by.measure(one_task),
                }
            }
        }
    };
}

size!(three: a 0 b 1 c 2);
size!(eight: a 0 b 1 c 2 d 3 e 4 f 5 g 6 h 7);
size!(thirty_two:
    a 0 b 1 c 2 d 3 e 4 f 5 g 6 h 7 i 8 j 9 k 10 l 11 m 12 n 13 o 14 p 15
    q 16 r 17 s 18 t 19 u 20 v 21 w 22 x 23 y 24 z 25 aa 26 bb 27 cc 28 dd 29 ee 30 ff 31
);
