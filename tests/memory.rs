//! What a gather holds in memory: little for branches that have ended, nothing for results that
//! will never be taken, and no more for its results than they need.

use std::alloc::System;
use std::env;
use std::future::{Future, Ready, pending, ready};
use std::hint::black_box;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gather::{gather, gather_each, gather_settled, try_gather};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;

mod support {
    pub(crate) mod background;
    pub(crate) mod places;
    pub(crate) mod two_workers;
    pub(crate) mod until;
}

use support::places::in_each_place;
use support::two_workers::two_workers;
use support::until::until;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The allocator belongs to the whole process. The tests take turns, so that no other test
/// allocates while one looks at it.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The bytes that have been allocated and not freed.
fn live() -> usize {
    let stats = ALLOCATOR.stats();
    let freed = stats.bytes_deallocated;
    stats.bytes_allocated.saturating_sub(freed)
}

/// All bytes that were ever allocated.
fn allocated() -> usize {
    ALLOCATOR.stats().bytes_allocated
}

fn one_thread() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

const MANY: usize = 2000;

type Outcome = Result<u8, ()>;

/// A branch whose future holds `SIZE` bytes.
async fn large<const SIZE: usize>(at: usize) -> Outcome {
    let mut buffer = [0_u8; SIZE];
    buffer[at % SIZE] = 1;
    yield_now().await;
    Ok(black_box(&buffer)[at % SIZE])
}

/// Asserts that a gather holds little of `MANY` branches that have ended while another one runs.
macro_rules! assert_little_is_held {
    ($size:literal, |$spread:ident| $gather:expr) => {
        one_thread().block_on(async {
            let $spread = (0..MANY).map(large::<$size>);
            let before = live();
            let gather = $gather;
            until(|| gather.progress().finished() == MANY).await;
            let held = live().saturating_sub(before) / MANY;
            assert!(
                held <= 1024,
                "{held} bytes for each branch of {} that has ended",
                $size
            );
            drop(gather);
        });
    };
}

#[test]
fn a_branch_that_has_ended_holds_little_while_nobody_awaits() {
    let _alone = alone();
    assert_little_is_held!(1500, |spread| gather!(..spread, pending::<()>()));
    assert_little_is_held!(8192, |spread| gather!(..spread, pending::<()>()));
    assert_little_is_held!(20_000, |spread| gather!(..spread, pending::<()>()));
    assert_little_is_held!(8192, |spread| try_gather!(pending::<Outcome>(), ..spread));
    assert_little_is_held!(8192, |spread| gather_settled!(pending::<()>(), ..spread));
    assert_little_is_held!(
        8192,
        |spread| gather!(limit = MANY; ..spread, pending::<()>())
    );
    assert_little_is_held!(8192, |spread| gather!(limit = 8; ..spread, pending::<()>()));
}

#[test]
fn a_branch_that_has_ended_holds_little_while_somebody_awaits() {
    let _alone = alone();
    one_thread().block_on(async {
        let ended = Arc::new(AtomicUsize::new(0));
        let counts = |at| {
            let ended = Arc::clone(&ended);
            async move {
                let value = large::<8192>(at).await;
                ended.fetch_add(1, Ordering::SeqCst);
                value
            }
        };
        let branches: Vec<_> = (0..MANY).map(counts).collect();
        let futures = branches.iter().map(size_of_val).sum::<usize>();
        let before = live() - futures;
        // The branches that end are neither the first nor the last ones to be awaited.
        let gather = gather!(pending::<()>(), ..branches, pending::<()>());
        let awaits = tokio::spawn(gather.into_future());
        until(|| ended.load(Ordering::SeqCst) == MANY).await;
        for _ in 0..10 {
            yield_now().await;
        }
        let held = live().saturating_sub(before) / MANY;
        assert!(held <= 1024, "{held} bytes for each branch that has ended");
        awaits.abort();
    });
}

/// Asserts that live memory does not grow with the number of finished jobs.
macro_rules! assert_flat {
    ($runtime:expr, |$jobs:ident| $start:expr, $value:expr) => {{
        let runtime = $runtime;
        let done = Arc::new(AtomicUsize::new(0));
        let counts = Arc::clone(&done);
        let $jobs = std::iter::repeat_with(move || {
            let done = Arc::clone(&counts);
            async move {
                done.fetch_add(1, Ordering::Relaxed);
                Ok::<_, ()>($value)
            }
        });
        runtime.block_on(async {
            $start;
            let held_after = async |jobs| {
                until(|| done.load(Ordering::Relaxed) >= jobs).await;
                live()
            };
            let early = held_after(20_000).await;
            let late = held_after(120_000).await;
            let grown = late.saturating_sub(early);
            assert!(
                grown < 100_000,
                "100,000 jobs later there were {grown} bytes more"
            );
        });
        // A detached gather without an end ends with its runtime.
        drop(runtime);
    }};
}

