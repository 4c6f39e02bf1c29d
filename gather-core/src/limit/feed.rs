//! An iterator of branches that is pulled as places come free.

use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;


use crate::limit::fed::Fed;
use crate::limit::queue::Queue;
use crate::limit::shelf::Shelf;
use crate::outcome::BranchError;
use crate::outcome::caught::{Payload, caught, drop_caught, drop_silenced};
use crate::policy::Policy;
use crate::task::sync::{Mutex, lock};
use crate::task::{Failure, Judging, SiblingsOf};

/// What the branches of an iterator return.
pub(crate) type Output<I> = <<I as Iterator>::Item as Future>::Output;

/// What is kept of a branch of an iterator.
pub(crate) type Kept<I, J> =
    <PolicyOf<I, J> as Policy>::Kept<<J as Judging<Output<I>>>::Value>;

type PolicyOf<I, J> = <J as Judging<Output<I>>>::Policy;

/// The iterator of a spread, and where its branches report.
pub(crate) struct Feed<I, J>
where
    I: Iterator<Item: Future>,
    J: Judging<Output<I>>,
{
    /// `None` once there are no more, and while somebody pulls: no lock is held then. It is boxed
    /// to be cheap to take out.
    branches: Mutex<Option<Box<I>>>,
    fed: Arc<Fed<J::Value, J::Policy>>,
    siblings: SiblingsOf<J::Policy>,
    judging: PhantomData<fn() -> J>,
}

/// What an iterator has yielded.
pub(crate) enum Pulled<B> {
    /// A branch, and its index.
    Branch(usize, B),
    /// There are no more: the iterator has just ended.
    Last,
    /// There were no more before.
    Nothing,
}

impl<I, J> Feed<I, J>
where
    I: Iterator<Item: Future>,
    J: Judging<Output<I>>,
{
    pub(crate) fn new(
        branches: I,
        fed: Arc<Fed<J::Value, J::Policy>>,
        siblings: SiblingsOf<J::Policy>,
    ) -> Self {
        Feed {
            branches: Mutex::new(Some(Box::new(branches))),
            fed,
            siblings,
            judging: PhantomData,
        }
    }

    pub(crate) fn fed(&self) -> &Fed<J::Value, J::Policy> {
        &self.fed
    }

    /// Pulls the next branch. For the one who has the turn, who is then to remove the feed from the
    /// queue if it has ended.
    pub(crate) fn pull(&self, queue: &Queue) -> Pulled<I::Item> {
        let Some(mut branches) = lock(&self.branches).take() else {
            return Pulled::Nothing;
        };
        match caught(|| branches.next()) {
            Ok(Some(branch)) => {
                // While the iterator is out of its place: whoever has it counts.
                let index = self.fed.yielded();
                *lock(&self.branches) = Some(branches);
                if queue.is_closed() {
                    // Whoever closed it did not find the iterator, and this branch is not to start.
                    self.cancelled(index, drop_caught(branch), &self.fed.shelf(0));
                    self.drop_unpulled();
                    return Pulled::Nothing;
                }
                Pulled::Branch(index, branch)
            }
            Ok(None) => {
                self.fed.set_over();
                self.fail_if(drop_caught(branches));
                Pulled::Last
            }
            Err(payload) => {
                drop_silenced(branches);
                self.fed.set_over();
                self.fail_if(Some(payload));
                Pulled::Last
            }
        }
    }

    /// Drops what has not been pulled, unless somebody is about to.
    pub(crate) fn drop_unpulled(&self) {
        let branches = lock(&self.branches).take();
        if branches.is_some() {
            self.fed.abandon();
            self.fail_if(drop_caught(branches));
        }
    }

    /// What is kept of a branch that has ended.
    pub(crate) fn ended(
        &self,
        index: usize,
        ended: Result<Output<I>, Payload>,
    ) -> Option<Kept<I, J>> {
        // The judgement may run a `From` of the user's.
        match ended.and_then(|output| caught(|| J::judge(output))) {
            Ok(Ok(value)) => Some(J::Policy::keep(value)),
            Ok(Err(error)) => {
                J::Policy::failed(error, |error| self.siblings.fail(Failure::Error(error)));
                None
            }
            Err(payload) => self.panicked(index, payload),
        }
    }

    /// A branch has been dropped before it ended, maybe with a panic.
    pub(crate) fn cancelled(
        &self,
        index: usize,
        panicked: Option<Payload>,
        shelf: &Shelf<Kept<I, J>>,
    ) {
        let kept = match panicked {
            Some(payload) => self.panicked(index, payload),
            None if J::Policy::KEEPS_PANICS => {
                J::Policy::keep_error(|| BranchError::of_item(self.fed.name, index, None))
            }
            None => {
                self.fed.miss(index);
                None
            }
        };
        shelf.put(index, kept);
    }

    fn panicked(&self, index: usize, payload: Payload) -> Option<Kept<I, J>> {
        if J::Policy::KEEPS_PANICS {
            J::Policy::keep_error(|| BranchError::of_item(self.fed.name, index, Some(payload)))
        } else {
            self.siblings.fail(Failure::Panic(payload));
            None
        }
    }

    /// A panic of the iterator is that of a branch, the one that it would have yielded.
    fn fail_if(&self, panicked: Option<Payload>) {
        if let Some(payload) = panicked {
            let index = self.fed.yielded();
            let kept = self.panicked(index, payload);
            self.fed.shelf(0).put(index, kept);
        }
    }
}
