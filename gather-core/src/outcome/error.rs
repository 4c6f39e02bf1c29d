//! Why a branch returned no value.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::outcome::caught::Payload;

/// Why a branch of `gather_settled!` returned no value: it panicked, or it was cancelled. With the
/// option `catch`, `try_gather!` converts a `BranchError` into its own error when a branch panics.
///
/// It is to a branch what tokio's [`JoinError`](tokio::task::JoinError) is to a task. It identifies the
/// branch by its name or its source text, and by its position.
///
/// # Examples
///
/// ```
/// use gather_core::{BranchError, Group, branch};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # std::panic::set_hook(Box::new(|_| {}));
/// // What `gather_settled!(divide(1, 0))` expands to.
/// let (group, branches) = (Group::settled(), (branch("divide(1, 0)", divide(1, 0)),));
/// let gather = group.spawn(branches, |results| results);
///
/// let (quotient,): (Result<u32, BranchError>,) = gather.await;
/// let error = quotient.unwrap_err();
/// assert!(error.is_panic());
/// assert_eq!(error.name(), "divide(1, 0)");
/// assert_eq!(
///     error.to_string(),
///     "branch 0, `divide(1, 0)`, panicked: attempt to divide by zero"
/// );
/// # }
/// # async fn divide(a: u32, b: u32) -> u32 { a / b }
/// ```
pub struct BranchError {
    name: &'static str,
    index: usize,
    /// Whether it is a branch of a spread. Then the index counts the items of the spread.
    is_item: bool,
    cause: Cause,
}

enum Cause {
    Cancelled,
    Panic(Panic),
}

struct Panic {
    // The mutex makes the error `Sync`, because a payload is only `Send`. It is never locked.
    payload: Mutex<Payload>,
    /// The text of the payload, if it has one.
    message: Option<Cow<'static, str>>,
}

impl BranchError {
    /// The error of a written-out branch that panicked or was cancelled.
    #[doc(hidden)]
    #[must_use]
    pub fn of_branch(name: &'static str, index: usize, panic: Option<Payload>) -> Self {
        BranchError {
            name,
            index,
            is_item: false,
            cause: Cause::new(panic),
        }
    }

    /// The error of a branch of a spread.
    #[doc(hidden)]
    #[must_use]
    pub fn of_item(name: &'static str, index: usize, panic: Option<Payload>) -> Self {
        BranchError {
            is_item: true,
            ..BranchError::of_branch(name, index, panic)
        }
    }

    /// Returns the name that the branch has in the macro call, as in `user: fetch(7)`, or the name
    /// of its field if the call has the shape of a struct. Without a name, it is the branch's
    /// source text, `fetch(7)`, and for a bare block the line too:
    /// `` `async move { .. }` at src/main.rs:7 ``. For a branch of a `..` iterator, it is the name
    /// or the source text of the iterator.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the branch's position, counted from 0: among the arguments of the macro, or, for a
    /// branch of a `..` iterator, among the items of that iterator.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// Returns whether the branch panicked.
    #[must_use]
    pub fn is_panic(&self) -> bool {
        matches!(self.cause, Cause::Panic(_))
    }

    /// Returns whether the branch was stopped before it ended: by
    /// [`Gather::abort`](crate::Gather::abort), or because its runtime shut down.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(self.cause, Cause::Cancelled)
    }

    /// Returns the payload of the panic, which [`std::panic::resume_unwind`] takes.
    ///
    /// # Panics
    ///
    /// Panics if the branch was cancelled and did not panic: see [`is_panic`](Self::is_panic) and
    /// [`try_into_panic`](Self::try_into_panic).
    #[must_use]
    #[track_caller]
    pub fn into_panic(self) -> Box<dyn std::any::Any + Send + 'static> {
        self.try_into_panic().unwrap_or_else(|error| {
            panic!("called `into_panic` on an error that is not a panic: {error}")
        })
    }

    /// Returns the payload of the panic if the branch panicked.
    ///
    /// # Errors
    ///
    /// Returns this error unchanged if the branch was cancelled.
    pub fn try_into_panic(self) -> Result<Box<dyn std::any::Any + Send + 'static>, BranchError> {
        match self.cause {
            Cause::Panic(Panic { payload, .. }) => {
                Ok(payload.into_inner().unwrap_or_else(PoisonError::into_inner))
            }
            Cause::Cancelled => Err(self),
        }
    }
}

impl Cause {
    fn new(payload: Option<Payload>) -> Self {
        let Some(payload) = payload else {
            return Cause::Cancelled;
        };
        // `panic!` carries a `&str` or a `String`.
        let message = match payload.downcast_ref::<&'static str>() {
            Some(text) => Some(Cow::Borrowed(*text)),
            None => payload.downcast_ref().cloned().map(Cow::Owned),
        };
        Cause::Panic(Panic {
            payload: Mutex::new(payload),
            message,
        })
    }
}

impl fmt::Display for BranchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BranchError { name, index, .. } = self;
        // The text of a block has the backticks inside: `{ .. }` at src/main.rs:7
        let quote = if name.starts_with('`') { "" } else { "`" };
        if self.is_item {
            write!(f, "item {index} of {quote}{name}{quote} ")?;
        } else {
            write!(f, "branch {index}, {quote}{name}{quote}, ")?;
        }
        match &self.cause {
            Cause::Cancelled => f.write_str("was cancelled"),
            Cause::Panic(panic) => match &panic.message {
                Some(message) => write!(f, "panicked: {message}"),
                None => f.write_str("panicked"),
            },
        }
    }
}

impl fmt::Debug for BranchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut error = f.debug_struct("BranchError");
        error.field("name", &self.name).field("index", &self.index);
        match &self.cause {
            Cause::Cancelled => error.field("cancelled", &true),
            Cause::Panic(panic) => error.field("panic", &panic.message),
        };
        error.finish_non_exhaustive()
    }
}

impl Error for BranchError {}
