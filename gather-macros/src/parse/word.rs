//! Words before a branch that Rust needs elsewhere, or not at all.

use proc_macro2::{Ident, TokenTree};
use syn::parse::ParseStream;
use syn::{Token, token};

use super::extent::up_to_comma;
use crate::ast::Policy;
use crate::text;

/// The message for `async { .. }: Type` and `async -> Type { .. }`.
pub(super) const TYPED_BLOCK: &str = "a block has no declared type: to state its error type, end it with `Ok::<_, Error>(..)`, or call an `async fn`";

/// The message for `await fetch()`, `async fetch()`, `move fetch()` and `move { .. }`.
pub(super) fn first_word(input: ParseStream) -> Option<String> {
    let ahead = input.fork();
    let word: TokenTree = ahead.parse().ok()?;
    let word = word.to_string();
    if word == "async" {
        let _: Option<Token![move]> = ahead.parse().ok()?;
        if ahead.peek(Token![->]) {
            return Some(TYPED_BLOCK.to_owned());
        }
    }
    let is_block = ahead.peek(token::Brace);
    let is_closure = ahead.peek(Token![|]) || ahead.peek(Token![||]);
    let branch = text::of(up_to_comma(&ahead));
    match &*word {
        _ if branch.is_empty() || is_closure => None,
        "async" | "await" | "move" if !is_block => Some(format!(
            "drop the `{word}`: a branch is the future itself, `{branch}`"
        )),
        "move" if is_block => Some(format!(
            "a block becomes a future with `async` before it: `async move {branch}`"
        )),
        _ => None,
    }
}

/// The message for `spawn fetch()`, which would otherwise be two branches without a comma.
pub(super) fn verb(policy: Policy, input: ParseStream) -> Option<String> {
    let ahead = input.fork();
    let word: Ident = ahead.parse().ok()?;
    let is_verb = ["spawn", "go", "launch", "run", "task"].contains(&&*text::name(&word));
    (is_verb && ahead.peek(syn::Ident)).then(|| {
        format!(
            "drop the `{word}`: `{}` starts its branches itself, and a branch is the future alone, `{}`",
            policy.name(),
            text::of(up_to_comma(&ahead))
        )
    })
}
