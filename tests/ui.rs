//! What a mistake is told: each file in `ui/` makes one, and its `.stderr` is the whole answer.

#[test]
fn mistakes() {
    let tests = trybuild::TestCases::new();
    tests.compile_fail("tests/ui/*.rs");
    tests.pass("tests/ui/pass/*.rs");
}

#[test]
#[ignore = "rustc takes a minute for a call of a thousand branches"]
fn large_calls() {
    trybuild::TestCases::new().pass("tests/ui/large/*.rs");
}
