//! There is no time: a timeout elapses after one to four polls of its future.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use shuttle::rand::{RngCore, thread_rng};

#[derive(Debug)]
pub struct Elapsed(());

pub async fn timeout<F: Future>(_: Duration, future: F) -> Result<F::Output, Elapsed> {
    let mut polls = 1 + thread_rng().next_u64() % 4;
    let mut future = pin!(future);
    std::future::poll_fn(|cx: &mut Context<'_>| {
        if let Poll::Ready(output) = Pin::as_mut(&mut future).poll(cx) {
            return Poll::Ready(Ok(output));
        }
        polls -= 1;
        if polls == 0 {
            return Poll::Ready(Err(Elapsed(())));
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}
