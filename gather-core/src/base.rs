//! The base of a struct literal: a value among the branches' outcomes.

use crate::branch::{Applies, Impossible, NeverApplies, OutputOf};
use crate::branches::Branches;
use crate::caught::drop_caught;
use crate::error::BranchError;
use crate::policy::Policy;
use crate::slots::{AnySlot, Slots, sealed};
use crate::starting::Starting;
use crate::state::Payload;
use crate::sync::Mutex;
use crate::sync::lock;

/// The value behind the `..` of a struct literal: what [`base`] makes.
#[derive(Debug)]
pub struct Base<T>(Option<T>);

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
/// let branches = (branch("title", async { "Home" }), base(Page::default()));
/// let page = Group::new().spawn(branches, |(title, base)| Page { title, ..base });
/// assert_eq!(page.await, Page { title: "Home", hits: 0 });
/// # }
/// ```
pub fn base<B, T, K>(value: B) -> Base<T>
where
    B: IntoBase<T, K>,
    T: OutputOf<B>,
{
    Base(Some(value.into_base()))
}

/// What can be the base of a struct: what can be sent to whoever awaits the gather.
///
/// There are two implementations for the reason given at [`IntoBranch`](crate::IntoBranch).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent between threads, so it cannot be the base of a gather",
    label = "this is not `Send`",
    note = "the gather keeps it until it is awaited, which may be on another thread"
)]
pub trait IntoBase<T, K> {
    /// The same value, under the name that inference found for its type.
    fn into_base(self) -> T;
}

impl<T: Send + 'static> IntoBase<T, Applies> for T {
    fn into_base(self) -> T {
        self
    }
}

impl<B: Impossible, T> IntoBase<T, NeverApplies> for B {
    fn into_base(self) -> T {
        self.impossible()
    }
}

impl<T: Send + 'static, P: Policy, R> Branches<P, R> for Base<T> {
    type Slots = BaseSlot<T>;

    fn slots(&mut self) -> BaseSlot<T> {
        BaseSlot(Mutex::new(self.0.take()))
    }

    fn start(&mut self, _: &BaseSlot<T>, starting: &mut Starting<'_, P::Error, R>) {
        starting.next_slot();
    }
}

/// The place for the value of a [`Base`], which is there from the start.
#[derive(Debug)]
pub struct BaseSlot<T>(Mutex<Option<T>>);

impl<T: Send + 'static> sealed::Sealed for BaseSlot<T> {}

impl<T: Send + 'static> Slots for BaseSlot<T> {
    type Values = T;
    type Outcomes = T;

    const COUNT: usize = 1;

    fn at(&self, _: usize) -> &dyn AnySlot {
        self
    }

    fn values(&self) -> T {
        lock(&self.0)
            .take()
            .expect("a gather takes its values once")
    }

    fn outcomes(&self, _: &mut usize) -> T {
        self.values()
    }

    fn visit(&self, visitor: &mut dyn FnMut(&dyn AnySlot)) {
        visitor(self);
    }
}

impl<T: 'static> AnySlot for BaseSlot<T> {
    fn stop(&self) {}

    fn discard(&self) -> Option<Payload> {
        let base = lock(&self.0).take();
        drop_caught(base)
    }

    fn missing(&self, _: usize) -> Option<BranchError> {
        None
    }
}
