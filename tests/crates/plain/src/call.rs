//! A call, as [`engine`](crate::engine) is told of it, and what it tells of its branches.

use std::any::Any;
use std::task::{Context, Poll};

use gather_core::BranchError;
use tokio::runtime::Handle;

/// A value of the user's, or the payload of a panic.
pub(crate) type Value = Box<dyn Any + Send>;

/// Polls a branch. What comes of that is judged when the branch has been dropped.
pub(crate) type PollBranch = Box<dyn FnMut(&mut Context<'_>) -> Poll<Judge> + Send>;

pub(crate) type Judge = Box<dyn FnOnce() -> End + Send>;

/// Branches that are yet to be started, each with its key if it has one.
pub(crate) type Branches = Box<dyn Iterator<Item = (Option<Value>, PollBranch)> + Send>;

/// What became of a branch: it returned, or it panicked or was cancelled.
pub enum End {
    Value(Value),
    Error(Value),
    Lost(BranchError),
}

impl End {
    pub(crate) fn is_cancelled(&self) -> bool {
        matches!(self, End::Lost(error) if error.is_cancelled())
    }
}

/// The key of a branch that was started, and what is kept of its end.
pub(crate) type Item = (Option<Value>, Option<End>);

/// An argument: one branch or many, or the base of a struct, which has an item from the start.
#[derive(Default)]
pub struct Part {
    pub(crate) name: &'static str,
    pub(crate) is_spread: bool,
    /// Whether its branches are made as they are pulled, so that nothing is lost of those that are not.
    pub(crate) is_lazy: bool,
    pub(crate) has_keys: bool,
    /// How many branches there are, if that is known.
    pub(crate) length: Option<usize>,
    /// `None` while somebody pulls it, and when it is over.
    pub(crate) branches: Option<Branches>,
    pub(crate) is_over: bool,
    pub(crate) items: Vec<Item>,
}

impl Part {
    /// The error of a branch that did not return. This is the part at `at`.
    pub(crate) fn error(&self, at: usize, index: usize, panic: Option<Value>) -> BranchError {
        if self.is_spread {
            BranchError::of_item(self.name, index, panic)
        } else {
            BranchError::of_branch(self.name, at, panic)
        }
    }
}

#[derive(Default)]
pub(crate) struct Options {
    pub(crate) runtime: Option<Handle>,
    pub(crate) limit: Option<usize>,
    /// Whether a panic ranks as an error.
    pub(crate) catches: bool,
    /// Whether all ends are kept, not values alone.
    pub(crate) keeps_all: bool,
    /// Whether results are taken one by one.
    pub(crate) is_each: bool,
}
