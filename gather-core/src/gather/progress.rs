//! How far a gather is.

use std::fmt;

/// How many branches of a gather have ended, of how many: what [`Gather::progress`] tells.
///
/// It displays as `3/10`, and as `3/?` while nobody knows how many there will be.
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
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub(crate) finished: usize,
    pub(crate) total: Option<usize>,
}

impl Progress {
    /// The branches that are over: with a value, an error or a panic, stopped, or never started as
    /// another one failed. When all is over, that is all of them.
    #[must_use]
    pub fn finished(&self) -> usize {
        self.finished
    }

    /// All branches, once that is known: an iterator that is pulled lazily, under `limit`, may not
    /// say how long it is.
    #[must_use]
    pub fn total(&self) -> Option<usize> {
        self.total
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.total {
            Some(total) => write!(f, "{}/{total}", self.finished),
            None => write!(f, "{}/?", self.finished),
        }
    }
}
