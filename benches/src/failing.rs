//! Branches, one of which fails, and how long the others outlive its error.

use std::future::pending;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use gather_contenders::branches::{Behaviour, Branch, Value};

/// Branches that wait forever, except the one in the middle, which fails when all the others wait.
#[derive(Clone, Debug)]
pub struct Failing(Arc<Course>);

/// What has happened so far.
#[derive(Debug)]
struct Course {
    siblings: u64,
    waiting: AtomicU64,
    all_wait: Notify,
    failed: OnceLock<Instant>,
    dropped: AtomicU64,
    last_dropped: OnceLock<Instant>,
    all_dropped: Notify,
}

impl Failing {
    /// Makes `branches` branches, one of which fails.
    ///
    /// # Panics
    ///
    /// If there is no branch besides the one that fails.
    #[must_use]
    pub fn new(branches: usize) -> Self {
        assert!(branches > 1, "a branch without siblings stops none");
        Self(Arc::new(Course {
            siblings: branches as u64 - 1,
            waiting: AtomicU64::new(0),
            all_wait: Notify::new(),
            failed: OnceLock::new(),
            dropped: AtomicU64::new(0),
            last_dropped: OnceLock::new(),
            all_dropped: Notify::new(),
        }))
    }

    /// Waits until no sibling is left, and returns the time from the error until then.
    ///
    /// # Panics
    ///
    /// If the siblings were dropped without an error.
    pub async fn aftermath(&self) -> Duration {
        self.0.all_dropped.notified().await;
        let failed = self.0.failed.get().expect("a branch has failed");
        let last = self.0.last_dropped.get().expect("all have been dropped");
        *last - *failed
    }
}

/// Held by a branch that waits. The last one to be dropped records the time.
struct Sibling(Arc<Course>);

impl Drop for Sibling {
    fn drop(&mut self) {
        if self.0.dropped.fetch_add(1, Ordering::AcqRel) + 1 == self.0.siblings {
            let _ = self.0.last_dropped.set(Instant::now());
            self.0.all_dropped.notify_one();
        }
    }
}

impl Behaviour for Failing {
    fn branch<T: Value>(&mut self, number: u64) -> impl Branch<T> + use<T> {
        let course = Arc::clone(&self.0);
        let sibling = (number != course.siblings / 2).then(|| Sibling(Arc::clone(&course)));
        async move {
            if let Some(_until_dropped) = sibling {
                if course.waiting.fetch_add(1, Ordering::AcqRel) + 1 == course.siblings {
                    course.all_wait.notify_one();
                }
                return pending().await;
            }
            course.all_wait.notified().await;
            let _ = course.failed.set(Instant::now());
            T::failed()
        }
    }
}
