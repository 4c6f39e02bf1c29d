//! An iterator of branches that send their results.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::thread::panicking;

use crate::each::deliver::{Deliver, Value, Way, WayOf};
use crate::each::outlet::Outlet;
use crate::outcome::caught::{caught_seldom, resume_unless_unwinding};

/// How many branches share a reference count. If all branches shared one, cores would contend for
/// it.
const BRANCHES_A_COUNT: u8 = 128;

/// How to pull the next future and its key from an iterator, and how to make a result from its
/// output.
pub(crate) struct Making<I, F: Future, K, T> {
    pub(crate) pull: Pull<I, F, K, T>,
    pub(crate) value: Value<K, F::Output, T>,
}

/// Pulls the next branch, which gets this number among those that share the way.
///
/// The type does not name the iterator's item: if the item borrows, rustc could not always tell
/// that a task that holds this is `Send`.
type Pull<I, F, K, T> = fn(&mut I, u8, &Arc<WayOf<F, K, T>>) -> Option<Deliver<F, K, T>>;

/// The branches that an iterator yields, each of which sends its result.
pub struct Delivering<I, F: Future, K, T> {
    /// `None` once this is being dropped.
    branches: Option<I>,
    pull: Pull<I, F, K, T>,
    way: Arc<WayOf<F, K, T>>,
    /// How many of the yielded branches share `way`.
    shared: u8,
    has_ended: bool,
    /// Whether the iterator is being pulled. If this is dropped meanwhile, the iterator has
    /// panicked.
    is_pulled: bool,
}

impl<I, F: Future, K, T> Delivering<I, F, K, T> {
    pub(crate) fn new(
        branches: I,
        Making { pull, value }: Making<I, F, K, T>,
        outlet: Outlet<T>,
    ) -> Self {
        Delivering {
            branches: Some(branches),
            pull,
            way: Arc::new(Way {
                value,
                outlet,
                first: 0,
            }),
            shared: 0,
            has_ended: false,
            is_pulled: false,
        }
    }

    /// How many branches this has yielded.
    #[inline]
    fn yielded(&self) -> usize {
        self.way.first + usize::from(self.shared)
    }

    /// Starts a new reference count for the next branches.
    #[cold]
    fn share_anew(&mut self) {
        self.way = Arc::new(Way {
            value: self.way.value,
            outlet: self.way.outlet.another(),
            first: self.yielded(),
        });
        self.shared = 0;
    }
}

impl<I: Iterator, F: Future, K, T> Iterator for Delivering<I, F, K, T> {
    type Item = Deliver<F, K, T>;

    #[inline]
    fn next(&mut self) -> Option<Deliver<F, K, T>> {
        if self.shared == BRANCHES_A_COUNT {
            self.share_anew();
        }
        self.is_pulled = true;
        let branches = self.branches.as_mut();
        let branch = branches.and_then(|branches| (self.pull)(branches, self.shared, &self.way));
        self.is_pulled = false;
        if branch.is_some() {
            self.shared += 1;
        } else {
            self.has_ended = true;
            self.way.outlet.yielded(self.yielded());
        }
        branch
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let branches = self.branches.as_ref();
        branches.map_or((0, Some(0)), Iterator::size_hint)
    }
}

impl<I, F: Future, K, T> Drop for Delivering<I, F, K, T> {
    fn drop(&mut self) {
        let panicked = caught_seldom(&mut || self.branches = None);
        // A panic of this drop is not reported if another panic is unwinding.
        if self.is_pulled || panicked.is_some() && !panicking() {
            self.way.outlet.panicked();
        } else if !self.has_ended {
            self.way.outlet.cancelled(self.yielded());
        }
        resume_unless_unwinding(panicked);
    }
}

impl<I, F: Future, K, T> fmt::Debug for Delivering<I, F, K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivering")
            .field("yielded", &self.yielded())
            .finish_non_exhaustive()
    }
}
