//! The machine and the versions that were measured.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::available_parallelism;

use serde::{Deserialize, Serialize};

use crate::error::AnyError;

/// The packages whose versions matter.
const PACKAGES: [&str; 6] = [
    "futures",
    "futures-buffered",
    "futures-concurrency",
    "join",
    "tokio",
    "tokio-util",
];

/// The circumstances that accompany every result.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Machine {
    /// The model of the processor.
    pub processor: String,
    /// The number of cores.
    pub cores: usize,
    /// The version that the compiler reports.
    pub rustc: String,
    /// The version of each contender's package.
    pub packages: BTreeMap<String, String>,
}

impl Machine {
    /// The machine that this runs on.
    ///
    /// # Errors
    ///
    /// If the compiler does not run, or there is no lock file.
    pub fn this() -> Result<Self, AnyError> {
        let rustc = Command::new("rustc").arg("--version").output()?;
        Ok(Self {
            processor: processor(),
            cores: available_parallelism()?.get(),
            rustc: String::from_utf8(rustc.stdout)?.trim().to_owned(),
            packages: packages()?,
        })
    }
}

fn processor() -> String {
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown", |model| {
        model.trim_start_matches([' ', '\t', ':'])
    });
    model.to_owned()
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
}

fn packages() -> Result<BTreeMap<String, String>, AnyError> {
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    let lock: Lock = toml::from_str(&fs::read_to_string(lock)?)?;
    let wanted = |package: &Package| PACKAGES.contains(&package.name.as_str());
    let packages = lock.package.into_iter().filter(wanted);
    Ok(packages.map(|it| (it.name, it.version)).collect())
}
