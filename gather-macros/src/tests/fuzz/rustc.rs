//! rustc's parser, which is not syn's, accepts the expansions too.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use proptest::prelude::Strategy;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::calls;
use super::choices::Choices;
use super::expander::expand;

const CALLS: usize = 500;

#[test]
fn rustc_parses_what_well_formed_calls_expand_to() {
    let strategy = Choices::strategy(200, calls::well_formed);
    let mut runner = TestRunner::deterministic();
    let mut source = String::new();
    for _ in 0..CALLS {
        let call = strategy
            .new_tree(&mut runner)
            .expect("it is made")
            .current();
        let expansion = expand(&call).expect("it expands");
        // Text has no invisible groups. The expansion is only parsed: nothing that it names exists.
        let expansion = expansion.replace("invisible (", "(");
        writeln!(source, "#[cfg(any())] fn f() {{ let _ = {expansion}; }}").expect("it is text");
    }
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut rustc = Command::new(rustc)
        .args(["--edition", "2024", "--crate-type", "lib"])
        .args(["--emit", "metadata", "-o", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("rustc is there");
    let mut stdin = rustc.stdin.take().expect("it was piped");
    stdin.write_all(source.as_bytes()).expect("rustc reads");
    drop(stdin);
    let output = rustc.wait_with_output().expect("rustc ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
}
