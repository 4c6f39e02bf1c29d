//! A value on its way to the awaiting task.

/// A closure that returns the value. It is `Send` whether or not `T` is. So only the code that
/// makes it has to require that, and a mistake is reported once.
pub(crate) type Boxed<T> = Box<dyn FnOnce() -> T + Send>;
