//! The indices of the branches, which count them from the left.
//!
//! How many branches an iterator yields is known when it has ended. Those behind it start after that,
//! wherever branches run, and ask for their index later still.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::outcome::BranchError;

/// Numbers the branches and spreads of a call, from the left.
#[derive(Debug, Default)]
pub struct Numbers {
    branches: usize,
    spreads: usize,
}

/// Which branch of the call this is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number {
    name: &'static str,
    /// How many branches are written out before it.
    branches: usize,
    /// How many spreads are before it.
    spreads: usize,
    /// Which item of its spread it is.
    item: Option<usize>,
}

/// How many branches each spread of the call has yielded.
#[derive(Debug)]
pub(crate) struct Yielded(Box<[AtomicUsize]>);

impl Numbers {
    pub(crate) fn branch(&mut self, name: &'static str) -> Number {
        let number = self.next(name);
        self.branches += 1;
        number
    }

    /// The number of the first item of a spread.
    pub(crate) fn spread(&mut self, name: &'static str) -> Number {
        let number = self.next(name);
        self.spreads += 1;
        Number {
            item: Some(0),
            ..number
        }
    }

    fn next(&self, name: &'static str) -> Number {
        Number {
            name,
            branches: self.branches,
            spreads: self.spreads,
            item: None,
        }
    }
}

impl Number {
    /// The number of this item, once the iterator has yielded it. That of the next one takes its
    /// place.
    pub(crate) fn take_item(&mut self, yielded: &Yielded) -> Number {
        let item = *self;
        let next = self.item.map_or(1, |item| item + 1);
        self.item = Some(next);
        // Only who pulls the iterator counts. Whoever reads it starts after that one is done.
        yielded.0[self.spreads].store(next, Ordering::Relaxed);
        item
    }

    /// The index of a branch that has started.
    #[inline]
    pub(crate) fn index(&self, yielded: &Yielded) -> usize {
        let before = &yielded.0[..self.spreads];
        let items: usize = before
            .iter()
            .map(|items| items.load(Ordering::Relaxed))
            .sum();
        self.branches + items + self.item.unwrap_or_default()
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Where it stands among the arguments of the call, and among the items of its spread.
    pub(crate) fn place(&self) -> (usize, Option<usize>) {
        (self.branches + self.spreads, self.item)
    }

    /// The error of a branch that was cancelled.
    pub(crate) fn cancelled(&self) -> BranchError {
        match self.place() {
            (_, Some(item)) => BranchError::of_item(self.name, item, None),
            (place, None) => BranchError::of_branch(self.name, place, None),
        }
    }
}

impl Yielded {
    pub(crate) fn by(spreads: usize) -> Self {
        Yielded((0..spreads).map(|_| AtomicUsize::new(0)).collect())
    }
}
