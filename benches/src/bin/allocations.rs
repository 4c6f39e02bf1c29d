//! `allocations CONTENDER BRANCHES`: how often a gather of branches that yield once allocates, and
//! how many bytes.
//!
//! It is a separate program, so that no other measurement has an allocator that counts.

use std::alloc::System;
use std::env;

use gather_benches::branches::{Behaviour, LITTLE, Yielding};
use gather_benches::contenders::Contender;
use gather_benches::measure::Measure;
use gather_benches::repeat::one_thread;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Counts in one gather, after a first one has grown the runtime's queues to the necessary length.
struct CountAllocations;

impl<B: Behaviour + Default> Measure<B> for CountAllocations {
    type Found = Stats;

    fn measure<F>(self, gather: impl Fn(B) -> F + Send + 'static) -> Stats
    where
        F: Future<Output: Send> + Send + 'static,
    {
        one_thread().block_on(async move {
            drop(gather(B::default()).await);
            let counted = Region::new(ALLOCATOR);
            drop(gather(B::default()).await);
            counted.change()
        })
    }
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [contender, branches] = &arguments[..] else {
        panic!("usage: allocations CONTENDER BRANCHES");
    };
    let contender = Contender::named(contender).expect("a contender, as FAMILY/NAME");
    let branches = branches.parse().expect("a number of branches");
    let stats = contender.measured::<Yielding<LITTLE>, _>(branches, CountAllocations);
    println!(
        "{} {}",
        stats.allocations + stats.reallocations,
        stats.bytes_allocated
    );
}
