//! The code in the guide to the expansion is part of the examples and their expansions. The
//! `golden` tests in `gather-macros` check that the macros produce those expansions. Each recipe is
//! short, and is listed on its page.

use std::fs;
use std::path::Path;

fn without_space(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The code blocks of a page, without the lines that rustdoc hides.
fn blocks(page: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while lines.any(|line| line.starts_with("```rust")) {
        let shown = lines
            .by_ref()
            .take_while(|line| *line != "```")
            .filter(|line| !line.trim_start().starts_with("# "));
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

/// Splits a page before each heading. The first part is what precedes all headings.
fn sections(page: &str) -> Vec<String> {
    let mut sections = vec![String::new()];
    let mut is_code = false;
    for line in page.lines() {
        is_code ^= line.starts_with("```");
        if line.starts_with("# ") && !is_code {
            sections.push(String::new());
        }
        let section = sections.last_mut().expect("there is a first");
        *section += line;
        section.push('\n');
    }
    sections
}

/// The anchor that rustdoc and GitHub generate for a heading.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || ['_', '-'].contains(c);
    let heading = heading.to_lowercase().replace(' ', "-");
    heading.chars().filter(kept).collect()
}

#[test]
fn each_recipe_is_listed_and_is_shorter_than_thirty_lines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for page in ["recipes", "each"] {
        let path = root.join(format!("src/guide/{page}.md"));
        let text = fs::read_to_string(path).expect("it can be read");
        let sections = sections(&text);
        let (list, recipes) = sections.split_first().expect("the page has a list");
        assert!(recipes.len() > 10, "{page}");
        for recipe in recipes {
            let heading = recipe.lines().next().expect("a recipe has a heading");
            let anchor = anchor(heading.trim_start_matches("# "));
            assert!(
                list.contains(&format!("(#{anchor})")),
                "{page}, {heading}: not listed as {anchor}"
            );
            let programs = blocks(recipe);
            assert_eq!(programs.len(), 1, "{page}, {heading}");
            let lines = programs[0].lines().count();
            assert!(lines < 30, "{page}, {heading}: {lines} lines");
        }
    }
}
