//! What a mistake is told: each file in `ui/` makes one, and its `.stderr` is the whole answer.

#[test]
fn mistakes() {
    let tests = trybuild::TestCases::new();
    tests.compile_fail("tests/ui/*.rs");
    tests.pass("tests/ui/pass/*.rs");
}
