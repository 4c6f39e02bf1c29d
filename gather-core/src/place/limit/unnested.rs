//! Dropping what waits, however deep it nests.

use std::cell::RefCell;
use std::collections::VecDeque;

use crate::task::sync::thread_local;

type Drops = VecDeque<Box<dyn FnOnce()>>;

thread_local! {
    /// What is to be dropped behind the drop that is going on, if one is.
    static BEHIND: RefCell<Option<Drops>> = const { RefCell::new(None) };
}

/// Runs a drop, or has it run behind the one that is going on in this thread.
///
/// A branch that waits may hold the handle of another gather, with a branch that waits and holds one
/// more: dropped one within the other, they would take as much stack as there are of them. `drops` is
/// not to panic.
pub(crate) fn unnested(drops: impl FnOnce() + 'static) {
    let mut drops = Some(drops);
    let is_outermost = BEHIND.try_with(|behind| match &mut *behind.borrow_mut() {
        Some(behind) => {
            if let Some(drops) = drops.take() {
                behind.push_back(Box::new(drops));
            }
            false
        }
        none => {
            *none = Some(Drops::new());
            true
        }
    });
    if let Some(drops) = drops {
        drops();
    }
    if is_outermost == Ok(true) {
        while let Some(drops) = next() {
            drops();
        }
    }
}

/// The next drop. When there are no more, the outermost one is over.
fn next() -> Option<Box<dyn FnOnce()>> {
    BEHIND.with_borrow_mut(|behind| {
        let next = behind.as_mut().and_then(VecDeque::pop_front);
        if next.is_none() {
            *behind = None;
        }
        next
    })
}
