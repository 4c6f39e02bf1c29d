//! A branch or a spread, and its name.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Error, Expr, Result};

/// A future to run, or an iterator of futures.
pub(crate) struct Branch {
    pub(crate) kind: Kind,
    /// The expression to evaluate, or why it cannot be a branch.
    pub(crate) expr: Result<Expr>,
    /// Whether the expression was in parentheses, as a struct literal that is a future must be.
    pub(crate) in_parentheses: bool,
    pub(crate) name: Name,
}

/// The name of a branch in messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// `user`, from a field or from a name before any branch: `user: fetch()`.
    Given(String),
    /// `fetch()`, the source text.
    Text(String),
    /// `async move { .. }`: many branches have this text, so the line tells them apart.
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
    /// A branch that cannot be one: its error takes its place.
    pub(crate) fn broken(error: Error) -> Self {
        Branch {
            kind: Kind::One,
            in_parentheses: false,
            expr: Err(error),
            name: Name::Text(String::from("_")),
        }
    }
}

/// The expression as it is in the source, or the error in its place.
impl ToTokens for Branch {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match &self.expr {
            Ok(expr) => expr.to_tokens(tokens),
            Err(error) => error.to_compile_error().to_tokens(tokens),
        }
    }
}
