//! Stopping a gather of very many branches keeps neither its branches nor other tasks waiting.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use gather::{Gather, gather, gather_settled, try_gather};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::yield_now;

mod support {
    pub(crate) mod in_time;
    pub(crate) mod until;
}

use support::in_time::in_time;
use support::until::until;

const MANY: usize = 100_000;

/// The worker may get no processor while the handle is dropped. It is enough if it gets one in one
/// of this many rounds.
const ROUNDS: usize = 10;

/// What the only worker of a runtime does while a handle is dropped on another thread.
#[derive(Default)]
struct Meanwhile {
    dropping: AtomicBool,
    started: AtomicUsize,
    ended: AtomicUsize,
    ended_in_time: AtomicUsize,
    neighbours_turns: AtomicUsize,
}

/// A branch that never ends by itself.
struct Idle {
    started: bool,
    meanwhile: Arc<Meanwhile>,
}

impl Future for Idle {
    type Output = Result<(), ()>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        if !self.started {
            self.started = true;
            self.meanwhile.started.fetch_add(1, Ordering::SeqCst);
        }
        Poll::Pending
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        self.meanwhile.ended.fetch_add(1, Ordering::SeqCst);
        if self.meanwhile.dropping.load(Ordering::SeqCst) {
            self.meanwhile.ended_in_time.fetch_add(1, Ordering::SeqCst);
        }
    }
}

fn one_worker() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(1)
        .build()
        .unwrap()
}

/// Asserts that the worker ends some branches and gives a neighbouring task
/// turns while `stop` runs.
fn assert_goes_on<T: Send + 'static>(
    start: impl Fn(&Handle, Vec<Idle>) -> Gather<T> + Send + 'static,
    stop: fn(Gather<T>),
) {
    in_time(move || {
        let runtime = one_worker();
        let mut most = (0, 0);
        for _ in 0..ROUNDS {
            let meanwhile = Arc::new(Meanwhile::default());
            let idle = || Idle {
                started: false,
                meanwhile: Arc::clone(&meanwhile),
            };
            let gather = start(runtime.handle(), (0..MANY).map(|_| idle()).collect());
            runtime.block_on(until(|| meanwhile.started.load(Ordering::SeqCst) == MANY));
            let counts = Arc::clone(&meanwhile);
            let neighbour = runtime.spawn(async move {
                loop {
                    if counts.dropping.load(Ordering::SeqCst) {
                        counts.neighbours_turns.fetch_add(1, Ordering::SeqCst);
                    }
                    yield_now().await;
                }
            });
            meanwhile.dropping.store(true, Ordering::SeqCst);
            stop(gather);
            meanwhile.dropping.store(false, Ordering::SeqCst);
            neighbour.abort();
            runtime.block_on(until(|| meanwhile.ended.load(Ordering::SeqCst) == MANY));
            let ended = meanwhile.ended_in_time.load(Ordering::SeqCst);
            let turns = meanwhile.neighbours_turns.load(Ordering::SeqCst);
            most = (most.0.max(ended), most.1.max(turns));
            if ended >= 100 && turns >= 100 {
                return;
            }
        }
        panic!(
            "meanwhile {} branches ended, and a neighbour had {} turns",
            most.0, most.1
        );
    });
}

#[test]
fn branches_end_and_other_tasks_have_turns_while_a_handle_is_dropped() {
    assert_goes_on(|on, idle| gather!(on = on; ..idle), drop);
}

#[test]
fn branches_end_and_other_tasks_have_turns_while_a_handle_of_try_gather_is_dropped() {
    assert_goes_on(|on, idle| try_gather!(on = on; ..idle), drop);
}

#[test]
fn branches_end_and_other_tasks_have_turns_while_all_are_aborted() {
    assert_goes_on(
        |on, idle| gather_settled!(on = on; ..idle),
        |gather| {
            drop(gather.abort());
        },
    );
}

#[test]
fn branches_end_and_other_tasks_have_turns_while_a_handle_with_a_limit_is_dropped() {
    assert_goes_on(|on, idle| gather!(limit = MANY, on = on; ..idle), drop);
}
