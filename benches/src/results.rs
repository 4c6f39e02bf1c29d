//! The raw results, as they are kept in `results/`.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::contenders::Contender;
use crate::machine::Machine;

/// What goes wrong, to be told.
pub type AnyError = Box<dyn Error + Send + Sync>;

/// What one part of the suite has measured.
pub trait Results: Serialize + DeserializeOwned {
    /// The name of the file.
    const FILE: &'static str;

    /// Reads what is kept.
    ///
    /// # Errors
    ///
    /// If there is nothing, or something else.
    fn read() -> Result<Self, AnyError> {
        let file = path(Self::FILE);
        let text =
            fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Keeps it.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    fn write(&self) -> Result<(), AnyError> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(fs::write(path(Self::FILE), text)?)
    }
}

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("results")
        .join(file)
}

/// What callgrind, the allocator and the polls have counted.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Counts {
    /// Where.
    pub machine: Machine,
    /// The version of valgrind.
    pub valgrind: String,
    /// Of branches that yield once.
    pub work: Vec<Work>,
    /// Of branches that end one after another.
    pub polls: Vec<PollsOf>,
}

impl Results for Counts {
    const FILE: &'static str = "counts.json";
}

/// What a contender does for one gather.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Work {
    /// As in [`Contender::family`].
    pub family: String,
    /// As in [`Contender::name`].
    pub contender: String,
    /// How many branches.
    pub branches: usize,
    /// How many of them are tasks.
    pub tasks: usize,
    /// Instructions for each branch.
    pub instructions: f64,
    /// Allocations in all.
    pub allocations: usize,
    /// Bytes that they asked for.
    pub bytes: usize,
}

impl Work {
    /// Whether it is this contender's work with so many branches.
    #[must_use]
    pub fn is_of(&self, contender: Contender, branches: usize) -> bool {
        self.family == contender.family()
            && self.contender == contender.name()
            && self.branches == branches
    }

    /// The allocations beyond the one that each task is.
    #[must_use]
    pub fn beyond_tasks(&self) -> usize {
        self.allocations - self.tasks
    }
}

/// How often is polled in one gather.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct PollsOf {
    /// As in [`Contender::family`].
    pub family: String,
    /// As in [`Contender::name`].
    pub contender: String,
    /// How many branches.
    pub branches: usize,
    /// Polls of the one who awaits.
    pub awaiter: usize,
    /// Polls of the branch that was polled most often.
    pub branch: usize,
}
