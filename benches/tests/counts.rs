//! No commit makes a gather cost more than `ratios.toml` says: instructions as ratios to those of
//! contenders, allocations and polls as they are. Nor does it make a branch that has ended hold more.
//!
//! `BLESS=1 cargo test -p gather-benches --test counts` writes down what is measured now.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::{env, fs};

use gather::try_gather;
use gather_benches::counts::{Programs, polls, valgrind};
use gather_benches::error::AnyError;
use gather_benches::number::as_f64;
use gather_contenders::repeat::one_thread;
use gather_contenders::{COMPARED, Collection, Contender, Limited, OneByOne, TryTuple, Tuple};
use tokio::task::spawn_blocking;

/// Ours takes so many times the instructions for each branch that it takes with fewer.
const GROWTH: (Contender, [usize; 2]) =
    (Contender::Collection(Collection::Gather), [100_000, 1_000]);

/// Ours allocates so often beyond the tasks.
const ALLOCATIONS: [(Contender, usize); 13] = [
    (Contender::Tuple(Tuple::Gather), 3),
    (Contender::Tuple(Tuple::Gather), 32),
    (Contender::TryTuple(TryTuple::TryGather), 3),
    (Contender::Collection(Collection::Gather), 1_000),
    (Contender::Limited(Limited::Gather), 10_000),
    (Contender::Tuple(Tuple::Tasks), 3),
    (Contender::Collection(Collection::TwoTasks), 1_000),
    (Contender::Limited(Limited::TwoTasks), 10_000),
    (Contender::Tuple(Tuple::Here), 32),
    (Contender::Collection(Collection::Here), 1_000),
    (Contender::Limited(Limited::Here), 10_000),
    (Contender::OneByOne(OneByOne::Each), 1_000),
    (Contender::OneByOne(OneByOne::TwoTasks), 1_000),
];

/// The one who awaits ours is polled so often, where branches end one after another.
const POLLS: [(Contender, usize); 7] = [
    (Contender::Tuple(Tuple::Gather), 32),
    (Contender::Collection(Collection::Gather), 8),
    (Contender::Collection(Collection::Gather), 1_000),
    (Contender::Collection(Collection::TwoTasks), 1_000),
    (Contender::Collection(Collection::Here), 1_000),
    (Contender::OneByOne(OneByOne::Each), 1_000),
    (Contender::OneByOne(OneByOne::TwoTasks), 1_000),
];

/// How far above what is stored a ratio may be, as a share of it. The size of one allocation more or
/// less moves the allocator's part by half of this.
const MARGIN: f64 = 0.02;

/// A number that is compared, and how far above what is stored it may be.
struct Measured {
    measure: String,
    is: f64,
    margin: f64,
}

impl Measured {
    fn ratio(measure: String, is: f64) -> Self {
        Self {
            measure,
            is,
            margin: MARGIN,
        }
    }

    fn exact(measure: String, is: usize) -> Self {
        Self {
            measure,
            is: as_f64(is),
            margin: 0.0,
        }
    }

    /// What to say if it is above what is stored.
    fn above(&self, stored: &BTreeMap<String, f64>) -> Option<String> {
        let Self {
            measure,
            is,
            margin,
        } = self;
        let Some(stored) = stored.get(measure) else {
            return Some(format!("{measure}: {is:.3}, and nothing is stored"));
        };
        let bound = stored * (1.0 + margin);
        (*is > bound).then(|| {
            format!("{measure}: {is:.3} is above {bound:.3}, which is the stored {stored} and {margin} of it")
        })
    }
}

