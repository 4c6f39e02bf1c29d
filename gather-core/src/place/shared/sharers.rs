//! The branches of a spread that share tasks, as whoever awaits sees them.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::outcome::caught::{Payload, drop_silenced};
use crate::place::shared::shelf::Shelf;
use crate::policy::Policy;
use crate::running::{Counts, READ, Reading, Running, drop_each};
use crate::task::SiblingsOf;
use crate::task::sync::{Mutex, lock};

/// What the branches of a spread returned, in the order of its iterator.
///
/// It is what a [`Spread`](crate::Spread) becomes where branches share tasks.
pub struct Sharers<T: Send + 'static, P: Policy> {
    name: &'static str,
    parts: Mutex<Parts<T, P>>,
}

struct Parts<T: Send + 'static, P: Policy> {
    /// How many branches there are.
    all: usize,
    /// By the tasks that drive them, in order.
    shelves: Vec<Arc<Shelf<T, P>>>,
}

impl<T: Send + 'static, P: Policy> Sharers<T, P> {
    pub(crate) fn new(name: &'static str) -> Self {
        let parts = Parts {
            all: 0,
            shelves: Vec::new(),
        };
        Sharers {
            name,
            parts: Mutex::new(parts),
        }
    }

    /// Adds a shelf for the next branches.
    pub(crate) fn add(
        &self,
        first: usize,
        branches: usize,
        siblings: &SiblingsOf<P>,
    ) -> Arc<Shelf<T, P>> {
        let siblings = Arc::clone(siblings);
        let added = Arc::new(Shelf::new(self.name, first, branches, siblings));
        let mut parts = lock(&self.parts);
        parts.all += branches;
        parts.shelves.push(Arc::clone(&added));
        added
    }

    fn close(&self) -> impl Iterator<Item = P::Kept<T>> {
        let shelves = mem::take(&mut lock(&self.parts).shelves);
        shelves
            .into_iter()
            .flat_map(|shelf| shelf.close())
            .flatten()
    }
}

impl<T: Send + 'static, P: Policy> Running<P> for Arc<Sharers<T, P>> {
    type Results = Vec<P::Kept<T>>;

    const COUNT: usize = 1;

    fn poll_ended(&self, _: usize, reading: &Reading<'_, P>, _: &mut Context<'_>) -> Poll<()> {
        // Their tasks are over.
        let missing = {
            let parts = lock(&self.parts);
            parts.shelves.iter().find_map(|shelf| shelf.missing())
        };
        if let Some(missing) = missing {
            reading.miss(|| missing);
        }
        Poll::Ready(())
    }

    fn is_ended(&self) -> bool {
        let parts = lock(&self.parts);
        parts.shelves.iter().all(|shelf| shelf.running() == 0)
    }

    fn count(&self, counts: &mut Counts) {
        let parts = lock(&self.parts);
        let running: usize = parts.shelves.iter().map(|shelf| shelf.running()).sum();
        counts.add(parts.all - running, Some(parts.all));
    }

    fn abort(&self) {}

    fn detach(&self) {
        drop_silenced(Running::<P>::clear(self));
    }

    fn clear(&self) -> Option<Payload> {
        drop_each(self.close().collect())
    }

    fn take(&self) -> Vec<P::Kept<T>> {
        let (all, shelves) = {
            let mut parts = lock(&self.parts);
            (parts.all, mem::take(&mut parts.shelves))
        };
        let mut results = Vec::with_capacity(all);
        for shelf in shelves {
            results.extend(shelf.close().into_iter().map(|kept| kept.expect(READ)));
        }
        results
    }
}

impl<T: Send + 'static, P: Policy> fmt::Debug for Sharers<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sharers")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