#[test]
fn a_detached_gather_without_end_does_not_grow() {
    let _alone = alone();
    assert_flat!(one_thread(), |jobs| gather!(limit = 8; ..jobs).detach(), ());
    assert_flat!(
        one_thread(),
        |jobs| gather!(limit = 8; ..jobs).detach(),
        [7_u64; 3]
    );
    assert_flat!(
        two_workers(),
        |jobs| gather!(limit = 8; ..jobs).detach(),
        [7_u64; 3]
    );
    assert_flat!(
        one_thread(),
        |jobs| try_gather!(limit = 8; ..jobs).detach(),
        ()
    );
    assert_flat!(
        one_thread(),
        |jobs| gather_settled!(limit = 1; ..jobs).detach(),
        [7_u64; 3]
    );
    assert_flat!(
        one_thread(),
        |jobs| gather!(limit = 8; pending::<()>(), ..jobs, pending::<()>()).detach(),
        ()
    );
    assert_flat!(
        one_thread(),
        |jobs| {
            let panicking = jobs.map(|job| async {
                let _ = job.await;
                resume_unwind(Box::new(()))
            });
            gather_settled!(limit = 8; ..panicking).detach();
        },
        ()
    );
}

#[test]
fn what_a_gather_has_of_results_goes_when_it_is_detached() {
    const RESULTS: usize = 2000;
    let _alone = alone();
    for limit in [8, RESULTS + 1] {
        one_thread().block_on(async {
            let kilobytes = (0..RESULTS).map(|_| async { vec![0_u8; 1024] });
            let before = live();
            let gather = gather!(limit = limit; ..kilobytes, pending::<()>());
            until(|| gather.progress().finished() == RESULTS).await;
            let held = live().saturating_sub(before);
            assert!(held >= RESULTS * 1024, "the results were not held");
            gather.detach();
            let held = live().saturating_sub(before) / RESULTS;
            assert!(held <= 64, "{held} bytes for each branch that has ended");
        });
    }
}

#[test]
fn a_detached_gather_keeps_no_task_that_had_ended_and_gather_settled_none_that_ends() {
    const SIZE: usize = 512;
    let _alone = alone();
    // The first never ends.
    let branches = || {
        (0..MANY).map(|at| async move {
            let buffer = [0_u8; SIZE];
            if at == 0 {
                pending::<()>().await;
            }
            yield_now().await;
            black_box(buffer);
        })
    };
    macro_rules! assert_little {
        ($before:ident) => {
            let held = live().saturating_sub($before) / MANY;
            assert!(held < SIZE / 2, "{held} bytes for each branch");
        };
    }
    one_thread().block_on(async {
        let before = live();
        let gather = gather!(..branches());
        until(|| gather.progress().finished() == MANY - 1).await;
        gather.detach();
        assert_little!(before);
    });
    one_thread().block_on(async {
        let before = live();
        let ended = Arc::new(());
        let branches = branches().map(|branch| {
            let ended = Arc::clone(&ended);
            async move {
                branch.await;
                drop(ended);
            }
        });
        gather_settled!(..branches).detach();
        until(|| Arc::strong_count(&ended) == 2).await;
        assert_little!(before);
    });
    one_thread().block_on(async {
        let before = live();
        let gathers: Vec<_> = branches().map(|branch| gather!(branch)).collect();
        until(|| gathers.iter().filter(|gather| gather.is_finished()).count() == MANY - 1).await;
        gathers.into_iter().for_each(gather::Gather::detach);
        assert_little!(before);
    });
}

/// How many branches an iterator announces, and how many it yields before one of them fails.
const SAID: u64 = 10_000_000;
const COME: u64 = 1000;

/// More than a thousand branches need, and less than a byte for each announced branch.
const LITTLE: usize = 8 << 20;

#[test]
fn a_lower_bound_that_is_huge_reserves_no_such_memory() {
    let _alone = alone();
    let runtime = two_workers();
    macro_rules! test {
        ($gather:ident, $failed:pat) => {{
            // A branch of the spread fails, and the spread goes on once the
            // sibling has been stopped.
            let (guard, stopped) = mpsc::channel::<()>();
            let sibling = async move {
                pending::<()>().await;
                drop(guard);
                Ok(())
            };
            let spread = (0..SAID).map(move |at| {
                if at > COME {
                    let stopped = stopped.recv_timeout(Duration::from_secs(20));
                    assert_eq!(stopped, Err(RecvTimeoutError::Disconnected));
                }
                async move { if at == COME { Err(at) } else { Ok(()) } }
            });
            let before = allocated();
            let gather = $gather!(on = runtime.handle(); sibling, ..spread);
            let result = runtime.block_on(gather.into_future());
            let taken = allocated() - before;
            assert_eq!(result.map(drop), Err(COME));
            assert!(taken < LITTLE, "{taken} bytes were allocated");
        }};
    }
    test!(try_gather, Err(_));
}

