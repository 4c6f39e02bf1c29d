//! What runs.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Error, Expr, Result};

/// A future to be run, or an iterator of futures.
pub(crate) struct Branch {
    pub(crate) kind: Kind,
    /// What to evaluate, or why it cannot be a branch.
    pub(crate) expr: Result<Expr>,
    /// Whether it stood in parentheses, as a struct literal that is a future does.
    pub(crate) in_parentheses: bool,
    pub(crate) name: Name,
}

/// How messages call a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// `user`, of a field, or before any branch: `user: fetch()`.
    Given(String),
    /// `fetch()`, as it is written.
    Text(String),
    /// `async move { .. }`: many a branch is written so, and the line tells them apart.
    Block(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `fetch()`
    One,
    /// `..futures`
    Spread,
}

impl Branch {
    /// The place of what cannot be a branch.
    pub(crate) fn broken(error: Error) -> Self {
        Branch {
            kind: Kind::One,
            in_parentheses: false,
            expr: Err(error),
            name: Name::Text(String::from("_")),
        }
    }
}

/// As it stands in the source, or as the error in its place.
impl ToTokens for Branch {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match &self.expr {
            Ok(expr) => expr.to_tokens(tokens),
            Err(error) => error.to_compile_error().to_tokens(tokens),
        }
    }
}
