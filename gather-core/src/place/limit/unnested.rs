//! Dropping waiting branches, however deep they nest.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use crate::task::sync::thread_local;

type Drops = VecDeque<Box<dyn FnOnce()>>;

thread_local! {
    /// How many drops are running on this thread, each within the one before.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// The drops to run after the innermost of them.
    static BEHIND: RefCell<Drops> = const { RefCell::new(Drops::new()) };
}

/// How deep drops may nest. A `Drop` that waits for another drop seldom finds it nested that deep.
const DEEPEST: usize = 16;

/// Runs a drop. If the drop that is running on this thread is the last that may nest, defers this
/// one until after it.
///
/// A waiting branch may own the handle of another gather, with a waiting branch that owns the next
/// handle, and so on. Nested drops would need stack in proportion to the length of that chain.
/// `drops` must not panic.
pub(crate) fn unnested(drops: impl FnOnce() + 'static) {
    let depth = DEPTH.get();
    if depth == DEEPEST {
        let mut drops = Some(drops);
        // While the thread exits, this thread-local may be gone already.
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