#[test]
fn under_a_limit_a_lower_bound_that_is_huge_reserves_no_such_memory() {
    let _alone = alone();
    one_thread().block_on(async {
        for limit in [1, 8] {
            let fails = |at| async move { if at == COME { Err(at) } else { Ok(()) } };
            let before = allocated();
            let gather = try_gather!(limit = limit; ..(0..SAID).map(fails));
            assert_eq!(gather.await.map(drop), Err(COME));
            let taken = allocated() - before;
            assert!(taken < LITTLE, "{taken} bytes were allocated");

            let before = allocated();
            drop(gather!(limit = limit; ..(0..SAID).map(ready)));
            let taken = allocated() - before;
            assert!(taken < LITTLE, "{taken} bytes were allocated");
        }
    });
}

/// Claims to be longer than memory, and yields a few items.
struct Boasts(u8);

impl Iterator for Boasts {
    type Item = Ready<u8>;

    fn next(&mut self) -> Option<Ready<u8>> {
        self.0 = self.0.checked_sub(1)?;
        Some(ready(self.0))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (1 << 48, None)
    }
}

#[test]
fn an_iterator_that_says_it_is_longer_than_memory_is_pulled_all_the_same() {
    macro_rules! test {
        ($($options:tt)*) => {
            one_thread().block_on(async {
                assert_eq!(gather!($($options)* ..Boasts(3)).await, [2, 1, 0]);
            });
        };
    }
    let _alone = alone();
    in_each_place!(test);
}

/// Asserts that the vector takes about as much memory as its items.
#[track_caller]
fn assert_fits<T>(all: &Vec<T>, what: &str) {
    let (length, capacity) = (all.len(), all.capacity());
    // Items without a size take no memory, whatever the capacity.
    assert!(
        size_of::<T>() == 0 || capacity <= length + length / 4 + 8,
        "{what}: a capacity of {capacity} for {length}"
    );
}

/// Gathers values of one type in every way that returns a vector.
async fn fits_in_every_way<F, T>(length: usize, branch: fn(usize) -> F)
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let branches = || (0..length).map(branch);
    let unknown = || branches().filter(|_| true);
    let ok = move |branch: F| async { Ok::<_, ()>(branch.await) };
    assert_fits(&gather!(..branches()).await, "gather!");
    assert_fits(&gather!(..unknown()).await, "gather!, of an unknown number");
    assert_fits(&gather!(limit = 8; ..branches()).await, "gather!(limit)");
    assert_fits(
        &gather!(limit = 8; ..unknown()).await,
        "gather!(limit), of an unknown number",
    );
    let all = try_gather!(..branches().map(ok)).await.unwrap();
    assert_fits(&all, "try_gather!");
    let all = try_gather!(limit = 8; ..branches().map(ok)).await.unwrap();
    assert_fits(&all, "try_gather!(limit)");
    assert_fits(&gather_settled!(..branches()).await, "gather_settled!");
    let all = gather_settled!(limit = 8; ..branches()).await;
    assert_fits(&all, "gather_settled!(limit)");
    let (among, _) = gather!(limit = 8; ..branches(), ready(1)).await;
    assert_fits(&among, "gather!(limit), among others");
}

#[test]
fn a_vector_has_about_the_capacity_of_what_it_holds() {
    let _alone = alone();
    one_thread().block_on(async {
        for length in [0, 1, 10, 1000, 1100] {
            fits_in_every_way(length, |n| ready(n % 2 == 0)).await;
            #[expect(clippy::cast_possible_truncation, reason = "it is what is cut off")]
            fits_in_every_way(length, |n| ready(n as u8)).await;
            fits_in_every_way(length, |n| ready(n as u64)).await;
            fits_in_every_way(length, |n| ready([n as u64; 4])).await;
            fits_in_every_way(length, |_| ready(())).await;
        }
    });
}

