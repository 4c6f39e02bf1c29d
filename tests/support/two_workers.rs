//! A runtime to be entered, handed on or shut down by the test itself.

use tokio::runtime::{Builder, Runtime};

pub(crate) fn two_workers() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap()
}
