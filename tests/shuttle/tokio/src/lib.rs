//! What gather uses of tokio, made of what shuttle schedules.
//!
//! A task is a task of shuttle, as if every one had a worker to itself. It does what the guarantees of
//! gather are built on: a panic is caught, the future is dropped while it unwinds, and the handle has
//! the payload; an abort drops the future between two polls; a runtime that shuts down aborts all
//! tasks, waits for them, and refuses new ones; an output that nobody wants is dropped, with no panic.
//! A poll has a budget, mostly a small one, so that it runs out.

#![forbid(unsafe_code)]

pub mod runtime;
pub mod sync;
pub mod task;
pub mod threads;
pub mod time;
