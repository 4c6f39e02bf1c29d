//! `allocations CONTENDER BRANCHES`: how often a gather of branches that yield once allocates, and
//! how many bytes.
//!
//! It is a separate program, so that no other measurement has an allocator that counts.

use std::alloc::System;
use std::env;

use gather_contenders::Contender;
use gather_contenders::repeat::repeat;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [contender, branches] = &arguments[..] else {
        panic!("usage: allocations CONTENDER BRANCHES");
    };
    let contender = Contender::named(contender).expect("a contender, as FAMILY/NAME");
    let branches = branches.parse().expect("a number of branches");
    // The first gather grows the runtime's queues to the necessary length, and is not counted.
    let (mut earlier, mut stats) = (ALLOCATOR.stats(), ALLOCATOR.stats());
    repeat(contender, branches, 2, &mut || {
        earlier = stats;
        stats = ALLOCATOR.stats();
    });
    let counted = stats - earlier;
    println!(
        "{} {}",
        counted.allocations + counted.reallocations,
        counted.bytes_allocated
    );
}
