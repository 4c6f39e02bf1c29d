//! Waiting for what other tasks do, where they give no signal.

use std::time::{Duration, Instant};

/// Yields to other tasks until the condition holds.
pub(crate) async fn until(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "the condition never came to hold"
        );
        tokio::task::yield_now().await;
    }
}
