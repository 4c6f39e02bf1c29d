//! Whatever the tokens of a call, the macro neither panics nor hangs, and it expands to an
//! expression. The expansion contains every branch that is correct, and an error if one is not. All
//! `unsafe` code in it is the user's.
//!
//! A failure prints the call as text; add it to `found` as a test. To repeat a run, use the seed
//! that it prints.

mod calls;
mod choices;
mod deep;
mod expander;
mod found;
mod grammar;
mod mutate;
mod reference;
mod rustc;

use std::fmt::Debug;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};

use proc_macro2::{TokenStream, TokenTree};
use proptest::prelude::{ProptestConfig, Strategy, TestCaseError};
use proptest::test_runner::{RngSeed, TestRunner};
use syn::Expr;

use calls::Call;
use choices::Choices;
use expander::{expand, tokens, with_room};
use reference::{Parts, Set};

use crate::ast::Policy;

/// The number of calls that each test generates, unless `PROPTEST_CASES` overrides it.
const CASES: u32 = 3000;

#[test]
fn a_well_formed_call_expands_to_all_of_its_branches_and_no_error() {
    check(Choices::strategy(200, calls::well_formed), |call| {
        let expansion = expression(&call)?;
        if errors(&expansion) > 0 {
            return Err(format!("an error: {expansion}"));
        }
        has_all(&expansion, &call)
    });
}

#[test]
fn a_broken_branch_is_an_error_and_takes_no_other_branch_with_it() {
    let broken = Choices::strategy(100, calls::with_one_broken);
    check(broken, |(call, whole)| {
        let expansion = expression(&call)?;
        if errors(&expansion) == 0 {
            parts(&call)?;
        }
        let whole: Vec<String> = whole.iter().map(|branch| squeezed(branch)).collect();
        has_in_order(&expansion, &whole)
    });
}

#[test]
fn mutated_calls_expand_to_an_error_or_to_all_that_they_are_made_of() {
    check(Choices::strategy(300, mutate::mutated), |call| {
        let expansion = expression(&call)?;
        // An empty invisible group, such as `$v:vis` can be, is not part of a call.
        if errors(&expansion) > 0 || squeezed(&call.text).contains("invisible()") {
            return Ok(());
        }
        has_all(&expansion, &call)
    });
}

fn check<T: Debug>(
    strategy: impl Strategy<Value = T> + Send,
    test: impl Fn(T) -> Result<(), String> + Send,
) {
    let mut config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = CASES;
    }
    config.failure_persistence = None;
    // Each shrunk call that also hangs takes the whole of the expander's patience.
    config.max_shrink_time = 60_000;
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(RandomState::new().hash_one(0));
    }
    if let RngSeed::Fixed(seed) = config.rng_seed {
        // Bypasses libtest, which would lose captured output if an overflow ended the process.
        let test = std::thread::current();
        let name = test.name().unwrap_or_default();
        let _ = writeln!(io::stderr(), "{name}: PROPTEST_RNG_SEED={seed}");
    }
    with_room(move || {
        let run =
            TestRunner::new(config).run(&strategy, |case| test(case).map_err(TestCaseError::fail));
        if let Err(failure) = run {
            panic!("{failure}");
        }
    });
}

/// The expansion without its spaces, if it is an expression and no less safe than the call.
fn expression(call: &Call) -> Result<String, String> {
    let expansion = expand(call)?;
    let expanded = tokens(&expansion);
    syn::parse2::<Expr>(expanded.clone())
        .map_err(|error| format!("no expression ({error}): {expansion}"))?;
    let words = unsafe_words(expanded);
    if words > 0 && words > unsafe_words(tokens(&call.text)) {
        return Err(format!("unsafe code of the macro's own: {expansion}"));
    }
    Ok(squeezed(&expansion))
}

