//! The pages that show the results, generated from the stored results.

use std::fs;
use std::path::{Path, PathBuf};

use crate::compile::CompileTimes;
use crate::error::AnyError;
use crate::results::{Counts, Results as _};
use crate::times::Times;
use gather_contenders::Contender;

mod chart;
mod compile;
mod counts;
mod machine;
mod page;
mod summary;
mod table;
mod times;

/// All stored results.
struct Kept {
    counts: Counts,
    times: Times,
    compile: CompileTimes,
}

/// The names of the families in headings.
const FAMILIES: [(&str, &str); 6] = [
    ("tuple", "Branches that are written out"),
    ("try tuple", "Branches that are written out, and may fail"),
    ("collection", "Branches of an iterator"),
    ("try collection", "Branches of an iterator, which may fail"),
    ("limit", "Branches of an iterator, with a limit"),
    (
        "one by one",
        "Branches of an iterator, taken as they arrive",
    ),
];

/// A file that shows results.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The path of the file.
    pub path: PathBuf,
    /// The text that the file must have.
    pub text: String,
}

impl Kept {
    /// The text between a page's markers of this name.
    fn section(&self, name: &str) -> Option<String> {
        Some(match name {
            "machine" => machine::table(self),
            "summary" => summary::table(self),
            "places" => summary::places(self),
            "counts" => counts::tables(&self.counts),
            "times" => times::tables(&self.times),
            "compile" => compile::tables(&self.compile),
            _ => return None,
        })
    }
}

/// Whether the contender is the one of its family with which the others are compared.
fn is_ours(family: &str, name: &str) -> bool {
    Contender::all()
        .map(Contender::ours)
        .any(|ours| ours.family() == family && ours.name() == name)
}

/// All files that show results, as they must be.
///
/// # Errors
///
/// If a result or a page is missing or malformed.
pub fn shown() -> Result<Vec<Shown>, AnyError> {
    let kept = Kept {
        counts: Counts::read()?,
        times: Times::read()?,
        compile: CompileTimes::read()?,
    };
    let benches = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut shown = Vec::new();
    for page in ["README.md", "../README.md"] {
        let path = benches.join(page);
        let text = page::filled(&fs::read_to_string(&path)?, |name| kept.section(name))?;
        shown.push(Shown { path, text });
    }
    shown.push(Shown {
        path: benches.join("collections.svg"),
        text: chart::collections(&kept.times)?,
    });
    Ok(shown)
}

/// Writes them.
///
/// # Errors
///
/// As [`shown`], or if a file cannot be written.
pub fn write() -> Result<(), AnyError> {
    for Shown { path, text } in shown()? {
        fs::write(path, text)?;
    }
    Ok(())
}
