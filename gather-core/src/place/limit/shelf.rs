//! What the branches of an iterator that ran in one place returned.

use std::mem;

use crate::outcome::caught::drop_silenced;
use crate::task::sync::{Mutex, lock};

/// The results of one place, with their indices in the spread. Mostly one task at a time uses it.
#[derive(Debug)]
pub(crate) struct Shelf<K>(Mutex<Shelved<K>>);

#[derive(Debug)]
struct Shelved<K> {
    kept: Vec<(usize, K)>,
    /// How many branches have ended here, those with nothing to keep included.
    ended: usize,
    is_unwanted: bool,
}

impl<K> Shelf<K> {
    pub(crate) fn with_capacity(branches: usize) -> Self {
        Shelf(Mutex::new(Shelved {
            kept: Vec::with_capacity(branches),
            ended: 0,
            is_unwanted: false,
        }))
    }

    /// One that drops what comes.
    pub(crate) fn closed() -> Self {
        let shelf = Shelf::with_capacity(0);
        lock(&shelf.0).is_unwanted = true;
        shelf
    }

    /// A branch has ended: keeps what there is of it, if anybody wants it.
    #[inline]
    pub(crate) fn put(&self, index: usize, kept: Option<K>) {
        let unwanted = {
            let mut shelved = lock(&self.0);
            shelved.ended += 1;
            match kept {
                Some(kept) if !shelved.is_unwanted => {
                    shelved.kept.push((index, kept));
                    None
                }
                kept => kept,
            }
        };
        if unwanted.is_some() {
            drop_silenced(unwanted);
        }
    }

    /// Adds what there is of a branch that was put here before with nothing to keep.
    pub(crate) fn add(&self, index: usize, kept: Option<K>) {
        self.put(index, kept);
        lock(&self.0).ended -= 1;
    }

    pub(crate) fn ended(&self) -> usize {
        lock(&self.0).ended
    }

    pub(crate) fn take(&self) -> Vec<(usize, K)> {
        mem::take(&mut lock(&self.0).kept)
    }

    /// Takes what is here. What comes is dropped.
    pub(crate) fn close(&self) -> Vec<(usize, K)> {
        lock(&self.0).is_unwanted = true;
        self.take()
    }
}
