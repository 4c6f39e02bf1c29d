//! Run several async expressions in the background at once, and await them as one typed value.
//!
//! ```
//! use gather::gather;
//! # async fn fetch_user(id: u32) -> String { format!("user {id}") }
//! # async fn fetch_orders(id: u32) -> Vec<u32> { vec![id] }
//! # async fn load_config() -> bool { true }
//! # async fn render_header() {}
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let page = gather!(fetch_user(7), fetch_orders(7), load_config()); // all three run from here on
//! render_header().await;                                             // ... while this goes on
//! let (user, orders, config) = page.await;                           // (String, Vec<u32>, bool)
//! # assert_eq!((user.as_str(), orders, config), ("user 7", vec![7], true));
//! # }
//! ```
//!
//! # The three macros
//!
//! They take the same branches, shapes and options. What differs is what becomes of the others
//! when a branch fails:
//!
//! | macro | a branch gives | awaiting gives | when a branch fails |
//! | --- | --- | --- | --- |
//! | [`gather!`] | any `T` | `(A, B, ..)` | a panic stops the others and is resumed on the task that awaits; an `Err` is a value like another |
//! | [`try_gather!`] | `Result<T, E>` | `Result<(A, B, ..), E>` | the first `Err` in time stops the others at once, and is the result |
//! | [`gather_settled!`] | any `T` | `(Result<A, BranchError>, ..)` | each branch's own outcome is in its place; it never panics |
//!
//! # The handle
//!
//! All three give a [`Gather<T>`](Gather): await it to get the `T`. Its branches run whether or not
//! anybody awaits it (on a runtime of one thread, whenever the caller awaits something), and its
//! lifetime is theirs:
//!
//! - dropping it **aborts** the branches, so a timeout, a lost `select!` or a client that
//!   disconnects stops the work; [`Gather::detach`] lets it run on;
//! - when it has resolved, **none of its branches is left running**;
//! - `(&mut gather).await` can be given up and tried again.
//!
//! It is no future, because what runs already cannot be spawned: `tokio::spawn(gather!(..))` does
//! not compile, and the error says what to do instead.
//!
//! [`Gather`], [`Progress`] and [`BranchError`] are what one works with, and now and then the futures
//! [`Abort`], [`GatherFuture`] and [`GatherMut`]. What expansions name is in [`rt`].
//!
//! # Guides
//!
//! [Coming from asyncio](guide::from_asyncio), [coming from tokio](guide::from_tokio),
//! [cancellation and lifetimes](guide::cancellation), and
//! [how the expansion works](guide::expansion).
//!
//! # Coming from ...
//!
//! | there | here |
//! | --- | --- |
//! | Python `await asyncio.gather(a(), b())` | `gather!(a(), b()).await`, or `try_gather!` to raise the first error |
//! | Python `future = asyncio.gather(a(), b())` | `let gather = gather!(a(), b());` |
//! | Python `future.done()`, `future.result()` | [`Gather::is_finished`], [`Gather::try_result`] |
//! | Python `asyncio.gather(*coros)` | `gather!(..futures)`, a `Vec` |
//! | Python `asyncio.gather(.., return_exceptions=True)` | `gather!` of branches that give a `Result`; [`gather_settled!`] to have panics in their places too |
//! | Python `asyncio.create_task(asyncio.gather(..))`, a `TypeError` | `tokio::spawn(gather!(..))`, a compile error |
//! | Python `asyncio.shield(future)` | `(&mut gather).await`, or [`Gather::detach`] |
//! | Python `asyncio.TaskGroup` | [`try_gather!`]: the first failure cancels the rest, and nothing outlives it |
//! | Python `asyncio.Semaphore(16)` around each | `gather!(limit = 16; ..futures)` |
//! | JavaScript `Promise.all([..])` | [`try_gather!`], which also stops the others |
//! | JavaScript `Promise.allSettled([..])` | the same two |
//! | `tokio::join!(a(), b())` | `gather!(a(), b()).await`: each branch is a task, and they run before the `.await` |
//! | `tokio::try_join!(a(), b())` | `try_gather!(a(), b()).await` |
//! | `tokio::spawn` for each, `JoinError`s flattened by hand | `gather!(a(), b())`: panics are resumed, values come as they are |
//! | `JoinSet` of one type, results as they come | `gather!(..futures)`, results in order |
//! | `futures::future::join_all(handles)` | `gather!(..futures)` |
//! | `stream::iter(futures).buffered(16)` | `gather!(limit = 16; ..futures)` |
//!
//! # When not to use it
//!
//! A branch is a tokio task of its own, so its future is `Send + 'static`. For work that borrows
//! from the caller's stack, or for values that are there already, use `tokio::join!`, or no macro
//! at all. For futures that are not `Send`, use `tokio::join!`, or a `JoinSet` in a `LocalSet`.
//!
//! tokio's task-locals are not visible in a branch, as in any spawned task: what a branch needs of
//! them is to be moved into it.
//!
//! # Cargo features
//!
//! - `tracing`, off by default: each branch runs in a span `branch` of the crate `tracing`, with the
//!   branch's text or field in its field `name`. The parent is the span that is current where the
//!   macro is called, as tokio carries none into a task. In a build with `--cfg tokio_unstable` the
//!   tasks carry the name as well, for tokio-console.
//!
//! # What the macros expand to
//!
//! Plain calls of documented types, which a person could have written: see
//! [the guide](guide::expansion), [`rt`], and the examples of the repository, each of which
//! stands beside its expansion.

