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
//! # Installing
//!
//! ```sh
//! cargo add gather
//! cargo add tokio --features macros,rt-multi-thread
//! ```
//!
//! It needs Rust 1.88 or newer and tokio 1.47 or newer. Of tokio it uses the feature `rt` alone; the
//! features `macros` and `rt-multi-thread` are for your `#[tokio::main]`.
//!
//! # The three macros
//!
//! They take the same branches, shapes and options. They differ in what happens to the other branches
//! when one fails:
//!
//! | macro | a branch returns | awaiting returns | when a branch fails |
//! | --- | --- | --- | --- |
//! | [`gather!`] | any `T` | `(A, B, ..)` | a panic stops the others and is resumed on the task that awaits; an `Err` is an ordinary value and cancels nothing |
//! | [`try_gather!`] | `Result<T, E>` | `Result<(A, B, ..), E>` | the first error cancels the other branches immediately and is returned |
//! | [`gather_settled!`] | any `T` | `(Result<A, BranchError>, ..)` | each branch's own outcome is in its place; awaiting never panics |
//!
//! # The handle
//!
//! All three return a [`Gather<T>`](Gather): await it to get the `T`. The branches run whether or not
//! it is being awaited (on a runtime of one thread, whenever the caller awaits something), and they
//! live as long as it does:
//!
//! - dropping it **aborts** the branches, so a timeout, a lost `select!` or a client that
//!   disconnects stops the work; [`Gather::detach`] lets them keep running;
//! - once it resolves, **none of its branches is still running**;
//! - `(&mut gather).await` can be dropped and tried again.
//!
//! `Gather` deliberately does not implement `Future`: its branches are already running, so there is
//! nothing left to spawn. Await it as usual. `tokio::spawn(gather!(..))` does not compile, and the
//! error says what to write instead.
//!
//! You will mostly use [`Gather`], [`Progress`] and [`BranchError`], and now and then the futures
//! [`Abort`], [`GatherFuture`] and [`GatherMut`]. Everything else is support code for the macros, in
//! [`rt`].
//!
//! # Shapes
//!
//! The value has the shape that you write:
//!
//! | call | value |
//! | --- | --- |
//! | `gather!(a(), b())` | `(A, B)`; for one branch `(A,)` |
//! | `gather!(..futures)` | `Vec<A>`, in the order of the iterator |
//! | `gather!(a(), ..futures)` | `(A, Vec<B>)` |
//! | `gather!(Page { user: a(), posts: ..futures })` | `Page`, a struct |
//! | `gather!(Pair(a(), b()))` | `Pair`, a tuple struct or a variant of an enum |
//! | `gather!([a(), b()])` | `[A; 2]` |
//! | `gather!(gather!(a(), b()), c())` | `((A, B), C)` |
//!
//! # Options
//!
//! Options stand before the branches and end with a `;`: `gather!(limit = 16, on = handle; ..)`.
//!
//! | option | meaning |
//! | --- | --- |
//! | `limit = n` | at most `n` branches are in flight at a time |
//! | `tasks = n` | the branches share `n` tokio tasks, where they would each have one of their own |
//! | `here` | no tasks: the branches take turns in the task that awaits, and may borrow from it |
//! | `on = handle` | the branches run on this tokio runtime |
//! | `error = Type` | [`try_gather!`] only: the branches may fail with different types, and `Type` is made from each |
//!
//! [`gather!`](gather!#options) describes them in full.
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
//! | Python `asyncio.gather(.., return_exceptions=True)` | `gather!` of branches that return a `Result`; [`gather_settled!`] to keep panics in their places too |
//! | Python `asyncio.create_task(asyncio.gather(..))`, a `TypeError` | `tokio::spawn(gather!(..))`, a compile error |
//! | Python `asyncio.shield(future)` | `(&mut gather).await`, or [`Gather::detach`] |
//! | Python `asyncio.TaskGroup` | [`try_gather!`]: the first failure cancels the rest, and nothing outlives it |
//! | Python `asyncio.Semaphore(16)` around each | `gather!(limit = 16; ..futures)` |
//! | JavaScript `Promise.all([..])` | [`try_gather!`], which also stops the others |
//! | JavaScript `Promise.allSettled([..])` | `gather!` of branches that return a `Result`, or [`gather_settled!`] |
//! | `tokio::join!(a(), b())` | `gather!(a(), b()).await`: each branch is a task, and they run before the `.await`; with `here;` in front, neither |
//! | `tokio::try_join!(a(), b())` | `try_gather!(a(), b()).await` |
//! | `tokio::spawn` for each, `JoinError`s flattened by hand | `gather!(a(), b())`: panics are resumed, values come as they are |
//! | `JoinSet` of one type, results as they end | `gather!(..futures)`, results in order |
//! | `futures::future::join_all(handles)` | `gather!(..futures)` |
//! | `stream::iter(futures).buffered(16)` | `gather!(limit = 16; ..futures)` |
//!
//! # Where the branches run
//!
//! | branches | |
//! | --- | --- |
//! | borrow from the caller, or are not `Send` | `here` |
//! | are few and light, and awaited at once | `here`, which costs least |
//! | compute for a while, or run while the caller does something else | a task each, so no option |
//! | are many, and mostly wait | `tasks = n`, with the number of the runtime's threads |
//! | block their thread | a task each, with the blocking part in `spawn_blocking` |
//!
//! A branch in the background is part of a tokio task, so its future must be `Send + 'static`. Like any spawned task, a branch in the background cannot see tokio's task-locals: read the values
//! before the call and move them into the branch.
//!
//! # When not to use it
//!
//! If the values are already available, just build the tuple.
//!
//! # Cargo features
//!
//! - `tracing`, off by default: each branch runs in a span `branch` of the crate `tracing`, whose
//!   field `name` is the branch's text or its field. The parent is the span that is current where the
//!   macro is called, which tokio by itself does not carry into a task. In a build with
//!   `--cfg tokio_unstable` the tasks have the name as well, for tokio-console.
//!
//! # What the macros expand to
//!
//! Plain calls of documented types, which a person could have written: see
//! [the guide](guide::expansion), [`rt`], and the examples in the repository, where each is next to
//! its expansion.

