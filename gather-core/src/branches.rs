//! What a group can start: branches of any kind and number, as one.

use crate::policy::Policy;
use crate::slots::Slots;
use crate::starting::Starting;
use crate::tuples::for_tuples;

/// What is taken out when it is started is there, as this says.
pub(crate) const STARTED_ONCE: &str = "branches are started once";

/// What a group can start: a [`Branch`](crate::Branch), a [`Spread`](crate::Spread) or, where there
/// is a limit, a [`LazySpread`](crate::LazySpread), a [`Base`](crate::Base), and a tuple of up to
/// sixteen of these. For more than that, tuples nest.
///
/// `P` is the policy of the group, and `R` what its branches are given to: a runtime's
/// [`Handle`](tokio::runtime::Handle), or the queue that there is with a limit.
pub trait Branches<P: Policy, R>: Sized {
    /// Where their outcomes go, in the same form.
    type Slots: Slots;

    /// Makes the slots.
    #[doc(hidden)]
    fn slots(&mut self) -> Self::Slots;

    /// Starts them, in order, once. They stay where they are, as a future can be large: each is moved
    /// from here into its task.
    #[doc(hidden)]
    fn start(&mut self, slots: &Self::Slots, starting: &mut Starting<'_, P::Error, R>);
}

impl<P: Policy, R> Branches<P, R> for () {
    type Slots = ();

    fn slots(&mut self) {}

    fn start(&mut self, (): &(), _: &mut Starting<'_, P::Error, R>) {}
}

macro_rules! tuple {
    ($($branches:ident $index:tt)+) => {
        impl<P: Policy, R, $($branches: Branches<P, R>),+> Branches<P, R> for ($($branches,)+) {
            type Slots = ($($branches::Slots,)+);

            fn slots(&mut self) -> Self::Slots {
                ($(self.$index.slots(),)+)
            }

            fn start(&mut self, slots: &Self::Slots, starting: &mut Starting<'_, P::Error, R>) {
                $(self.$index.start(&slots.$index, starting);)+
            }
        }
    };
}

for_tuples!(tuple);