#![forbid(unsafe_code)]

// Text alone, for the documentation and its tests: no other build reads it.
#[cfg(any(doc, doctest))]
pub mod guide;

pub use gather_core::{Abort, BranchError, Gather, GatherFuture, GatherMut, Progress};

pub mod rt;

#[doc(hidden)]
pub use gather_macros as __macros;

/// Starts branches of any types in the background, and gives a [`Gather`] of all their values.
///
/// A branch is any expression that is [`IntoFuture`], of a future that is `Send + 'static` and gives
/// what is `Send + 'static`. When the macro returns, each is running as a tokio task of its own.
///
/// # Shapes
///
/// The shape that is written is the shape that awaiting gives:
///
/// ```
/// use gather::{Gather, gather};
/// # async fn a() -> u8 { 1 }
/// # async fn b() -> &'static str { "b" }
/// # async fn page(number: u32) -> u32 { number }
/// #[derive(Debug, Default, PartialEq)]
/// struct Site {
///     title: &'static str,
///     pages: Vec<u32>,
///     hits: u64,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// // A tuple; of one branch, `(A,)`.
/// let tuple: Gather<(u8, &str)> = gather!(a(), b());
/// assert_eq!(tuple.await, (1, "b"));
///
/// // An iterator of futures, spread: a vector in the iterator's order, alone or among others.
/// let vector: Gather<Vec<u32>> = gather!(..(0..3).map(page));
/// assert_eq!(vector.await, [0, 1, 2]);
/// let mixed: Gather<(u8, Vec<u32>)> = gather!(a(), ..[page(3), page(4)]);
/// assert_eq!(mixed.await, (1, vec![3, 4]));
///
/// // A struct, with shorthand fields and a base if need be.
/// let title = b();
/// let site: Gather<Site> = gather!(Site { title, pages: ..(1..3).map(page), ..Site::default() });
/// assert_eq!(site.await, Site { title: "b", pages: vec![1, 2], hits: 0 });
///
/// // An array, and gathers within gathers.
/// assert_eq!(gather!([a(), a()]).await, [1, 1]);
/// assert_eq!(gather!(gather!(a(), b()), a()).await, ((1, "b"), 1));
/// # }
/// ```
///
/// A struct literal that is itself a future goes in parentheses.
///
/// # Options
///
/// They stand before the branches, and a `;` ends them: `gather!(limit = 16, on = handle; ..)`.
///
/// | option | meaning |
/// | --- | --- |
/// | `limit = n` | at most `n` branches run at a time, and they start in order. A `..` iterator is pulled as its branches start, so it may be very long |
/// | `on = handle` | the branches run on this tokio `Handle`, so that a plain thread can gather too. Unless one of them has an `.await` of its own, their expressions are evaluated within that runtime, as `sleep(..)` needs it |
///
/// ```
/// use gather::gather;
/// # async fn page(number: u32) -> u32 { number }
///
/// let runtime = tokio::runtime::Runtime::new().unwrap();
/// let pages = gather!(limit = 4, on = runtime.handle(); ..(0..100).map(page));
/// // This thread is free meanwhile.
/// let pages = runtime.block_on(pages.into_future());
/// assert_eq!(pages.len(), 100);
/// ```
///
/// # Iterators
///
/// Without a `limit`, a `..` iterator is pulled by the caller, to its end and before the macro
/// returns, and each future is started as it comes. If the iterator panics, so does the call, and
/// what has started is stopped.
///
/// With a `limit`, it is pulled when a place is free: by the caller for the first places, and later
/// by the tasks that run its branches, one of which has each place and runs one branch after
/// another. So it has to be `Send + 'static`, and is not to block. If it panics, that is the panic
/// of a branch, and the last of its branches.
///
/// # When a branch fails
///
/// An `Err` is a value like another. A panic stops the other branches, and is resumed on the task
/// that awaits, with its original payload.
///
/// # Guarantees
///
/// - All expressions are evaluated, left to right and in the caller, before any branch starts: a
///   `?`, a `return` or a panic in one leaves nothing running. The temporaries of one, such as a
///   guard, are dropped before the next is evaluated.
/// - When the macro returns, they have started, and they run whether or not anybody awaits: on a
///   runtime of one thread, whenever the caller awaits something.
/// - When the [`Gather`] has resolved, none of them is running; when it is dropped, they are
///   aborted, and so are those of gathers inside them.
/// - All polls of the task that awaits together take time in proportion to the number of branches, in
///   whatever order they end.
///
/// # Panics
///
/// Outside a tokio runtime, unless there is an `on`, and where `limit` is 0: at the caller's line,
/// and before any branch has started. Without branches, `gather!()` needs no runtime.
///
/// # Compile errors
///
/// Each says, on the branch at fault, what to write instead: for a branch that is no future, is
/// awaited already, is not `Send` or borrows from the caller; for an option that does not exist, is
/// given twice or has no value; and for spawning the handle:
///
/// ```compile_fail,E0277
/// # use gather::gather;
/// # async fn a() {}
/// # #[tokio::main]
/// # async fn main() {
/// tokio::spawn(gather!(a(), a())); // its branches are running already, and cannot be spawned again
/// # }
/// ```
///
/// # Where it comes from
///
/// Starting at once and awaiting later are those of Python's `asyncio.gather`. That the branches
/// stop with the handle is not: there, they run on.
#[macro_export]
macro_rules! gather {
    ($($branches:tt)*) => {
        $crate::__macros::gather!([$crate] $($branches)*)
    };
}

