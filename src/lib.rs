//! Run several async expressions concurrently in the background, and await all results as one typed value.
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
//! Without gather, you spawn a task per future, handle a `JoinError` per task, and leave the tasks running if
//! the caller returns early. With gather, values arrive unwrapped, a branch's panic is resumed in the
//! awaiting task, and dropping the handle stops the branches.
//!
//! # Pick a macro and a place
//!
//! The macro determines what a failure means. The option before the branches determines where they run:
//!
//! | | *no option* | `tasks = n;` | `here;` |
//! | --- | --- | --- | --- |
//! | the branches run | each as a tokio task | spread over `n` tokio tasks | taking turns, in the awaiting task |
//! | they start | when the macro returns | when the macro returns | when first polled |
//! | in parallel | yes | `n` at a time | no |
//! | may borrow, may be `!Send` | no | no | yes |
//! | [`gather!`]: an `Err` is an ordinary value; a panic stops the others and is resumed where you await | `Gather<(A, B)>` | `Gather<(A, B)>` | a future of `(A, B)` |
//! | [`try_gather!`]: the first error stops the other branches immediately and is returned | `Gather<Result<(A, B), E>>` | `Gather<Result<(A, B), E>>` | a future of `Result<(A, B), E>` |
//! | [`gather_settled!`]: one outcome per branch, in its position: the value, or a [`BranchError`] if it panicked or was cancelled | `Gather` of `(Result<A, BranchError>, ..)` | the same | a future of the same |
//! | [`gather_each!`]: results one by one, as their branches finish; all branches return the same type | [`Each<T>`](Each), a stream of `(index, T)` | `Each<T>`, a stream of `(index, T)` | a stream of `(index, T)` |
//!
//! A `&self` method usually borrows from `self`, so use `here`:
//!
//! ```
//! use gather::try_gather;
//! # #[derive(Debug)]
//! # struct Error;
//! # struct Users;
//! # impl Users { async fn name(&self, id: u32) -> Result<String, Error> { Ok(format!("user {id}")) } }
//! # struct Orders;
//! # impl Orders { async fn of(&self, id: u32) -> Result<Vec<u32>, Error> { Ok(vec![id]) } }
//!
//! struct Service {
//!     users: Users,
//!     orders: Orders,
//! }
//!
//! struct Page {
//!     name: String,
//!     orders: Vec<u32>,
//! }
//!
//! impl Service {
//!     async fn page(&self, id: u32) -> Result<Page, Error> {
//!         try_gather!(here; Page { name: self.users.name(id), orders: self.orders.of(id) }).await
//!     }
//! }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! # let page = Service { users: Users, orders: Orders }.page(7).await.unwrap();
//! # assert_eq!((page.name.as_str(), page.orders), ("user 7", vec![7]));
//! # }
//! ```
//!
//! # Results as they arrive
//!
//! [`gather_each!`] returns results one by one, each with the index of its branch. To stop early, leave the
//! loop: a `break`, a `return` or a `?` drops the handle, which stops the branches that are still running.
//!
//! ```
//! use gather::gather_each;
//!
//! # async fn ask(mirror: &'static str) -> Result<String, String> {
//! #     if mirror == "b" { Ok(format!("{mirror} has it")) } else { Err(format!("{mirror} is down")) }
//! # }
//! async fn first_success(mirrors: Vec<&'static str>) -> Option<String> {
//!     let mut answers = gather_each!(..mirrors.into_iter().map(ask));
//!     while let Some((_, answer)) = answers.next().await {
//!         if let Ok(answer) = answer {
//!             return Some(answer); // stops the others
//!         }
//!     }
//!     None
//! }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! # assert_eq!(first_success(vec!["a", "b", "c"]).await.unwrap(), "b has it");
//! # }
//! ```
//!
//! [The guide](guide::each) has a short program for each use: the first three results, results by key, a
//! progress bar, a crawler that finds more work, and others.
//!
//! # Installing
//!
//! ```sh
//! cargo add gather
//! cargo add tokio --features macros,rt-multi-thread
//! ```
//!
//! It needs Rust 1.88 and tokio 1.47, or later. gather itself needs only tokio's features `rt` and `sync`; the
//! features `macros` and `rt-multi-thread` are for your `#[tokio::main]`.
//!
//! # Shapes
//!
//! The result has the shape you write:
//!
//! | call | value |
//! | --- | --- |
//! | `gather!(a(), b())` | `(A, B)`; for one branch `(A,)` |
//! | `gather!(..futures)` | `Vec<A>`, in the order of the iterator |
//! | `gather!(..ids.map(\|id\| (id, fetch(id))))` | `Vec<(Id, A)>`: each result comes with its key |
//! | `gather!(a(), ..futures)` | `(A, Vec<B>)` |
//! | `gather!(Page { user: a(), posts: ..futures })` | `Page`, a struct |
//! | `gather!(Pair(a(), b()))` | `Pair`, a tuple struct or a variant of an enum |
//! | `gather!([a(), b()])` | `[A; 2]` |
//! | `gather!(gather!(a(), b()), c())` | `((A, B), C)` |
//!
//! # Options
//!
//! Options come first, followed by a `;`: `gather!(limit = 16, on = handle; ..)`.
//!
//! | option | meaning |
//! | --- | --- |
//! | `limit = n` | at most `n` branches are in flight at a time; in the background, a `..` iterator must then own what it iterates over |
//! | `tasks = n` | the branches are spread over `n` tokio tasks, instead of each having its own |
//! | `here` | no tasks: the branches take turns in the awaiting task, and may borrow from it |
//! | `on = handle` | the branches run on the runtime of this `tokio::runtime::Handle`, so you can also call the macro from outside it |
//! | `error = Type` | [`try_gather!`] only: the branches may fail with different types, and each error is converted into `Type` |
//! | `catch` | [`try_gather!`] only: a branch's panic becomes an error too, converted from a [`BranchError`] with [`From`] |
//!
//! [`gather!`](gather!#options) describes them in full.
//!
//! # The handle
//!
//! In the background, a call returns a [`Gather<T>`](Gather): await it to get the `T`. The branches run
//! whether or not the handle is being awaited (on a single-threaded runtime, whenever the caller awaits
//! something), and they live as long as the handle does:
//!
//! - dropping it **aborts** the branches, so an elapsed timeout, a lost `select!` or a disconnecting client
//!   stops the work; [`Gather::detach`] lets them keep running;
//! - once it resolves, **none of its branches is still running**;
//! - you can stop waiting and resume later: dropping `(&mut gather).await` leaves the branches running.
//!   [`Gather::is_terminated`] says whether the result has been taken.
//!
//! `Gather` deliberately does not implement `Future`: its branches are already running, so there is
//! nothing left to spawn. `tokio::spawn(gather!(..))` does not compile, and the error says what to
//! write instead. Code that only awaits the handle takes it as it is. Code that requires a `Future`
//! takes `handle.into_future()`:
//!
//! | where it goes | pass | for example |
//! | --- | --- | --- |
//! | `.await` | the handle, or `&mut` | `(&mut handle).await` |
//! | tokio's `timeout` | the handle, or `&mut`; a `here` future by value | `timeout(duration, &mut handle).await` |
//! | tokio's `select!`, `join!`, `try_join!` | the handle, or `&mut`, without pinning it; to use a `&mut` reference again, reborrow it: `&mut *handle` | `tokio::join!(handle, other())` |
//! | another gather, wherever it runs | the handle | `gather!(handle, other())`, `gather!(..handles)` |
//! | futures-concurrency | the handle | `(handle, other()).join().await` |
//! | a function that takes `impl IntoFuture` | the handle | `function(handle)` |
//! | `Runtime::block_on` | `.into_future()` | `runtime.block_on(handle.into_future())` |
//! | `tokio::spawn`, `JoinSet::spawn`, which are seldom needed | `.into_future()` | `tasks.spawn(handle.into_future())` |
//! | `join_all`, `FuturesUnordered`, `FutureExt` | `.into_future()` | `handle.into_future().map(..)` |
//! | `CancellationToken::run_until_cancelled` | `.into_future()`, or that of a `&mut` to keep the handle | `token.run_until_cancelled((&mut handle).into_future())` |
//! | the `select!` of `futures` | `.into_future()` of a `&mut` | `page = (&mut handle).into_future() => ..` |
//! | `-> impl Future`, `Box<dyn Future>` | `.into_future()` | or return the `Gather<T>` itself |
//!
//! You will mostly use [`Gather`], [`Each`], [`Progress`] and [`BranchError`], and occasionally the futures
//! [`Abort`], [`AbortEach`], [`GatherFuture`], [`GatherMut`] and [`Next`]. Everything else is support code
//! for the macros, in [`rt`].
//!
//! # Guides
//!
//! - [Recipes](guide::recipes): partial results, retries, a handle in a struct, `anyhow`, and more.
//! - [Results as they arrive](guide::each): the first success, a quorum, results by key, and more.
//! - [Coming from asyncio](guide::from_asyncio) and [coming from tokio](guide::from_tokio).
//! - [Cancellation and lifetimes](guide::cancellation): when branches stop, and what they may use.
//! - [When it does not compile](guide::errors): the compiler's message for each common mistake, with
//!   the fix.
//! - [How the expansion works](guide::expansion).
//!
//! In the repository, [`docs/DESIGN.md`][design] explains the design, and [`docs/COMPARE.md`][compare]
//! compares gather with its neighbours, program by program.
//!
//! [design]: https://docs.rs/crate/gather/latest/source/docs/DESIGN.md
//! [compare]: https://docs.rs/crate/gather/latest/source/docs/COMPARE.md
//!
//! # Coming from ...
//!
//! | elsewhere | with gather |
//! | --- | --- |
//! | Python `await asyncio.gather(a(), b())` | `gather!(a(), b()).await`, or `try_gather!` to raise the first error |
//! | Python `future = asyncio.gather(a(), b())` | `let gather = gather!(a(), b());` |
//! | Python `future.done()`, `future.result()` | [`Gather::is_finished`], [`Gather::try_result`] |
//! | Python `asyncio.gather(*coros)` | `gather!(..futures)`, a `Vec` |
//! | Python `asyncio.gather(.., return_exceptions=True)` | `gather!` of branches that return a `Result`; [`gather_settled!`] to keep panics in their places as well |
//! | Python `asyncio.create_task(asyncio.gather(..))`, which is a `TypeError` | `tokio::spawn(gather!(..))`, which is a compile error |
//! | Python `asyncio.shield(future)` | `(&mut gather).await`, or [`Gather::detach`] |
//! | Python `asyncio.TaskGroup`, a trio nursery | [`try_gather!`]: the first failure cancels the rest. [Some things differ](guide::from_asyncio#coming-from-taskgroup-trio-or-anyio) |
//! | Go's `errgroup` with a context, Kotlin's `coroutineScope`, Java's `StructuredTaskScope` | [`try_gather!`], which needs no context to stop the others. [More of these](guide::from_asyncio#coming-from-go-kotlin-or-java) |
//! | Python `asyncio.Semaphore(16)` around each | `gather!(limit = 16; ..futures)` |
//! | JavaScript `Promise.all([..])` | [`try_gather!`], which also stops the others |
//! | JavaScript `Promise.allSettled([..])` | `gather!` of branches that return a `Result`, or [`gather_settled!`] |
//! | `tokio::join!(a(), b())` | `gather!(a(), b()).await`: each branch is a task, which runs even before the `.await`; with `here;`, the branches run as in `join!` |
//! | `tokio::try_join!(a(), b())` | `try_gather!(a(), b()).await` |
//! | `tokio::spawn` for each, `JoinError`s flattened by hand | `gather!(a(), b())`: panics are resumed, and values arrive unwrapped |
//! | `tokio::spawn` for each, and a `From<JoinError>` | `try_gather!(catch; a(), b())` and a `From<BranchError>` |
//! | `JoinSet` of one type, `join_next` | `gather_each!(..futures)`, results as they arrive; `gather!(..futures)`, results in order |
//! | `FuturesUnordered` | `gather_each!(..futures)`; with `here;` in front, in the awaiting task |
//! | `stream::iter(futures).buffer_unordered(16)` | `gather_each!(limit = 16; ..futures)` |
//! | Python `asyncio.as_completed(coros)` | `gather_each!(..futures)` |
//! | JavaScript `Promise.race`, `Promise.any` | [`gather_each!`], and leave at the first result, or the first `Ok` |
//! | `futures::future::join_all(handles)` | `gather!(..futures)` |
//! | `stream::iter(futures).buffered(16)` | `gather!(limit = 16; ..futures)` |
//!
//! # Where the branches run
//!
//! | your branches | write |
//! | --- | --- |
//! | borrow from the caller, or are not `Send` | `here;` |
//! | are few and light, and awaited immediately | `here;`, the cheapest of the three |
//! | compute for a while, or run while the caller does something else | no option |
//! | are many, and mostly wait | `tasks = n;`, with `n` the number of the runtime's threads: `Handle::current().metrics().num_workers()` |
//! | block their thread | no option, with the blocking part in `spawn_blocking` |
//!
//! # Requirements
//!
//! A background branch runs in a tokio task, so its future and the value that it returns must be
//! `Send + 'static`: for a generic future, `F: Future<Output: Send + 'static> + Send + 'static`. Like any
//! spawned task, it cannot see the caller's tokio task-locals: read the values before the call and move them
//! into the branch.
//!
//! # When not to use it
//!
//! - **You await two or three futures where you create them:** `tokio::join!` is enough.
//! - **You need background work without tokio:** background branches are tokio tasks. Only `here` works
//!   without a runtime.
//! - **You add work at any time**, as a server that accepts connections does: use `JoinSet`, or
//!   `FuturesUnordered` in one task. A gather has only the branches of its call.
//!
//! # Cargo features
//!
//! - `tracing`, off by default: each branch runs in a `tracing` span named `branch`, whose fields `name` and
//!   `index` are those of a [`BranchError`]. The parent is the span that is current at the macro call. tokio
//!   by itself does not carry that span into a task: without this feature, a function with `#[instrument]`
//!   loses its span in the branches that it starts. In a build with `--cfg tokio_unstable`, the tasks also
//!   have the branch's name, for tokio-console.
//!
//! # What the macros expand to
//!
//! Plain code that uses documented types and could have been written by hand: see [the
//! guide](guide::expansion), [`rt`], and the examples in the repository, each next to its expansion.

