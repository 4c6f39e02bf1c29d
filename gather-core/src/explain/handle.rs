//! Mistakes of taking a handle for a future.
//!
//! A `Gather` is not a future, so that spawning it does not compile. It implements `Future` on a
//! condition that never holds, and the trait of that condition says what to write instead. So does
//! a `&Gather`.

use std::convert::Infallible;
use std::marker::PhantomData;

/// The bound for spawning a `Gather` is on this type. On `Gather` itself, rustc would report
/// `Future`, with the message of std: "`Gather<..>` is not a future".
#[doc(hidden)]
#[derive(Debug)]
pub struct AlreadyRunning<T>(Infallible, PhantomData<fn() -> T>);

/// No type implements this.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`Gather` is not a `Future`: its branches are already running; `.await` it, await several with `gather!(..handles)`, or pass `handle.into_future()`",
    label = "this is a handle to the branches",
    note = "await it where its results are needed: `let results = handle.await;`",
    note = "to let the branches keep running without it: `handle.detach();`",
    note = "to return the handle, name the type: `-> Gather<T>`",
    note = "to wait for several: `gather!(..handles)`",
    note = "to keep the handle: `&mut handle` in tokio's `timeout` and `select!`, without a pin, or else `(&mut handle).into_future()`",
    note = "with `block_on`, call the macro inside: `block_on(async {{ gather!(..).await }})`"
)]
pub trait Start {}

/// The bound for using a handle as its value, before it is awaited, is on this type.
#[doc(hidden)]
#[derive(Debug)]
pub struct Unawaited<T>(Infallible, PhantomData<fn() -> T>);

/// No type implements this.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`Gather` is not an iterator: `.await` it first, as in `for value in handle.await`",
    label = "this is a handle, not its value",
    note = "for results one by one, as their branches finish: `gather_each!`"
)]
pub trait IterateValue {
    /// No real type: rustc then reports nothing more about the items.
    type Item;
}

no_type_has!(
    HasValue,
    message = "a `Gather` is a handle, not its value: `.await` it first, then call the method on the value",
    label = "this is a method of the value",
    note = "for a `try_gather!`, `.await` comes before `?`: `.await?`"
);

no_type_has!(
    MapsValue,
    message = "a `Gather` is a handle, not its value: `.await` it first, or call the method of `FutureExt` on `handle.into_future()`",
    label = "there is no such method",
    note = "for a `try_gather!`, `.await` comes before `?`: `.await?`"
);

/// The bound for awaiting a `&Gather` is on this type.
#[doc(hidden)]
#[derive(Debug)]
pub struct Borrowed<T>(Infallible, PhantomData<fn() -> T>);

/// No type implements this.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a `&Gather` cannot be awaited: awaiting takes the result, so await `&mut handle` or the handle itself",
    label = "this is a shared reference",
    note = "in a loop: `for handle in &mut handles`, or `for handle in handles`"
)]
pub trait TakeResult {
    /// Returns any type: it is never called.
    fn take<T>() -> T;
}

/// A handle, in the error about a method that it lacks.
#[doc(hidden)]
#[derive(Debug)]
pub struct GatherHandle<T>(Infallible, PhantomData<fn() -> T>);

no_type_has!(
    Done,
    message = "a `Gather` has no `done`: write `handle.is_finished()`",
    label = "there is no such method"
);

no_type_has!(
    TakenResult,
    message = "a `Gather` has no `result`: `.await` it, or write `handle.try_result()`",
    label = "there is no such method",
    note = "`try_result()` returns the handle if a branch is still running"
);

no_type_has!(
    Cancel,
    message = "a `Gather` has no such method: to stop its branches, drop it, or write `handle.abort().await` to wait until they have stopped",
    label = "there is no such method"
);

no_type_has!(
    NextOfAll,
    message = "a `Gather` returns all results at once: `.await` it, or use `gather_each!` to get each result as its branch finishes",
    label = "there is no such method",
    note = "of a `gather_each!`: `while let Some((index, value)) = each.next().await {{ .. }}`"
);

no_type_has!(
    FutureMethod,
    message =
        "a `Gather` is not a `Future`, so it has no such method: call it on `handle.into_future()`",
    label = "this is a method of `FutureExt`",
    note = "`.await`, and tokio's `timeout`, `select!` and `join!`, take the handle as it is"
);

no_type_has!(
    Joins,
    message = "a `Gather` has no such method: `.await` it",
    label = "there is no such method"
);

no_type_has!(
    Started,
    message = "a `Gather` has no such method: its branches are already running; `.await` it",
    label = "there is no such method"
);

no_type_has!(
    AddToAll,
    message = "a running `Gather` takes no more branches: collect the futures in a `Vec` first, then spread it, `gather!(..futures)`",
    label = "there is no such method"
);

no_type_has!(
    Timeout,
    message = "a `Gather` has no `timeout`: write `tokio::time::timeout(duration, handle).await`",
    label = "there is no such method",
    note = "with `&mut handle`, the branches keep running after the timeout"
);

/// The future that a call with `here` returns, in the error about a method of a handle or of its
/// value.
#[doc(hidden)]
#[derive(Debug)]
pub struct Lazy<T>(Infallible, PhantomData<fn() -> T>);

no_type_has!(
    OwnTask,
    message = "with `here`, the call returns a plain future, not a `Gather`: `.await` it, or remove `here` to get a handle",
    label = "this future has no such method",
    note = "to stop the branches, drop the future; they run only while it is awaited"
);

no_type_has!(
    LazyValue,
    message = "with `here`, the call returns a future, not its value: `.await` it first, then call the method on the value",
    label = "this is a method of the value",
    note = "for a `try_gather!`, `.await` comes before `?`: `.await?`"
);
