//! Traits that exist only for the text of compile errors.
//!
//! | | mistakes in |
//! | --- | --- |
//! | [`branch`] | a branch that is not a future, or whose value cannot be sent |
//! | [`spread`] | a `..` of a value that is not an iterator of futures, or whose keys cannot be sent |
//! | [`fail`] | the errors of `try_gather!` |
//! | [`base`] | the base of a struct |
//! | [`runtime`] | the value of `on` |
//! | [`handle`] | a handle that is taken for a future |
//! | [`each`] | the types that the branches of `gather_each!` return, and its handle |
//!
//! Most have *two* blanket implementations, one of which never applies. If a trait has a single
//! one, rustc reports that implementation's own bounds ("`{integer}` is not a future"), and keeps
//! the types that it inferred from it, so that further errors follow. With two, it reports the
//! trait itself, with the message below, and infers nothing.
//!
//! The traits about `Send` have it as a supertrait. rustc does not report an error that another
//! error at the same place implies, so a later bound `T: Send` adds no second error.

/// Makes a trait that no type implements, for its message.
macro_rules! no_type_has {
    ($trait:ident, $($words:tt)+) => {
        /// No type implements this.
        #[doc(hidden)]
        #[diagnostic::on_unimplemented($($words)+)]
        pub trait $trait {
            /// Returns any type: it is never called.
            fn answer<R>() -> R;
        }
    };
}

mod base;
mod branch;
mod each;
mod fail;
mod handle;
mod runtime;
mod spread;

pub use base::IntoBase;
pub use branch::{Awaitable, BranchValue, Holds, IntoBranch, ValueOf};
pub use each::{
    AddBranch, AwaitAll, CountEach, DetachEach, Iterate, NextIfReady, NextResult, OneByOne,
    SameOutput, StopEach, StreamMethod, Unstarted,
};
pub use fail::{CatchError, IntoError, SameError, TaskError};
pub use handle::{
    AddToAll, AlreadyRunning, Borrowed, Cancel, Done, FutureMethod, GatherHandle, HasValue,
    IterateValue, Joins, Lazy, LazyValue, MapsValue, NextOfAll, OwnTask, Start, Started,
    TakeResult, TakenResult, Timeout, Unawaited,
};
pub use runtime::{OnRuntime, on};
pub use spread::{BranchKey, IntoSpread, Paired, Plain, SpreadItem};

/// Marks the implementation that applies.
#[doc(hidden)]
#[derive(Debug)]
pub struct Applies(());

/// Marks the implementation that exists for the error message.
#[doc(hidden)]
#[derive(Debug)]
pub struct NeverApplies(());

/// Marks that a branch fails with the same type as the others, or returns the same type.
#[doc(hidden)]
#[derive(Debug)]
pub struct Same(());

/// Marks that a branch fails with, or returns, another type than the others.
#[doc(hidden)]
#[derive(Debug)]
pub struct Different(());

/// Marks an implementation of [`IntoBranch`] or [`IntoSpread`] for a value that returns its results
/// all at once: any value but an `Each`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "an `Each` can be neither a branch nor spread, because it returns results one by one: await `each.next()`",
    label = "this is a stream of results",
    note = "for each result: `while let Some((index, value)) = each.next().await {{ .. }}`",
    note = "for all results at once, in the order of the call, use `gather!` in place of `gather_each!`"
)]
pub trait AllAtOnce {}

#[diagnostic::do_not_recommend]
impl AllAtOnce for Applies {}

#[diagnostic::do_not_recommend]
impl AllAtOnce for NeverApplies {}

/// The error says that it is not [`Awaitable`].
#[diagnostic::do_not_recommend]
impl AllAtOnce for Holds {}

/// No type implements this.
#[doc(hidden)]
pub trait Impossible: Sized + Send {
    /// Returns any type: it is never called.
    fn impossible<T>(self) -> T;

    /// Returns itself: it is never called.
    fn never() -> Self;
}
