//! Names of options, and words that are meant to be names of options.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Expr, LitInt, Token};

use crate::ast::{Options, Policy};
use crate::parse::extent::up_to_comma;
use crate::text;

/// The option that a word is, or was meant to be.
pub(crate) fn near(policy: Policy, word: &str) -> Option<&'static str> {
    Options::of(policy)
        .iter()
        .copied()
        .find(|known| edits(word, known) <= wrong_letters(word, known))
}

/// The option that does what an option of this name does in other crates and languages.
pub(super) fn elsewhere(policy: Policy, word: &str) -> Option<&'static str> {
    let meant = match word {
        "buffer" | "concurrency" | "concurrent" | "max" | "max_concurrency" | "max_concurrent"
        | "parallel" | "parallelism" | "semaphore" => "limit",
        "threads" | "workers" => "tasks",
        "handle" | "rt" | "runtime" => "on",
        "inline" | "local" | "same_task" => "here",
        "catch_panic" | "catch_panics" | "catch_unwind" => "catch",
        _ => return None,
    };
    Options::of(policy).contains(&meant).then_some(meant)
}

/// Whether a word is an option elsewhere but not here.
pub(crate) fn is_foreign(policy: Policy, word: &Ident) -> bool {
    let word = word.to_string();
    word == "timeout" || elsewhere(policy, &word).is_some()
}

/// The number of letters that may be wrong in a word.
fn wrong_letters(word: &str, known: &str) -> usize {
    match known {
        // With another first letter, it is a different word: `match`, `batch`, `fetch`.
        "catch" => usize::from(word.starts_with('c')),
        _ => ((known.len() - 1) / 2).max(1),
    }
}

/// Whether an option is a lone word, without a value.
pub(super) fn is_word(option: &Ident) -> bool {
    option == "here" || option == "catch"
}

/// The message about an option after a branch.
pub(crate) fn misplaced(policy: Policy, option: &str) -> String {
    let option = match option.split_once(' ') {
        Some((word @ ("here" | "catch"), _)) => word,
        _ => option,
    };
    if option == "catch" && policy != Policy::FailFast {
        return catch_is_of_try_gather(policy);
    }
    format!(
        "options come before the branches, followed by a `;`: `{}({option}; ..)`",
        policy.name()
    )
}

/// The option of asyncio's `gather`.
const RETURN_EXCEPTIONS: &str = "return_exceptions";

/// The message for a user who comes from asyncio.
pub(crate) fn return_exceptions(policy: Policy) -> String {
    match policy {
        Policy::All => {
            "drop `return_exceptions`: in `gather!`, each `Result` stays in its place; to keep panics too, use `gather_settled!`"
        }
        Policy::FailFast => {
            "drop `return_exceptions` and use `gather!`, in which each `Result` stays in its place; for panics too, use `gather_settled!`"
        }
        Policy::Each => {
            "drop `return_exceptions`: `gather_each!` returns each `Result` as it arrives; for \
                         panics too, use `gather_settled!`"
        }
        Policy::Settled => {
            "drop `return_exceptions`: in `gather_settled!` each `Result` and each panic \
                            stays in its place"
        }
    }
    .to_owned()
}

/// Whether a word is an option of this macro or nearly one, or an option of another macro or of
/// asyncio.
pub(crate) fn is_near(policy: Policy, word: &Ident) -> bool {
    word == "error"
        || word == "catch"
        || word == RETURN_EXCEPTIONS
        || near(policy, &word.to_string()).is_some()
}

/// Whether a word is an option of any macro, or of asyncio.
pub(crate) fn is_exact(word: &Ident) -> bool {
    let known = Options::of(Policy::FailFast);
    word == RETURN_EXCEPTIONS || known.iter().any(|known| word == known)
}

/// The message about an option that is written like the name of a branch: `limit: 3`.
///
/// Any other word is the name of a branch, unless it resembles a numeric option and only a number
/// follows it.
pub(in crate::parse) fn with_colon(policy: Policy, input: ParseStream) -> Option<String> {
    let ahead = input.fork();
    let name = Ident::parse_any(&ahead).ok()?;
    if ahead.peek(Token![::]) {
        return None;
    }
    let _: Token![:] = ahead.parse().ok()?;
    let is_spread = ahead.peek(Token![..]);
    let value = up_to_comma(&ahead);
    if !is_exact(&name) {
        let word = name.to_string();
        let meant = near(policy, &word).or_else(|| elsewhere(policy, &word));
        let meant = meant.filter(|meant| *meant == "limit" || *meant == "tasks")?;
        let number: LitInt = syn::parse2(value).ok()?;
        return Some(format!(
            "there is no option `{name}`; did you mean `{meant}`? Write `{}({meant} = {number}; ..)`",
            policy.name()
        ));
    }
    if name == RETURN_EXCEPTIONS {
        return Some(return_exceptions(policy));
    }
    if name == "catch" && policy != Policy::FailFast {
        return Some(catch_is_of_try_gather(policy));
    }
    let is_value = syn::parse2::<Expr>(value.clone()).is_ok_and(|value| is_value(&value));
    let value = text::of(value);
    let named = format!("to name a branch, write `r#{name}: {value}`");
    if is_spread {
        return Some(format!("`{name}` is an option: {named}"));
    }
    let set = if is_word(&name) {
        takes_no_value(policy, &name)
    } else {
        format!(
            "`{name}` is an option, set with `=` and followed by `;`: `{}({name} = {value}; ..)`",
            policy.name()
        )
    };
    Some(if is_value {
        set
    } else {
        format!("{set}; {named}")
    })
}

