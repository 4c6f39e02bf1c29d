//! The panic that awaiting a gather ends in.

use gather::Gather;

use super::message::message;

/// Awaits the gather in a task of its own, and returns the message of the panic that it ends in.
pub(crate) async fn panic_of<T: Send + 'static>(gather: Gather<T>) -> String {
    let Err(error) = tokio::spawn(async { gather.await }).await else {
        panic!("the gather was to end in a panic");
    };
    message(&*error.into_panic())
}