/// Starts branches that can fail in the background, and gives a [`Gather`] of all their values or
/// the first error.
///
/// Each branch gives a `Result<T, E>`, and awaiting gives a `Result<(A, B, ..), E>`. Shapes, options
/// and guarantees are those of [`gather!`], with a `Result` around the whole.
///
/// ```
/// use gather::try_gather;
/// # use std::num::ParseIntError;
/// async fn parse(text: &str) -> Result<u32, ParseIntError> {
///     text.parse()
/// }
///
/// async fn never() -> Result<u32, ParseIntError> {
///     std::future::pending().await
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let sum = try_gather!(parse("20"), parse("22")).await.map(|(a, b)| a + b);
/// assert_eq!(sum, Ok(42));
///
/// let failed = try_gather!(parse("20"), never(), parse("two")).await;
/// assert_eq!(failed.unwrap_err().to_string(), "invalid digit found in string");
/// # }
/// ```
///
/// # When a branch fails
///
/// The first `Err` in time is the result. The branch that failed stops the others there and then,
/// even while nobody awaits; those that have not started never do. The handle resolves when all
/// have stopped. A panic outranks an `Err`, and is resumed on the task that awaits.
///
/// # Options
///
/// `limit` and `on`, as of [`gather!`], and
///
/// | option | meaning |
/// | --- | --- |
/// | `error = Type` | each branch's error is made into `Type` with [`From`], so that branches may fail in different ways. Without it, all fail with one type |
///
/// ```
/// use gather::try_gather;
/// # use std::num::ParseIntError;
/// # async fn read() -> std::io::Result<String> { Ok(String::from("7")) }
/// # async fn parse() -> Result<u32, ParseIntError> { "x".parse() }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// type AnyError = Box<dyn std::error::Error + Send + Sync>;
///
/// let failed = try_gather!(error = AnyError; read(), parse()).await;
/// assert_eq!(failed.unwrap_err().to_string(), "invalid digit found in string");
/// # }
/// ```
///
/// # Panics
///
/// As [`gather!`].
///
/// # Compile errors
///
/// Those of [`gather!`]; a branch that gives no `Result`; and, without `error`, a branch that fails
/// with another type than the others.
///
/// ```compile_fail,E0277
/// # use gather::try_gather;
/// # async fn read() -> std::io::Result<String> { Ok(String::from("7")) }
/// # async fn parse() -> Result<u32, std::num::ParseIntError> { "x".parse() }
/// # #[tokio::main]
/// # async fn main() {
/// // this branch fails with `ParseIntError`, and another branch with `std::io::Error`
/// let failed = try_gather!(read(), parse()).await;
/// # }
/// ```
///
/// # Where it comes from
///
/// The first error is that of `tokio::try_join!`. That it stops the others at once, and that the
/// result waits until they have stopped, are those of Python's `asyncio.TaskGroup`.
#[macro_export]
macro_rules! try_gather {
    ($($branches:tt)*) => {
        $crate::__macros::try_gather!([$crate] $($branches)*)
    };
}

