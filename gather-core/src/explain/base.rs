//! Mistakes in the base of a struct.

use crate::explain::{Applies, Impossible, NeverApplies};
use crate::outcome::Boxed;

/// A value that can be the base of a struct: it can be sent to the awaiting task.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the base of this struct is a `{Self}`, which is not `Send`: use one that is, or add `here;`",
    label = "this is not `Send`",
    note = "the gather keeps it until the gather is awaited, maybe on another thread"
)]
pub trait IntoBase<T, K>: Send {
    /// The same value, as the type that inference found.
    fn into_base(self) -> Boxed<T>;
}

impl<T: Send + 'static> IntoBase<T, Applies> for T {
    fn into_base(self) -> Boxed<T> {
        Box::new(move || self)
    }
}

#[diagnostic::do_not_recommend]
impl<B: Impossible, T> IntoBase<T, NeverApplies> for B {
    fn into_base(self) -> Boxed<T> {
        self.impossible()
    }
}
