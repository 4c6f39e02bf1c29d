//! Dealing branches out to tasks.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use tokio::runtime::Handle;

use crate::place::shared::branch::BoxedBranch;
use crate::place::shared::chunk::Undealt;
use crate::place::shared::handles::TaskHandles;
use crate::place::shared::lane::Lane;
use crate::place::shared::line::Line;
use crate::place::shared::set::Set;
use crate::place::shared::task::{BoxedJob, SharedTask};
use crate::policy::Policy;
use crate::task::{SiblingsOf, spawn};

/// Collects the branches that will share tasks, and then deals them out to the tasks.
pub struct Sharing<P: Policy> {
    pub(crate) siblings: SiblingsOf<P>,
    tasks: usize,
    dealt: RefCell<Dealt>,
}

enum Dealt {
    /// The jobs of the only task.
    ToOne(Vec<BoxedJob>),
    /// Not dealt yet: how many branches each task gets is known only at the end.
    Waiting { branches: usize, pieces: Vec<Piece> },
}

enum Piece {
    One(BoxedBranch),
    Spread(Box<dyn Undealt>),
}

impl<P: Policy> Sharing<P> {
    /// `parts` is the number of branches and spreads.
    pub(crate) fn new(tasks: usize, parts: usize, siblings: SiblingsOf<P>) -> Self {
        let dealt = if tasks == 1 {
            Dealt::ToOne(Vec::with_capacity(parts))
        } else {
            Dealt::Waiting {
                branches: 0,
                pieces: Vec::with_capacity(parts),
            }
        };
        Sharing {
            siblings,
            tasks,
            dealt: RefCell::new(dealt),
        }
    }

    #[inline]
    pub(crate) fn push_one(&self, branch: BoxedBranch) {
        match &mut *self.dealt.borrow_mut() {
            Dealt::ToOne(jobs) => jobs.push(branch),
            Dealt::Waiting { branches, pieces } => {
                *branches += 1;
                pieces.push(Piece::One(branch));
            }
        }
    }

    pub(crate) fn push_spread(&self, mut spread: Box<dyn Undealt>) {
        let count = spread.len();
        if count == 0 {
            return;
        }
        match &mut *self.dealt.borrow_mut() {
            Dealt::ToOne(jobs) => jobs.push(spread.cut(count)),
            Dealt::Waiting { branches, pieces } => {
                *branches += count;
                pieces.push(Piece::Spread(spread));
            }
        }
    }

    /// Starts the branches on `tasks` tasks, or on a task each if there are fewer branches. Each
    /// task gets consecutive branches, about as many as the other tasks.
    pub(crate) fn spawn(self, runtime: &Handle, started: &TaskHandles) {
        let (branches, pieces) = match self.dealt.into_inner() {
            Dealt::ToOne(jobs) if jobs.is_empty() => return,
            Dealt::ToOne(jobs) => {
                return spawn_task::<P>(SharedTask::new(jobs), runtime, &self.siblings, started);
            }
            Dealt::Waiting { branches, pieces } => (branches, pieces),
        };
        started.reserve(self.tasks.min(branches));
        let mut pieces = pieces.into_iter();
        let mut next = None;
        for share in shares(branches, self.tasks) {
            let mut wanted = share;
            let mut jobs: Vec<BoxedJob> = Vec::new();
            while wanted > 0
                && let Some(piece) = next.take().or_else(|| pieces.next())
            {
                match piece {
                    Piece::One(branch) => {
                        jobs.push(branch);
                        wanted -= 1;
                    }
                    Piece::Spread(mut spread) => {
                        let cut = wanted.min(spread.len());
                        jobs.push(spread.cut(cut));
                        wanted -= cut;
                        next = (spread.len() > 0).then_some(Piece::Spread(spread));
                    }
                }
            }
            spawn_task::<P>(SharedTask::new(jobs), runtime, &self.siblings, started);
        }
    }
}

/// Splits `all` things into at most `into` shares, and returns their sizes.
pub(crate) fn shares(all: usize, into: usize) -> impl Iterator<Item = usize> {
    let into = into.min(all);
    (0..into).map(move |number| all / into + usize::from(number < all % into))
}

/// Spawns a task. If the gather has failed, drops the branches instead, and they record that.
fn spawn_task<P: Policy>(
    task: SharedTask,
    runtime: &Handle,
    siblings: &SiblingsOf<P>,
    started: &TaskHandles,
) {
    if siblings.is_stopped() {
        return drop(task);
    }
    started.push(spawn(runtime, P::MACRO, None, task));
    // The gather may have been stopped before this task's handle was pushed.
    if siblings.is_stopped() {
        started.abort();
    }
}

impl<P: Policy> fmt::Debug for Sharing<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sharing").finish_non_exhaustive()
    }
}

/// Queues branches for slots in the shared tasks.
pub struct SharingPlaces<P: Policy> {
    pub(crate) line: Arc<Line>,
    pub(crate) siblings: SiblingsOf<P>,
}

impl<P: Policy> SharingPlaces<P> {
    /// Starts as many branches as there are places, on `tasks` tasks or on a task each if there are
    /// fewer branches, and gives up the turn. Each task gets consecutive branches, about as many as
    /// the other tasks.
    pub(crate) fn spawn(
        self,
        places: usize,
        tasks: usize,
        runtime: &Handle,
        started: &TaskHandles,
    ) {
        let SharingPlaces { line, siblings } = self;
        let mut lanes = Vec::new();
        while lanes.len() < places
            && let Some((source, branch)) = line.next_branch(lanes.len())
        {
            lanes.push(Lane::new(branch, source, lanes.len(), Arc::clone(&line)));
        }
        started.reserve(tasks.min(lanes.len()));
        let shares = shares(lanes.len(), tasks);
        let mut lanes = lanes.into_iter();
        for share in shares {
            let mut lanes = lanes.by_ref().take(share);
            let job: BoxedJob = match lanes.next() {
                Some(lane) if share == 1 => Box::pin(lane),
                first => Box::pin(Set::new(first.into_iter().chain(lanes))),
            };
            spawn_task::<P>(SharedTask::new(vec![job]), runtime, &siblings, started);
        }
        line.give_up_turn();
    }
}

impl<P: Policy> fmt::Debug for SharingPlaces<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharingPlaces").finish_non_exhaustive()
    }
}
