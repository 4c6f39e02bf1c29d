//! The results of the branches of an iterator that ran in one place.

use std::mem;

use crate::outcome::caught::drop_silenced;
use crate::task::sync::{Mutex, lock};

/// The results of one place, with their indices in the spread. Mostly, one task at a time locks it.
#[derive(Debug)]
pub(crate) struct PlaceResults<K>(Mutex<Results<K>>);

#[derive(Debug)]
struct Results<K> {
    kept: Vec<(usize, K)>,
    /// Zero-sized results. They are all alike, so they need no index. They take no memory, however
    /// many branches end.
    alike: Vec<K>,
    /// How many branches have ended here, including those with nothing to keep.
    ended: usize,
    is_unwanted: bool,
}

impl<K> PlaceResults<K> {
    /// Whether results are zero-sized.
    const ARE_ALIKE: bool = size_of::<K>() == 0;

    pub(crate) fn with_capacity(branches: usize) -> Self {
        PlaceResults(Mutex::new(Results {
            kept: Vec::with_capacity(if Self::ARE_ALIKE { 0 } else { branches }),
            alike: Vec::new(),
            ended: 0,
            is_unwanted: false,
        }))
    }

    /// Makes one that drops all results.
    pub(crate) fn closed() -> Self {
        let results = PlaceResults::with_capacity(0);
        lock(&results.0).is_unwanted = true;
        results
    }

    /// Records that a branch has ended, and keeps its result unless results are unwanted.
    #[expect(
        clippy::inline_always,
        reason = "without it each result is moved once more: 17 instructions of 760"
    )]
    #[inline(always)]
    pub(crate) fn put(&self, index: usize, kept: Option<K>) {
        let unwanted = {
            let mut results = lock(&self.0);
            results.ended += 1;
            match kept {
                Some(kept) if !results.is_unwanted => {
                    if Self::ARE_ALIKE {
                        results.alike.push(kept);
                    } else {
                        results.kept.push((index, kept));
                    }
                    None
                }
                kept => kept,
            }
        };
        if unwanted.is_some() {
            drop_silenced(unwanted);
        }
    }

    /// Adds the result of a branch that was put here before with nothing to keep.
    pub(crate) fn add(&self, index: usize, kept: Option<K>) {
        self.put(index, kept);
        lock(&self.0).ended -= 1;
    }

    pub(crate) fn ended(&self) -> usize {
        lock(&self.0).ended
    }

    /// Takes the results, with their indices. [`take_alike`](Self::take_alike) takes zero-sized
    /// ones.
    pub(crate) fn take(&self) -> Vec<(usize, K)> {
        mem::take(&mut lock(&self.0).kept)
    }

    /// Takes the zero-sized results.
    pub(crate) fn take_alike(&self) -> Vec<K> {
        mem::take(&mut lock(&self.0).alike)
    }

    /// Drops all later results.
    pub(crate) fn close(&self) {
        lock(&self.0).is_unwanted = true;
    }
}
