//! The pages that say which test holds what name tests that there are.

use std::fs;
use std::path::Path;

/// The source of the tests that a page calls `topic`.
fn source(topic: &str) -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = match topic {
        "model" => "gather-core/src/model.rs".to_owned(),
        "golden" => "gather-macros/src/golden.rs".to_owned(),
        _ => format!("tests/{topic}.rs"),
    };
    if let Ok(source) = fs::read_to_string(root.join(file)) {
        return Some(source);
    }
    // A topic of several files.
    let files = fs::read_dir(root.join("tests").join(topic)).ok()?;
    let sources = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    Some(sources.collect())
}

/// Whether a test has this name, in which `*` stands for any part.
fn has_test(source: &str, name: &str) -> bool {
    let words = source.split(|c: char| !c.is_alphanumeric() && c != '_');
    let (start, end) = name.split_once('*').unwrap_or((name, name));
    words
        .into_iter()
        .any(|word| word.starts_with(start) && word.ends_with(end))
}

#[track_caller]
fn names_only_tests(page: &str) {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(page)).unwrap();
    let quoted = text.split('`').skip(1).step_by(2);
    let names: Vec<(&str, &str)> = quoted
        .filter_map(|quoted| quoted.split_once("::"))
        .filter(|(topic, name)| {
            topic.chars().all(|c| c.is_lowercase() || c == '_') && !name.contains([':', '(', ' '])
        })
        .collect();
    assert!(names.len() > 20, "{page} names few tests: {names:?}");
    let missing: Vec<String> = names
        .into_iter()
        .filter(|(topic, name)| !source(topic).is_some_and(|source| has_test(&source, name)))
        .map(|(topic, name)| format!("{topic}::{name}"))
        .collect();
    assert!(missing.is_empty(), "{page} names no tests by {missing:#?}");
}

#[test]
fn the_page_of_promises_names_tests_that_there_are() {
    names_only_tests("docs/guarantees.md");
}

#[test]
fn the_map_of_tests_names_tests_that_there_are() {
    names_only_tests("tests/README.md");
}
