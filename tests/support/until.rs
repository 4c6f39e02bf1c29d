//! Waiting for other tasks that give no signal.

use std::env;
use std::time::{Duration, Instant};

/// How long to wait: a sanitizer makes everything slower.
fn patience() -> Duration {
    let seconds = env::var("GATHER_PATIENCE").map_or(20, |seconds| {
        seconds.parse().expect("it is a number of seconds")
    });
    Duration::from_secs(seconds)
}

/// Yields to other tasks until the condition holds.
///
/// Every millisecond it also spawns a task, which wakes a worker. A worker that was about to sleep
/// may have missed what another worker has queued. tokio leaves that work to the other worker, but
/// a worker that a test blocks never comes back to its queue.
pub(crate) async fn until(condition: impl Fn() -> bool) {
    let (start, patience) = (Instant::now(), patience());
    let mut wakes = 0;
    while !condition() {
        let elapsed = start.elapsed();
        assert!(elapsed < patience, "the condition never came to hold");
        if elapsed.as_millis() > wakes {
            wakes = elapsed.as_millis();
            tokio::spawn(async {});
        }
        tokio::task::yield_now().await;
    }
}
