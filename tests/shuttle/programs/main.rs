//! The random programs of `tests/programs` under shuttle, which decides at each step which task
//! goes on.
//!
//! A case and its schedule are made from one number, so that number is enough to repeat a run. The
//! programs, the model and the comparison are those of `tests/programs`. Only [`flavour`] differs:
//! its runtime is the stand-in of `tests/shuttle/tokio`.

#[path = "../../programs/asking.rs"]
mod asking;
#[path = "../../programs/awaiter.rs"]
mod awaiter;
#[path = "../../programs/case.rs"]
mod case;
#[path = "../../programs/comes_back.rs"]
mod comes_back;
#[path = "../../programs/finish.rs"]
mod finish;
mod flavour;
#[path = "../../programs/generate.rs"]
mod generate;
#[path = "../../programs/handle.rs"]
mod handle;
#[path = "../../programs/ledger.rs"]
mod ledger;
#[path = "../../programs/model.rs"]
mod model;
#[path = "../../programs/one_by_one.rs"]
mod one_by_one;
#[path = "../../programs/program.rs"]
mod program;
#[path = "../../programs/regressions.rs"]
mod regressions;
#[path = "../../programs/results.rs"]
mod results;
#[path = "../../programs/run.rs"]
mod run;
#[path = "../../programs/schedule.rs"]
mod schedule;
mod scheduler;
#[path = "../../programs/scripted.rs"]
mod scripted;
#[path = "../../programs/start.rs"]
mod start;
mod tries;

/// Waiting outside any runtime.
mod block_on {
    pub(crate) use shuttle::future::block_on;
}

/// The part of `std::thread` that the programs use.
mod thread {
    pub(crate) use shuttle::thread::{JoinHandle, Result, spawn};

    pub(crate) fn yield_now() {
        // Shuttle's own `yield_now` wakes the task, too.
        shuttle::thread::sleep(std::time::Duration::ZERO);
    }
}

use case::Case;
use flavour::Flavour;
use generate::{cases, comes_back, one_by_one};
use proptest::strategy::Just;
use tries::try_schedules;

#[test]
fn branches_that_are_released_one_after_another_do_as_the_model_says() {
    try_schedules(cases(1), |case| case.run(Flavour::Scheduled));
}

#[test]
fn branches_that_race_do_as_the_model_allows() {
    try_schedules(cases(4), |case| case.run(Flavour::Scheduled));
}

#[test]
fn results_that_are_taken_one_by_one_come_as_their_branches_end() {
    try_schedules(one_by_one(1), |case| case.run(Flavour::Scheduled));
}

#[test]
fn results_of_branches_that_race_are_taken_one_by_one() {
    try_schedules(one_by_one(4), |case| case.run(Flavour::Scheduled));
}

#[test]
fn code_that_runs_inside_may_come_back_to_what_returns_results_one_by_one() {
    try_schedules(comes_back(), |case| case.run(Flavour::Scheduled));
}

/// Runs a case that once failed, with many schedules.
fn replay(case: &Case) {
    try_schedules(Just(case.clone()), |case| case.run(Flavour::Scheduled));
}