#![forbid(unsafe_code)]

// Text alone, for the documentation and its tests: no other build reads it.
#[cfg(any(doc, doctest))]
pub mod guide;

pub use gather_core::{Abort, BranchError, Gather, GatherFuture, GatherMut, Progress};

pub mod rt;

#[doc(hidden)]
pub use gather_macros as __macros;

/// Starts branches of any types in the background, and returns a [`Gather`] of all their values.
///
/// ```text
/// gather!(option, .. ; branch, ..iterator, ..)
/// ```
///
/// The options and their `;` may be left out, and the branches may stand in one of the
/// [shapes](#shapes) below. A branch is any expression that is [`IntoFuture`]. Its future must be
/// `Send + 'static`, as must the value that it returns, unless the branches run
/// [`here`](#where-the-branches-run). When the macro returns, each branch is running as a tokio task
/// of its own.
///
/// # Shapes
///
/// The value has the shape that you write:
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
/// #[derive(Debug, PartialEq)]
/// struct Pair(u8, &'static str);
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
/// // A tuple struct, or a variant of an enum: the capital letter tells it from a function.
/// assert_eq!(gather!(Pair(a(), b())).await, Pair(1, "b"));
///
/// // An array, and gathers within gathers.
/// assert_eq!(gather!([a(), a()]).await, [1, 1]);
/// assert_eq!(gather!(gather!(a(), b()), a()).await, ((1, "b"), 1));
/// # }
/// ```
///
/// A struct or a tuple struct that is itself a future goes in parentheses: `gather!((Timer(5)))`.
/// A tuple struct is a shape only where it is alone in the call: among other branches it is a branch.
///
/// # Options
///
/// Options stand before the branches and end with a `;`: `gather!(limit = 16, on = handle; ..)`.
///
/// | option | meaning |
/// | --- | --- |
/// | `limit = n` | at most `n` branches are in flight at a time, and they start in order. A `..` iterator is advanced as its branches start, so it may be very long; it must then be `Send + 'static`, unless the branches run `here`. Without `limit` it may borrow |
/// | `tasks = n` | the branches share `n` tokio tasks, where they would each have one of their own; with `limit`, at most that many are in flight in all of the tasks together |
/// | `here` | no tasks: the branches take turns in the task that awaits. The call returns a future that starts nothing until it is polled. Not together with `tasks` or `on` |
/// | `on = handle` | the branches run on this tokio `Handle`, so a plain thread can gather too. The branch expressions are evaluated within that runtime, as `sleep(..)` requires, unless one of them has an `.await` of its own |
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
/// # Where the branches run
///
/// | option | branches run | may borrow or be `!Send` | in parallel | they start | the call returns |
/// | --- | --- | --- | --- | --- | --- |
/// | none | each as a tokio task of its own | no | yes | when the macro returns | a `Gather<T>` |
/// | `tasks = n` | on `n` tokio tasks that they share | no | `n` at a time | when the macro returns | a `Gather<T>` |
/// | `here` | in the task that awaits | yes | no | when first polled | a future of `T` |
///
/// `tasks = n` is for many branches, or cheap ones: spawning a task for each would cost more than the
/// branch does. The branches of one task take turns, so one that blocks holds up its neighbours; and
/// `tokio::task::id()` in a branch is that of the shared task.
///
/// `here` is for branches that borrow from the caller, such as `self.user(id)` or `fetch(&client)`,
/// and for branches that are not `Send`. Nothing runs while the future is not being awaited, one
/// branch that blocks holds up all others, and dropping the future drops the branches. It needs no
/// runtime, and it is `Send` if the branches are.
///
/// # Iterators
///
/// Without a `limit`, the caller advances a `..` iterator to its end before the macro returns, and
/// each future is started as it comes. If the iterator panics, so does the call, and the branches that
/// have started are stopped.
///
/// With a `limit`, the iterator is advanced lazily, first by the caller and then by `n` worker tasks,
/// each of which runs one branch after another. It must therefore be `Send + 'static` and must not
/// block. A panic in `next()` counts as a panic of a branch and ends the iteration.
///
/// With `here`, the iterator is advanced when the future is polled, in the task that awaits.
///
/// # When a branch fails
///
/// An `Err` is an ordinary value and cancels nothing. A panic stops the other branches, and is resumed
/// on the task that awaits, with its original payload.
///
/// # Guarantees
///
/// - The branch expressions are evaluated first, in order and in the caller; if one returns early or
///   panics, nothing has been started. The temporaries of one, such as a guard, are dropped before the
///   next is evaluated.
/// - When the macro returns, the branches have started, and they run whether or not the [`Gather`] is
///   being awaited: on a runtime of one thread, whenever the caller awaits something.
/// - Once the [`Gather`] resolves, no branch is still running; when it is dropped, the branches are
///   aborted, and so are those of gathers inside them.
/// - Waiting costs time linear in the number of branches, in whatever order they end.
///
/// # Panics
///
/// Panics, before starting any branch, if called outside a tokio runtime without `on`, or if `limit`
/// or `tasks` is 0. The panic is reported at the caller's line. A call without branches, `gather!()`,
/// needs no runtime, and neither does `here`.
///
/// # Compile errors
///
/// Misuse is a compile error on the branch or option at fault, and the message says what to write
/// instead: for a branch that is not a future, or is awaited already; for an option that does not
/// exist, is given twice, has no value or contradicts another; and for spawning the handle. A branch
/// that borrows from the caller, and most branches that are not `Send`, are reported in the compiler's
/// own words: [the gallery of errors][gallery] shows them, each with the fix.
///
/// [gallery]: https://docs.rs/crate/gather/latest/source/docs/errors.md
///
/// ```compile_fail,E0277
/// # use gather::gather;
/// # async fn a() {}
/// # #[tokio::main]
/// # async fn main() {
/// // `Gather` is not a `Future`: it is a handle to branches that are already running
/// tokio::spawn(gather!(a(), a()));
/// # }
/// ```
///
/// # Where it comes from
///
/// Like Python's `asyncio.gather`, it starts the branches immediately and lets you await them later.
/// Unlike it, dropping the handle cancels them.
#[doc(alias = "join")]
#[doc(alias = "join_all")]
#[doc(alias = "JoinSet")]
#[doc(alias = "spawn")]
#[doc(alias = "buffered")]
#[macro_export]
macro_rules! gather {
    ($($branches:tt)*) => {
        $crate::__macros::gather!([$crate] $($branches)*)
    };
}