#![forbid(unsafe_code)]

// Only text, for the documentation and its tests. Other builds do not read it.
#[cfg(any(doc, doctest))]
pub mod guide;

pub use gather_core::{
    Abort, AbortEach, BranchError, Each, Gather, GatherFuture, GatherMut, Next, Progress,
};

pub mod rt;

#[doc(hidden)]
pub use gather_macros as __macros;

/// Starts branches of any types in the background, and returns a [`Gather`] of all their values.
///
/// ```text
/// gather!(OPTIONS; BRANCHES)
/// gather!(BRANCHES)
///
/// OPTIONS:   limit = n, tasks = n, here, on = handle
/// BRANCHES:  branch, ..iterator, ..                     a tuple; a lone ..iterator is a Vec
///            name: branch, name: ..iterator, ..         the same; errors say the names
///            Name { field: branch, field: ..iterator }  a struct
///            Name(branch, ..)                           a tuple struct
///            [branch, ..]                               an array
/// ```
///
/// A branch is any expression that implements [`IntoFuture`]. By default, each branch is already running as
/// its own tokio task when the macro returns, so its future and the value that it returns must be
/// `Send + 'static`. With the options `tasks` and `here`, the branches run
/// [elsewhere](#where-the-branches-run).
///
/// # Shapes
///
/// The result has the shape you write:
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
/// // A tuple; for one branch, `(A,)`.
/// let tuple: Gather<(u8, &str)> = gather!(a(), b());
/// assert_eq!(tuple.await, (1, "b"));
///
/// // An iterator of futures, spread: a vector in the iterator's order, alone or among others.
/// let vector: Gather<Vec<u32>> = gather!(..(0..3).map(page));
/// assert_eq!(vector.await, [0, 1, 2]);
/// let mixed: Gather<(u8, Vec<u32>)> = gather!(a(), ..[page(3), page(4)]);
/// assert_eq!(mixed.await, (1, vec![3, 4]));
///
/// // An iterator of pairs of a key and a future: each result comes with its key.
/// let keyed: Gather<Vec<(&str, u32)>> = gather!(..[("first", page(1)), ("last", page(9))]);
/// assert_eq!(keyed.await, [("first", 1), ("last", 9)]);
///
/// // A struct, optionally with shorthand fields and a base.
/// let title = b();
/// let site: Gather<Site> = gather!(Site { title, pages: ..(1..3).map(page), ..Site::default() });
/// assert_eq!(site.await, Site { title: "b", pages: vec![1, 2], hits: 0 });
///
/// // A tuple struct, or a variant of an enum: the capital letter distinguishes it from a function call.
/// assert_eq!(gather!(Pair(a(), b())).await, Pair(1, "b"));
///
/// // An array, and gathers within gathers.
/// assert_eq!(gather!([a(), a()]).await, [1, 1]);
/// assert_eq!(gather!(gather!(a(), b()), a()).await, ((1, "b"), 1));
/// # }
/// ```
///
/// You can name a branch with the syntax of a struct field. The value stays the same; errors, spans and tasks
/// use the name:
///
/// ```
/// use gather::gather_settled;
/// # async fn fetch(id: u32) -> u32 { 100 / id }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # std::panic::set_hook(Box::new(|_| {}));
/// let (user, orders) = gather_settled!(user: fetch(7), orders: ..[2, 0].map(fetch)).await;
///
/// assert_eq!(user.unwrap(), 14);
/// assert_eq!(
///     orders[1].as_ref().unwrap_err().to_string(),
///     "item 1 of `orders` panicked: attempt to divide by zero"
/// );
/// # }
/// ```
///
/// Without a name, a branch is identified by its source text, and a bare block by its line as well:
/// ``branch 2, `async move { .. }` at src/page.rs:68``. A branch cannot have the name of an option.
///
/// A struct or a tuple struct that is itself a future needs parentheses: `gather!((Timer(5)))`.
/// `Pair(a(), b())` is a shape only if it is the whole call; next to other branches it is treated as an
/// ordinary branch.
///
/// # Options
///
/// Options come first, followed by a `;`: `gather!(limit = 16, on = handle; ..)`. They apply
/// to the branches of this call. A gather that is itself a branch has options of its own.
///
/// | option | meaning |
/// | --- | --- |
/// | `limit = n` | at most `n` branches are in flight at a time, and they are spawned in order. A `..` iterator is advanced only as branches start, so it may be very long. With `limit`, it must be `Send + 'static`, unless the branches run `here`. Without `limit`, the iterator itself may borrow; its futures may not |
/// | `tasks = n` | the branches are spread over `n` tokio tasks, instead of each having its own. With as many tasks as branches, a task each would cost less. With `limit`, at most `limit` branches are in flight across all tasks |
/// | `here` | no tasks: the branches take turns in the awaiting task. The call returns a future that starts nothing until it is polled. Cannot be combined with `tasks` or `on` |
/// | `on = handle` | the branches run on this tokio `Handle`, so you can also call the macro from outside the runtime. The branch expressions are evaluated within that runtime, as `sleep(..)` requires. But if one of them contains an `.await`, all are evaluated in the caller's runtime: a socket that one of them binds belongs to the caller's runtime, and a gather in one of them needs its own `on`. So wrap an expression that awaits in an `async` block |
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
/// | `tasks = n` | spread over `n` tokio tasks | no | `n` at a time | when the macro returns | a `Gather<T>` |
/// | `here` | in the awaiting task | yes | no | when first polled | a future of `T` |
///
/// `tasks = n` is for many or cheap branches, where a task for each would cost more than the branch itself.
/// The branches of one task take turns, so one that blocks holds up its neighbours. In a branch,
/// `tokio::task::id()` returns the id of the shared task.
///
/// `here` is for branches that borrow from the caller, such as `self.user(id)` or `fetch(&client)`,
/// and for branches that are not `Send`. Nothing runs while the future is not being awaited, one branch that
/// blocks holds up all others, and dropping the future drops the branches. The future needs no runtime, and
/// is `Send` if the branches are.
///
/// # Iterators
///
/// Without a `limit`, the caller advances a `..` iterator to its end before the macro returns, and starts
/// each future as the iterator yields it, or, with `tasks`, once all iterators have ended. If an iterator
/// panics, so does the call, and the branches that have started are stopped.
///
/// With a `limit`, the iterator is advanced lazily, first by the caller and then by up to `limit` worker
/// tasks, each of which runs one branch after another; with `tasks`, by the shared tasks, which start once
/// the caller has taken the first `limit` futures. It must therefore be `Send + 'static` and must not block.
/// A panic in `next()` counts as a panic of a branch and ends the iteration.
///
/// With `here`, the iterator is advanced to its end when the macro is called; with `limit` as well, it is
/// advanced as the future is polled, in the awaiting task.
///
/// An iterator may yield pairs of a key and a future, as a `HashMap` of futures does. Each result then comes
/// paired with its key. A key is not run, even if it is a future: make two futures a gather of their own,
/// `gather!(save(id), log(id))`. The keys are not cloned. The gather keeps them until it is awaited, so they
/// must be `Send + 'static`, unless the branches run `here`.
///
/// # When a branch fails
///
/// An `Err` is an ordinary value and cancels nothing. A panic stops the other branches, and is resumed
/// in the awaiting task, with its original payload. To get panics as values, use [`gather_settled!`]; to get
/// them as errors, [`try_gather!`] with [`catch`](try_gather!#panics-as-errors).
///
/// # Guarantees
///
/// - The branch expressions are evaluated first, in order and in the caller; if one returns early or panics,
///   nothing has been started. The temporaries of an expression, such as a guard, are dropped before the next
///   one is evaluated. A guard passed into a branch, as in `write(log.lock().unwrap())`, is held until that
///   branch ends: two such branches on one mutex deadlock while the call is evaluated.
/// - When the macro returns, the branches have started, and they run whether or not the [`Gather`] is being
///   awaited: on a single-threaded runtime, whenever the caller awaits something. Even on several threads,
///   the last branch does not run while a caller on a worker thread blocks or computes without an `.await`:
///   [no other worker steals the newest task of a thread](guide::from_tokio#the-branches-are-tokio-tasks).
/// - Once the [`Gather`] resolves, no branch is still running; when it is dropped, the branches are
///   aborted, and so are those of gathers inside them.
/// - Awaiting takes time linear in the number of branches, regardless of the order in which they end.
///
/// # Panics
///
/// Panics, before starting any branch, if called outside a tokio runtime without `on`, or if `limit`
/// or `tasks` is 0. The panic is reported at the caller's line. A call with neither branches nor
/// options, `gather!()`, needs no runtime, and neither does `here`.
///
/// # Compile errors
///
/// Misuse is a compile error on the branch or option at fault, and the message says what to write instead:
/// for a branch that is not a future, or is already awaited; for an option that does not exist, is given
/// twice, has no value or contradicts another; and for spawning the handle. A branch that borrows from the
/// caller, and most branches that are not `Send`, are reported in the compiler's own words: [the gallery of
/// errors](guide::errors) shows them, each with the fix.
///
/// ```compile_fail,E0277
/// # use gather::gather;
/// # async fn a() {}
/// # #[tokio::main]
/// # async fn main() {
/// // `Gather` is not a `Future`: its branches are already running
/// tokio::spawn(gather!(a(), a()));
/// # }
/// ```
///
/// # Where it comes from
///
/// Like Python's `asyncio.gather`, it starts the branches immediately and lets you await them later.
/// Unlike in Python, dropping the handle stops the branches.
#[macro_export]
macro_rules! gather {
    ($($branches:tt)*) => {
        $crate::__macros::gather!([$crate] $($branches)*)
    };
}