/// The instructions for each branch of all that the ratios are made of.
fn instructions(programs: &Programs) -> Result<BTreeMap<(String, usize), f64>, AnyError> {
    let (grown, sizes) = GROWTH;
    // What takes longest is first, so that the others run beside it.
    let mut runs: Vec<(Contender, usize)> = sizes.map(|size| (grown, size)).into();
    for (ours, other, branches) in COMPARED {
        for run in [(ours, branches), (other, branches)] {
            if !runs.contains(&run) {
                runs.push(run);
            }
        }
    }
    let programs = programs.clone();
    let runs = runs.into_iter().map(move |(contender, branches)| {
        let programs = programs.clone();
        async move {
            let counted = move || programs.instructions(contender, branches);
            let instructions = spawn_blocking(counted).await??;
            Ok::<_, AnyError>(((contender.to_string(), branches), instructions))
        }
    });
    let cores = available_parallelism()?.get();
    let counted = async { try_gather!(limit = cores; ..runs).await };
    Ok(one_thread().block_on(counted)?.into_iter().collect())
}

fn ratios_of_instructions(programs: &Programs) -> Result<Vec<Measured>, AnyError> {
    let counted = instructions(programs)?;
    let of = |contender: Contender, branches| counted[&(contender.to_string(), branches)];
    let mut ratios = Vec::new();
    for (ours, other, branches) in COMPARED {
        ratios.push(Measured::ratio(
            format!(
                "instructions of {branches} branches, {} to {}",
                ours.name(),
                other.name()
            ),
            of(ours, branches) / of(other, branches),
        ));
    }
    let (grown, [many, few]) = GROWTH;
    ratios.push(Measured::ratio(
        format!("instructions a branch, {} of {many} to {few}", grown.name()),
        of(grown, many) / of(grown, few),
    ));
    Ok(ratios)
}

fn allocations_and_polls(programs: &Programs) -> Result<Vec<Measured>, AnyError> {
    let mut counts = Vec::new();
    for (contender, branches) in ALLOCATIONS {
        let (allocations, _) = programs.allocations(contender, branches)?;
        counts.push(Measured::exact(
            format!(
                "allocations beyond the tasks, {} of {branches}",
                contender.name()
            ),
            allocations - contender.tasks(branches),
        ));
    }
    for (contender, branches) in POLLS {
        counts.push(Measured::exact(
            format!(
                "polls of the one who awaits, {} of {branches}",
                contender.name()
            ),
            polls(contender, branches).awaiter,
        ));
    }
    Ok(counts)
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("ratios.toml")
}

fn bless(measured: &[Measured]) -> Result<(), AnyError> {
    let mut text = String::from(
        "# What is measured of each commit, and may not grow: `tests/counts.rs`, which also writes this.\n",
    );
    for Measured { measure, is, .. } in measured {
        let stored = (is * 1_000.0).round() / 1_000.0;
        writeln!(text, "{measure:?} = {stored}")?;
    }
    Ok(fs::write(file(), text)?)
}

/// In a development build every future is boxed, and freed when it ends. Here only a large one is.
#[test]
fn a_branch_that_has_ended_holds_little_in_a_release_build() -> Result<(), AnyError> {
    let programs = Programs::build()?;
    for tasks in [0, 2] {
        let held = programs.held(tasks)?;
        assert!(held <= 1024, "{held} bytes with {tasks} shared tasks");
    }
    Ok(())
}

#[test]
fn no_count_is_above_what_is_stored() -> Result<(), AnyError> {
    let programs = Programs::build()?;
    let mut measured = allocations_and_polls(&programs)?;
    match valgrind() {
        Ok(_) => measured.extend(ratios_of_instructions(&programs)?),
        // What a test prints is seen if it fails; what it writes is seen.
        Err(missing) if env::var_os("CI").is_none() && env::var_os("BLESS").is_none() => {
            writeln!(io::stderr(), "instructions are not counted: {missing}")?;
        }
        Err(missing) => return Err(missing),
    }
    if env::var_os("BLESS").is_some() {
        return bless(&measured);
    }
    let stored = toml::from_str(&fs::read_to_string(file())?)?;
    let above: Vec<String> = measured.iter().filter_map(|it| it.above(&stored)).collect();
    assert!(
        above.is_empty(),
        "a gather costs more than it did:\n  {}\n\
         if it is meant to, `BLESS=1 cargo test -p gather-benches --test counts` stores what it is",
        above.join("\n  "),
    );
    Ok(())
}
