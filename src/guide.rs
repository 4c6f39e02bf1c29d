//! Guides: from another way of doing it to this one, and what happens underneath.
//!
//! - [Coming from asyncio](from_asyncio): waiting here, waiting later, many at a time, timeouts.
//! - [Coming from tokio](from_tokio): `join!`, `JoinSet` and spawned tasks, before and after.
//! - [Cancellation and lifetimes](cancellation): what stops when, and what a branch may use.
//! - [How the expansion works](expansion): what a macro call becomes, line by line.
//!
//! Mistakes, with what the compiler says and the code that compiles, are in `docs/errors.md` of the
//! repository.

#[doc = include_str!("guide/from_asyncio.md")]
pub mod from_asyncio {}

#[doc = include_str!("guide/from_tokio.md")]
pub mod from_tokio {}

#[doc = include_str!("guide/cancellation.md")]
pub mod cancellation {}

#[doc = include_str!("guide/expansion.md")]
pub mod expansion {}
