//! The started branches of a spread, with their keys if they have any.

use std::fmt;
use std::task::{Context, Poll};

use crate::outcome::caught::{Payload, drop_silenced, first};
use crate::policy::Policy;
use crate::running::{Counts, Keying, Keys, Reading, Running};

/// The started branches of a spread, with their keys if they have any. No task knows the key of its
/// branch: the key is paired with the result when the result is taken.
///
/// A [`Spread`](crate::Spread) or a [`LazySpread`](crate::LazySpread) becomes this when it starts.
pub struct Keyed<R, K, N> {
    pub(crate) running: R,
    pub(crate) keys: Keys<K, N>,
}

impl<R, K, N: Keying> Keyed<R, K, N> {
    pub(crate) fn new(running: R) -> Self {
        Keyed {
            running,
            keys: Keys::new(),
        }
    }
}

impl<P, R, V, K, N> Running<P> for Keyed<R, K, N>
where
    P: Policy,
    R: Running<P, Results = Vec<V>>,
    K: Send + 'static,
    N: Keying,
{
    type Results = Vec<N::With<K, V>>;

    const COUNT: usize = R::COUNT;

    fn poll_ended(&self, first: usize, reading: &Reading<'_, P>, cx: &mut Context<'_>) -> Poll<()> {
        self.running.poll_ended(first, reading, cx)
    }

    fn is_ended(&self) -> bool {
        self.running.is_ended()
    }

    fn count(&self, counts: &mut Counts) {
        self.running.count(counts);
    }

    fn abort(&self) {
        self.running.abort();
    }

    fn detach(&self) {
        self.running.detach();
        drop_silenced(self.keys.clear());
    }

    fn clear(&self) -> Option<Payload> {
        let panicked = self.running.clear();
        first(panicked, self.keys.clear())
    }

    fn take(&self) -> Self::Results {
        self.keys.zip(self.running.take())
    }
}

impl<R: fmt::Debug, K, N> fmt::Debug for Keyed<R, K, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keyed").field(&self.running).finish()
    }
}
