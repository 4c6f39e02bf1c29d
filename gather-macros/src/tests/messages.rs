//! Checks the compile errors in `tests/ui/` that the macros report, both their texts and their
//! places, in a second and without a compiler.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::LitStr;

use super::golden::call;

/// The place of an error, as `line:column`, and its text.
type Errors = BTreeSet<(String, String)>;

/// The beginnings of rustc's own errors that have no code.
const OF_RUSTC: [&str; 5] = [
    "future cannot be sent",
    "implementation of ",
    "lifetime may not live",
    "recursion limit reached",
    "unused ",
];

/// The errors that the calls in a source expand to.
fn expanded(tokens: TokenStream, errors: &mut Errors) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut rest = &tokens[..];
    while let [first, behind @ ..] = rest {
        if let Some((policy, body)) = call(rest) {
            let body = body.stream();
            expanded(crate::expanded(policy, quote!([::gather] #body)), errors);
            rest = &rest[3..];
            continue;
        }
        if let TokenTree::Ident(name) = first
            && name == "compile_error"
            && let Some(TokenTree::Group(message)) = behind.get(1)
        {
            let message: LitStr = syn::parse2(message.stream()).expect("an error has words");
            let place = name.span().start();
            let place = format!("{}:{}", place.line, place.column + 1);
            errors.insert((place, message.value()));
        } else if let TokenTree::Group(group) = first {
            expanded(group.stream(), errors);
        }
        rest = behind;
    }
}

/// The errors of the macros, as rustc prints them.
fn printed(stderr: &str) -> Errors {
    let lines: Vec<&str> = stderr.lines().collect();
    let errors = lines.windows(2).filter_map(|lines| {
        let message = lines[0].strip_prefix("error: ")?;
        let (_, place) = lines[1].split_once(".rs:")?;
        Some((place.to_owned(), message.to_owned()))
    });
    errors
        .filter(|(_, message)| !OF_RUSTC.iter().any(|words| message.starts_with(words)))
        .collect()
}

fn mistakes() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/ui");
    let files = fs::read_dir(folder).expect("the mistakes are beside this crate");
    let files = files.map(|file| file.expect("the folder can be read").path());
    let sources = files.filter(|file| file.extension().is_some_and(|extension| extension == "rs"));
    sources
        .filter(|source| source.with_extension("stderr").exists())
        .collect()
}

#[test]
fn every_mistake_has_the_words_and_the_place_that_are_printed() {
    let mut count = 0;
    for file in mistakes() {
        let source = fs::read_to_string(&file).expect("the mistake can be read");
        // Only rustc knows the tokens of a fragment.
        if source.contains("macro_rules!") {
            continue;
        }
        let stderr = fs::read_to_string(file.with_extension("stderr")).expect("so can its errors");
        let mut errors = Errors::new();
        expanded(
            source.parse().expect("a mistake is made of tokens"),
            &mut errors,
        );
        assert_eq!(errors, printed(&stderr), "{}", file.display());
        count += errors.len();
    }
    assert!(count > 100, "{count}");
}
