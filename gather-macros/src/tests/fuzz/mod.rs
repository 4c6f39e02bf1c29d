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

/// The number of calls that each test generates, unless `PROPTEST_CASES` overrides it.
const CASES: u32 = 3000;

#[test]
fn a_well_formed_call_expands_to_all_of_its_branches_and_no_error() {
    check(Choices::strategy(200, calls::well_formed), |call| {
        let expansion = expression(&call)?;
        if errors(&expansion) > 0 {
            return Err(format!("an error: {expansion}"));
        }
        has_in_order(&expansion, &evaluated(&call)?)
    });
}

#[test]
fn a_broken_branch_is_an_error_and_takes_no_other_branch_with_it() {
    let broken = Choices::strategy(100, calls::with_one_broken);
    check(broken, |(call, whole)| {
        let expansion = expression(&call)?;
        if errors(&expansion) == 0 {
            evaluated(&call)?;
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
        has_in_order(&expansion, &evaluated(&call)?)
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

/// The expressions that the user wrote to be evaluated.
fn evaluated(call: &Call) -> Result<Vec<String>, String> {
    reference::evaluated(tokens(&call.text))
        .map_err(|error| format!("no error, though this is no call: {error}"))
}

fn has_in_order(expansion: &str, parts: &[String]) -> Result<(), String> {
    let mut rest = expansion;
    for part in parts {
        // The part is in a `let`, or where a lone spread is started.
        rest = [format!("={part};"), format!(",{part})")]
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
