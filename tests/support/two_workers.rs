//! A runtime that the test itself enters, hands on or shuts down.

use tokio::runtime::{Builder, Runtime};

pub(crate) fn two_workers() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap()
}
