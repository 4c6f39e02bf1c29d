//! Catches a panic together with its location.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use super::message::message;

/// A panic that was caught.
#[derive(Debug)]
pub(crate) struct Caught {
    pub(crate) message: String,
    pub(crate) file: String,
    pub(crate) line: u32,
}

thread_local! {
    static PLACE: RefCell<Option<(String, u32)>> = const { RefCell::new(None) };
}

/// Runs code that must panic, on this thread.
pub(crate) fn caught<T>(panics: impl FnOnce() -> T) -> Caught {
    // The hook belongs to the whole process and tests run side by side, so each one records the
    // location for its own thread.
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let default = take_hook();
        set_hook(Box::new(move |panic| {
            let place = panic
                .location()
                .map(|place| (place.file().to_owned(), place.line()));
            PLACE.set(place);
            default(panic);
        }));
    });
    let payload = catch_unwind(AssertUnwindSafe(panics))
        .err()
        .expect("it was to panic");
    let (file, line) = PLACE.take().expect("a panic has a place");
    Caught {
        message: message(&*payload),
        file,
        line,
    }
}
