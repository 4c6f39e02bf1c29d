//! A page made of four backend services' answers: by the macros of gather, and by hand.
//!
//! The README says how to run it and what to look at. `page`, `partial` and `stream` are the heart of
//! it; the rest makes it a service.

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
