//! The cost of compiling calls: processor time of `cargo check` and `cargo build`.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use serde::{Deserialize, Serialize};

use crate::error::AnyError;
use crate::machine::Machine;
use crate::results::Results;

mod programs;

pub use programs::{Joined, Program};

/// The compile times of all programs.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct CompileTimes {
    /// The machine that was used.
    pub machine: Machine,
    /// How often each program was compiled. The least time counts.
    pub rounds: usize,
    /// The results.
    pub programs: Vec<CompileTime>,
}

impl Results for CompileTimes {
    const FILE: &'static str = "compile.json";
}

/// The processor seconds for one program.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct CompileTime {
    /// How the program joins the branches, as in [`Joined::name`].
    pub joined: String,
    /// The number of calls in the program.
    pub calls: usize,
    /// The number of branches in each call.
    pub branches: usize,
    /// The seconds of `cargo check`.
    pub check: f64,
    /// The seconds of `cargo build`.
    pub build: f64,
}

/// The folder of the programs.
struct Workspace(PathBuf);

impl Workspace {
    /// Writes all programs, with the versions of this workspace's lock file.
    fn write(programs: &[Program]) -> Result<Self, AnyError> {
        let benches = Path::new(env!("CARGO_MANIFEST_DIR"));
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(target) => PathBuf::from(target),
            None => benches.join("../target"),
        };
        let root = target.join("gather-benches/compile");
        for program in programs {
            program.write(&root.join(program.package()))?;
        }
        let members: Vec<String> = programs.iter().map(Program::package).collect();
        let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n");
        fs::write(root.join("Cargo.toml"), manifest)?;
        fs::copy(benches.join("../Cargo.lock"), root.join("Cargo.lock"))?;
        Ok(Self(root))
    }

    /// The processor seconds for a program whose dependencies are already compiled.
    fn compile(&self, command: &str, program: &Program) -> Result<f64, AnyError> {
        let source = self.0.join(program.package()).join("src/main.rs");
        File::options()
            .append(true)
            .open(source)?
            .set_modified(SystemTime::now())?;
        let before = busy()?;
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .args([command, "--quiet", "--package", &program.package()])
            .current_dir(&self.0)
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_TARGET_DIR", self.0.join("target"))
            .status()?;
        if status.success() {
            Ok(busy()? - before)
        } else {
            Err(format!("{} does not compile", program.package()).into())
        }
    }
}

/// The processor seconds of all processes that this one has waited for.
fn busy() -> Result<f64, AnyError> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let time = usage.user_time() + usage.system_time();
    Ok(f64::from(u32::try_from(time.num_milliseconds())?) / 1e3)
}

/// Compiles every program in turn, several times over, so that whatever slows the machine slows
/// them all.
///
/// # Errors
///
/// If a program does not compile.
pub fn measure(quick: bool) -> Result<CompileTimes, AnyError> {
    let machine = Machine::this()?;
    let rounds = if quick { 1 } else { 4 };
    let programs = Program::all();
    let workspace = Workspace::write(&programs)?;
    let mut times: Vec<CompileTime> = programs.iter().map(CompileTime::before).collect();
    // Compiles all dependencies, through the programs that take the least time themselves.
    for program in programs.iter().filter(|program| program.calls == 1) {
        workspace.compile("check", program)?;
        workspace.compile("build", program)?;
    }
    for _ in 0..rounds {
        for (program, time) in programs.iter().zip(&mut times) {
            time.check = time.check.min(workspace.compile("check", program)?);
            time.build = time.build.min(workspace.compile("build", program)?);
        }
    }
    Ok(CompileTimes {
        machine,
        rounds,
        programs: times,
    })
}

impl CompileTime {
    fn before(program: &Program) -> Self {
        Self {
            joined: program.joined.name().to_owned(),
            calls: program.calls,
            branches: program.branches,
            check: f64::INFINITY,
            build: f64::INFINITY,
        }
    }
}
