//! The base of a struct literal: a value among the branches' outcomes.

use crate::branch::BranchOutput;
use crate::slot::Slot;

/// The value behind the `..` of a struct literal: what [`base`] makes.
#[derive(Debug)]
pub struct Base<T>(Slot<T>);

/// Takes the value that gives a struct the fields which no branch gives.
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
/// let (group, title, base) =
///     (Group::new(), branch("title", async { "Home" }), base(Page::default()));
/// let mut group = group.slots((title.slot(), base.slot()));
/// group.spawn(title, |slots| &slots.0);
/// let page = group.gather(|slots| Page { title: slots.0.take(), ..slots.1.take() });
/// assert_eq!(page.await, Page { title: "Home", hits: 0 });
/// # }
/// ```
pub fn base<B, T, L>(value: B) -> Base<T>
where
    B: BranchOutput<T, L>,
{
    Base(Slot::filled("..", value.into_value()))
}

impl<T> Base<T> {
    /// A slot that holds the value.
    #[must_use]
    pub fn slot(self) -> Slot<T> {
        self.0
    }
}
