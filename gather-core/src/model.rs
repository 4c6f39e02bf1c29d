//! How branches and handle agree, checked under every schedule that loom finds.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gather-core --lib --release` runs these models, and
//! nothing else compiles them. A thread stands for a branch's task, and what follows the model is
//! what has to hold whatever the schedule was.

mod protocol;
mod whole;

use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::thread::{self, Thread};
use tokio::runtime::Handle;

/// A task as far as stopping it goes.
#[derive(Clone, Debug)]
pub(crate) struct Spawned(Arc<AtomicBool>);

impl Spawned {
    fn new() -> Self {
        Spawned(Arc::new(AtomicBool::new(false)))
    }

    pub(crate) fn abort(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_aborted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A model makes its own threads.
pub(crate) fn spawn(
    _: &Handle,
    _: &'static str,
    _: impl Future<Output = ()> + Send + 'static,
) -> Spawned {
    unreachable!("no runtime runs inside a model")
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits as a task does. A wake-up that is lost is a deadlock, which loom reports.
fn wait<T>(mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        if let Poll::Ready(ready) = poll(&mut Context::from_waker(&waker)) {
            return ready;
        }
        thread::park();
    }
}

fn block_on<F: IntoFuture>(future: F) -> F::Output {
    let mut future = pin!(future.into_future());
    wait(|cx| future.as_mut().poll(cx))
}

/// Counts how often it is dropped.
struct Value(Arc<AtomicUsize>);

impl Drop for Value {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn counting_waker() -> (Arc<Wakes>, Waker) {
    let wakes = Arc::new(Wakes(AtomicUsize::new(0)));
    (Arc::clone(&wakes), Waker::from(wakes))
}
