//! The keys of a spread. Its branches do not know them.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::explain::{Paired, Plain};
use crate::outcome::caught::{Payload, drop_each, drop_silenced};
use crate::task::sync::{Mutex, lock};

/// Whether a spread consists of futures, or of pairs of a key and a future.
#[doc(hidden)]
pub trait Keying: 'static {
    /// The type of a result whose value is a `V`.
    type With<K, V>;

    const HAS_KEYS: bool;

    /// Pairs a result with its key, if there are keys.
    fn with<K, V>(key: Option<K>, result: V) -> Self::With<K, V>;

    /// Pairs each result with its key, if there are keys.
    fn zip<K, V>(keys: Vec<K>, results: Vec<V>) -> Vec<Self::With<K, V>>;
}

impl Keying for Plain {
    type With<K, V> = V;

    const HAS_KEYS: bool = false;

    #[inline]
    fn with<K, V>(_: Option<K>, result: V) -> V {
        result
    }

    fn zip<K, V>(_: Vec<K>, results: Vec<V>) -> Vec<V> {
        results
    }
}

impl Keying for Paired {
    type With<K, V> = (K, V);

    const HAS_KEYS: bool = true;

    #[inline]
    fn with<K, V>(key: Option<K>, result: V) -> (K, V) {
        (key.expect("a pair has a key"), result)
    }

    fn zip<K, V>(mut keys: Vec<K>, results: Vec<V>) -> Vec<(K, V)> {
        // A branch that was pulled after the gather had stopped has a key and no result.
        let unstarted = keys.split_off(results.len().min(keys.len()));
        let results = keys.into_iter().zip(results).collect();
        drop_silenced(drop_each(unstarted));
        results
    }
}

/// The keys of a spread, in the order of its iterator.
#[doc(hidden)]
pub struct Keys<K, N> {
    /// `None` where there are no keys.
    kept: Option<Arc<Kept<K>>>,
    keying: PhantomData<fn() -> N>,
}

/// The task that pulls the iterator adds keys. This is `None` once nobody wants them.
struct Kept<K>(Mutex<Option<Vec<K>>>);

/// They may be dropped because of a panic of the iterator.
impl<K> Drop for Kept<K> {
    fn drop(&mut self) {
        drop_silenced(drop_each(self.close()));
    }
}

impl<K> Kept<K> {
    fn close(&self) -> Vec<K> {
        lock(&self.0).take().unwrap_or_default()
    }
}

/// The keys, for code that does not know their type.
pub(crate) trait HasKey {
    /// Whether the branch with this index has a key.
    fn has_key(&self, index: usize) -> bool;
}

pub(crate) type SharedKeys = Arc<dyn HasKey + Send + Sync>;

impl<K> HasKey for Kept<K> {
    fn has_key(&self, index: usize) -> bool {
        let keys = lock(&self.0);
        keys.as_ref().is_none_or(|keys| index < keys.len())
    }
}

impl<K, N: Keying> Keys<K, N> {
    pub(crate) fn new() -> Self {
        Keys {
            kept: N::HAS_KEYS.then(|| Arc::new(Kept(Mutex::new(Some(Vec::new()))))),
            keying: PhantomData,
        }
    }

    /// Keeps the key of the next branch, unless nobody wants it.
    pub(crate) fn push(&self, key: K) {
        let mut unwanted = Some(key);
        if let Some(kept) = &self.kept
            && let Some(keys) = &mut *lock(&kept.0)
        {
            keys.extend(unwanted.take());
        }
        if unwanted.is_some() {
            drop_silenced(unwanted);
        }
    }

    /// Whether a panic can be kept as the outcome of the branch with this index.
    pub(crate) fn has_key(&self, index: usize) -> bool {
        self.kept.as_ref().is_none_or(|kept| kept.has_key(index))
    }

    /// Takes the keys, in the order of the results.
    pub(crate) fn zip<V>(&self, results: Vec<V>) -> Vec<N::With<K, V>> {
        N::zip(self.close(), results)
    }

    /// Drops all keys, now and later. Returns the first panic.
    pub(crate) fn clear(&self) -> Option<Payload> {
        drop_each(self.close())
    }

    fn close(&self) -> Vec<K> {
        self.kept
            .as_ref()
            .map(|kept| kept.close())
            .unwrap_or_default()
    }
}

impl<K: Send + 'static, N> Keys<K, N> {
    pub(crate) fn shared(&self) -> Option<SharedKeys> {
        let kept = self.kept.clone()?;
        Some(kept)
    }
}

impl<K, N> Clone for Keys<K, N> {
    fn clone(&self) -> Self {
        Keys {
            kept: self.kept.clone(),
            keying: PhantomData,
        }
    }
}

impl<K, N> fmt::Debug for Keys<K, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}
