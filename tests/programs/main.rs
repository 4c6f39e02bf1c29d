//! Random programs, compared with a model.
//!
//! A [`program`] is a tree of gathers, and a [`schedule`] says what is done with it. Both are
//! generated and [`run`] on both flavours of runtime. The [`model`] says what may become of each
//! branch and of the result.

mod asking;
mod awaiter;
#[path = "../support/block_on.rs"]
mod block_on;
mod case;
mod comes_back;
mod finish;
mod flavour;
mod generate;
mod handle;
mod ledger;
mod model;
mod one_by_one;
mod program;
mod regressions;
mod results;
mod run;
mod schedule;
mod scripted;
mod start;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::sync::{Mutex, Once, PoisonError};
use std::{env, panic, thread};

use proptest::strategy::Strategy;
use proptest::test_runner::{
    Config, FileFailurePersistence, RngSeed, TestCaseError, TestError, TestRunner,
};

use case::Case;
use flavour::Flavour;
use generate::{cases, comes_back, one_by_one};
use ledger::Origin;
use model::Mismatch;
use one_by_one::OneByOne;

/// How many cases each test tries, unless `PROPTEST_CASES` sets another number.
const CASES: u32 = 10_000;

/// The number of cases of `gather_each!`.
const CASES_ONE_BY_ONE: u32 = 3_000;

/// The number of cases with code that comes back. There are 72 different ones,
/// each run several times.
const CASES_THAT_COME_BACK: u32 = 500;

/// The case that each test runs now.
static RUNNING: Mutex<BTreeMap<&str, Box<dyn Debug + Send>>> = Mutex::new(BTreeMap::new());

#[test]
fn branches_that_are_released_one_after_another_do_as_the_model_says() {
    try_cases(
        CASES,
        cases(1),
        "tests/programs/one_after_another.txt",
        |case| run(case, 1),
    );
}

#[test]
fn branches_that_race_do_as_the_model_allows() {
    try_cases(CASES, cases(4), "tests/programs/racing.txt", |case| {
        run(case, 1)
    });
}

#[test]
fn results_that_are_taken_one_by_one_come_as_their_branches_end() {
    try_cases(
        CASES_ONE_BY_ONE,
        one_by_one(1),
        "tests/programs/one_by_one.txt",
        |case| run_one_by_one(case, 1),
    );
}

#[test]
fn results_of_branches_that_race_are_taken_one_by_one() {
    try_cases(
        CASES_ONE_BY_ONE,
        one_by_one(4),
        "tests/programs/one_by_one_racing.txt",
        |case| run_one_by_one(case, 1),
    );
}

#[test]
fn code_that_runs_inside_may_come_back_to_what_returns_results_one_by_one() {
    try_cases(
        CASES_THAT_COME_BACK,
        comes_back(),
        "tests/programs/comes_back.txt",
        |case| {
            case.run(Flavour::CurrentThread)?;
            case.run(Flavour::TwoWorkers)
        },
    );
}

/// Tries many cases.
fn try_cases<C: Clone + Debug + Send + 'static>(
    count: u32,
    cases: impl Strategy<Value = C>,
    seeds: &'static str,
    run: impl Fn(&C) -> Result<(), Mismatch>,
) {
    set_panic_hook();
    let mut config = Config::default();
    if env::var_os("PROPTEST_CASES").is_none() {
        config.cases = count;
    }
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(RandomState::new().hash_one(0));
    }
    if let RngSeed::Fixed(seed) = config.rng_seed {
        // Written to stderr directly, because libtest would not print it if the process is ended.
        let _ = writeln!(io::stderr(), "{seeds}: PROPTEST_RNG_SEED={seed}");
    }
    config.max_shrink_time = 60_000;
    config.failure_persistence = Some(Box::new(FileFailurePersistence::Direct(seeds)));
    let tried = TestRunner::new(config).run(&cases, |case| {
        let running: Box<dyn Debug + Send> = Box::new(case.clone());
        RUNNING.lock().unwrap().insert(seeds, running);
        run(&case).map_err(TestCaseError::fail)
    });
    if let Err(TestError::Fail(mismatch, case)) = tried {
        panic!("{mismatch}\n{}", text(&case));
    }
    tried.unwrap();
}

/// Runs the case on one thread, and `times` times on two workers.
fn run(case: &Case, times: usize) -> Result<(), Mismatch> {
    case.run(Flavour::CurrentThread)?;
    for _ in 0..times {
        case.run(Flavour::TwoWorkers)?;
    }
    Ok(())
}

/// How often a case that once failed runs on two workers, where not every run does the same.
const TIMES: usize = 200;

/// Runs a case that once failed.
fn replay(case: &Case) {
    set_panic_hook();
    run(case, TIMES).unwrap_or_else(|mismatch| panic!("{mismatch}"));
}

/// The same for a case of `gather_each!`.
fn run_one_by_one(case: &OneByOne, times: usize) -> Result<(), Mismatch> {
    case.run(Flavour::CurrentThread)?;
    for _ in 0..times {
        case.run(Flavour::TwoWorkers)?;
    }
    Ok(())
}

/// The text of a case, ready to be put into a test.
fn text(case: &dyn Debug) -> String {
    format!("{case:#?}").replace('[', "vec![")
}

/// Prints no panic that reports that the runtime is gone. If a second panic during a first is about
/// to end the process, prints the cases that are running.
fn set_panic_hook() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let default = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let origin = Origin::of(panic.payload());
            if origin != Origin::RuntimeGone {
                default(panic);
            }
            if origin == Origin::Unknown("panic in a destructor during cleanup".into()) {
                let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
                for case in running.values() {
                    // Not with `eprintln!`, whose output the harness keeps when the process ends.
                    let _ = writeln!(io::stderr(), "{}", text(case));
                }
            }
        }));
    });
}
