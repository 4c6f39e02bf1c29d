//! Runs the whole suite, or a part of it: `cargo run --release -p gather-benches -- [--quick]
//! [PART]..`

use std::env;

use gather_benches::error::AnyError;
use gather_benches::results::Results as _;
use gather_benches::{compile, counts, report, times};

const PARTS: [&str; 4] = ["counts", "times", "compile", "report"];

fn main() -> Result<(), AnyError> {
    let (options, mut parts): (Vec<String>, Vec<String>) = env::args()
        .skip(1)
        .partition(|argument| argument.starts_with('-'));
    let quick = options.iter().any(|option| option == "--quick");
    let strange = options.iter().find(|option| *option != "--quick");
    let strange = strange.or(parts.iter().find(|part| !PARTS.contains(&part.as_str())));
    if let Some(strange) = strange {
        return Err(format!("`{strange}` is neither `--quick` nor one of {PARTS:?}").into());
    }
    if parts.is_empty() {
        parts = PARTS.map(String::from).to_vec();
    }
    for part in parts {
        println!("{part} ..");
        match part.as_str() {
            "counts" => counts::measure()?.write()?,
            "times" => times::measure(quick)?,
            "compile" => compile::measure(quick)?.write()?,
            _ => report::write()?,
        }
    }
    Ok(())
}
