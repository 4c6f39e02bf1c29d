//! The pages and the chart show what is kept in `results/`.

use std::fs;

use gather_benches::compile::CompileTimes;
use gather_benches::error::AnyError;
use gather_benches::report::{Shown, shown};
use gather_benches::results::Results as _;
use gather_benches::times::{Settings, Times};

#[test]
fn the_pages_and_the_chart_show_the_results_that_are_kept() -> Result<(), AnyError> {
    for Shown { path, text } in shown()? {
        let is = fs::read_to_string(&path)?;
        let same = |(is, should_be): &(&str, &str)| is == should_be;
        let before = is.lines().zip(text.lines()).take_while(same).count();
        assert!(
            is == text,
            "{}:{} does not show the results\n  it is:     {}\n  should be: {}\n\
             `cargo run -p gather-benches report` rewrites it",
            path.display(),
            before + 1,
            is.lines().nth(before).unwrap_or_default(),
            text.lines().nth(before).unwrap_or_default(),
        );
    }
    Ok(())
}

#[test]
fn what_is_kept_is_of_a_thorough_run() -> Result<(), AnyError> {
    assert_eq!(Times::read()?.settings, Settings::of_this_process());
    assert!(CompileTimes::read()?.rounds > 1);
    Ok(())
}
