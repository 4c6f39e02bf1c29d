//! The parts of tokio that gather uses, made of what shuttle schedules.
//!
//! A task is a task of shuttle, as if each one had a worker to itself. It does what the
//! guarantees of gather are built on. A panic is caught, the future is dropped while it unwinds,
//! and the handle has the payload. An abort drops the future between two polls. A runtime that
//! shuts down aborts all tasks, waits for them, and refuses new ones. An output that nobody
//! wants is dropped, and a panic of that drop is caught. A poll has a budget, which is often
//! small, so that it runs out.

#![forbid(unsafe_code)]

pub mod runtime;
pub mod sync;
pub mod task;
pub mod threads;
pub mod time;
