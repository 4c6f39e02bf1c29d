//! Dropping what waits, however deep it nests.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use crate::task::sync::thread_local;

type Drops = VecDeque<Box<dyn FnOnce()>>;

thread_local! {
    /// How many drops are going on in this thread, each within the one before.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// What is to be dropped behind the innermost of them.
    static BEHIND: RefCell<Drops> = const { RefCell::new(Drops::new()) };
}

/// So many drops may nest. What a `Drop` waits for is seldom as deep within others.
const DEEPEST: usize = 16;

/// Runs a drop, or has it run behind the one that is going on in this thread, if that is the last that
/// may nest.
///
/// A branch that waits may hold the handle of another gather, with a branch that waits and holds one
/// more: dropped one within the other, they would take as much stack as there are of them. `drops` is
/// not to panic.
pub(crate) fn unnested(drops: impl FnOnce() + 'static) {
    let depth = DEPTH.get();
    if depth == DEEPEST {
        let mut drops = Some(drops);
        // At the end of a thread this may be gone.
        let put_off = BEHIND.try_with(|behind| {
            let drops = drops
                .take()
                .map(|drops| Box::new(drops) as Box<dyn FnOnce()>);
            behind.borrow_mut().extend(drops);
        });
        if let (Err(_), Some(drops)) = (put_off, drops) {
            drops();
        }
        return;
    }
    DEPTH.set(depth + 1);
    drops();
    if depth + 1 == DEEPEST {
        while let Ok(Some(drops)) = BEHIND.try_with(|behind| behind.borrow_mut().pop_front()) {
            drops();
        }
    }
    DEPTH.set(depth);
}