fn unsafe_words(tokens: TokenStream) -> usize {
    let words = tokens.into_iter().map(|token| match token {
        TokenTree::Group(group) => unsafe_words(group.stream()),
        TokenTree::Ident(word) => usize::from(word == "unsafe"),
        _ => 0,
    });
    words.sum()
}

/// The options and the branches that the user wrote.
fn parts(call: &Call) -> Result<Parts, String> {
    reference::parts(tokens(&call.text))
        .map_err(|error| format!("no error, though this is no call: {error}"))
}

/// Whether the expansion has every part of the call, and no option that the call does not have.
fn has_all(expansion: &str, call: &Call) -> Result<(), String> {
    let Parts { options, branches } = parts(call)?;
    has_options(expansion, call.policy, &options)?;
    let values = options.into_iter().filter(Set::is_evaluated);
    let values = values.map(|set| set.value);
    has_in_order(expansion, &values.chain(branches).collect::<Vec<_>>())
}

/// Whether the branches run where the options say, in a group with these options and no others.
fn has_options(expansion: &str, policy: Policy, options: &[Set]) -> Result<(), String> {
    let is_here = options.iter().any(|set| set.name == "here");
    let modules = ["::gather::rt::here::", "::gather::rt::each::here::"];
    let is_in_place =
        |rest: &&str| modules.iter().any(|module| rest.starts_with(module)) == is_here;
    let mut named = expansion.match_indices("::gather::rt::");
    if !named.all(|(at, _)| is_in_place(&&expansion[at..])) {
        return Err(format!("not in the place of its options: {expansion}"));
    }
    // Without branches, a call needs a group only for what an option evaluates.
    let needs_group = |set: &Set| set.name == "error" || set.is_evaluated();
    let Some((_, group)) = expansion.split_once("::Group::") else {
        return match options.iter().find(|set| needs_group(set)) {
            Some(set) => Err(format!("no group with `{}`: {expansion}", set.name)),
            None => Ok(()),
        };
    };
    let error = options.iter().find(|set| set.name == "error");
    let mut methods = vec![match (policy, error) {
        (Policy::All, _) => String::from("new()"),
        (Policy::FailFast, None) => String::from("fail_fast()"),
        (Policy::FailFast, Some(error)) => format!("fail_fast_into::<{}>()", error.value),
        (Policy::Settled, _) => String::from("settled()"),
        (Policy::Each, _) => String::from("each()"),
    }];
    methods.extend(options.iter().filter_map(|set| match &*set.name {
        "catch" => Some(String::from(".catch()")),
        "on" => Some(String::from(".on(&__on)")),
        name @ ("limit" | "tasks") => Some(format!(".{name}(__{name})")),
        _ => None,
    }));
    let start = match (policy, is_here) {
        (Policy::Each, false) => ".start(",
        (Policy::Each, true) => ".stream(",
        (_, false) => ".spawn(",
        (_, true) => ".join(",
    };
    let (group, _) = group.split_once(start).ok_or("nothing starts the group")?;
    let mut rest = String::from(group);
    for method in methods {
        let (before, after) = rest
            .split_once(&method)
            .ok_or_else(|| format!("`{method}` is lost: {expansion}"))?;
        rest = format!("{before}{after}");
    }
    if rest.is_empty() {
        Ok(())
    } else {
        Err(format!("nobody wrote `{rest}`: {expansion}"))
    }
}

fn has_in_order(expansion: &str, parts: &[String]) -> Result<(), String> {
    let mut rest = expansion;
    for part in parts {
        // The part is in a `let`, or is passed on: a handle, or a lone spread where it is started.
        rest = [
            format!("={part};"),
            format!("on({part});"),
            format!(",{part})"),
        ]
        .iter()
        .filter_map(|argument| Some(rest.split_once(argument.as_str())?.1))
        .max_by_key(|rest| rest.len())
        .ok_or_else(|| format!("`{part}` is lost: {expansion}"))?;
    }
    Ok(())
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

fn errors(expansion: &str) -> usize {
    expansion.matches("compile_error!").count()
}
