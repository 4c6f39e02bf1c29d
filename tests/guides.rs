//! The code that the guide to the expansion shows stands in the examples and their expansions.
//! Those are what the macros make: `golden` in `gather-macros`.

use std::fs;
use std::path::Path;

fn without_space(text: &str) -> String {
    text.split_whitespace().collect()
}

/// What is seen of the blocks of code of a page.
fn blocks(page: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while lines.any(|line| line.starts_with("```rust")) {
        let shown = lines
            .by_ref()
            .take_while(|line| *line != "```")
            .filter(|line| !line.starts_with("# "));
        blocks.push(shown.collect::<Vec<_>>().join("\n"));
    }
    blocks
}

#[test]
fn what_the_guide_to_the_expansion_shows_stands_in_the_examples() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut examples = String::new();
    for entry in fs::read_dir(root.join("examples")).expect("the examples are there") {
        let path = entry.expect("the folder can be read").path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            examples += &without_space(&fs::read_to_string(path).expect("a source can be read"));
        }
    }
    let guide = root.join("src/guide/expansion.md");
    let blocks = blocks(&fs::read_to_string(guide).expect("the guide can be read"));
    assert!(!blocks.is_empty());
    for block in blocks {
        assert!(
            examples.contains(&without_space(&block)),
            "src/guide/expansion.md shows what is in no example:\n{block}"
        );
    }
}
