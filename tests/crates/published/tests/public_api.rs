//! `docs/public-api.txt` has all that the published crates offer, so that a change of it is seen.
//!
//! `BLESS=1 cargo test -p test-published` rewrites it.
//!
//! What is hidden from the documentation is left out: only expansions name it, and a macro and what
//! its expansion names are always of one version. So is `gather-macros`, for the same reason.
//! Auto traits are left out too: `tests/auto_traits.rs` has them, with their conditions.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use public_api::{Builder, PublicApi};

const LISTED: [&str; 2] = ["gather", "gather-core"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

/// What rustdoc tells of each crate, as JSON: the folder that it is in.
fn documented() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("public-api");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["doc", "--quiet", "--no-deps", "--all-features"]);
    for package in LISTED {
        cargo.args(["--package", package]);
    }
    // The pinned toolchain is a stable one, and writes JSON when it is told that it may.
    cargo
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTDOCFLAGS", "-Z unstable-options --output-format json")
        .arg("--target-dir")
        .arg(&target)
        .current_dir(root());
    assert!(
        cargo.status().expect("cargo runs").success(),
        "rustdoc documents the crates"
    );
    target.join("doc")
}

/// An item a line, below and right of the item that it belongs to. What an item belongs to twice,
/// as an `impl` to its trait and to its type, has it once, where it comes first.
fn list(api: &PublicApi) -> String {
    let mut list = String::new();
    let mut listed = HashSet::new();
    let mut depths = HashMap::new();
    for item in api.items() {
        let depth = match item.parent_id() {
            Some(parent) => depths.get(&parent).map_or(0, |depth| depth + 1),
            None => 0,
        };
        depths.insert(item.id(), depth);
        let line = item.to_string();
        // The guides are text alone, and in no build that can be named.
        if listed.insert(item.id()) && !line.starts_with("pub mod gather::guide") {
            writeln!(list, "{:1$}{line}", "", 2 * depth).expect("a string takes it");
        }
    }
    list
}

fn listed() -> String {
    let documented = documented();
    let mut listed = String::new();
    for package in LISTED {
        let json = documented.join(format!("{}.json", package.replace('-', "_")));
        let api = Builder::from_rustdoc_json(json)
            .omit_auto_trait_impls(true)
            .omit_blanket_impls(true)
            .build()
            .expect("this version of public-api reads what this toolchain's rustdoc writes");
        writeln!(listed, "# {package}\n\n{}", list(&api)).expect("a string takes it");
    }
    listed.truncate(listed.trim_end().len());
    listed + "\n"
}

/// The lines that only one of them has.
fn differences(before: &str, now: &str) -> String {
    let only_in = |lines: &str, others: &str, mark: &str| {
        let others: HashSet<&str> = others.lines().collect();
        let only = lines.lines().filter(|line| !others.contains(line));
        let marked: Vec<String> = only.map(|line| format!("{mark}{line}\n")).collect();
        marked.concat()
    };
    only_in(before, now, "-") + &only_in(now, before, "+")
}

#[test]
fn the_public_api_is_what_is_listed() {
    let file = root().join("docs/public-api.txt");
    let now = listed();
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, now).expect("the list can be written");
        return;
    }
    let before = fs::read_to_string(&file).expect("the list is there");
    assert!(
        before == now,
        "the public API is not what docs/public-api.txt lists:\n{}\
         `BLESS=1 cargo test -p test-published` rewrites the list",
        differences(&before, &now)
    );
}
