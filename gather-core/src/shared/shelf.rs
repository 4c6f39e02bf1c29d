//! What the branches of a spread returned that one task drives.

use std::mem;
use std::sync::Arc;

use crate::outcome::BranchError;
use crate::outcome::caught::{Payload, drop_silenced};
use crate::policy::Policy;
use crate::shared::report::Report;
use crate::task::SiblingsOf;
use crate::task::sync::{Mutex, lock};

/// A place for what each of a number of branches returns. Mostly one task uses it.
///
/// It knows the siblings, who know of it: whoever takes the results, or has no use for them, breaks
/// that circle.
pub(crate) struct Shelf<T: Send + 'static, P: Policy> {
    name: &'static str,
    /// The index of the first branch in its spread.
    first: usize,
    len: usize,
    siblings: SiblingsOf<P>,
    state: Mutex<Shelved<P::Kept<T>>>,
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

impl<T: Send + 'static, P: Policy> Shelf<T, P> {
    pub(crate) fn new(
        name: &'static str,
        first: usize,
        len: usize,
        siblings: SiblingsOf<P>,
    ) -> Self {
        let mut places = Vec::with_capacity(len);
        places.resize_with(len, || None);
        let state = Shelved {
            places,
            kept: 0,
            ended: 0,
            unwinding: None,
        };
        Shelf {
            name,
            first,
            len,
            siblings,
            state: Mutex::new(state),
        }
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
    pub(crate) fn missing(&self) -> Option<BranchError> {
        let state = lock(&self.state);
        if state.kept == self.len {
            return None;
        }
        let index = state.places.iter().position(Option::is_none)?;
        Some(self.error(index, None))
    }

    /// Takes what is here. What comes is dropped.
    pub(crate) fn close(&self) -> Vec<Option<P::Kept<T>>> {
        mem::take(&mut lock(&self.state).places)
    }

    fn error(&self, index: usize, panic: Option<Payload>) -> BranchError {
        BranchError::of_item(self.name, self.first + index, panic)
    }
}

impl<T: Send + 'static, P: Policy> Report<T, P> for Arc<Shelf<T, P>> {
    #[inline]
    fn siblings(&self) -> &SiblingsOf<P> {
        &self.siblings
    }

    fn error(&self, index: usize, panic: Option<Payload>) -> BranchError {
        Shelf::error(self, index, panic)
    }

    #[inline]
    fn put(&self, index: usize, kept: Option<P::Kept<T>>) {
        let unwanted = {
            let mut state = lock(&self.state);
            state.ended += 1;
            if kept.is_none() {
                return;
            }
            let Shelved {
                places,
                kept: count,
                ..
            } = &mut *state;
            match places.get_mut(index) {
                Some(place) => {
                    *count += 1;
                    mem::replace(place, kept)
                }
                None => kept,
            }
        };
        if unwanted.is_some() {
            drop_silenced(unwanted);
        }
    }

    fn unwinds(&self, index: usize) {
        lock(&self.state).unwinding = Some(index);
    }
}