/// Whether an expression is more likely the value of an option than a future.
pub(crate) fn is_value(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Lit(_)
            | Expr::Path(_)
            | Expr::Field(_)
            | Expr::Unary(_)
            | Expr::Binary(_)
            | Expr::Cast(_)
    )
}

pub(super) fn takes_no_value(policy: Policy, word: &Ident) -> String {
    format!(
        "`{word}` takes no value: write the word alone, `{}({word}; ..)`",
        policy.name()
    )
}

/// The message about `catch` in a macro that cannot turn a panic into an error.
pub(super) fn catch_is_of_try_gather(policy: Policy) -> String {
    match policy {
        Policy::Settled => {
            "drop `catch`: `gather_settled!` already keeps every panic in its branch's place"
        }
        Policy::Each => {
            "`catch` is an option of `try_gather!`; `gather_each!` resumes a panic at `next`: drop the \
             option, or use `gather_settled!` to keep every panic in its branch's place"
        }
        Policy::All | Policy::FailFast => {
            "`catch` is an option of `try_gather!`; `gather!` resumes a panic in the awaiting task: drop the option, use `try_gather!`, or use `gather_settled!` to keep every panic in its branch's place"
        }
    }
    .to_owned()
}

pub(crate) fn unknown_option(policy: Policy, unknown: &str) -> String {
    if unknown == RETURN_EXCEPTIONS {
        return return_exceptions(policy);
    }
    if unknown == "timeout" {
        return format!(
            "there is no option `timeout`: wrap the call, `timeout(duration, {}(..)).await`",
            policy.name()
        );
    }
    if let Some(meant) = near(policy, unknown).or_else(|| elsewhere(policy, unknown)) {
        return format!("there is no option `{unknown}`; did you mean `{meant}`?");
    }
    format!(
        "there is no option `{unknown}`; `{}` has {}",
        policy.name(),
        listed(Options::of(policy))
    )
}

/// `limit`, `on` and `error`
fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, first)) if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => quoted.concat(),
    }
}

/// The number of letters to insert, delete, change, or swap with the next one, to turn one word
/// into the other.
fn edits(from: &str, to: &str) -> usize {
    let from: Vec<char> = from.chars().collect();
    let to: Vec<char> = to.chars().collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=to.len()).collect()];
    for (i, letter) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, other) in to.iter().enumerate() {
            let changed = rows[i][j] + usize::from(letter != other);
            let mut fewest = changed.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *letter == to[j - 1] && from[i - 1] == *other {
                fewest = fewest.min(rows[i - 1][j - 1] + 1);
            }
            row.push(fewest);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::{edits, elsewhere, listed, misplaced, near};
    use crate::ast::Policy;

    #[test]
    fn a_word_of_another_crate_is_taken_for_the_option_that_does_the_same() {
        for (word, meant) in [
            ("concurrency", "limit"),
            ("workers", "tasks"),
            ("runtime", "on"),
            ("local", "here"),
            ("catch_unwind", "catch"),
        ] {
            assert_eq!(elsewhere(Policy::FailFast, word), Some(meant), "{word}");
        }
        // `gather!` has no `catch`.
        assert_eq!(elsewhere(Policy::All, "catch_unwind"), None);
        assert_eq!(elsewhere(Policy::All, "page"), None);
    }

    #[test]
    fn a_word_that_is_nearly_an_option_is_taken_for_it() {
        for (word, meant) in [
            ("limt", "limit"),
            ("lmiit", "limit"),
            ("limits", "limit"),
            ("max_limit", ""),
            ("task", "tasks"),
            ("taks", "tasks"),
            ("threads", ""),
            ("heer", "here"),
            ("her", "here"),
            ("there", "here"),
            ("core", ""),
            ("user", ""),
            ("no", "on"),
            ("handle", ""),
            ("err", "error"),
            ("errors", "error"),
            ("cach", "catch"),
            ("cathc", "catch"),
            ("catchs", "catch"),
            ("match", ""),
            ("batch", ""),
            ("fetch", ""),
            ("cache", ""),
        ] {
            let found = near(Policy::FailFast, word).unwrap_or_default();
            assert_eq!(found, meant, "{word}");
        }
    }

    #[test]
    fn edits_are_put_in_taken_out_changed_or_swapped() {
        for (from, to, expected) in [
            ("", "", 0),
            ("abc", "abc", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("abc", "axc", 1),
            ("ab", "ba", 1),
            ("xabc", "abcy", 2),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(edits(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn names_are_listed_with_an_and_before_the_last() {
        assert_eq!(listed(&["on"]), "`on`");
        assert_eq!(listed(&["on", "here"]), "`on` and `here`");
        assert_eq!(listed(&["limit", "on", "here"]), "`limit`, `on` and `here`");
    }

    #[test]
    fn of_an_option_behind_a_branch_a_word_is_said_without_a_value() {
        for (option, said) in [
            ("here", "try_gather!(here; ..)"),
            ("here = true", "try_gather!(here; ..)"),
            ("catch = true", "try_gather!(catch; ..)"),
            ("limit = 3", "try_gather!(limit = 3; ..)"),
        ] {
            let message = misplaced(Policy::FailFast, option);
            assert!(message.contains(said), "{message}");
        }
    }
}
