//! The value that `progress()` returns; `Running::count` counts.

use std::fmt;

/// How many branches of a gather have ended, and how many there are: [`Gather::progress`] returns it.
///
/// It displays as `3/10`, and as `3/?` while the total is unknown, padded to the requested width.
/// The numbers are never too high or too low.
///
/// [`Gather::progress`]: crate::Gather::progress
///
/// # Examples
///
/// ```
/// # let progress = gather_core::Gather::ready(()).progress();
/// assert_eq!(progress.finished(), 0);
/// assert_eq!(progress.total(), Some(0));
/// assert_eq!(progress.to_string(), "0/0");
/// assert_eq!(format!("{progress:>7}"), "    0/0");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub(crate) finished: usize,
    pub(crate) total: Option<usize>,
}

impl Progress {
    #[doc(hidden)]
    #[must_use]
    pub fn new(finished: usize, total: Option<usize>) -> Self {
        Progress { finished, total }
    }

    /// Returns how many branches have ended: they have returned, failed or panicked, were stopped, or
    /// will never start because another one failed. Once the gather is finished, that is all of them.
    #[must_use]
    pub fn finished(&self) -> usize {
        self.finished
    }

    /// Returns how many branches there are, or `None` while that is unknown: under `limit`, an iterator
    /// is advanced lazily, and it may not say how long it is.
    #[must_use]
    pub fn total(&self) -> Option<usize> {
        self.total
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Progress { finished, total } = self;
        f.pad(&match total {
            Some(total) => format!("{finished}/{total}"),
            None => format!("{finished}/?"),
        })
    }
}
