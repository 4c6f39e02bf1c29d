//! Signals from outside the runtime.

use std::thread;

use tokio::sync::oneshot;

/// Sends from a thread of its own. A task that a worker wakes may have to wait for that very
/// worker, which is about to block.
pub(crate) fn send_from_outside(signal: oneshot::Sender<()>) {
    thread::spawn(|| signal.send(()));
}
