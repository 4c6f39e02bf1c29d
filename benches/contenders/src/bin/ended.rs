//! `ended TASKS`: the bytes that a gather holds for each branch of 8 KiB that has ended while another
//! one runs, with so many shared tasks, or with a task for each branch if there are none.

use std::alloc::System;
use std::env;
use std::future::pending;
use std::hint::black_box;

use gather::gather;
use gather_contenders::repeat::one_thread;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use tokio::task::yield_now;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const BRANCHES: usize = 2_000;

fn live() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

/// Holds 8 KiB while it waits.
async fn large(number: usize) -> u8 {
    let mut bytes = [0; 8 << 10];
    bytes[number] = 1;
    yield_now().await;
    black_box(&bytes)[number]
}

fn main() {
    let tasks = env::args().nth(1).and_then(|tasks| tasks.parse().ok());
    let tasks: usize = tasks.expect("usage: ended TASKS");
    let held = one_thread().block_on(async {
        let branches = (0..BRANCHES).map(large);
        let before = live();
        let gather = if tasks == 0 {
            gather!(..branches, pending::<()>())
        } else {
            gather!(tasks = tasks; ..branches, pending::<()>())
        };
        while gather.progress().finished() < BRANCHES {
            yield_now().await;
        }
        live() - before
    });
    println!("{}", held / BRANCHES);
}
