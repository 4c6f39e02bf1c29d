//! The base of a struct literal: a value among the branches.

use std::fmt;

use crate::branch::take_index;
use crate::explain::{IntoBase, ValueOf};
use crate::outcome::Boxed;
use crate::outcome::caught::Unwanted;
use crate::place::branches::Branches;
use crate::policy::Policy;
use crate::running::Given;

/// The value after the `..` of a struct literal, made by [`base`].
pub struct Base<T>(Unwanted<Boxed<T>>);

/// Takes the value that provides the struct fields that have no branch.
///
/// # Examples
///
/// ```
/// use gather_core::{Group, base, branch};
///
/// #[derive(Debug, Default, PartialEq)]
/// struct Page {
///     title: &'static str,
///     hits: u32,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let branches = (branch("title", async { "Home" }), base(Page::default()));
/// let page = Group::new().spawn(branches, |(title, base)| Page { title, ..base });
/// assert_eq!(page.await, Page { title: "Home", hits: 0 });
/// # }
/// ```
pub fn base<B, T, K>(value: B) -> Base<T>
where
    B: IntoBase<T, K>,
    T: ValueOf<B>,
{
    Base(Unwanted::unless_taken(value.into_base()))
}

impl<T: 'static, P: Policy, S> Branches<P, S> for Base<T> {
    type Running = Given<T>;

    fn places(&mut self, next: &mut usize) -> Given<T> {
        take_index(next);
        Given::new(self.0.take())
    }

    fn start(&mut self, _: &Given<T>, _: &S) {}
}

impl<T> fmt::Debug for Base<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Base").finish_non_exhaustive()
    }
}
