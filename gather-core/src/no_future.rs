//! Why a handle cannot be spawned, for the compiler to say.

use std::convert::Infallible;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::gather::Gather;

/// A `Gather` is no future, so that spawning it does not compile. Here is what it would be if it
/// were one, on a condition that never holds and whose trait says what to do instead.
impl<T> Future for Gather<T>
where
    NotStarted<T>: Spawn,
{
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        self.poll_result(cx)
    }
}

/// What a `Gather` would have to be to be spawned. The condition is not on `Gather` itself, or
/// rustc would report `Future`, in the words of std: "`Gather<..>` is not a future".
#[derive(Debug)]
pub struct NotStarted<T>(Infallible, PhantomData<fn() -> T>);

/// No type has this.
#[diagnostic::on_unimplemented(
    message = "a `Gather` is not a `Future`: its branches are running already, and cannot be spawned again",
    label = "the branches of this have been running since the macro returned",
    note = "await it where its results are needed: `let results = gather.await;`",
    note = "to let the branches run on without it: `gather.detach();`",
    note = "where an API insists on a `Future`: `gather.into_future()`"
)]
pub trait Spawn {}
