//! Dealing branches out to tasks.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use tokio::runtime::Handle;

use crate::place::shared::driver::{Driver, Parts};
use crate::place::shared::lane::Lane;
use crate::place::shared::line::SharingPlaces;
use crate::place::shared::part::Parcel;
use crate::place::shared::seat::BoxedSeat;
use crate::place::shared::set::Set;
use crate::place::shared::tasks::Tasks;
use crate::policy::Policy;
use crate::task::{SiblingsOf, spawn};

/// Takes the branches that are to share tasks, and deals them out when it has them all.
pub struct Sharing<P: Policy> {
    pub(crate) siblings: SiblingsOf<P>,
    tasks: usize,
    dealt: RefCell<Dealt>,
}

enum Dealt {
    /// To the only task.
    ToOne(Parts),
    /// To nobody yet: how many each task is to have is known at the end.
    Waiting { branches: usize, hands: Vec<Hand> },
}

enum Hand {
    One(BoxedSeat),
    Spread(Box<dyn Parcel>),
}

impl<P: Policy> Sharing<P> {
    pub(crate) fn new(tasks: usize, siblings: SiblingsOf<P>) -> Self {
        let dealt = if tasks == 1 {
            Dealt::ToOne(Parts::new())
        } else {
            Dealt::Waiting {
                branches: 0,
                hands: Vec::new(),
            }
        };
        Sharing {
            siblings,
            tasks,
            dealt: RefCell::new(dealt),
        }
    }

    #[inline]
    pub(crate) fn push_one(&self, branch: BoxedSeat) {
        match &mut *self.dealt.borrow_mut() {
            Dealt::ToOne(parts) => parts.push(branch),
            Dealt::Waiting { branches, hands } => {
                *branches += 1;
                hands.push(Hand::One(branch));
            }
        }
    }

    pub(crate) fn push_spread(&self, mut spread: Box<dyn Parcel>) {
        let count = spread.len();
        if count == 0 {
            return;
        }
        match &mut *self.dealt.borrow_mut() {
            Dealt::ToOne(parts) => parts.push(spread.cut(count)),
            Dealt::Waiting { branches, hands } => {
                *branches += count;
                // Mostly there is no other.
                hands.reserve_exact(1);
                hands.push(Hand::Spread(spread));
            }
        }
    }

    /// Starts the branches on so many tasks, or a task each if there are fewer. Each task has a run of
    /// them, as they are in the call, of about the same length.
    pub(crate) fn spawn(self, runtime: &Handle, started: &Tasks) {
        let (branches, hands) = match self.dealt.into_inner() {
            Dealt::ToOne(parts) if parts.is_empty() => return,
            Dealt::ToOne(parts) => {
                return start::<P>(parts.into_driver(), runtime, &self.siblings, started);
            }
            Dealt::Waiting { branches, hands } => (branches, hands),
        };
        started.reserve(self.tasks.min(branches));
        let mut hands = hands.into_iter();
        let mut next = None;
        for share in shares(branches, self.tasks) {
            let mut wanted = share;
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
    started.push(spawn(runtime, P::MACRO, None, task));
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

impl<P: Policy> SharingPlaces<P> {
    /// Starts as many branches as there are places, on so many tasks or a task each, and gives up the
    /// turn. Each task has a run of them of about the same length.
    pub(crate) fn spawn(self, places: usize, tasks: usize, runtime: &Handle, started: &Tasks) {
        let SharingPlaces { line, siblings } = self;
        let mut lanes = Vec::new();
        while lanes.len() < places
            && let Some((source, seat)) = line.seat(lanes.len())
        {
            lanes.push(Lane::new(seat, source, lanes.len(), Arc::clone(&line)));
        }
        started.reserve(tasks.min(lanes.len()));
        let shares = shares(lanes.len(), tasks);
        let mut lanes = lanes.into_iter();
        for share in shares {
            let mut parts = Parts::new();
            let mut lanes = lanes.by_ref().take(share);
            match lanes.next() {
                Some(lane) if share == 1 => parts.push(Box::pin(lane)),
                first => parts.push(Box::pin(Set::new(first.into_iter().chain(lanes)))),
            }
            start::<P>(parts.into_driver(), runtime, &siblings, started);
        }
        line.give_up_turn();
    }
}
