//! Branches of any kind and number, as one.

use crate::each::numbers::Numbers;
use crate::each::outlet::{Inlet, Outlets};
use crate::policy::Unordered;
use crate::running::for_tuples;

/// A policy under which all branches return the same type: [`Unordered`].
pub trait OneType {
    /// The type that all branches return.
    type Value;
}

impl<T> OneType for Unordered<T> {
    type Value = T;
}

/// Anything that a group of `gather_each!` can start: a [`Branch`](crate::each::Branch), a
/// [`Spread`](crate::each::Spread) (or, under a limit, a [`LazySpread`](crate::each::LazySpread)),
/// and a tuple of up to sixteen of these. For more than that, nest tuples.
///
/// `P` is the policy of the group, which determines the type that all of them return.
pub trait Branches<P: OneType>: Sized {
    /// The number of spreads.
    #[doc(hidden)]
    const SPREADS: usize;

    /// The branches that send their results, in the same form.
    #[doc(hidden)]
    type Delivering;

    /// Converts the branches into branches that send their results.
    #[doc(hidden)]
    fn delivering(self, numbers: &mut Numbers, outlets: &Outlets<P::Value>) -> Self::Delivering;
}

/// Converts branches into branches that send their results to the inlet. With a limit, each waits
/// until its result is taken.
pub(crate) fn deliver<P: OneType, B: Branches<P>>(
    branches: B,
    has_limit: bool,
) -> (B::Delivering, Inlet<P::Value>) {
    let (outlets, inlet) = Outlets::new(B::SPREADS, has_limit);
    let delivering = branches.delivering(&mut Numbers::default(), &outlets);
    (delivering, inlet)
}

impl<P: OneType> Branches<P> for () {
    const SPREADS: usize = 0;

    type Delivering = ();

    fn delivering(self, _: &mut Numbers, _: &Outlets<P::Value>) {}
}

macro_rules! tuple {
    ($($branches:ident $index:tt)+) => {
        impl<P: OneType, $($branches: Branches<P>),+> Branches<P> for ($($branches,)+) {
            const SPREADS: usize = 0 $(+ $branches::SPREADS)+;

            type Delivering = ($($branches::Delivering,)+);

            #[inline]
            fn delivering(
                self,
                numbers: &mut Numbers,
                outlets: &Outlets<P::Value>,
            ) -> Self::Delivering {
                ($(self.$index.delivering(numbers, outlets),)+)
            }
        }
    };
}

for_tuples!(tuple);
