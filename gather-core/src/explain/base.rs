//! What is wrong with the base of a struct.

use crate::explain::{Applies, Impossible, NeverApplies};
use crate::outcome::Boxed;

/// What can be the base of a struct: what can be sent to whoever awaits the gather.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the base of this struct is a `{Self}`, which is not `Send`: use one that is, or add `here;`",
    label = "this is not `Send`",
    note = "the gather keeps it until it is awaited, which may be on another thread"
)]
pub trait IntoBase<T, K>: Send {
    /// The same value, under the name that inference found for its type.
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
