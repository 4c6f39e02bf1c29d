//! What the pages say about the tests and the manifest is true.

use std::fs;
use std::path::Path;

fn read(page: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(page)).unwrap()
}

/// The source of the tests that a page calls `topic`: files, a folder, or both.
fn source(topic: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    if topic == "model" {
        let models = ["task", "gather", "place/limit"]
            .map(|folder| read(&format!("gather-core/src/{folder}/model.rs")));
        return models.concat();
    }
    let folder = root.join(match topic {
        "fuzz" | "golden" => "gather-macros/src/tests",
        "spans" | "spans_filtered" => "tests/tracing/tests",
        _ => "tests",
    });
    let of_core = root.join("gather-core/tests");
    let files = [folder.join(topic), of_core.join(topic)].map(|path| path.with_extension("rs"));
    let files = files.into_iter().flat_map(fs::read_to_string);
    let parts = fs::read_dir(folder.join(topic)).into_iter().flatten();
    let parts = parts.map(|part| fs::read_to_string(part.unwrap().path()).unwrap());
    files.chain(parts).collect()
}

/// The names of a topic's tests: the functions after a `#[test]` or a `#[tokio::test(..)]`.
fn tests(topic: &str) -> Vec<String> {
    let source = source(topic);
    let mut tests = Vec::new();
    let (mut is_test, mut is_list) = (false, false);
    for line in source.lines().map(str::trim) {
        // This macro makes a test of each name in its braces.
        is_list = line == "models! {" || is_list && line != "}";
        if is_list && line.contains('_') {
            tests.push(line.to_owned());
        }
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if let Some((_, function)) = line.split_once("fn ")
            && !line.starts_with("//")
        {
            let (name, _) = function.split_once('(').unwrap_or((function, ""));
            tests.extend(is_test.then(|| name.to_owned()));
            is_test = false;
        }
    }
    tests
}

/// Whether the topic has a test of this name, in which `*` stands for any text.
fn has_test(topic: &str, name: &str) -> bool {
    tests(topic).iter().any(|test| match name.split_once('*') {
        None => test == name,
        Some((start, end)) => test.starts_with(start) && test.ends_with(end),
    })
}

/// The parts of a page in backticks, and the parts before each of them and after the last one.
fn split(page: &str) -> (Vec<String>, Vec<String>) {
    let text = page.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut parts = text.split('`').map(str::to_owned);
    let (mut quoted, mut between) = (Vec::new(), Vec::new());
    while let Some(before) = parts.next() {
        between.push(before);
        quoted.extend(parts.next());
    }
    (quoted, between)
}

/// The tests that a page names in the form `topic::name`.
fn named(page: &str) -> Vec<(String, String)> {
    let (quoted, _) = split(page);
    let names = quoted.iter().filter_map(|quoted| quoted.split_once("::"));
    names
        .filter(|(topic, name)| {
            topic.chars().all(|c| c.is_lowercase() || c == '_') && !name.contains([':', '(', ' '])
        })
        .map(|(topic, name)| (topic.to_owned(), name.to_owned()))
        .collect()
}

/// The topics that a page names as a whole: one, or several separated by `, ` or ` and `.
fn named_as_a_whole(page: &str) -> Vec<String> {
    let (quoted, between) = split(page);
    let mut topics = Vec::new();
    let mut goes_on = false;
    for (topic, behind) in quoted.into_iter().zip(&between[1..]).rev() {
        goes_on = behind.starts_with(" as a whole")
            || goes_on && [", ", " and "].contains(&behind.as_str());
        topics.extend(goes_on.then_some(topic));
    }
    topics
}

#[track_caller]
fn names_only_tests(page: &str) {
    let text = read(page);
    let names = named(&text);
    assert!(names.len() > 20, "{page} names few tests: {names:?}");
    let missing: Vec<_> = names
        .iter()
        .filter(|(topic, name)| !has_test(topic, name))
        .collect();
    assert!(missing.is_empty(), "{page} names no tests by {missing:#?}");

    let topics = named_as_a_whole(&text);
    assert!(topics.len() > 7, "{page} names few topics: {topics:?}");
    let empty: Vec<_> = topics
        .iter()
        .filter(|topic| tests(topic).is_empty())
        .collect();
    assert!(empty.is_empty(), "{page} names no topics by {empty:#?}");
}

#[test]
fn the_page_of_promises_names_tests_that_there_are() {
    names_only_tests("docs/guarantees.md");
}

/// The places other than a task for each branch.
const PLACES: [&str; 2] = ["tasks = n", "here"];

#[test]
fn the_page_of_promises_tells_of_each_what_holds_it_in_each_place() {
    let page = read("docs/guarantees.md");
    let (introduction, _) = page.split_once("\n## ").unwrap();
    let promises: Vec<&str> = page.split("\n## ").skip(1).collect();
    assert!(promises.len() > 10, "{page}");
    for promise in promises {
        let title = promise.lines().next().unwrap();
        let row = format!("\n| {title} |");
        assert!(introduction.contains(&row), "no row has `{row}`");
        for place in PLACES {
            let begin = format!("- with `{place}`");
            let mut held = promise.lines().skip_while(|line| !line.starts_with(&begin));
            let first = held.next().unwrap_or_default();
            let others = held.take_while(|line| line.starts_with(' '));
            let held = others.fold(first.to_owned(), |held, line| held + line);
            assert!(
                !named(&held).is_empty(),
                "{title} names no test that holds it with `{place}`"
            );
        }
    }
}

#[test]
fn the_map_of_tests_names_tests_that_there_are() {
    names_only_tests("tests/README.md");
}

#[test]
fn the_readme_names_the_versions_that_the_manifest_asks_for() {
    let manifest = read("Cargo.toml");
    let version = |key: &str| {
        let (_, behind) = manifest.split_once(key).unwrap();
        behind.split('"').next().unwrap().to_owned()
    };
    let (rust, tokio) = (
        version("\nrust-version = \""),
        version("\ntokio = { version = \""),
    );
    let needs = format!("It needs Rust {rust} and tokio {tokio}, or later.");
    assert!(read("README.md").contains(&needs), "{needs}");
    assert!(read("CHANGELOG.md").contains(&format!("Needs Rust {rust} and tokio {tokio}.")));
}
