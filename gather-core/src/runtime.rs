//! Where branches are to run.

use tokio::runtime::Handle;

/// What `on = ..` takes: a runtime's [`Handle`](tokio::runtime::Handle), or a reference to one.
#[diagnostic::on_unimplemented(
    message = "`on` takes a `tokio::runtime::Handle`, and this is a `{Self}`",
    label = "this is no handle",
    note = "of a `Runtime`, take `on = runtime.handle()`"
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

/// Takes what `on = ..` says, so that the expressions of the branches can be evaluated there:
/// a group that is [`on`](crate::Group::on) it starts them there.
#[must_use]
pub fn on<R: OnRuntime>(runtime: R) -> Handle {
    runtime.into_handle()
}

mod sealed {
    use tokio::runtime::Handle;

    pub trait Sealed {}
    impl Sealed for Handle {}
    impl Sealed for &Handle {}
}
