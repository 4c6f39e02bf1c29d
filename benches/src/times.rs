//! Times, each measured in pairs of a contender and ours: the cases, and the results.
//!
//! `benches/times.rs` is the program that measures them.

use std::env;
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::error::AnyError;
use crate::machine::Machine;
use crate::number::quartiles;
use crate::results::Results;
use gather_contenders::branches::{LITTLE, MUCH};
use gather_contenders::{Contender, LIMIT, tuples};

/// The number of threads in the runtime.
pub const WORKERS: usize = 2;

/// What the branches do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Course {
    /// They are ready when they are first polled.
    Ready,
    /// They yield once.
    Yielding,
    /// Each waits until the one before it has ended.
    OneAfterAnother,
    /// One fails. The time is from its error until the last of the others has been dropped.
    Failing,
}

impl Course {
    /// The name in a sentence.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready at once",
            Self::Yielding => "yielding once",
            Self::OneAfterAnother => "ending one after another",
            Self::Failing => "failing",
        }
    }
}

/// One case to time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// The contender that gathers.
    pub contender: Contender,
    /// The number of branches.
    pub branches: usize,
    /// What the branches do.
    pub course: Course,
    /// The bytes that each branch holds.
    pub held: usize,
}

/// Every case to time.
#[must_use]
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for contender in Contender::all() {
        for (course, held) in courses(contender) {
            for &branches in sizes(contender, course, held) {
                if course == Course::Failing && !contender.stops_siblings(branches) {
                    continue;
                }
                cases.push(Case {
                    contender,
                    branches,
                    course,
                    held,
                });
            }
        }
    }
    cases
}

fn courses(contender: Contender) -> Vec<(Course, usize)> {
    let mut courses = vec![(Course::Yielding, LITTLE)];
    match contender {
        Contender::Tuple(_) | Contender::Collection(_) => courses.extend([
            (Course::Ready, LITTLE),
            (Course::OneAfterAnother, LITTLE),
            (Course::Yielding, MUCH),
        ]),
        Contender::TryTuple(_) | Contender::TryCollection(_) => {
            courses.push((Course::Failing, LITTLE));
        }
        Contender::Limited(_) | Contender::OneByOne(_) => courses.push((Course::Ready, LITTLE)),
    }
    courses
}

fn sizes(contender: Contender, course: Course, held: usize) -> &'static [usize] {
    match (contender, course, held) {
        (Contender::Tuple(_) | Contender::TryTuple(_), _, _) => &tuples::SIZES,
        (Contender::Collection(_), _, LITTLE) => &[1, 3, 8, 32, 128, 1_000, 10_000],
        (Contender::Collection(_), _, _) => &[3, 32, 1_000, 10_000],
        (Contender::TryCollection(_), Course::Failing, _) => &[3, 8, 32, 128, 1_000, 10_000],
        (Contender::TryCollection(_), _, _) => &[3, 32, 1_000],
        // With fewer branches, there is nothing to limit.
        (Contender::Limited(_), _, _) => &[2 * LIMIT, 1_000, 10_000],
        (Contender::OneByOne(_), _, _) => &[32, 1_000, 10_000],
    }
}

/// How long a measurement takes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Settings {
    /// Milliseconds before the first sample.
    pub warm_up: u64,
    /// Milliseconds for all samples.
    pub measurement: u64,
    /// The number of samples.
    pub samples: usize,
}

impl Settings {
    /// These settings measure nothing precisely.
    const QUICK: Self = Self {
        warm_up: 5,
        measurement: 30,
        samples: 10,
    };

    const THOROUGH: Self = Self {
        warm_up: 100,
        measurement: 700,
        samples: 21,
    };

    const VARIABLE: &str = "GATHER_BENCHES_QUICK";

    /// The settings with which the program that measures times was started.
    #[must_use]
    pub fn of_this_process() -> Self {
        match env::var_os(Self::VARIABLE) {
            Some(_) => Self::QUICK,
            None => Self::THOROUGH,
        }
    }
}

/// The times of all contenders.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Times {
    /// The machine that was used.
    pub machine: Machine,
    /// The settings that were used.
    pub settings: Settings,
    /// The results.
    pub times: Vec<Time>,
}

impl Results for Times {
    const FILE: &'static str = "times.json";
}

/// A contender and ours. Each sample of one is taken next to a sample of the other.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Time {
    /// As in [`Contender::family`].
    pub family: String,
    /// As in [`Contender::name`].
    pub contender: String,
    /// What the branches do.
    pub course: Course,
    /// The bytes that each branch holds.
    pub held: usize,
    /// The number of branches.
    pub branches: usize,
    /// The median of the contender's nanoseconds for one gather.
    pub theirs: f64,
    /// The median of ours.
    pub ours: f64,
    /// The quartiles of the ratio of theirs to ours, sample by sample. The second is the median.
    pub ratio: [f64; 3],
}

impl Time {
    /// Computes the times from pairs of nanoseconds, the contender's first and then ours.
    #[must_use]
    pub fn of(case: Case, pairs: &[(f64, f64)]) -> Self {
        let [_, theirs, _] = quartiles(pairs.iter().map(|(theirs, _)| *theirs));
        let [_, ours, _] = quartiles(pairs.iter().map(|(_, ours)| *ours));
        Self {
            family: case.contender.family().to_owned(),
            contender: case.contender.name().to_owned(),
            course: case.course,
            held: case.held,
            branches: case.branches,
            theirs,
            ours,
            ratio: quartiles(pairs.iter().map(|(theirs, ours)| theirs / ours)),
        }
    }

    /// Whether this is the time of `case`.
    #[must_use]
    pub fn is_of(&self, case: &Case) -> bool {
        self.family == case.contender.family()
            && self.contender == case.contender.name()
            && self.course == case.course
            && self.held == case.held
            && self.branches == case.branches
    }
}

/// Times every case, and stores the results.
///
/// # Errors
///
/// If the program that measures times fails.
pub fn measure(quick: bool) -> Result<(), AnyError> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut bench = Command::new(cargo);
    bench
        .args(["bench", "--package", "gather-benches", "--bench", "times"])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    if quick {
        bench.env(Settings::VARIABLE, "1");
    }
    if bench.status()?.success() {
        Ok(())
    } else {
        Err("the program of the times has failed".into())
    }
}
