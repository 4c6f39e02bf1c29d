//! A page made of the answers of four backend services: by the macros of gather, and by hand.
//!
//! The README says how to run it and what to look at. `page`, `partial` and `stream` are its core;
//! the rest makes it a service.

mod backend;
mod client;
mod counts;
mod dashboard;
mod page;
mod partial;
mod parts;
mod query;
mod refusal;
mod service;
mod stream;
mod trouble;

pub use counts::{Counts, Tally};
pub use service::Service;
