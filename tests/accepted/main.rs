//! Whatever the types, the options and the shape, a call that the macros accept compiles, and its
//! result has the type that the documentation says.
//!
//! The fuzz tests of `gather-macros` only parse what their calls expand to, because nothing that
//! these name exists. Here, calls are made of functions that do exist, and rustc checks them all.

mod branch;
mod call;
#[path = "../../gather-macros/src/tests/fuzz/choices.rs"]
mod choices;
mod shape;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::process::Command;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngSeed, TestRunner};

use choices::Choices;

/// The calls of each macro with each set of options.
const CALLS: usize = 5;

/// Each function is one line, after these.
const BEFORE: &str = "\
#![allow(dead_code, unused)]
mod given;
use crate::given::*;
use gather::{BranchError, Each, Gather, gather, gather_each, gather_settled, try_gather};
use std::{collections::{BTreeMap, HashMap}, future::ready};
";

#[test]
fn every_macro_with_every_set_of_options_compiles_and_returns_what_it_says() {
    let mut config = Config::default();
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(RandomState::new().hash_one(0));
    }
    if let RngSeed::Fixed(seed) = config.rng_seed {
        println!("PROPTEST_RNG_SEED={seed}");
    }
    let mut runner = TestRunner::new(config);
    let mut source = String::from(BEFORE);
    for (kind, (policy, options)) in call::kinds().into_iter().enumerate() {
        let strategy = Choices::strategy(200, move |choices| {
            call::function(choices, policy, &options)
        });
        for call in 0..CALLS {
            let function = strategy.new_tree(&mut runner).expect("it is made");
            let function = function.current();
            writeln!(source, "async fn kind_{kind}_call_{call}{function}").expect("it is text");
        }
    }
    let said = check(&source);
    assert!(said.is_empty(), "{}", blamed(&source, &said));
}

/// What the compiler says about a crate with this source.
fn check(source: &str) -> String {
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("accepted");
    let root = env!("CARGO_MANIFEST_DIR");
    fs::create_dir_all(package.join("src")).expect("the folder can be made");
    let manifest = format!(
        "[package]\nname = \"accepted\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
         gather = {{ path = {root:?} }}\ntokio = \"1\"\n"
    );
    for (name, text) in [("Cargo.toml", manifest.as_str()), ("src/lib.rs", source)] {
        fs::write(package.join(name), text).expect("it can be written");
    }
    for (from, to) in [
        ("Cargo.lock", "Cargo.lock"),
        ("tests/accepted/given.rs", "src/given.rs"),
    ] {
        fs::copy(Path::new(root).join(from), package.join(to)).expect("it can be copied");
    }
    let cargo = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--message-format", "short"])
        .arg("--target-dir")
        .arg(package.join("target"))
        .current_dir(&package)
        .output()
        .expect("cargo is there");
    let said = String::from_utf8_lossy(&cargo.stderr).into_owned();
    assert!(
        cargo.status.success() || !said.is_empty(),
        "{}",
        cargo.status
    );
    said
}

/// The first functions that the compiler blames, each with what it says.
fn blamed(source: &str, said: &str) -> String {
    let blamed: BTreeMap<usize, &str> = said.lines().rev().filter_map(placed).collect();
    let functions = blamed.iter().take(5).map(|(line, message)| {
        let function = source.lines().nth(line - 1).unwrap_or_default();
        format!("{function}\n{message}\n\n")
    });
    functions.collect::<String>() + said.lines().last().unwrap_or_default()
}

/// The line that a message is about, from the beginning of `src/lib.rs:7:5: error: ..`.
fn placed(message: &str) -> Option<(usize, &str)> {
    let (line, _) = message.strip_prefix("src/lib.rs:")?.split_once(':')?;
    Some((line.parse().ok()?, message))
}