/// Starts branches in the background, and gives a [`Gather`] of what became of each.
///
/// Awaiting gives, in each branch's place, a `Result<T, BranchError>`: the branch's value, or how
/// it [panicked](BranchError::is_panic) or was [cancelled](BranchError::is_cancelled). Nothing
/// that happens to one stops the others. Shapes, options and guarantees are those of [`gather!`].
///
/// ```
/// use gather::gather_settled;
/// # async fn divide(a: u32, b: u32) -> u32 { a / b }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # std::panic::set_hook(Box::new(|_| {}));
/// let (half, nothing) = gather_settled!(divide(8, 2), divide(8, 0)).await;
///
/// assert_eq!(half.unwrap(), 4);
/// assert_eq!(
///     nothing.unwrap_err().to_string(),
///     "branch 1, `divide(8, 0)`, panicked: attempt to divide by zero"
/// );
/// # }
/// ```
///
/// # When a branch fails
///
/// A branch's own `Result` stays as it is, inside of the other. Awaiting never panics: if the
/// runtime of the branches shuts down, those that had not ended are cancelled.
/// [`Gather::abort`] always gives a result: what has ended keeps its value, and the rest is
/// cancelled. So a timeout can take what is there. Of a `..` iterator under `limit`, what had not
/// been pulled has no outcome: the `Vec` is as long as what had been.
///
/// # Panics
///
/// The call does, as [`gather!`]; awaiting does not.
///
/// # Compile errors
///
/// As [`gather!`].
///
/// # Where it comes from
///
/// It goes further than Python's `asyncio.gather(.., return_exceptions=True)` and JavaScript's
/// `Promise.allSettled`: those keep what is an `Err` here, which `gather!` keeps as well. Here a
/// panic is kept in its place too.
#[macro_export]
macro_rules! gather_settled {
    ($($branches:tt)*) => {
        $crate::__macros::gather_settled!([$crate] $($branches)*)
    };
}

/// The code blocks of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
