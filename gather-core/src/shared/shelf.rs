//! What the branches of a spread returned that one task drives.

use std::mem;

use crate::outcome::caught::drop_silenced;
use crate::task::sync::{Mutex, lock};

/// A place for what each of a number of branches returns. Mostly one task uses it.
pub(crate) struct Shelf<K> {
    len: usize,
    state: Mutex<Shelved<K>>,
}

struct Shelved<K> {
    /// Empty where nobody wants them.
    places: Vec<Option<K>>,
    /// How many places have something.
    kept: usize,
    ended: usize,
    /// The branch whose panic unwinds.
    unwinding: Option<usize>,
}

impl<K> Shelf<K> {
    pub(crate) fn new(len: usize) -> Self {
        let mut places = Vec::with_capacity(len);
        places.resize_with(len, || None);
        let state = Shelved {
            places,
            kept: 0,
            ended: 0,
            unwinding: None,
        };
        Shelf {
            len,
            state: Mutex::new(state),
        }
    }

    /// A branch has ended: keeps what there is of it, if anybody wants it.
    #[inline]
    pub(crate) fn put(&self, index: usize, kept: Option<K>) {
        let unwanted = {
            let mut state = lock(&self.state);
            let Shelved { places, kept: count, ended, .. } = &mut *state;
            *ended += 1;
            match places.get_mut(index) {
                Some(place) if kept.is_some() => {
                    *count += 1;
                    mem::replace(place, kept)
                }
                _ => kept,
            }
        };
        if unwanted.is_some() {
            drop_silenced(unwanted);
        }
    }

    pub(crate) fn set_unwinding(&self, index: usize) {
        lock(&self.state).unwinding = Some(index);
    }

    pub(crate) fn take_unwinding(&self) -> Option<usize> {
        lock(&self.state).unwinding.take()
    }

    /// How many branches run, or wait to.
    #[inline]
    pub(crate) fn running(&self) -> usize {
        self.len - lock(&self.state).ended
    }

    /// The first branch, of all that have ended, with nothing to be kept.
    pub(crate) fn missing(&self) -> Option<usize> {
        let state = lock(&self.state);
        if state.kept == self.len {
            return None;
        }
        state.places.iter().position(Option::is_none)
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Takes what is here. What comes is dropped.
    pub(crate) fn close(&self) -> Vec<Option<K>> {
        mem::take(&mut lock(&self.state).places)
    }
}
