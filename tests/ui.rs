//! What the compiler says about a mistake: each file in `ui/` makes one, and its `.stderr` is the
//! complete output.

use std::fs;
use std::path::Path;
use std::process::Command;

// In a test of their own: trybuild runs cargo only once if no program is expected to compile, and
// otherwise twice for each program.
#[test]
fn mistakes() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}

#[test]
fn what_looks_like_a_mistake_compiles() {
    trybuild::TestCases::new().pass("tests/ui/pass/*.rs");
}

#[test]
#[ignore = "rustc takes a minute for a call of a thousand branches"]
fn large_calls() {
    trybuild::TestCases::new().pass("tests/ui/large/*.rs");
}

/// What newer compilers say about a handle that has been moved. They know `#[diagnostic::on_move]`,
/// so far behind a feature gate. The pinned compiler does not know it.
#[test]
#[ignore = "builds with a nightly compiler, where there is one"]
fn a_nightly_compiler_says_what_to_await_instead_of_a_moved_handle() {
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("moved");
    let root = env!("CARGO_MANIFEST_DIR");
    fs::create_dir_all(package.join("src")).expect("the folder can be made");
    let manifest = format!(
        "[package]\nname = \"moved\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
         gather = {{ path = {root:?} }}\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\", \"time\"] }}\n"
    );
    fs::write(package.join("Cargo.toml"), manifest).expect("it can be written");
    for (from, to) in [
        ("Cargo.lock", "Cargo.lock"),
        ("tests/ui/awaited_in_a_loop.rs", "src/main.rs"),
    ] {
        fs::copy(Path::new(root).join(from), package.join(to)).expect("it can be copied");
    }
    let nightly = Command::new("rustup")
        .args(["run", "nightly", "cargo", "check", "--quiet"])
        .env("RUSTFLAGS", "-Zcrate-attr=feature(diagnostic_on_move)")
        .env_remove("RUSTC")
        .current_dir(&package)
        .output();
    let said = match nightly {
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => return eprintln!("there is no rustup: {error}"),
    };
    if said.contains("is not installed") {
        return eprintln!("there is no nightly: {said}");
    }
    let expected =
        "error[E0382]: this `Gather` is used after it was moved: to keep it, await `&mut handle`";
    assert!(said.contains(expected), "{said}");
}
