//! Methods of the value that are called on the handle, where the `.await` is missing.
//!
//! None of them can be called, as the bound never holds. rustc then prints the words of the bound's trait.
//! Each returns whatever is expected of it, so that no further error follows.

use crate::explain::{HasValue, Unawaited};
use crate::gather::handle::Gather;

#[doc(hidden)]
#[expect(
    clippy::iter_not_returning_iterator,
    clippy::must_use_candidate,
    reason = "nobody can call them"
)]
impl<T> Gather<T> {
    pub fn unwrap<R>(&self) -> R
    where
        Unawaited<T>: HasValue,
    {
        <Unawaited<T>>::answer()
    }

    pub fn expect<M, R>(&self, _: M) -> R
    where
        Unawaited<T>: HasValue,
    {
        <Unawaited<T>>::answer()
    }

    pub fn map<F, R>(&self, _: F) -> R
    where
        Unawaited<T>: HasValue,
    {
        <Unawaited<T>>::answer()
    }

    pub fn iter<R>(&self) -> R
    where
        Unawaited<T>: HasValue,
    {
        <Unawaited<T>>::answer()
    }

    pub fn into_iter<R>(&self) -> R
    where
        Unawaited<T>: HasValue,
    {
        <Unawaited<T>>::answer()
    }

    pub fn len<R>(&self) -> R
    where
        Unawaited<T>: HasValue,
    {
        <Unawaited<T>>::answer()
    }

    pub fn is_ok<R>(&self) -> R
    where
        Unawaited<T>: HasValue,
    {
        <Unawaited<T>>::answer()
    }

    pub fn is_err<R>(&self) -> R
    where
        Unawaited<T>: HasValue,
    {
        <Unawaited<T>>::answer()
    }
}
