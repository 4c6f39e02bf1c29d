//! Dealing branches out to tasks.

use std::cell::RefCell;
use std::fmt;

use tokio::runtime::Handle;

use crate::policy::Policy;
use crate::shared::driver::{Driver, Parts};
use crate::shared::part::Parcel;
use crate::shared::seat::BoxedSeat;
use crate::shared::tasks::Tasks;
use crate::task::{SiblingsOf, spawn};

/// Takes the branches that are to share tasks, and deals them out when it has them all.
pub struct Sharing<P: Policy> {
    pub(crate) siblings: SiblingsOf<P>,
    dealt: RefCell<Dealt>,
}

#[derive(Default)]
struct Dealt {
    branches: usize,
    /// Spares the vector where there is one spread.
    first: Option<Hand>,
    more: Vec<Hand>,
}

impl Dealt {
    fn push(&mut self, branches: usize, hand: Hand) {
        self.branches += branches;
        if self.first.is_none() {
            self.first = Some(hand);
        } else {
            self.more.push(hand);
        }
    }
}

enum Hand {
    One(BoxedSeat),
    Spread(Box<dyn Parcel>),
}

impl<P: Policy> Sharing<P> {
    pub(crate) fn new(siblings: SiblingsOf<P>) -> Self {
        Sharing {
            siblings,
            dealt: RefCell::default(),
        }
    }

    pub(crate) fn push_one(&self, branch: BoxedSeat) {
        self.dealt.borrow_mut().push(1, Hand::One(branch));
    }

    pub(crate) fn push_spread(&self, branches: Box<dyn Parcel>) {
        let count = branches.len();
        if count > 0 {
            self.dealt.borrow_mut().push(count, Hand::Spread(branches));
        }
    }

    /// Starts the branches on so many tasks, or a task each if there are fewer. Each task has a run of
    /// them, as they are in the call, of about the same length.
    pub(crate) fn spawn(self, tasks: usize, runtime: &Handle, started: &Tasks) {
        let Dealt { branches, first, more } = self.dealt.into_inner();
        started.reserve(tasks.min(branches));
        let mut hands = first.into_iter().chain(more);
        let mut next = None;
        for branches in shares(branches, tasks) {
            let mut wanted = branches;
            let mut parts = Parts::new();
            while wanted > 0
                && let Some(hand) = next.take().or_else(|| hands.next())
            {
                match hand {
                    Hand::One(branch) => {
                        parts.push(branch);
                        wanted -= 1;
                    }
                    Hand::Spread(mut spread) => {
                        let cut = wanted.min(spread.len());
                        parts.push(spread.cut(cut));
                        wanted -= cut;
                        next = (spread.len() > 0).then_some(Hand::Spread(spread));
                    }
                }
            }
            start::<P>(parts.into_driver(), runtime, &self.siblings, started);
        }
    }
}

/// How many of so many things each of at most `into` has.
pub(crate) fn shares(all: usize, into: usize) -> impl Iterator<Item = usize> {
    let into = into.min(all);
    (0..into).map(move |number| all / into + usize::from(number < all % into))
}

/// Starts a task, unless the gather has failed: then its branches are dropped, and say so.
pub(crate) fn start<P: Policy>(
    task: Driver,
    runtime: &Handle,
    siblings: &SiblingsOf<P>,
    started: &Tasks,
) {
    if siblings.is_stopped() {
        return drop(task);
    }
    started.push(spawn(runtime, P::MACRO, task));
    // Whoever stopped the branches may not have found this task.
    if siblings.is_stopped() {
        started.abort();
    }
}

impl<P: Policy> fmt::Debug for Sharing<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sharing").finish_non_exhaustive()
    }
}
