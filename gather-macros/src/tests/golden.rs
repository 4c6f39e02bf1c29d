//! Checks that `examples/NAME-expanded.rs` is the expansion of `examples/NAME.rs`.
//!
//! `BLESS=1 cargo test -p gather-macros` rewrites them.

use std::fs;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Item, ItemUse, UseTree};

use crate::ast::Policy;

/// A range of a source, and the text that replaces it.
type Edit = (Range<usize>, String);

fn policy(name: &str) -> Option<Policy> {
    match name {
        "gather" => Some(Policy::All),
        "try_gather" => Some(Policy::FailFast),
        "gather_settled" => Some(Policy::Settled),
        "gather_each" => Some(Policy::Each),
        _ => None,
    }
}

/// The source with its macro calls expanded. Everything else, comments included, stays as it is.
fn expanded(source: &str) -> String {
    let tokens: TokenStream = source.parse().expect("the example is made of tokens");
    let mut edits = Vec::new();
    calls(tokens, &mut edits);
    for item in syn::parse_file(source).expect("the example parses").items {
        if let Item::Use(import) = item {
            edits.extend(without_macros(&import));
        }
    }
    edits.sort_by_key(|(range, _)| range.start);
    let mut expanded = String::from(source);
    for (range, text) in edits.into_iter().rev() {
        expanded.replace_range(range, &text);
    }
    formatted(&expanded)
}

/// Finds the outermost calls.
fn calls(tokens: TokenStream, edits: &mut Vec<Edit>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut rest = &tokens[..];
    while let [first, behind @ ..] = rest {
        if let Some((policy, body)) = call(rest) {
            let range = first.span().byte_range().start..body.span_close().byte_range().end;
            edits.push((range, expand_nested(policy, &body.stream()).to_string()));
            rest = &rest[3..];
            continue;
        }
        if let TokenTree::Group(group) = first {
            calls(group.stream(), edits);
        }
        rest = behind;
    }
}

pub(super) fn call(tokens: &[TokenTree]) -> Option<(Policy, &Group)> {
    match tokens {
        [
            TokenTree::Ident(name),
            TokenTree::Punct(bang),
            TokenTree::Group(body),
            ..,
        ] if bang.as_char() == '!' => Some((policy(&name.to_string())?, body)),
        _ => None,
    }
}

fn expand_nested(policy: Policy, body: &TokenStream) -> TokenStream {
    let expansion = crate::expanded(policy, quote!([::gather] #body));
    inner_calls(expansion)
}

fn inner_calls(tokens: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut rest = &tokens[..];
    let mut expanded = TokenStream::new();
    while let [first, behind @ ..] = rest {
        if let Some((policy, body)) = call(rest) {
            expanded.extend(expand_nested(policy, &body.stream()));
            rest = &rest[3..];
            continue;
        }
        expanded.extend(match first {
            TokenTree::Group(group) => {
                TokenTree::Group(Group::new(group.delimiter(), inner_calls(group.stream())))
                    .to_token_stream()
            }
            token => token.to_token_stream(),
        });
        rest = behind;
    }
    expanded
}

/// An import without the macros that are expanded, or nothing if it imports no others.
fn without_macros(import: &ItemUse) -> Option<Edit> {
    let UseTree::Path(path) = &import.tree else {
        return None;
    };
    if path.ident != "gather" {
        return None;
    }
    let names: Vec<&UseTree> = match &*path.tree {
        UseTree::Group(group) => group.items.iter().collect(),
        name => vec![name],
    };
    let kept: Vec<_> = names
        .into_iter()
        .filter(|name| !matches!(name, UseTree::Name(name) if policy(&name.ident.to_string()).is_some()))
        .collect();
    let kept = if kept.is_empty() {
        TokenStream::new()
    } else {
        quote!(use gather::{#(#kept),*};)
    };
    Some((import.span().byte_range(), kept.to_string()))
}

fn formatted(source: &str) -> String {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("rustfmt is a component of the pinned toolchain");
    let mut stdin = rustfmt.stdin.take().expect("it was piped");
    stdin.write_all(source.as_bytes()).expect("rustfmt reads");
    drop(stdin);
    let output = rustfmt.wait_with_output().expect("rustfmt ends");
    assert!(
        output.status.success(),
        "rustfmt takes the expansion:\n{source}"
    );
    String::from_utf8(output.stdout).expect("rustfmt writes UTF-8")
}

fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut examples: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the examples are beside this crate")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter(|path| !path.to_string_lossy().ends_with("-expanded.rs"))
        .collect();
    examples.sort();
    examples
}

#[test]
fn every_example_stands_beside_its_expansion() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut outdated = Vec::new();
    let examples = examples();
    assert!(!examples.is_empty());
    for example in examples {
        let source = fs::read_to_string(&example).expect("the example can be read");
        let golden = example.with_file_name(format!(
            "{}-expanded.rs",
            example
                .file_stem()
                .expect("a source has a name")
                .to_string_lossy()
        ));
        let expanded = expanded(&source);
        assert_ne!(expanded, source, "{} calls a macro", example.display());
        if bless {
            fs::write(&golden, expanded).expect("the expansion can be written");
        } else if fs::read_to_string(&golden).ok() != Some(expanded) {
            outdated.push(golden);
        }
    }
    assert!(
        outdated.is_empty(),
        "not what the macros expand to (BLESS=1 rewrites them): {outdated:#?}"
    );
}

#[test]
fn what_the_readme_of_the_examples_shows_stands_in_them() {
    let without_space = |text: &str| text.split_whitespace().collect::<String>();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let readme = fs::read_to_string(folder.join("README.md")).expect("the README can be read");
    let mut sources = String::new();
    for example in examples() {
        let source = fs::read_to_string(&example).expect("the example can be read");
        sources += &without_space(&source);
        sources += &without_space(&expanded(&source));
    }
    let shown: Vec<&str> = readme.split("```rust,ignore\n").skip(1).collect();
    assert!(!shown.is_empty());
    for block in shown {
        let block = block.split("```").next().expect("a block has an end");
        assert!(
            sources.contains(&without_space(block)),
            "no example has this:\n{block}"
        );
    }
}

#[test]
fn comments_around_a_call_survive() {
    let expanded = expanded(
        "// before\nuse gather::gather;\nfn f() {\n    // above\n    let all = gather!(); // behind\n    // below\n}\n",
    );
    for comment in ["// before", "// above", "// behind", "// below"] {
        assert!(
            expanded.contains(comment),
            "{comment} is lost in:\n{expanded}"
        );
    }
    assert!(
        expanded.contains("::gather::Gather::ready(())"),
        "{expanded}"
    );
    assert!(!expanded.contains("use gather"), "{expanded}");
}
