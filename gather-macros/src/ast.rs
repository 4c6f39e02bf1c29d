//! What a call of the macros is made of.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Error, Expr, ExprPath, Member, Result, Type};

use crate::cursor;

/// Which of the three macros is called: what becomes of the others when a branch fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    /// `gather!`
    All,
    /// `try_gather!`
    FailFast,
    /// `gather_settled!`
    Settled,
}

/// A whole call, `gather!(options; shape)`. What is wrong with a branch stands in that branch's
/// place.
pub(crate) struct Call {
    /// The path by which the expansion names the crate: `$crate`, as its macros hand it on.
    pub(crate) krate: TokenStream,
    pub(crate) options: Options,
    pub(crate) shape: Shape,
    /// What is wrong with the options.
    pub(crate) errors: Vec<Error>,
    /// What leaves open which branches there are: whatever the call gives is then as good as any.
    pub(crate) doubts: Vec<Error>,
}

/// How the branches are to run.
#[derive(Default)]
pub(crate) struct Options {
    /// `limit = 16`
    pub(crate) limit: Option<Expr>,
    /// `on = handle`
    pub(crate) on: Option<Expr>,
    /// `error = AppError`
    pub(crate) error: Option<Type>,
    /// Whether `limit` stands before `on`: they are evaluated as they are written.
    pub(crate) limit_first: bool,
}

/// What the branches' values make.
pub(crate) enum Shape {
    /// `a(), ..b, c()`: a tuple.
    Tuple(Vec<Branch>),
    /// `..a`: a vector.
    Vec(Branch),
    /// `[a(), b()]`: an array.
    Array(Vec<Branch>),
    /// `Page { user: a(), posts: ..b, ..base }`: a struct.
    Struct(Struct),
}

pub(crate) struct Struct {
    pub(crate) path: ExprPath,
    pub(crate) fields: Vec<(Member, Branch)>,
    /// The expression behind `..`, that gives the fields not named.
    pub(crate) base: Option<Result<Expr>>,
}

/// A future to be run, or an iterator of futures.
pub(crate) struct Branch {
    pub(crate) kind: Kind,
    /// What to evaluate, or why it can be no branch.
    pub(crate) expr: Result<Expr>,
    /// Whether it stood in parentheses, as a struct literal that is a future does.
    pub(crate) in_parentheses: bool,
    /// How messages call it.
    pub(crate) name: String,
    /// The field that it is for, if that has a name.
    pub(crate) field: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `fetch()`
    One,
    /// `..futures`
    Spread,
}

impl Options {
    pub(crate) fn is_empty(&self) -> bool {
        self.limit.is_none() && self.on.is_none() && self.error.is_none()
    }
}

impl Policy {
    /// The macro's name, as it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Policy::All => "gather!",
            Policy::FailFast => "try_gather!",
            Policy::Settled => "gather_settled!",
        }
    }
}

impl Shape {
    /// The branches, in the order of the call.
    pub(crate) fn branches(&self) -> Vec<&Branch> {
        match self {
            Shape::Tuple(branches) | Shape::Array(branches) => branches.iter().collect(),
            Shape::Vec(branch) => vec![branch],
            Shape::Struct(shape) => shape.fields.iter().map(|(_, branch)| branch).collect(),
        }
    }
}

impl Struct {
    /// Sets the base, unless there is a mistake in its place.
    pub(crate) fn set_base(&mut self, base: Result<Expr>) {
        if !matches!(self.base, Some(Err(_))) {
            self.base = Some(base);
        }
    }
}

impl Branch {
    /// The place of a branch that is none.
    pub(crate) fn broken(error: Error) -> Self {
        Branch {
            kind: Kind::One,
            in_parentheses: false,
            expr: Err(error),
            name: String::from("_"),
            field: None,
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

/// The name that a variable or field goes by, without the `r#` of a raw identifier.
pub(crate) fn plain(ident: &Ident) -> String {
    let name = cursor::unmarked(ident);
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}
