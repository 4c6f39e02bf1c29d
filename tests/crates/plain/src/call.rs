//! The state of a call for [`engine`](crate::engine): what it was made of, and what has happened
//! since.

use std::any::Any;
use std::collections::VecDeque;
use std::mem::take;
use std::task::{Context, Poll, Waker};

use gather_core::BranchError;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

/// A value of the user's, or the payload of a panic.
pub(crate) type Value = Box<dyn Any + Send>;

/// Polls a branch. Its output is judged after the branch has been dropped.
pub(crate) type PollBranch = Box<dyn FnMut(&mut Context<'_>) -> Poll<Judge> + Send>;

pub(crate) type Judge = Box<dyn FnOnce() -> End + Send>;

/// Branches that have not started, each with its key if it has one.
pub(crate) type Branches = Box<dyn Iterator<Item = (Option<Value>, PollBranch)> + Send>;

/// The end of a branch: it returned, or it panicked or was cancelled.
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

/// The key of a branch that was started, and its end if that is kept.
pub(crate) type Item = (Option<Value>, Option<End>);

/// An argument: one branch or many, or the base of a struct, which has an item from the start.
#[derive(Default)]
pub struct Part {
    pub(crate) name: &'static str,
    pub(crate) is_spread: bool,
    pub(crate) has_keys: bool,
    /// The number of branches, if it is known.
    pub(crate) length: Option<usize>,
    /// `None` while a thread pulls it, and when it is over.
    pub(crate) branches: Option<Branches>,
    pub(crate) is_over: bool,
    pub(crate) items: Vec<Item>,
}

impl Part {
    /// The error of a branch that did not return, in this part, which is at `at`.
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
    /// Whether a panic ranks like an error.
    pub(crate) catches: bool,
    /// Whether every end is kept, not only values.
    pub(crate) keeps_all: bool,
    /// Whether results are taken one by one.
    pub(crate) is_each: bool,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) options: Options,
    pub(crate) parts: Vec<Part>,
    pub(crate) is_stopped: bool,
    /// Whether nobody wants the results, neither those that exist nor those to come.
    pub(crate) is_unwanted: bool,
    pub(crate) running: usize,
    pub(crate) tasks: Vec<AbortHandle>,
    /// The failure of the call, once it fails, and its rank: a panic comes before an error, and
    /// cancelled branches come last, in the order of the call. There is at most one.
    pub(crate) failure: Vec<((u8, usize, usize), End)>,
    /// Other failures, which are not reported.
    pub(crate) late: Vec<End>,
    /// The results of `gather_each!`, each with the number of its branch.
    pub(crate) results: VecDeque<(usize, End)>,
    pub(crate) waker: Option<Waker>,
}

impl State {
    pub(crate) fn stop(&mut self) {
        self.is_stopped = true;
    }

    pub(crate) fn discard(&mut self) {
        self.is_unwanted = true;
    }

    /// Adds a running branch to the part at `at`, and returns its index there.
    pub(crate) fn push(&mut self, at: usize, key: Option<Value>) -> usize {
        self.running += 1;
        self.parts[at].items.push((key, None));
        self.parts[at].items.len() - 1
    }

    pub(crate) fn take_items(&mut self) -> Vec<Vec<Item>> {
        let items = |part: &mut Part| part.items.iter_mut().map(take).collect();
        self.parts.iter_mut().map(items).collect()
    }

    /// Takes all keys and ends, including the failure and the results.
    pub(crate) fn take_all(&mut self) -> Vec<End> {
        let items = self.parts.iter_mut().flat_map(|part| &mut part.items);
        let kept = items.filter(|(key, end)| key.is_some() || end.is_some());
        let kept = kept.flat_map(|(key, end)| [key.take().map(End::Value), end.take()]);
        let results = self.results.drain(..).map(|(_, end)| end);
        let failure = self.failure.drain(..).map(|(_, end)| end);
        kept.flatten().chain(results).chain(failure).collect()
    }
}
