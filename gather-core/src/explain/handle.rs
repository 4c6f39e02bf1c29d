//! What is wrong where a handle is taken for a future.
//!
//! A `Gather` is not a future, so that spawning it does not compile. It has an implementation of
//! `Future` on a condition that never holds, beside its other futures, and the trait of that
//! condition says what to write instead. So has a `&Gather`.

use std::convert::Infallible;
use std::marker::PhantomData;

/// What a `Gather` would have to be to be spawned. The condition is not on `Gather` itself, or
/// rustc would report `Future`, in the words of std: "`Gather<..>` is not a future".
#[doc(hidden)]
#[derive(Debug)]
pub struct AlreadyRunning<T>(Infallible, PhantomData<fn() -> T>);

/// No type has this.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`Gather` is not a `Future`: it is a handle to branches that are already running; `.await` it, or pass `handle.into_future()`",
    label = "this is a handle; its branches are already running",
    note = "await it where its results are needed: `let results = handle.await;`",
    note = "to let the branches keep running without it: `handle.detach();`",
    note = "if a `Future` is required, pass `handle.into_future()`; to return it, name the type: `-> Gather<T>`",
    note = "to wait for several: `gather!(..handles)`"
)]
pub trait Start {}

/// What a `&Gather` would have to be to be awaited.
#[doc(hidden)]
#[derive(Debug)]
pub struct Borrowed<T>(Infallible, PhantomData<fn() -> T>);

/// No type has this.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a `&Gather` cannot be awaited: awaiting takes the result, so await `&mut handle` or the handle itself",
    label = "this is a shared reference",
    note = "in a loop: `for handle in &mut handles`, or `for handle in handles`"
)]
pub trait TakeResult {
    /// Returns anything, as it is never called.
    fn take<T>() -> T;
}

/// What has the methods of asyncio's futures.
#[doc(hidden)]
#[derive(Debug)]
pub struct AsyncioFuture<T>(Infallible, PhantomData<fn() -> T>);

/// No type has this.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a `Gather` has no `done`: write `handle.is_finished()`",
    label = "write `is_finished()`"
)]
pub trait Done {
    /// Returns anything, as it is never called.
    fn answer<R>() -> R;
}

/// No type has this.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a `Gather` has no `result`: `.await` it, or write `handle.try_result()`",
    label = "write `try_result()`, which returns the handle if a branch is still running"
)]
pub trait TakenResult {
    /// Returns anything, as it is never called.
    fn answer<R>() -> R;
}

/// No type has this.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a `Gather` has no `cancel`: drop it, or write `handle.abort().await` to wait until its branches have stopped",
    label = "write `abort()`"
)]
pub trait Cancel {
    /// Returns anything, as it is never called.
    fn answer<R>() -> R;
}
