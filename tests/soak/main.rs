//! A million branches on two workers: nothing leaks, nothing hangs, and memory stays flat.
//!
//! Gathers of two to a thousand branches, and a few with two thousand places, run their branches
//! each in a task of its own, in a few tasks, or in the awaiting task. The gathers are awaited,
//! aborted, dropped, detached, or lost with the task that awaits them. Their branches return, fail,
//! panic, never end, or wait for a gather inside, in any place. Some results are taken one by one,
//! all of them or a few. Some spreads have keys.
//!
//! `GATHER_SOAK_BRANCHES` sets the number of branches, and `GATHER_SOAK_SEED` repeats a run.

mod branch;
mod memory;
mod owner;
mod random;

use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::panic::resume_unwind;
use std::str::FromStr;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;
use std::{env, thread};

use tokio::runtime::Builder;
use tokio::task::yield_now;

use branch::{alive, dropped, made};
use memory::{Live, divide_at, peaks};
use owner::own;
use random::Random;

const BRANCHES: usize = 1_000_000;

/// How many tasks start gathers at the same time.
const OWNERS: usize = 4;

/// How many bytes the peaks of the two halves may differ by.
const CHANCE: usize = 3_000_000;

/// If no branch ends for this long, all of them hang.
const LONG: Duration = Duration::from_secs(20);

fn setting<T: FromStr>(name: &str) -> Option<T> {
    let value = env::var(name).ok()?;
    let Ok(value) = value.parse() else {
        panic!("{name} is to be a number, and is `{value}`");
    };
    Some(value)
}

#[test]
fn a_million_branches_leave_nothing_behind() {
    let branches = setting("GATHER_SOAK_BRANCHES").unwrap_or(BRANCHES);
    let seed = setting("GATHER_SOAK_SEED").unwrap_or_else(|| RandomState::new().hash_one(0));
    let _ = writeln!(io::stderr(), "GATHER_SOAK_SEED={seed}");

    let (before, after) = watched(move || {
        let mut random = Random::new(seed);
        // A first run makes the allocations that are made once and kept: the statics and
        // thread-locals of the standard library, of tokio and of this thread, and whatever it takes
        // to read the allocator's counters. A runtime frees its own allocations when it is dropped.
        // So the second run must leave exactly the allocations that it found.
        run(&mut random, branches / 50);
        let before = Live::now();
        divide_at(made() + branches / 2);
        run(&mut random, branches);
        (before, Live::now())
    });
    assert_eq!(before, after);

    // A gather of a thousand branches takes about half a megabyte, and one with two thousand places
    // a whole megabyte. A few large gathers may coincide, so the peaks may differ by as much. A
    // leak shows all the same: 16 bytes for each branch of the second half are 8 megabytes.
    let [first, second] = peaks();
    assert!(
        second < first + CHANCE,
        "at most {first} bytes were alive in the first half, and {second} in the second"
    );
}

/// Runs gathers with this many branches in all, on a runtime of their own.
fn run(random: &mut Random, branches: usize) {
    let branches = made() + branches;
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let owners = [(); OWNERS].map(|()| runtime.spawn(own(random.split(), branches)));
    runtime.block_on(async {
        for owner in owners {
            owner.await.unwrap();
        }
        // The gathers that were dropped or detached have yet to end.
        while alive() > 0 {
            yield_now().await;
        }
    });
    drop(runtime);
    assert_eq!(alive(), 0);
}

/// Runs `runs` on a thread of its own, and panics if it hangs.
fn watched<T: Send + 'static>(runs: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, is_done) = mpsc::channel();
    let thread = thread::spawn(move || done.send(runs()));
    let mut seen = 0;
    loop {
        match is_done.recv_timeout(LONG) {
            Ok(value) => return value,
            Err(RecvTimeoutError::Disconnected) => {
                resume_unwind(thread.join().expect_err("it ended without a value"));
            }
            Err(RecvTimeoutError::Timeout) => {
                let ended = dropped();
                assert!(
                    ended > seen,
                    "no branch has ended for {LONG:?}: of {} that were made {ended} have, and {} \
                     futures and outputs are alive",
                    made(),
                    alive()
                );
                seen = ended;
            }
        }
    }
}
