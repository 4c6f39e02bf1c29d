//! The procedural macros behind the crate [`gather`](https://docs.rs/gather). Use that crate: its
//! macros of the same names call these.
//!
//! A call is read by `parse`, one branch at a time, into the language's own types in `ast`; what is
//! valid Rust but no branch is found by `check` as it is read; and `expand` writes the code that
//! stands in the call's place. What is wrong with one branch becomes an error in
//! that branch's place; the others expand as if nothing were wrong.

#![forbid(unsafe_code)]

mod ast;
mod check;
mod cursor;
mod expand;
mod extent;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod golden;
mod names;
mod nesting;
mod options;
mod parse;
#[cfg(test)]
mod recovery;
mod site;
mod text;

use proc_macro::TokenStream;

use ast::Policy;

/// The macro behind `gather::gather!`.
#[proc_macro]
pub fn gather(tokens: TokenStream) -> TokenStream {
    expand::call(Policy::All, tokens.into()).into()
}

/// The macro behind `gather::try_gather!`.
#[proc_macro]
pub fn try_gather(tokens: TokenStream) -> TokenStream {
    expand::call(Policy::FailFast, tokens.into()).into()
}

/// The macro behind `gather::gather_settled!`.
#[proc_macro]
pub fn gather_settled(tokens: TokenStream) -> TokenStream {
    expand::call(Policy::Settled, tokens.into()).into()
}
