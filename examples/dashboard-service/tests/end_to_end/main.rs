//! The service, driven by HTTP over the loopback interface. Each test starts its own service.
//!
//! Time is real here, so nothing sleeps to synchronise: a test waits for what the backends count.

#[path = "../support/live.rs"]
mod live;
#[path = "../support/page.rs"]
mod page;

mod bad_input;
mod pages;
mod partial;
mod readme;
mod stopping;
mod streaming;
mod tallies;
