//! The indices of the branches, counted from the left.
//!
//! The number of branches that an iterator yields is known when it has ended. In every mode, the
//! branches after it start later than that, and need their index later still.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::outcome::BranchError;

/// Numbers the branches and spreads of a call, from the left.
#[derive(Debug, Default)]
pub struct Numbers {
    branches: usize,
    spreads: usize,
}

/// A branch or a spread of the call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) name: &'static str,
    is_spread: bool,
    /// The number of branches that are written out before it.
    branches: usize,
    /// The number of spreads before it.
    spreads: usize,
}

/// How many branches each spread of the call has yielded.
#[derive(Debug)]
pub(crate) struct Yielded(Box<[AtomicUsize]>);

impl Numbers {
    pub(crate) fn branch(&mut self, name: &'static str) -> Part {
        let part = self.next(name, false);
        self.branches += 1;
        part
    }

    pub(crate) fn spread(&mut self, name: &'static str) -> Part {
        let part = self.next(name, true);
        self.spreads += 1;
        part
    }

    fn next(&self, name: &'static str, is_spread: bool) -> Part {
        Part {
            name,
            is_spread,
            branches: self.branches,
            spreads: self.spreads,
        }
    }
}

impl Part {
    /// The index of the first branch of this part, which must have started.
    #[inline]
    pub(crate) fn first(&self, yielded: &Yielded) -> usize {
        // The common case. This runs for each result.
        if self.spreads == 0 {
            return self.branches;
        }
        let before = &yielded.0[..self.spreads];
        let before = before.iter().map(|items| items.load(Ordering::Relaxed));
        self.branches + before.sum::<usize>()
    }

    /// The part's position among the arguments of the call.
    pub(crate) fn place(&self) -> usize {
        self.branches + self.spreads
    }

    /// The error of a branch of this part that was cancelled.
    pub(crate) fn cancelled(&self, item: usize) -> BranchError {
        if self.is_spread {
            BranchError::of_item(self.name, item, None)
        } else {
            BranchError::of_branch(self.name, self.place(), None)
        }
    }
}

impl Yielded {
    pub(crate) fn by(spreads: usize) -> Self {
        Yielded((0..spreads).map(|_| AtomicUsize::new(0)).collect())
    }

    /// Records how many branches a spread has yielded. A branch that reads this number starts after
    /// the spread's last branch has been counted.
    #[inline]
    pub(crate) fn count(&self, spread: &Part, items: usize) {
        self.0[spread.spreads].store(items, Ordering::Relaxed);
    }
}
