//! A value on its way to whoever awaits.

/// A closure that returns the value. Its type is `Send` whether or not `T` is, so that only what makes
/// it has to ask for that, and a mistake is reported once.
pub(crate) type Boxed<T> = Box<dyn FnOnce() -> T + Send>;
