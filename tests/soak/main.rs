//! A million branches on two workers: nothing leaks, nothing hangs, and memory stays flat.
//!
//! Gathers of two to a thousand branches, and a few with two thousand places, run theirs each on a task
//! of its own, on a few tasks, or in the task that awaits. They are awaited, aborted, dropped, detached,
//! or lost with the task that awaits them, while their branches return, fail, panic or wait for ever,
//! or wait for a gather inside, in any place. Of some the results are taken one by one, all or a few.
//! Some spreads have keys.
//! `GATHER_SOAK_BRANCHES` says how many branches, and `GATHER_SOAK_SEED` repeats what a run does.

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

/// So many tasks start gathers at the same time.
const OWNERS: usize = 4;

/// By so many bytes the peaks of the two halves may differ.
const CHANCE: usize = 3_000_000;

/// If no branch ends for so long, all hang.
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
        // What is allocated once and kept is allocated by a first run: the statics and thread
        // locals of the standard library, of tokio and of this thread, and what the allocator's
        // counters are read by. What a runtime allocates goes with that runtime. So after the
        // second run there is to be, to the last allocation, what was there before it.
        run(&mut random, branches / 50);
        let before = Live::now();
        divide_at(made() + branches / 2);
        run(&mut random, branches);
        (before, Live::now())
    });
    assert_eq!(before, after);

    // A gather of a thousand branches takes about half a megabyte, and one with two thousand places
    // a whole one, and so the peaks, of a few large gathers that meet by chance, differ by as much.
    // A leak shows anyhow: 16 bytes for each of the branches of the second half are 8 megabytes.
    let [first, second] = peaks();
    assert!(
        second < first + CHANCE,
        "at most {first} bytes were alive in the first half, and {second} in the second"
    );
}

/// Runs gathers of so many branches on a runtime of their own.
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
        // What was dropped or detached has yet to end.
        while alive() > 0 {
            yield_now().await;
        }
    });
    drop(runtime);
    assert_eq!(alive(), 0);
}

/// Runs it on a thread of its own, and panics when it hangs.
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
