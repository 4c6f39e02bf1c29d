//! Guides: recipes, coming from asyncio or tokio, and what happens underneath.
//!
//! - [Coming from asyncio](from_asyncio): in the foreground, in the background, many at a time,
//!   recursion, errors, timeouts, and the differences from `TaskGroup`, trio and anyio.
//! - [Coming from tokio](from_tokio): `join!`, `JoinSet` and spawned tasks, before and after.
//! - [Recipes](recipes): a short program for each thing that a service usually needs, such as partial
//!   results, retries, a method on `&self`, and `anyhow`.
//! - [Results as they arrive](each): programs with `gather_each!`, such as the first success, a quorum, and a
//!   crawler that finds more work.
//! - [Cancellation and lifetimes](cancellation): when branches stop, and what a branch may use.
//! - [How the expansion works](expansion): the code that a macro call becomes, line by line.
//! - [When it does not compile](errors): the compiler's message for each common mistake, with the fix.

#[doc = include_str!("guide/from_asyncio.md")]
pub mod from_asyncio {}

// These aliases are not on the macros and types themselves, because rustc would then suggest those
// for a name that is not imported: `gather::new()` for `JoinSet::new()`.
#[doc(alias = "buffered")]
#[doc(alias = "buffer_unordered")]
#[doc(alias = "FuturesUnordered")]
#[doc(alias = "JoinError")]
#[doc(alias = "JoinSet")]
#[doc(alias = "Semaphore")]
#[doc(alias = "join_all")]
#[doc(alias = "select_all")]
#[doc(alias = "select_ok")]
#[doc(alias = "spawn")]
#[doc(alias = "try_join")]
#[doc(alias = "try_join_all")]
#[doc = include_str!("guide/from_tokio.md")]
pub mod from_tokio {}

#[doc = include_str!("guide/recipes.md")]
pub mod recipes {}

#[doc = include_str!("guide/each.md")]
pub mod each {}

#[doc = include_str!("guide/cancellation.md")]
pub mod cancellation {}

#[doc = include_str!("guide/expansion.md")]
pub mod expansion {}

// Tests of their own compile the programs of this page, and half of the programs must not compile.
#[cfg(not(doctest))]
#[doc = include_str!("../docs/errors.md")]
pub mod errors {}
