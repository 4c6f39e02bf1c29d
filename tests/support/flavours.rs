//! Running one test on both flavours of runtime.

use std::pin::Pin;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::time::timeout;

/// Longer than any test takes, on the paused clock or on the real one, so that
/// a hanging test fails.
const LONGEST: Duration = Duration::from_secs(60);

/// Runs the test on a current-thread runtime with paused time, and on one with two workers.
pub(crate) fn on_both_flavours<F: Future<Output = ()>>(test: impl Fn() -> F) {
    // Boxed, because otherwise tokio's runtimes would be compiled anew for each test.
    on_both(&|| Box::pin(test()));
}

fn on_both<'a>(test: &dyn Fn() -> Pin<Box<dyn Future<Output = ()> + 'a>>) {
    let mut current_thread = Builder::new_current_thread();
    let mut multi_thread = Builder::new_multi_thread();
    for builder in [
        current_thread.enable_all().start_paused(true),
        multi_thread.enable_all().worker_threads(2),
    ] {
        let runtime = builder.build().unwrap();
        let ended = runtime.block_on(async { timeout(LONGEST, test()).await });
        // A branch that never returns must not keep a failed test from ending.
        runtime.shutdown_background();
        ended.expect("the test waits for ever");
    }
}
