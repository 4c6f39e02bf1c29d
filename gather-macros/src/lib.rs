//! The procedural macros behind the crate [`gather`](https://docs.rs/gather). Use that crate: its
//! macros of the same names call these.
//!
//! A call passes through three steps. `parse` reads it, one branch at a time, into the types of
//! `ast`. `check` finds what is valid Rust but cannot be a branch. `expand` writes the code that
//! replaces the call. A mistake in one branch becomes an error in that branch's place; the others
//! expand as if nothing were wrong.

#![forbid(unsafe_code)]

mod ast;
mod check;
mod cursor;
mod expand;
mod parse;
#[cfg(test)]
mod tests;
mod text;

use proc_macro::TokenStream;

use ast::Policy;

/// The macro behind `gather::gather!`.
#[proc_macro]
pub fn gather(tokens: TokenStream) -> TokenStream {
    expanded(Policy::All, tokens.into()).into()
}

/// The macro behind `gather::try_gather!`.
#[proc_macro]
pub fn try_gather(tokens: TokenStream) -> TokenStream {
    expanded(Policy::FailFast, tokens.into()).into()
}

/// The macro behind `gather::gather_settled!`.
#[proc_macro]
pub fn gather_settled(tokens: TokenStream) -> TokenStream {
    expanded(Policy::Settled, tokens.into()).into()
}

/// The macro behind `gather::gather_each!`.
#[proc_macro]
pub fn gather_each(tokens: TokenStream) -> TokenStream {
    expanded(Policy::Each, tokens.into()).into()
}

/// Returns the expansion of a call.
fn expanded(policy: Policy, tokens: proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    let mut call = parse::call(policy, tokens);
    check::call(&mut call);
    expand::call(&call)
}
