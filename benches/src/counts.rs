//! Counts of instructions, allocations and polls, which do not vary as times do.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use gather::try_gather;
use serde_json::Value;
use tokio::task::spawn_blocking;

use crate::error::AnyError;
use crate::machine::Machine;
use crate::number::as_f64;
use crate::polls::{CountPolls, Counted, Polls};
use crate::results::{Counts, PollsOf, Work};
use gather_contenders::branches::{LITTLE, OneAfterAnother};
use gather_contenders::repeat::one_thread;
use gather_contenders::{Collection, Contender, Limited, tuples};

/// Programs that gather, built for this purpose.
#[derive(Clone, Debug)]
pub struct Programs {
    counted: PathBuf,
    allocations: PathBuf,
    ended: PathBuf,
}

impl Programs {
    /// Builds them with the release profile.
    ///
    /// # Errors
    ///
    /// If they do not build.
    pub fn build() -> Result<Self, AnyError> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args([
                "build",
                "--release",
                "--package",
                "gather-contenders",
                "--bins",
            ])
            .args(["--message-format", "json-render-diagnostics"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stderr(Stdio::inherit())
            .output()?;
        if !built.status.success() {
            return Err("the programs to count in do not build".into());
        }
        let messages = String::from_utf8(built.stdout)?;
        Ok(Self {
            counted: executable(&messages, "counted")?,
            allocations: executable(&messages, "allocations")?,
            ended: executable(&messages, "ended")?,
        })
    }

    /// The instructions per branch, for branches that yield once.
    ///
    /// They are the difference of two runs, which excludes what comes before and after.
    ///
    /// # Errors
    ///
    /// If valgrind is missing, or the program fails.
    pub fn instructions(&self, contender: Contender, branches: usize) -> Result<f64, AnyError> {
        let repetitions = (5_000 / branches).max(1);
        let once = self.collected(contender, branches, repetitions)?;
        let twice = self.collected(contender, branches, 2 * repetitions)?;
        Ok((twice - once) / as_f64(repetitions * branches))
    }

    fn collected(
        &self,
        contender: Contender,
        branches: usize,
        repetitions: usize,
    ) -> Result<f64, AnyError> {
        // The environment is on the stack, and shifts whatever comes after it.
        let run = Command::new("valgrind")
            .env_clear()
            .envs(env::var_os("PATH").map(|path| ("PATH", path)))
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(&self.counted)
            .arg(contender.to_string())
            .args([branches.to_string(), repetitions.to_string()])
            .output()
            .map_err(|error| format!("valgrind: {error}"))?;
        let said = String::from_utf8_lossy(&run.stderr);
        let collected = said
            .split_once("Collected : ")
            .and_then(|(_, behind)| behind.split_whitespace().next())
            .filter(|_| run.status.success())
            .ok_or_else(|| format!("{contender} under callgrind: {said}"))?;
        Ok(collected.parse()?)
    }

    /// The allocations of one gather of branches that yield once, and the bytes allocated.
    ///
    /// # Errors
    ///
    /// If the program fails.
    pub fn allocations(
        &self,
        contender: Contender,
        branches: usize,
    ) -> Result<(usize, usize), AnyError> {
        let run = Command::new(&self.allocations)
            .arg(contender.to_string())
            .arg(branches.to_string())
            .output()?;
        let said = String::from_utf8(run.stdout)?;
        let (allocations, bytes) = said
            .trim()
            .split_once(' ')
            .ok_or_else(|| format!("{contender} with an allocator that counts: {said}"))?;
        Ok((allocations.parse()?, bytes.parse()?))
    }

    /// The bytes that a gather holds for each large branch that has ended while another one runs. Each
    /// has a task of its own, or they share `tasks` of them.
    ///
    /// # Errors
    ///
    /// If the program fails.
    pub fn held(&self, tasks: usize) -> Result<usize, AnyError> {
        let run = Command::new(&self.ended).arg(tasks.to_string()).output()?;
        Ok(String::from_utf8(run.stdout)?.trim().parse()?)
    }

    fn work(&self, contender: Contender, branches: usize) -> Result<Work, AnyError> {
        let (allocations, bytes) = self.allocations(contender, branches)?;
        Ok(Work {
            family: contender.family().to_owned(),
            contender: contender.name().to_owned(),
            branches,
            tasks: contender.tasks(branches),
            instructions: self.instructions(contender, branches)?,
            allocations,
            bytes,
        })
    }
}

/// The executable that cargo reports for a program.
fn executable(messages: &str, program: &str) -> Result<PathBuf, AnyError> {
    let messages = messages.lines().map(serde_json::from_str::<Value>);
    let mut executables =
        messages.filter_map(|message| Some(PathBuf::from(message.ok()?["executable"].as_str()?)));
    let named = |path: &PathBuf| path.file_stem() == Path::new(program).file_stem();
    let executable = executables.find(named);
    executable.ok_or_else(|| format!("cargo says of no program {program}").into())
}

/// The version of valgrind, as valgrind reports it.
///
/// # Errors
///
/// If valgrind is missing.
pub fn valgrind() -> Result<String, AnyError> {
    let said = Command::new("valgrind").arg("--version").output();
    let said = said.map_err(|error| format!("valgrind: {error}"))?;
    Ok(String::from_utf8(said.stdout)?.trim().to_owned())
}

/// The polls of one gather of branches that end one after another.
#[must_use]
pub fn polls(contender: Contender, branches: usize) -> Polls {
    contender.measured::<Counted<OneAfterAnother<LITTLE>>, _>(branches, CountPolls)
}

/// The contenders whose work is counted, and with how many branches.
fn rows() -> Vec<(Contender, usize)> {
    let sizes_of = |contender| match contender {
        Contender::Tuple(_) | Contender::TryTuple(_) => &tuples::SIZES[..],
        Contender::Collection(Collection::Gather) => &[1, 8, 128, 1_000, 10_000, 100_000],
        Contender::Collection(_) | Contender::OneByOne(_) => &[1, 8, 128, 1_000, 10_000],
        Contender::TryCollection(_) => &[1_000],
        Contender::Limited(Limited::Gather) => &[1_000, 10_000, 100_000],
        Contender::Limited(_) => &[1_000, 10_000],
    };
    Contender::all()
        .flat_map(|contender| {
            sizes_of(contender)
                .iter()
                .map(move |size| (contender, *size))
        })
        .collect()
}

/// The contenders whose polls are counted, and with how many branches.
fn polled() -> Vec<(Contender, usize)> {
    let sizes_of = |contender| match contender {
        Contender::Tuple(_) => &tuples::SIZES[..],
        Contender::Collection(_) | Contender::OneByOne(_) => &[8, 128, 1_000],
        _ => &[],
    };
    Contender::all()
        .flat_map(|contender| {
            sizes_of(contender)
                .iter()
                .map(move |size| (contender, *size))
        })
        .collect()
}

/// Counts everything.
///
/// # Errors
///
/// If a program fails, or valgrind is missing.
pub fn measure() -> Result<Counts, AnyError> {
    let valgrind = valgrind()?;
    let machine = Machine::this()?;
    let programs = Programs::build()?;
    let work = rows().into_iter().map(move |(contender, branches)| {
        let programs = programs.clone();
        async move { spawn_blocking(move || programs.work(contender, branches)).await? }
    });
    let work = async { try_gather!(limit = machine.cores; ..work).await };
    let work = one_thread().block_on(work)?;
    let polls = polled().into_iter().map(|(contender, branches)| {
        let Polls { awaiter, branch } = polls(contender, branches);
        PollsOf {
            family: contender.family().to_owned(),
            contender: contender.name().to_owned(),
            branches,
            awaiter,
            branch,
        }
    });
    Ok(Counts {
        valgrind,
        work,
        polls: polls.collect(),
        machine,
    })
}
