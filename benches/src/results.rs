//! The raw results in `results/`.

use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::AnyError;
use crate::machine::Machine;
use gather_contenders::Contender;

/// The results of one part of the suite.
pub trait Results: Serialize + DeserializeOwned {
    /// The name of the file.
    const FILE: &'static str;

    /// Reads the stored results.
    ///
    /// # Errors
    ///
    /// If there are none, or the file contains something else.
    fn read() -> Result<Self, AnyError> {
        let file = path(Self::FILE);
        let text =
            fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Stores the results.
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

/// The counts of callgrind, of the allocator and of the polls.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Counts {
    /// The machine that was used.
    pub machine: Machine,
    /// The version of valgrind.
    pub valgrind: String,
    /// The work for branches that yield once.
    pub work: Vec<Work>,
    /// The polls for branches that end one after another.
    pub polls: Vec<PollsOf>,
}

impl Results for Counts {
    const FILE: &'static str = "counts.json";
}

/// The work of a contender for one gather.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Work {
    /// As in [`Contender::family`].
    pub family: String,
    /// As in [`Contender::name`].
    pub contender: String,
    /// The number of branches.
    pub branches: usize,
    /// The number of tasks among them.
    pub tasks: usize,
    /// Instructions per branch.
    pub instructions: f64,
    /// All allocations.
    pub allocations: usize,
    /// The bytes that they requested.
    pub bytes: usize,
}

impl Work {
    /// Whether this is the contender's work with this number of branches.
    #[must_use]
    pub fn is_of(&self, contender: Contender, branches: usize) -> bool {
        self.family == contender.family()
            && self.contender == contender.name()
            && self.branches == branches
    }

    /// The allocations besides the one for each task.
    #[must_use]
    pub fn beyond_tasks(&self) -> usize {
        self.allocations - self.tasks
    }
}

/// The polls in one gather.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct PollsOf {
    /// As in [`Contender::family`].
    pub family: String,
    /// As in [`Contender::name`].
    pub contender: String,
    /// The number of branches.
    pub branches: usize,
    /// Polls of the awaiting task.
    pub awaiter: usize,
    /// Polls of the branch that was polled most often.
    pub branch: usize,
}
