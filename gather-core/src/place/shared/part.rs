//! The branches of a spread that one task drives.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::vec;

use crate::outcome::caught::{caught, drop_silenced};
use crate::place::shared::driver::BoxedPart;
use crate::place::shared::member::Member;
use crate::place::shared::report::Report;
use crate::place::shared::set::{Set, poll_yield};
use crate::place::shared::sharers::Sharers;
use crate::place::shared::shelf::Shelf;
use crate::running::drop_each;
use crate::task::{Judging, LARGE, SiblingsOf};

/// The branches of a spread that have not been dealt out to tasks.
pub(crate) trait Parcel {
    fn len(&self) -> usize;

    /// Takes off the next branches, so many.
    fn cut(&mut self, branches: usize) -> BoxedPart;
}

type PolicyOf<F, J> = <J as Judging<<F as Future>::Output>>::Policy;
type ValueOf<F, J> = <J as Judging<<F as Future>::Output>>::Value;

pub(crate) struct SpreadParcel<F, J>
where
    F: Future,
    J: Judging<F::Output>,
{
    futures: vec::IntoIter<F>,
    cut: usize,
    sharers: Arc<Sharers<ValueOf<F, J>, PolicyOf<F, J>>>,
    siblings: SiblingsOf<PolicyOf<F, J>>,
}

impl<F, J> SpreadParcel<F, J>
where
    F: Future,
    J: Judging<F::Output>,
{
    pub(crate) fn new(
        futures: Vec<F>,
        sharers: Arc<Sharers<ValueOf<F, J>, PolicyOf<F, J>>>,
        siblings: SiblingsOf<PolicyOf<F, J>>,
    ) -> Self {
        SpreadParcel {
            futures: futures.into_iter(),
            cut: 0,
            sharers,
            siblings,
        }
    }
}

impl<F, J> Parcel for SpreadParcel<F, J>
where
    F: Future + Send + 'static,
    J: Judging<F::Output> + 'static,
{
    fn len(&self) -> usize {
        self.futures.len()
    }

    fn cut(&mut self, branches: usize) -> BoxedPart {
        let results = self.sharers.add(self.cut, branches, &self.siblings);
        self.cut += branches;
        let futures = self.futures.by_ref().take(branches);
        if const { size_of::<F>() > LARGE } {
            Box::pin(Part::<_, J>::new(futures.map(Box::pin), results))
        } else {
            Box::pin(Part::<_, J>::new(futures, results))
        }
    }
}

impl<F, J> Drop for SpreadParcel<F, J>
where
    F: Future,
    J: Judging<F::Output>,
{
    fn drop(&mut self) {
        if self.futures.len() > 0 {
            // A panic is on its way, of an iterator behind this one.
            drop_silenced(drop_each(self.futures.by_ref().collect()));
        }
    }
}

type ShelfOf<F, J> = Shelf<ValueOf<F, J>, PolicyOf<F, J>>;

type MemberOf<F, J> = Member<F, J, Arc<ShelfOf<F, J>>>;

struct Part<F, J>
where
    F: Future,
    J: Judging<F::Output>,
{
    set: Set<MemberOf<F, J>>,
    results: Arc<ShelfOf<F, J>>,
}

impl<F, J> Part<F, J>
where
    F: Future,
    J: Judging<F::Output>,
{
    fn new(futures: impl Iterator<Item = F>, results: Arc<ShelfOf<F, J>>) -> Self {
        let members = futures.enumerate();
        let set = Set::new(
            members.map(|(index, future)| Member::new(future, index, Arc::clone(&results))),
        );
        Part { set, results }
    }
}

impl<F, J> Future for Part<F, J>
where
    F: Future,
    J: Judging<F::Output>,
{
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Part { set, results } = &mut *self;
        if results.siblings().is_stopped() {
            // The task is aborted, or is about to be.
            return Poll::Pending;
        }
        // One catch for all that are polled: a panic has left the future that it came from, and the
        // others are as they were.
        if let Err(payload) = caught(|| Pin::new(set).poll(cx)) {
            let Some(index) = results.take_unwinding() else {
                resume_unwind(payload);
            };
            results.panicked(index, payload);
            if results.running() > 0 {
                return poll_yield(cx);
            }
        }
        if results.running() == 0 {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}
