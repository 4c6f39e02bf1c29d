//! Branches that are written out: 3, 8 or 32 of them, whose values are added up.

use crate::branches::Behaviour;
use crate::measure::Measure;

family! {
    /// Branches that are written out.
    Tuple {
        /// This crate's.
        Gather "gather!",
        /// This crate's, with each outcome in its place.
        Settled "gather_settled!",
        /// This crate's, on one task.
        Tasks "gather!(tasks = 1; ..)",
        /// This crate's, in the awaiting task.
        Here "gather!(here; ..)",
        /// By hand: the handles joined.
        SpawnJoin "spawn + tokio::join!",
        /// By hand: the handles awaited one after another.
        InOrder "spawn, handles in order",
        /// The crate `join`.
        JoinAsyncSpawn "join::join_async_spawn!",
        /// The crate `futures-concurrency`: an array of handles, because its tuples end at twelve.
        Concurrency "spawn + futures-concurrency",
        /// For context: nothing runs before the await, and nothing runs in parallel.
        OneTask "tokio::join! (one task)",
    }
}

/// The available sizes.
pub const SIZES: [usize; 3] = [3, 8, 32];

impl Tuple {
    /// Measures it with `branches` branches.
    ///
    /// # Panics
    ///
    /// If `branches` is not among the [`SIZES`].
    pub fn measured<B: Behaviour, M: Measure<B>>(self, branches: usize, by: M) -> M::Found {
        match branches {
            3 => three::measured(self, by),
            8 => eight::measured(self, by),
            32 => thirty_two::measured(self, by),
            _ => panic!("there is no tuple of {branches} branches"),
        }
    }
}

/// The contenders for as many branches as there are names.
macro_rules! size {
    ($size:ident: $($name:ident $number:literal)*) => {
        mod $size {
            use futures_concurrency::future::Join as _;
            use gather::{gather, gather_settled};
            use join::join_async_spawn;

            use super::{Behaviour, Measure, Tuple};

            async fn gather(mut next: impl Behaviour) -> u64 {
                let ($($name,)*) = gather!($(next.branch::<u64>($number)),*).await;
                0 $(+ $name)*
            }

            async fn settled(mut next: impl Behaviour) -> u64 {
                let ($($name,)*) = gather_settled!($(next.branch::<u64>($number)),*).await;
                0 $(+ $name.unwrap())*
            }

            async fn tasks(mut next: impl Behaviour) -> u64 {
                let ($($name,)*) = gather!(tasks = 1; $(next.branch::<u64>($number)),*).await;
                0 $(+ $name)*
            }

            async fn here(mut next: impl Behaviour) -> u64 {
                let ($($name,)*) = gather!(here; $(next.branch::<u64>($number)),*).await;
                0 $(+ $name)*
            }

            async fn spawn_join(mut next: impl Behaviour) -> u64 {
                let ($($name,)*) = ($(tokio::spawn(next.branch::<u64>($number)),)*);
                let ($($name,)*) = tokio::join!($($name),*);
                0 $(+ $name.unwrap())*
            }

            async fn in_order(mut next: impl Behaviour) -> u64 {
                let ($($name,)*) = ($(tokio::spawn(next.branch::<u64>($number)),)*);
                0 $(+ $name.await.unwrap())*
            }

            async fn join_async_spawn(mut next: impl Behaviour) -> u64 {
                let ($($name,)*) = join_async_spawn!($(next.branch::<u64>($number)),*).await;
                0 $(+ $name)*
            }

            async fn concurrency(mut next: impl Behaviour) -> u64 {
                let handles = [$(tokio::spawn(next.branch::<u64>($number))),*];
                let [$($name),*] = handles.join().await;
                0 $(+ $name.unwrap())*
            }

            async fn one_task(mut next: impl Behaviour) -> u64 {
                let ($($name,)*) = tokio::join!($(next.branch::<u64>($number)),*);
                0 $(+ $name)*
            }

            pub(super) fn measured<B: Behaviour, M: Measure<B>>(it: Tuple, by: M) -> M::Found {
                match it {
                    Tuple::Gather => by.measure(gather),
                    Tuple::Settled => by.measure(settled),
                    Tuple::Tasks => by.measure(tasks),
                    Tuple::Here => by.measure(here),
                    Tuple::SpawnJoin => by.measure(spawn_join),
                    Tuple::InOrder => by.measure(in_order),
                    Tuple::JoinAsyncSpawn => by.measure(join_async_spawn),
                    Tuple::Concurrency => by.measure(concurrency),
                    Tuple::OneTask => by.measure(one_task),
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
