//! Counts what is allocated.

use std::alloc::System;
use std::sync::atomic::{AtomicUsize, Ordering};

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

/// This process has only one test, which has the allocator to itself.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What has been allocated and not freed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Live {
    pub(crate) allocations: usize,
    pub(crate) bytes: usize,
}

impl Live {
    /// While other threads allocate, this may be off by a few, because its parts
    /// are read one by one.
    pub(crate) fn now() -> Self {
        let stats = ALLOCATOR.stats();
        Live {
            allocations: stats.allocations.saturating_sub(stats.deallocations),
            bytes: stats
                .bytes_allocated
                .saturating_sub(stats.bytes_deallocated),
        }
    }
}

/// Where the second half of the branches begins.
static HALF: AtomicUsize = AtomicUsize::new(0);
/// The most bytes that were alive in each half.
static PEAKS: [AtomicUsize; 2] = [AtomicUsize::new(0), AtomicUsize::new(0)];

/// From now on, one peak is that before `half` branches were made, and the other is that after.
pub(crate) fn divide_at(half: usize) {
    HALF.store(half, Ordering::Relaxed);
    for peak in &PEAKS {
        peak.store(0, Ordering::Relaxed);
    }
}

/// Checks how much is alive once `made` branches have been made.
pub(crate) fn sample(made: usize) {
    let half = usize::from(made >= HALF.load(Ordering::Relaxed));
    PEAKS[half].fetch_max(Live::now().bytes, Ordering::Relaxed);
}

pub(crate) fn peaks() -> [usize; 2] {
    PEAKS.each_ref().map(|peak| peak.load(Ordering::Relaxed))
}
