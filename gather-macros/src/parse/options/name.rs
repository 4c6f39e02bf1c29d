//! Names of options, and words that are meant to be such.

use proc_macro2::Ident;
use syn::Token;
use syn::ext::IdentExt;
use syn::parse::ParseStream;

use crate::ast::{Options, Policy};
use crate::parse::extent::up_to_comma;
use crate::text;

/// The option that a word is, or was meant to be.
fn near(policy: Policy, word: &str) -> Option<&'static str> {
    Options::of(policy)
        .iter()
        .copied()
        .find(|known| edits(word, known) <= known.len() / 2)
}

/// asyncio's option.
const RETURN_EXCEPTIONS: &str = "return_exceptions";

/// What there is to say to somebody who comes from asyncio.
pub(crate) fn return_exceptions(policy: Policy) -> String {
    match policy {
        Policy::All => {
            "drop `return_exceptions`: in `gather!` each `Result` stays in its place; for \
                        panics too, use `gather_settled!`"
        }
        Policy::FailFast => {
            "drop `return_exceptions`, and use `gather!`: there each `Result` stays in \
                             its place; for panics too, use `gather_settled!`"
        }
        Policy::Settled => {
            "drop `return_exceptions`: in `gather_settled!` each `Result` and each panic \
                            stays in its place"
        }
    }
    .to_owned()
}

/// Whether a word is an option of this macro, of another one, of asyncio's, or nearly.
pub(crate) fn is_near(policy: Policy, word: &Ident) -> bool {
    word == "error" || word == RETURN_EXCEPTIONS || near(policy, &word.to_string()).is_some()
}

/// What there is to say of an option that is written like a field of a struct: `limit: 3`.
pub(in crate::parse) fn with_colon(policy: Policy, input: ParseStream) -> Option<String> {
    let ahead = input.fork();
    let name = Ident::parse_any(&ahead).ok()?;
    if ahead.peek(Token![::]) || !is_near(policy, &name) {
        return None;
    }
    let _: Token![:] = ahead.parse().ok()?;
    if name == RETURN_EXCEPTIONS {
        return Some(return_exceptions(policy));
    }
    Some(format!(
        "options are set with a `=`, and a `;` ends them: `{}({name} = {}; ..)`",
        policy.name(),
        text::of(up_to_comma(&ahead))
    ))
}

pub(super) fn unknown_option(policy: Policy, unknown: &str) -> String {
    if unknown == RETURN_EXCEPTIONS {
        return return_exceptions(policy);
    }
    match (near(policy, unknown), policy) {
        (Some(near), _) => format!("there is no option `{unknown}`; did you mean `{near}`?"),
        (None, Policy::FailFast) => {
            format!("there is no option `{unknown}`; `try_gather!` has `limit`, `on` and `error`")
        }
        (None, policy) => format!(
            "there is no option `{unknown}`; `{}` has `limit` and `on`",
            policy.name()
        ),
    }
}

/// How many letters are to be put in, taken out or changed to turn one word into the other.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in to.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}