/// Starts branches that can fail in the background, and returns a [`Gather`] of all their values or
/// the first error.
///
/// ```text
/// try_gather!(option, .. ; branch, ..iterator, ..)
/// ```
///
/// Each branch returns a `Result<T, E>`, and awaiting returns a `Result<(A, B, ..), E>`. Shapes,
/// options and guarantees are those of [`gather!`], with a `Result` around the whole.
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
/// The first error cancels the other branches immediately and is returned. The branch that failed
/// stops the others itself, even if the handle is not being awaited; those that have not started never
/// do. The handle resolves when all have stopped. A panic outranks an `Err`, and is resumed on the task
/// that awaits.
///
/// # Options
///
/// `limit`, `tasks`, `here` and `on`, as for [`gather!`](gather!#options), and
///
/// | option | meaning |
/// | --- | --- |
/// | `error = Type` | each branch's error is converted into `Type` with [`From`], so branches may fail with different types. Without it, all branches fail with the same type |
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
/// Those of [`gather!`]; a branch that does not return a `Result`; and, without `error`, a branch that
/// fails with another type than the others.
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
/// Like `tokio::try_join!`, it returns the first error. Like Python's `asyncio.TaskGroup`, it stops the
/// other branches at once, and returns when they have stopped.
#[doc(alias = "try_join")]
#[doc(alias = "try_join_all")]
#[doc(alias = "TaskGroup")]
#[doc(alias = "Promise.all")]
#[macro_export]
macro_rules! try_gather {
    ($($branches:tt)*) => {
        $crate::__macros::try_gather!([$crate] $($branches)*)
    };
}

