//! Mistakes in a `gather_each!`, or with its handle.

use std::convert::Infallible;
use std::marker::PhantomData;

use crate::explain::Same;

/// Says that all branches of a `gather_each!` return the same type. [`Different`](crate::explain::Different)
/// does not implement it. Like [`SameError`](crate::explain::SameError), it is required in two places.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the branches of `gather_each!` must all return the same type, but this one returns `{O}` and another returns `{T}`: wrap both types in an enum, or use `gather!`",
    label = "this branch returns `{O}`",
    note = "`gather!` can return values of different types, because it returns them all at once"
)]
pub trait SameOutput<T, O> {
    /// The value itself.
    fn same(output: O) -> T;
}

#[diagnostic::do_not_recommend]
impl<T> SameOutput<T, T> for Same {
    fn same(output: T) -> T {
        output
    }
}

/// The bound for awaiting an `Each`, or iterating over it, is on this type. On `Each` itself, rustc
/// would report `Future` and `Iterator`, with the messages of std.
#[doc(hidden)]
#[derive(Debug)]
pub struct OneByOne<T>(Infallible, PhantomData<fn() -> T>);

/// No type implements this.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`Each` is not a `Future`: it returns results one by one; await `each.next()`",
    label = "this is a stream of results",
    note = "for each result: `while let Some((index, value)) = each.next().await {{ .. }}`",
    note = "for all results at once, in the order of the call: `gather!`"
)]
pub trait AwaitAll {
    /// No real type: rustc then reports nothing more about the value.
    type Value;
}

/// No type implements this.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`Each` is not an iterator, because its results must be awaited: write `while let \
               Some((index, value)) = each.next().await`",
    label = "this is a stream of results"
)]
pub trait Iterate {}

no_type_has!(
    NextResult,
    message = "an `Each` has no such method: write `each.next().await`",
    label = "there is no such method"
);

no_type_has!(
    NextIfReady,
    message = "an `Each` has no such method: write `each.next().now_or_never()`, with `use futures::FutureExt;`",
    label = "there is no such method"
);

no_type_has!(
    StopEach,
    message = "an `Each` has no such method: to stop its branches, drop it, or write `each.abort().await` to wait until they have stopped",
    label = "there is no such method"
);

no_type_has!(
    DetachEach,
    message = "an `Each` cannot be detached, because its results would never be taken: write `gather!(..).detach()`",
    label = "there is no such method"
);

no_type_has!(
    CountEach,
    message = "an `Each` has no length: `each.progress()` returns how many branches have ended, and how many there are",
    label = "there is no such method"
);

no_type_has!(
    AddBranch,
    message = "an `Each` takes no more branches: spread an iterator that yields them all, or use a `JoinSet`",
    label = "there is no such method"
);

no_type_has!(
    StreamMethod,
    message = "an `Each` is a stream, whose methods are in a trait: write `use futures::StreamExt;`, or take the results with `each.next().await`",
    label = "this is a method of `StreamExt`",
    note = "for all results at once, in the order of the call: `gather!`"
);

no_type_has!(
    Unstarted,
    message = "with `here`, the call returns a plain stream, not a handle: to stop the branches, drop it; to get a handle, remove `here`",
    label = "this stream has no such method"
);