#[test]
fn a_vector_has_about_the_capacity_of_what_it_holds_whatever_the_iterator_said() {
    let _alone = alone();
    one_thread().block_on(async {
        // The lower bound of the size hint is 0, and the upper bound is the length of the source.
        let few = || (0..100_000).filter(|n| n % 1000 == 0).map(ready);
        assert_fits(&gather!(..few()).await, "gather!");
        assert_fits(&gather!(limit = 8; ..few()).await, "gather!(limit)");
        // The last of these branches are stopped before they are pulled.
        let some = (0..100_000).map(|n| async move {
            if n >= 1000 {
                pending::<()>().await;
            }
            n
        });
        let gather = gather_settled!(limit = 8; ..some);
        until(|| gather.progress().finished() == 1000).await;
        let stopped = gather.abort().await.unwrap();
        assert_fits(&stopped, "gather_settled!(limit), stopped");
    });
}

/// Takes results of an endless iterator slowly, and asserts that live memory does not grow with
/// their number.
macro_rules! assert_taken_flat {
    ($runtime:expr, $results:literal, |$endless:ident| $each:expr) => {{
        let runtime = $runtime;
        runtime.block_on(async {
            let $endless = std::iter::repeat_with(|| async { Box::new([7_u8; 100]) });
            let mut each = $each;
            let mut early = 0;
            for taken in 0..$results {
                black_box(each.next().await);
                if taken % 128 == 0 {
                    // Results are taken more slowly than branches end.
                    yield_now().await;
                }
                if taken == 10_000 {
                    early = live();
                }
            }
            let grown = live().saturating_sub(early);
            assert!(grown < 50_000, "there were {grown} bytes more");
        });
    }};
}

#[test]
fn results_that_are_taken_one_by_one_leave_nothing() {
    let _alone = alone();
    assert_taken_flat!(
        one_thread(),
        100_000,
        |endless| gather_each!(limit = 8; ..endless)
    );
    assert_taken_flat!(
        two_workers(),
        100_000,
        |endless| gather_each!(limit = 8; ..endless)
    );
    assert_taken_flat!(
        one_thread(),
        100_000,
        |endless| gather_each!(tasks = 2, limit = 8; ..endless)
    );
    assert_taken_flat!(
        one_thread(),
        100_000,
        |endless| gather_each!(here, limit = 8; ..endless)
    );
}

/// Takes half a minute in a debug build.
#[test]
#[ignore = "it takes a million results"]
fn a_million_results_that_are_taken_one_by_one_leave_nothing() {
    let _alone = alone();
    assert_taken_flat!(
        one_thread(),
        1_000_000,
        |endless| gather_each!(limit = 8; ..endless)
    );
    assert_taken_flat!(
        one_thread(),
        1_000_000,
        |endless| gather_each!(tasks = 2, limit = 8; ..endless)
    );
    assert_taken_flat!(
        one_thread(),
        1_000_000,
        |endless| gather_each!(here, limit = 8; ..endless)
    );
}

#[test]
fn results_of_no_size_take_no_memory_under_a_limit() {
    let _alone = alone();
    one_thread().block_on(async {
        let before = live();
        let gather = gather!(limit = 8; ..(0..100_000).map(|_| async {}), pending::<()>());
        until(|| gather.progress().finished() == 100_000).await;
        let held = live().saturating_sub(before);
        assert!(held < 100_000, "{held} bytes are held");
        drop(gather);
    });
}

/// The number of light branches that share tasks, unless `GATHER_SOAK_BRANCHES` sets another one.
const LIGHT: usize = 100_000;

#[test]
fn light_branches_on_shared_tasks_take_no_memory_under_a_limit() {
    let _alone = alone();
    let branches = env::var("GATHER_SOAK_BRANCHES").map_or(LIGHT, |branches| {
        branches.parse().expect("it is a number of branches")
    });
    for runtime in [one_thread(), two_workers()] {
        macro_rules! test {
            ($gather:ident, $value:expr) => {
                let peak = Arc::new(AtomicUsize::new(0));
                let seen = Arc::clone(&peak);
                let light = (0..branches).map(move |at| {
                    if at % 1000 == 0 {
                        seen.fetch_max(live(), Ordering::Relaxed);
                    }
                    async { $value }
                });
                let before = live();
                runtime.block_on(async {
                    drop($gather!(tasks = 2, limit = 8; ..light).await);
                });
                let grown = peak.load(Ordering::Relaxed).saturating_sub(before);
                assert!(grown < 100_000, "there were {grown} bytes more");
            };
        }
        test!(gather, ());
        test!(try_gather, Ok::<_, ()>(()));
    }
    // With results, memory stays flat only if the results are taken one by one or
    // the gather is detached.
    assert_flat!(
        one_thread(),
        |jobs| gather!(tasks = 2, limit = 8; ..jobs).detach(),
        [7_u64; 3]
    );
    assert_flat!(
        two_workers(),
        |jobs| try_gather!(tasks = 2, limit = 8; ..jobs).detach(),
        [7_u64; 3]
    );
}
