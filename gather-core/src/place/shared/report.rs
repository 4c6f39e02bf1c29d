//! Where a branch says what became of it.

use crate::outcome::BranchError;
use crate::outcome::caught::Payload;
use crate::policy::Policy;
use crate::task::{Failure, SiblingsOf};

/// What takes the outcome of a branch whose value is a `T`.
pub(crate) trait Report<T: Send + 'static, P: Policy> {
    fn siblings(&self) -> &SiblingsOf<P>;

    /// The error of the branch: it panicked, or it was cancelled.
    fn error(&self, index: usize, panic: Option<Payload>) -> BranchError;

    /// The branch has ended, with what is kept of it.
    fn put(&self, index: usize, kept: Option<P::Kept<T>>);

    /// The branch was cancelled, and there is nothing to be kept that says so.
    fn missed(&self, _: usize) {}

    /// A panic of the branch unwinds to whoever polls it among others.
    fn unwinds(&self, _: usize) {}

    /// The branch has panicked.
    fn panicked(&self, index: usize, payload: Payload) {
        let panic = self.error(index, Some(payload));
        let kept = if P::KEEPS_PANICS {
            P::keep_error(|| panic)
        } else {
            self.siblings().fail(Failure::Panic(panic));
            None
        };
        self.put(index, kept);
    }

    /// The branch was dropped before it ended, maybe with a panic.
    #[cold]
    fn cut_off(&self, index: usize, panicked: Option<Payload>) {
        if let Some(payload) = panicked {
            return self.panicked(index, payload);
        }
        let kept = P::keep_error(|| self.error(index, None));
        if kept.is_none() {
            self.missed(index);
        }
        self.put(index, kept);
    }
}
