//! An iterator of branches that send their results.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::thread::panicking;

use crate::each::deliver::{Deliver, Value, Way, WayOf};
use crate::each::outlet::Outlet;
use crate::outcome::caught::{again, caught_seldom};

/// As many branches share a reference count: cores would fight for one that all share.
const BRANCHES_A_COUNT: usize = 64;

/// What pulls the next future and its key of an iterator, and turns its output into a result.
pub(crate) struct Making<I, F: Future, K, T> {
    pub(crate) pull: Pull<I, F, K>,
    pub(crate) value: Value<K, F::Output, T>,
}

/// It names no item of the iterator: of one that borrows, rustc could not tell in every case that a task
/// which holds it is `Send`.
type Pull<I, F, K> = fn(&mut I) -> Option<(Option<K>, F)>;

/// The branches that an iterator yields, each of which sends its result.
pub struct Delivering<I, F: Future, K, T> {
    /// `None` once it is being dropped.
    branches: Option<I>,
    pull: Pull<I, F, K>,
    /// How many it has yielded.
    yielded: usize,
    way: Arc<WayOf<F, K, T>>,
    /// How many share that.
    shared: usize,
    has_ended: bool,
    /// Whether it is being pulled: if it is dropped behind that, it has panicked.
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
            yielded: 0,
            way: Arc::new(Way { value, outlet }),
            shared: 0,
            has_ended: false,
            is_pulled: false,
        }
    }
}

impl<I: Iterator, F: Future, K, T> Iterator for Delivering<I, F, K, T> {
    type Item = Deliver<F, K, T>;

    #[inline]
    fn next(&mut self) -> Option<Deliver<F, K, T>> {
        self.is_pulled = true;
        let future = self.branches.as_mut().and_then(self.pull);
        self.is_pulled = false;
        let Some(future) = future else {
            self.has_ended = true;
            return None;
        };
        if self.shared == BRANCHES_A_COUNT {
            self.way = Arc::new(Way {
                value: self.way.value,
                outlet: self.way.outlet.another(),
            });
            self.shared = 0;
        }
        self.shared += 1;
        let item = self.yielded;
        self.yielded += 1;
        self.way.outlet.yielded(self.yielded);
        Some(Deliver::new(future, item, Arc::clone(&self.way)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let branches = self.branches.as_ref();
        branches.map_or((0, Some(0)), Iterator::size_hint)
    }
}

impl<I, F: Future, K, T> Drop for Delivering<I, F, K, T> {
    fn drop(&mut self) {
        let panicked = caught_seldom(&mut || self.branches = None);
        // A panic while somebody unwinds is told to nobody.
        if self.is_pulled || panicked.is_some() && !panicking() {
            self.way.outlet.panicked();
        } else if !self.has_ended {
            self.way.outlet.cancelled(self.yielded);
        }
        again(panicked);
    }
}

impl<I, F: Future, K, T> fmt::Debug for Delivering<I, F, K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivering")
            .field("yielded", &self.yielded)
            .finish_non_exhaustive()
    }
}
