//! How much stack a gather needs: for large futures in a build without optimisation, and for
//! handles that hold one another. Each test runs in a process of its own, because an overflow ends
//! the process.

use std::env;
use std::future::pending;
use std::pin::Pin;
use std::process::Command;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread;

use gather::{gather, gather_each, gather_settled, try_gather};
use tokio::runtime::Builder;
use tokio::task::yield_now;

/// The stack of a thread on most systems, and of a tokio worker on all of them.
const STACK: usize = 2 << 20;

/// The environment variable that names the test for a process to run.
const TEST: &str = "GATHER_TEST_OF_THE_STACK";

/// Runs the test on a thread with a stack of two megabytes, in a process of its own.
fn on_a_small_stack(name: &str, test: impl FnOnce() + Send + 'static) {
    if env::var_os(TEST).is_some() {
        let thread = thread::Builder::new().stack_size(STACK).spawn(test);
        return thread.unwrap().join().unwrap();
    }
    let ran = Command::new(env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture"])
        .env(TEST, name)
        .output()
        .unwrap();
    let says = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{}: {says}", ran.status);
    let says = String::from_utf8_lossy(&ran.stdout);
    assert!(says.contains("1 passed"), "{says}");
}

const LARGE: usize = 128 << 10;

async fn with_buffer<const SIZE: usize>(at: usize) -> Result<usize, ()> {
    let mut buffer = [0_u8; SIZE];
    buffer[at] = 1;
    yield_now().await;
    Ok(std::hint::black_box(&buffer).len())
}

fn large(at: usize) -> impl Future<Output = Result<usize, ()>> + Send {
    with_buffer::<LARGE>(at)
}

/// What runs here is part of the caller's future. Without optimisation, each function that moves
/// the branches has a copy of them on its stack.
fn smaller(at: usize) -> impl Future<Output = Result<usize, ()>> + Send {
    with_buffer::<{ LARGE / 4 }>(at)
}

type Boxed = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Awaits a gather in a task, on a worker with a small stack, and then in `block_on`.
fn awaited_in_a_task(gathers: fn() -> Boxed) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(STACK)
        .build()
        .unwrap();
    runtime.block_on(runtime.spawn(gathers())).unwrap();
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(gathers());
}

macro_rules! large_futures {
    ($($name:ident: $call:expr;)+) => {$(
        #[test]
        fn $name() {
            on_a_small_stack(stringify!($name), || {
                awaited_in_a_task(|| Box::pin(async { let _ = $call.await; }));
            });
        }
    )+};
}

large_futures! {
    four_large_futures_of_gather: gather!(large(1), large(2), large(3), large(4));
    four_large_futures_of_try_gather: try_gather!(large(1), large(2), large(3), large(4));
    four_large_futures_of_gather_settled: gather_settled!(large(1), large(2), large(3), large(4));
    four_large_futures_in_an_array: gather!([large(1), large(2), large(3), large(4)]);
    a_spread_of_large_futures: gather!(..(0..4).map(large));
    a_spread_of_large_futures_among_others: gather!(large(1), ..(0..4).map(large), large(2));
    four_large_futures_under_a_limit: gather!(limit = 2; large(1), large(2), large(3), large(4));
    a_spread_of_large_futures_under_a_limit: try_gather!(limit = 2; ..(0..4).map(large));
    four_large_futures_in_shared_tasks: gather!(tasks = 2; large(1), large(2), large(3), large(4));
    a_spread_of_large_futures_in_shared_tasks: gather!(tasks = 2; ..(0..4).map(large));
    four_large_futures_in_shared_tasks_under_a_limit:
        gather!(tasks = 2, limit = 2; large(1), large(2), large(3), large(4));
    four_smaller_futures_here: gather!(here; smaller(1), smaller(2), smaller(3), smaller(4));
    a_spread_of_smaller_futures_here: gather!(here; ..(0..4).map(smaller));
    four_smaller_futures_here_under_a_limit:
        gather!(here, limit = 2; smaller(1), smaller(2), smaller(3), smaller(4));
    a_spread_of_smaller_futures_here_under_a_limit:
        gather!(here, limit = 2; ..(0..4).map(smaller));
    four_large_futures_one_by_one: async {
        let mut each = gather_each!(large(1), large(2), large(3), large(4));
        while each.next().await.is_some() {}
    };
    four_large_futures_here_one_by_one: async {
        let mut each = gather_each!(here; large(1), large(2), large(3), large(4));
        while each.next().await.is_some() {}
    };
}

/// A branch that never ends, and holds something until it is dropped.
struct Holds {
    _held: Box<dyn Send>,
}

impl Future for Holds {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

/// Makes a chain of handles, each held by a branch of the next one, and drops the last one. Returns
/// whether that dropped all of them, down to the first. The end of the runtime drops them anyway.
macro_rules! drop_a_chain_of {
    ($length:expr, $($limit:tt)*) => {{
        let runtime = Builder::new_current_thread().build().unwrap();
        let first = Arc::new(());
        let is_dropped = runtime.block_on(async {
            let mut held: Box<dyn Send> = Box::new(Arc::clone(&first));
            for _ in 0..$length {
                let holds = Holds { _held: held };
                held = Box::new(gather!($($limit)* pending::<()>(), holds));
            }
            drop(held);
            let is_dropped = Arc::strong_count(&first) == 1;
            for _ in 0..10 {
                yield_now().await;
            }
            is_dropped
        });
        drop(runtime);
        assert_eq!(Arc::strong_count(&first), 1);
        is_dropped
    }};
}

#[test]
fn two_thousand_handles_of_which_each_is_held_by_an_unstarted_branch_of_the_next() {
    on_a_small_stack(
        "two_thousand_handles_of_which_each_is_held_by_an_unstarted_branch_of_the_next",
        || assert!(drop_a_chain_of!(2000, limit = 1;)),
    );
}

#[test]
fn twenty_thousand_handles_of_which_each_is_held_by_an_unstarted_branch_of_the_next() {
    on_a_small_stack(
        "twenty_thousand_handles_of_which_each_is_held_by_an_unstarted_branch_of_the_next",
        || assert!(drop_a_chain_of!(20_000, limit = 1;)),
    );
}

#[test]
fn twenty_thousand_handles_of_which_each_is_held_by_a_branch_of_the_next() {
    on_a_small_stack(
        "twenty_thousand_handles_of_which_each_is_held_by_a_branch_of_the_next",
        || {
            drop_a_chain_of!(20_000,);
            drop_a_chain_of!(20_000, limit = 2;);
        },
    );
}

#[test]
fn two_thousand_handles_that_are_left_to_a_runtime_which_shuts_down() {
    on_a_small_stack(
        "two_thousand_handles_that_are_left_to_a_runtime_which_shuts_down",
        || {
            let runtime = Builder::new_current_thread().build().unwrap();
            let first = Arc::new(());
            runtime.block_on(async {
                let mut held: Box<dyn Send> = Box::new(Arc::clone(&first));
                for _ in 0..2000 {
                    let holds = Holds { _held: held };
                    held = Box::new(gather!(limit = 1; pending::<()>(), holds));
                }
                gather!(limit = 1; pending::<()>(), (Holds { _held: held })).detach();
            });
            drop(runtime);
            assert_eq!(Arc::strong_count(&first), 1);
        },
    );
}
