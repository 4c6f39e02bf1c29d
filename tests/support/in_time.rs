//! A test that may block its thread for ever.

use std::panic::resume_unwind;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// Longer than any test takes.
const LONGEST: Duration = Duration::from_secs(30);

/// Runs the test on a thread of its own, and fails if it never ends.
pub(crate) fn in_time(test: impl FnOnce() + Send + 'static) {
    let (done, is_done) = mpsc::channel();
    let thread = thread::spawn(move || {
        test();
        done.send(()).unwrap();
    });
    match is_done.recv_timeout(LONGEST) {
        Ok(()) => thread.join().unwrap(),
        Err(RecvTimeoutError::Disconnected) => {
            resume_unwind(thread.join().expect_err("it ended without a word"));
        }
        // The thread is left behind, because it cannot be stopped.
        Err(RecvTimeoutError::Timeout) => panic!("the test blocks its thread for ever"),
    }
}