/// Starts branches in the background, and returns a [`Gather`] of the outcome of each.
///
/// ```text
/// gather_settled!(option, .. ; branch, ..iterator, ..)
/// ```
///
/// Awaiting returns, in each branch's place, a `Result<T, BranchError>`: the branch's value, or how
/// it [panicked](BranchError::is_panic) or was [cancelled](BranchError::is_cancelled). A branch that
/// fails does not stop the others. Shapes, options and guarantees are those of [`gather!`].
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
/// A branch's own `Result` stays as it is, inside the other. Awaiting never panics: if the runtime of
/// the branches shuts down, those that had not ended are cancelled. [`Gather::abort`] always returns a
/// result: the branches that have ended keep their values, and the others are cancelled, so a timeout
/// can take partial results. The branches of a `..` iterator under `limit` that it had not yet yielded
/// have no outcome: the `Vec` is as long as the number that it had.
///
/// # Panics
///
/// The call panics as [`gather!`] does; awaiting does not.
///
/// # Compile errors
///
/// As for [`gather!`].
///
/// # Where it comes from
///
/// Python's `asyncio.gather(.., return_exceptions=True)` and JavaScript's `Promise.allSettled` keep
/// what is an `Err` in Rust, and so does `gather!`. This macro keeps panics in their places too.
#[doc(alias = "allSettled")]
#[doc(alias = "Promise.allSettled")]
#[doc(alias = "return_exceptions")]
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