/// Starts fallible branches in the background, and returns a [`Gather`] of all their values or the first
/// error.
///
/// ```text
/// try_gather!(OPTIONS; BRANCHES)
/// try_gather!(BRANCHES)
///
/// OPTIONS:   limit = n, tasks = n, here, on = handle, error = Type, catch
/// BRANCHES:  branch, ..iterator, ..                     a tuple; a lone ..iterator is a Vec
///            name: branch, name: ..iterator, ..         the same; errors say the names
///            Name { field: branch, field: ..iterator }  a struct
///            Name(branch, ..)                           a tuple struct
///            [branch, ..]                               an array
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
/// The first error stops the other branches immediately and is returned. The branch that failed stops the
/// others itself, even if the handle is not being awaited; branches that have not started never start. The
/// handle resolves when all have stopped. A panic outranks an `Err`, and is resumed in the awaiting task;
/// with the option [`catch`](#panics-as-errors) it is an error like any other.
///
/// # Options
///
/// `limit`, `tasks`, `here` and `on`, as for [`gather!`](gather!#options), and
///
/// | option | meaning |
/// | --- | --- |
/// | `error = Type` | each branch's error is converted into `Type` with [`From`], so branches may fail with different types. A block that uses `?` must state its own error type, as in `Ok::<_, Type>(value)`. Without `error`, all branches fail with the same type |
/// | `catch` | a branch's panic becomes an error too, converted from a [`BranchError`] with [`From`]: see [below](#panics-as-errors) |
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
/// # Panics as errors
///
/// With `catch`, a branch that panics fails the gather just as an `Err` does. The panic becomes a
/// [`BranchError`], which names the branch and keeps the payload. It is converted with [`From`] into the
/// error of the gather: the type that `error` names, or the error type of all branches.
///
/// ```
/// use gather::{BranchError, try_gather};
///
/// #[derive(Debug)]
/// enum AppError {
///     Io(std::io::Error),
///     Panicked(BranchError),
/// }
///
/// impl From<std::io::Error> for AppError {
///     fn from(error: std::io::Error) -> Self {
///         AppError::Io(error)
///     }
/// }
///
/// impl From<BranchError> for AppError {
///     fn from(panic: BranchError) -> Self {
///         AppError::Panicked(panic)
///     }
/// }
///
/// # async fn read() -> std::io::Result<String> { std::future::pending().await }
/// # async fn divide(a: u32, b: u32) -> Result<u32, AppError> { Ok(a / b) }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # std::panic::set_hook(Box::new(|_| {}));
/// let failed = try_gather!(catch, error = AppError; read(), divide(8, 0)).await;
///
/// let Err(AppError::Panicked(panic)) = failed else { panic!("8 is divided by 0") };
/// assert_eq!(
///     panic.to_string(),
///     "branch 1, `divide(8, 0)`, panicked: attempt to divide by zero"
/// );
/// # }
/// ```
///
/// Of all errors and panics, the first in time is returned. Later ones are dropped, such as a panic in the
/// `Drop` of a branch that is being stopped. Under `limit`, a panic of an iterator counts as a panic of the
/// branch that it would have yielded. Without `limit`, the call advances the iterator, so the call panics.
///
/// A panic is converted in the awaiting task, and an `Err` in its branch. If the conversion of a panic
/// panics, so does awaiting. If the runtime shuts down, no branch has panicked: awaiting still panics, and
/// says why.
///
/// # Panics
///
/// Panics as [`gather!`] does. With `catch`, awaiting does not resume the panic of a branch.
///
/// # Compile errors
///
/// Those of [`gather!`]; a branch that does not return a `Result`; without `error`, a branch whose error type
/// differs from the others'; and, with `catch`, an error type without a `From<BranchError>`.
///
/// ```compile_fail,E0277
/// # use gather::try_gather;
/// # async fn read() -> std::io::Result<String> { Ok(String::from("7")) }
/// # async fn parse() -> Result<u32, std::num::ParseIntError> { "x".parse() }
/// # #[tokio::main]
/// # async fn main() {
/// // this branch fails with `ParseIntError`, and another fails with `std::io::Error`
/// let failed = try_gather!(read(), parse()).await;
/// # }
/// ```
///
/// # Where it comes from
///
/// Like `tokio::try_join!`, it returns the first error. Like Python's `asyncio.TaskGroup`, it stops the
/// other branches immediately, and returns when they have stopped.
#[doc(alias = "TaskGroup")]
#[doc(alias = "StructuredTaskScope")]
#[doc(alias = "coroutineScope")]
#[doc(alias = "errgroup")]
#[doc(alias = "nursery")]
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
/// gather_settled!(OPTIONS; BRANCHES)
/// gather_settled!(BRANCHES)
///
/// OPTIONS:   limit = n, tasks = n, here, on = handle
/// BRANCHES:  branch, ..iterator, ..                     a tuple; a lone ..iterator is a Vec
///            name: branch, name: ..iterator, ..         the same; errors say the names
///            Name { field: branch, field: ..iterator }  a struct
///            Name(branch, ..)                           a tuple struct
///            [branch, ..]                               an array
/// ```
///
/// Awaiting returns a `Result<T, BranchError>` for each branch, in its position: the branch's value, or how
/// it [panicked](BranchError::is_panic) or was [cancelled](BranchError::is_cancelled). A branch that fails
/// does not stop the others. Shapes, options and guarantees are those of [`gather!`].
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
/// If a branch itself returns a `Result`, you get a nested `Result<Result<T, E>, BranchError>`. If the
/// runtime of the branches shuts down, the branches that had not ended are cancelled. [`Gather::abort`]
/// always returns a result: the branches that have ended keep their values, and the others are cancelled, so
/// you can take partial results after a timeout. Under `limit`, futures that the iterator has not yet yielded
/// have no entry, so the `Vec` may be shorter than the iterator.
///
/// With an iterator of pairs, each outcome comes with its key: `Vec<(K, Result<T, BranchError>)>`.
///
/// # Panics
///
/// The call panics as [`gather!`] does. Awaiting does not, with one exception: under `limit`, a panic of an
/// iterator of pairs has no key, so it stops the branches and is resumed.
///
/// # Compile errors
///
/// Those of [`gather!`].
///
/// # Where it comes from
///
/// Python's `asyncio.gather(.., return_exceptions=True)` and JavaScript's `Promise.allSettled` collect
/// exceptions and rejections, which in Rust are `Err` values; `gather!` already does that. This macro keeps
/// panics in their places as well.
#[doc(alias = "allSettled")]
#[doc(alias = "supervisorScope")]
#[doc(alias = "Promise.allSettled")]
#[doc(alias = "return_exceptions")]
#[macro_export]
macro_rules! gather_settled {
    ($($branches:tt)*) => {
        $crate::__macros::gather_settled!([$crate] $($branches)*)
    };
}

