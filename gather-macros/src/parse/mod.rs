//! Reads a call, one branch at a time. What does not parse becomes an error in that branch's place,
//! and reading continues after it.
//!
//! | | |
//! | --- | --- |
//! | `options` | the options before the `;`, if any |
//! | `shape` | a struct, a tuple struct, an array, or branches between commas |
//! | `branch` | one branch |
//! | `name` | the name of a branch |
//! | `word` | words before a branch that do not belong there |
//! | `expression` | what is around an expression |
//! | `extent` | where an expression or a type ends |
//! | `foreign` | syntax of another macro or language |
//! | `nesting` | code that nests too deeply to be parsed |

mod branch;
mod expression;
mod extent;
mod foreign;
mod name;
mod nesting;
mod options;
mod shape;
mod word;

use proc_macro2::{TokenStream, TokenTree};

use crate::ast::{Call, Policy};
use branch::Reader;
use extent::all_of;
use nesting::is_deep;

pub(crate) use foreign::for_loop;
pub(crate) use options::{
    is_exact, is_foreign, is_near, is_value, misplaced, near, not_bound, return_exceptions,
    unknown_option,
};

/// Reads `[$crate] options; shape`. The crate's own `macro_rules!` write the brackets.
pub(crate) fn call(policy: Policy, tokens: TokenStream) -> Call {
    let mut tokens = tokens.into_iter();
    let krate = match tokens.next() {
        Some(TokenTree::Group(krate)) => krate.stream(),
        _ => unreachable!("the macros of the crate `gather` hand on the path to it"),
    };
    let mut errors = Vec::new();
    let mut doubts = Vec::new();
    let (options, tokens) = options::split(policy, tokens.collect(), &mut errors, &mut doubts);
    let mut reader = Reader {
        policy,
        is_deep: is_deep(&tokens),
        doubts,
    };
    let shape = all_of(tokens, |input| reader.shape(input));
    Call {
        policy,
        krate,
        options,
        shape,
        errors,
        doubts: reader.doubts,
    }
}
