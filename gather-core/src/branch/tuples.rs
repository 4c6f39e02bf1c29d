//! Tuples of branches.

use crate::place::branches::Branches;
use crate::policy::Policy;
use crate::running::for_tuples;

impl<P: Policy, S> Branches<P, S> for () {
    type Running = ();

    fn places(&mut self, _: &mut usize) {}

    fn start(&mut self, (): &(), _: &S) {}
}

macro_rules! tuple {
    ($($branches:ident $index:tt)+) => {
        impl<P: Policy, S, $($branches: Branches<P, S>),+> Branches<P, S> for ($($branches,)+) {
            type Running = ($($branches::Running,)+);

            fn places(&mut self, next: &mut usize) -> Self::Running {
                ($(self.$index.places(next),)+)
            }

            fn start(&mut self, running: &Self::Running, starter: &S) {
                $(self.$index.start(&running.$index, starter);)+
            }
        }
    };
}

for_tuples!(tuple);
