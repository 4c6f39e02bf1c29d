//! Mistakes in the value of `on`.

use tokio::runtime::Handle;

/// Returns the runtime handle from the value of `on = ..`, which is a handle or a reference to one.
///
/// # Examples
///
/// ```
/// use gather_core::{Group, branch, on};
///
/// let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// let handle = on(runtime.handle());
/// let gather = Group::new().on(&handle).spawn(branch("seven()", async { 7 }), |seven| seven);
/// assert_eq!(runtime.block_on(gather.into_future()), 7);
/// ```
pub fn on(runtime: impl OnRuntime) -> Handle {
    runtime.into_handle()
}

/// A value for `on = ..`: a runtime's [`Handle`](tokio::runtime::Handle), or a reference to one.
#[diagnostic::on_unimplemented(
    message = "`on` takes a `tokio::runtime::Handle`, not `{Self}`: write `on = runtime.handle()`, or unwrap the `Option` or `Result` of a handle first",
    label = "not a runtime handle",
    note = "in a `LocalSet`, or on the current thread: `here;`"
)]
pub trait OnRuntime: sealed::Sealed {
    /// The handle.
    #[doc(hidden)]
    fn into_handle(self) -> Handle;
}

impl OnRuntime for Handle {
    fn into_handle(self) -> Handle {
        self
    }
}

impl OnRuntime for &Handle {
    fn into_handle(self) -> Handle {
        self.clone()
    }
}

mod sealed {
    use tokio::runtime::Handle;

    pub trait Sealed {}
    impl Sealed for Handle {}
    impl Sealed for &Handle {}
}
