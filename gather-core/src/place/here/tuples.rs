//! Tuples of branches that run in the awaiting task.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::outcome::caught::{Payload, first};
use crate::place::here::policy::Policy;
use crate::place::here::run::{Branches, Failed, Making, Pinned, Run};
use crate::running::for_tuples;

impl<P: Policy> Pinned<P> for () {
    type Ended = ();

    fn poll_ended(
        self: Pin<&mut Self>,
        _: &mut Run,
        _: &mut Context<'_>,
    ) -> Poll<Result<(), Failed<P::Error>>> {
        Poll::Ready(Ok(()))
    }

    fn take(self: Pin<&mut Self>) {}

    fn clear(self: Pin<&mut Self>) -> Option<Payload> {
        None
    }
}

pin_project! {
    /// The first element of a tuple and the others. A tuple itself cannot be pinned element by
    /// element.
    #[derive(Debug)]
    pub struct Chain<A, B> {
        #[pin]
        first: A,
        #[pin]
        others: B,
    }
}

impl<P: Policy, A: Pinned<P>, B: Pinned<P>> Pinned<P> for Chain<A, B> {
    type Ended = (A::Ended, B::Ended);

    #[inline]
    fn poll_ended(
        self: Pin<&mut Self>,
        run: &mut Run,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Failed<P::Error>>> {
        let this = self.project();
        let first = match this.first.poll_ended(run, cx) {
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            first => first.is_ready(),
        };
        match this.others.poll_ended(run, cx) {
            Poll::Ready(Ok(())) if !first => Poll::Pending,
            others => others,
        }
    }

    #[inline]
    fn take(self: Pin<&mut Self>) -> (A::Ended, B::Ended) {
        let this = self.project();
        (this.first.take(), this.others.take())
    }

    fn clear(self: Pin<&mut Self>) -> Option<Payload> {
        let this = self.project();
        let panicked = this.first.clear();
        first(panicked, this.others.clear())
    }
}

/// Expands to a nested `Chain`: its type, its value, or the pattern of its results.
macro_rules! chain {
    (type) => { () };
    (type $first:ident $($others:ident)*) => {
        Chain<$first::Pinned, chain!(type $($others)*)>
    };
    (value) => { () };
    (value $first:expr, $($others:expr,)*) => {
        Chain { first: $first, others: chain!(value $($others,)*) }
    };
    (pattern) => { () };
    (pattern $first:ident $($others:ident)*) => { ($first, chain!(pattern $($others)*)) };
}

impl<P: Policy, S> Branches<P, S> for () {
    type Results = ();
    type Pinned = ();

    fn pinned(self, _: &mut Making) {}

    fn results((): ()) {}
}

macro_rules! tuple {
    ($($branches:ident $index:tt)+) => {
        impl<P: Policy, S, $($branches: Branches<P, S>),+> Branches<P, S> for ($($branches,)+) {
            type Results = ($($branches::Results,)+);
            type Pinned = chain!(type $($branches)+);

            fn pinned(self, making: &mut Making) -> Self::Pinned {
                chain!(value $(self.$index.pinned(making),)+)
            }

            #[inline]
            #[expect(non_snake_case, reason = "they are named after their types")]
            fn results(ended: <Self::Pinned as Pinned<P>>::Ended) -> Self::Results {
                let chain!(pattern $($branches)+) = ended;
                ($($branches::results($branches),)+)
            }
        }
    };
}

for_tuples!(tuple);