/// Starts branches of one type in the background, and returns an [`Each`]: a handle that returns their
/// results one by one, as the branches finish.
///
/// ```text
/// gather_each!(OPTIONS; BRANCHES)
/// gather_each!(BRANCHES)
///
/// OPTIONS:   limit = n, tasks = n, here, on = handle
/// BRANCHES:  branch, ..iterator, ..              all of one type
///            name: branch, name: ..iterator, ..  the same; errors say the names
/// ```
///
/// All branches return the same type `T`. [`each.next().await`](Each::next) returns `Some((index, value))`
/// for the next branch to finish, and `None` once all results have been taken and no branch is left running.
/// The index counts the branches from the left, including those that iterators yield. An iterator may yield
/// pairs of a key and a future: the value is then a pair of the key and the result.
///
/// ```
/// use gather::gather_each;
/// use tokio::time::{Duration, sleep};
///
/// async fn fetch(id: u64) -> u64 {
///     sleep(Duration::from_millis(id)).await;
///     id
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let mut each = gather_each!(fetch(50), ..[40, 10, 30].map(fetch));
/// assert_eq!(each.next().await, Some((2, 10)));
/// while let Some((index, id)) = each.next().await {
///     println!("branch {index} has fetched {id}, and {} are done", each.progress());
/// }
/// # }
/// ```
///
/// # To stop early, leave the loop
///
/// Dropping the [`Each`] stops the branches that are still running. A `break`, a `return` or a `?` drops it:
///
/// ```
/// use gather::gather_each;
///
/// # async fn ask(mirror: &'static str) -> Result<String, String> {
/// #     if mirror == "b" { Ok(mirror.to_owned()) } else { Err(format!("{mirror} is down")) }
/// # }
/// /// The first success, or all errors.
/// async fn first_success(mirrors: Vec<&'static str>) -> Result<String, Vec<String>> {
///     let mut answers = gather_each!(..mirrors.into_iter().map(ask));
///     let mut errors = Vec::new();
///     while let Some((_, answer)) = answers.next().await {
///         match answer {
///             Ok(answer) => return Ok(answer), // stops the others
///             Err(error) => errors.push(error),
///         }
///     }
///     Err(errors)
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # assert_eq!(first_success(vec!["a", "b", "c"]).await, Ok(String::from("b")));
/// # assert_eq!(first_success(vec!["a"]).await.unwrap_err(), ["a is down"]);
/// # }
/// ```
///
/// # As a stream
///
/// [`Each`] implements `Stream` and `FusedStream` of `futures_core`, with the item `(usize, T)`. So the
/// methods of `StreamExt` apply. The `select!` of `futures` accepts `each.next()` and
/// `each.select_next_some()`. `each.next().now_or_never()` asks for a result without waiting.
///
/// # Options
///
/// `limit`, `tasks`, `here` and `on`, as for [`gather!`](gather!#options). Two of them do more:
///
/// | option | meaning |
/// | --- | --- |
/// | `limit = n` | a branch counts towards the limit until its result is taken. So an iterator may be endless: it is advanced at most `n` branches ahead of the results that you take, and memory does not grow. If the runtime shuts down while `n` results have not been taken, the branches that have not started are dropped |
/// | `here` | the call returns a stream that runs the branches in the task that takes their results, and starts nothing before the first poll. It has `next`, needs no pinning, and is `Send` if the branches and their results are. It makes a few allocations for each branch |
///
/// ```
/// use gather::gather_each;
///
/// struct Client {
///     name: String,
/// }
///
/// impl Client {
///     async fn page(&self, number: usize) -> String {
///         format!("page {number} for {}", self.name)
///     }
///
///     async fn last_page(&self) -> String {
///         let mut last = String::new();
///         // The branches borrow `self`.
///         let mut pages = gather_each!(here, limit = 2; ..(0..10).map(|number| self.page(number)));
///         while let Some((number, page)) = pages.next().await {
///             if number == 9 {
///                 last = page;
///             }
///         }
///         last
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let client = Client { name: String::from("Ada") };
/// assert_eq!(client.last_page().await, "page 9 for Ada");
/// # }
/// ```
///
/// # When a branch fails
///
/// An `Err` is a result like any other. A panic stops the other branches. [`next`](Each::next) first returns
/// the results of the branches that had ended before, and then resumes the panic, with its original payload,
/// once all branches have been dropped.
///
/// # Panics
///
/// The call panics as [`gather!`] does. Awaiting `next` panics if a branch has panicked, or if the
/// runtime of the branches shuts down before they have ended.
///
/// # Compile errors
///
/// Those of [`gather!`], and: a branch whose type differs from the others'; a shape, such as `[a(), b()]` or
/// `Page { .. }`, because results come one by one; and awaiting the [`Each`] itself.
///
/// ```compile_fail,E0277
/// # use gather::gather_each;
/// # async fn name() -> String { String::new() }
/// # async fn age() -> u8 { 36 }
/// # #[tokio::main]
/// # async fn main() {
/// // this branch returns `u8`, and another returns `String`: all must return the same type
/// let mut each = gather_each!(name(), age());
/// # each.next().await;
/// # }
/// ```
///
/// # Where it comes from
///
/// Like Python's `asyncio.as_completed`, `FuturesUnordered` of the crate `futures` and tokio's `JoinSet`, it
/// returns results as they arrive. Unlike `FuturesUnordered`, it runs the branches even while the handle is
/// not being awaited. Unlike `JoinSet`, it says which branch a result belongs to, and `limit` holds back an
/// iterator whose results are not taken. [The guide](guide::each) has a short program for each use.
#[doc(alias = "as_completed")]
#[doc(alias = "Promise.race")]
#[doc(alias = "Promise.any")]
#[macro_export]
macro_rules! gather_each {
    ($($branches:tt)*) => {
        $crate::__macros::gather_each!([$crate] $($branches)*)
    };
}

/// The code blocks of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
