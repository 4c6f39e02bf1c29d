//! Branches of any kind and number, as one.

use std::sync::Arc;

use crate::each::numbers::Numbers;
use crate::each::outlet::{Inlet, Outlet};
use crate::running::for_tuples;

/// What a group of `gather_each!` can start: a [`Branch`](crate::each::Branch), a
/// [`Spread`](crate::each::Spread) or, where there is a limit, a
/// [`LazySpread`](crate::each::LazySpread), and a tuple of up to sixteen of these. For more than that,
/// tuples nest.
///
/// `T` is what all of them return.
pub trait Branches<T>: Sized {
    /// How many spreads there are.
    #[doc(hidden)]
    const SPREADS: usize;

    /// The branches that send their results, in the same form.
    #[doc(hidden)]
    type Delivering;

    /// Has their results sent.
    #[doc(hidden)]
    fn delivering(self, numbers: &mut Numbers, outlet: &Arc<Outlet<T>>) -> Self::Delivering;
}

/// Has the branches send their results. With a limit, each waits until its result is taken.
pub(crate) fn deliver<T, B: Branches<T>>(
    branches: B,
    has_limit: bool,
) -> (B::Delivering, Inlet<T>) {
    let (outlet, inlet) = Outlet::new(B::SPREADS, has_limit);
    let outlet = Arc::new(outlet);
    let delivering = branches.delivering(&mut Numbers::default(), &outlet);
    (delivering, inlet)
}

impl<T> Branches<T> for () {
    const SPREADS: usize = 0;

    type Delivering = ();

    fn delivering(self, _: &mut Numbers, _: &Arc<Outlet<T>>) {}
}

macro_rules! tuple {
    ($($branches:ident $index:tt)+) => {
        impl<T, $($branches: Branches<T>),+> Branches<T> for ($($branches,)+) {
            const SPREADS: usize = 0 $(+ $branches::SPREADS)+;

            type Delivering = ($($branches::Delivering,)+);

            #[inline]
            fn delivering(
                self,
                numbers: &mut Numbers,
                outlet: &Arc<Outlet<T>>,
            ) -> Self::Delivering {
                ($(self.$index.delivering(numbers, outlet),)+)
            }
        }
    };
}

for_tuples!(tuple);
