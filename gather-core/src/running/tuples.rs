//! Tuples of started branches.

use std::task::{Context, Poll, ready};

use crate::outcome::caught::{Payload, first};
use crate::policy::Policy;
use crate::running::{Counts, Reading, Running};

/// Calls a macro for the tuples of one to sixteen elements, with the type parameter and the index
/// of each element.
macro_rules! for_tuples {
    ($tuple:ident) => {
        $tuple!(T0 0);
        $tuple!(T0 0 T1 1);
        $tuple!(T0 0 T1 1 T2 2);
        $tuple!(T0 0 T1 1 T2 2 T3 3);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4 T5 5);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8 T9 9);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8 T9 9 T10 10);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8 T9 9 T10 10 T11 11);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8 T9 9 T10 10 T11 11 T12 12);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8 T9 9 T10 10 T11 11 T12 12 T13 13);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8 T9 9 T10 10 T11 11 T12 12 T13 13 T14 14);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8 T9 9 T10 10 T11 11 T12 12 T13 13 T14 14 T15 15);
    };
}

pub(crate) use for_tuples;

impl<P: Policy> Running<P> for () {
    type Results = ();

    const COUNT: usize = 0;

    fn poll_ended(&self, _: usize, _: &Reading<'_, P>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    fn is_ended(&self) -> bool {
        true
    }

    fn count(&self, _: &mut Counts) {}

    fn abort(&self) {}

    fn detach(&self) {}

    fn clear(&self) -> Option<Payload> {
        None
    }

    fn take(&self) {}
}

macro_rules! tuple {
    ($($running:ident $index:tt)+) => {
        impl<P: Policy, $($running: Running<P>),+> Running<P> for ($($running,)+) {
            type Results = ($($running::Results,)+);

            const COUNT: usize = 0 $(+ $running::COUNT)+;

            #[inline]
            fn poll_ended(
                &self,
                first: usize,
                reading: &Reading<'_, P>,
                cx: &mut Context<'_>,
            ) -> Poll<()> {
                let mut next = first;
                $({
                    let behind = next + $running::COUNT;
                    if reading.so_far.next() < behind {
                        ready!(self.$index.poll_ended(next, reading, cx));
                        reading.so_far.set_next(behind);
                    }
                    next = behind;
                })+
                debug_assert_eq!(next, first + Self::COUNT);
                Poll::Ready(())
            }

            #[inline]
            fn poll_alone(&mut self, reading: &Reading<'_, P>, cx: &mut Context<'_>) -> Poll<()> {
                $(ready!(self.$index.poll_alone(reading, cx));)+
                Poll::Ready(())
            }

            fn is_ended(&self) -> bool {
                $(self.$index.is_ended())&&+
            }

            fn count(&self, counts: &mut Counts) {
                $(self.$index.count(counts);)+
            }

            fn abort(&self) {
                $(self.$index.abort();)+
            }

            fn detach(&self) {
                $(self.$index.detach();)+
            }

            fn clear(&self) -> Option<Payload> {
                let mut panicked = None;
                $(panicked = first(panicked, self.$index.clear());)+
                panicked
            }

            #[inline]
            fn take(&self) -> Self::Results {
                ($(self.$index.take(),)+)
            }

            #[inline]
            fn take_alone(&mut self) -> Self::Results {
                ($(self.$index.take_alone(),)+)
            }
        }
    };
}

for_tuples!(tuple);
