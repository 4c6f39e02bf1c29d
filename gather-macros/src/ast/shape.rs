//! The shape of a call.

use proc_macro2::Span;
use syn::{Error, Expr, ExprPath, Member, Result};

use super::Branch;

/// The shape of the call, which is also the shape of its value.
pub(crate) enum Shape {
    /// `a(), ..b, c()`: a tuple.
    Tuple(Vec<Branch>),
    /// `..a`: a vector.
    Vec(Branch),
    /// `[a(), b()]`: an array.
    Array(Vec<Branch>),
    /// `Page { user: a(), posts: ..b, ..base }`: a struct.
    Struct(Struct),
    /// `Pair(a(), b())`: a tuple struct, or a variant of an enum.
    TupleStruct(TupleStruct),
}

pub(crate) struct Struct {
    pub(crate) path: ExprPath,
    pub(crate) fields: Vec<(Member, Branch)>,
    /// The expression after `..`, which provides the fields that are not named.
    pub(crate) base: Option<Result<Expr>>,
}

pub(crate) struct TupleStruct {
    pub(crate) path: ExprPath,
    /// Where the parentheses are.
    pub(crate) parentheses: Span,
    pub(crate) branches: Vec<Branch>,
}

impl Shape {
    /// The branches, in the order of the call.
    pub(crate) fn branches(&self) -> Vec<&Branch> {
        match self {
            Shape::Tuple(branches) | Shape::Array(branches) => branches.iter().collect(),
            Shape::Vec(branch) => vec![branch],
            Shape::Struct(shape) => shape.fields.iter().map(|(_, branch)| branch).collect(),
            Shape::TupleStruct(shape) => shape.branches.iter().collect(),
        }
    }

    /// The branches, without the shape.
    pub(crate) fn into_branches(self) -> Vec<Branch> {
        match self {
            Shape::Tuple(branches) | Shape::Array(branches) => branches,
            Shape::Vec(branch) => vec![branch],
            Shape::Struct(shape) => shape.fields.into_iter().map(|(_, branch)| branch).collect(),
            Shape::TupleStruct(shape) => shape.branches,
        }
    }

    /// The base of a struct, or the error in its place.
    pub(crate) fn base(&self) -> Option<std::result::Result<&Expr, &Error>> {
        match self {
            Shape::Struct(shape) => shape.base.as_ref().map(Result::as_ref),
            Shape::Tuple(_) | Shape::Vec(_) | Shape::Array(_) | Shape::TupleStruct(_) => None,
        }
    }
}

impl Struct {
    /// Sets the base, unless an error is already in its place.
    pub(crate) fn set_base(&mut self, base: Result<Expr>) {
        if !matches!(self.base, Some(Err(_))) {
            self.base = Some(base);
        }
    }
}
