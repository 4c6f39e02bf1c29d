//! Those who start gathers, and what they do with them.

use std::iter::repeat_with;
use std::pin::pin;
use std::task::{Context, Waker};

use gather::{Gather, gather, gather_settled, try_gather};
use tokio::task::yield_now;

use crate::branch::{Branch, Fate, alive, made};
use crate::random::Random;

/// Owners wait while more than this is alive: what is dropped and what is detached ends by itself,
/// and is not to pile up.
const CROWDED: usize = 8_000;

/// The places of a gather that has many, with more branches than that.
const PLACES: usize = 2_000;

/// What becomes of a gather.
#[derive(Clone, Copy, Debug)]
enum Leaving {
    Await,
    /// It is awaited by `&mut`, and that is given up, before it is awaited for good.
    AwaitAgain,
    Abort,
    Drop,
    Detach,
    /// The task that awaits it is aborted.
    Lose,
}

/// Starts one gather after another until so many branches have been made.
pub(crate) async fn own(mut random: Random, branches: usize) {
    while made() < branches {
        start(&mut random).await;
        while alive() > CROWDED {
            yield_now().await;
        }
    }
}

/// Where the branches of a gather run.
#[derive(Clone, Copy, Debug)]
enum Place {
    Tasks,
    /// On so many tasks.
    Shared(usize),
    /// In the task that awaits.
    Here,
}

/// Has a macro run the branches in their place, and leaves what it returns in some way.
macro_rules! start {
    (
        $gather:ident!($(limit = $limit:ident)?),
        $gathers:ident, $place:ident, $leaving:ident, $patience:ident
    ) => {{
        let (first, spread, last) = $gathers;
        match $place {
            Place::Tasks => {
                let gather = $gather!($(limit = $limit;)? first, ..spread, last);
                leave(gather, $leaving, $patience).await;
            }
            Place::Shared(tasks) => {
                let gather = $gather!(tasks = tasks $(, limit = $limit)?; first, ..spread, last);
                leave(gather, $leaving, $patience).await;
            }
            Place::Here => {
                let gather = $gather!(here $(, limit = $limit)?; first, ..spread, last);
                leave_here(gather, $leaving, $patience).await;
            }
        }
    }};
}

/// Has a branch, a spread and a branch run, and leaves them in some way.
async fn start(random: &mut Random) {
    let leaving = match random.below(12) {
        0..5 => Leaving::Await,
        5 => Leaving::AwaitAgain,
        6 | 7 => Leaving::Abort,
        8 => Leaving::Drop,
        9 => Leaving::Detach,
        _ => Leaving::Lose,
    };
    let mut fate = Fate {
        random: random.split(),
        trouble: [20, 1_000, 100_000][random.below(3)],
        may_wait: matches!(leaving, Leaving::Abort | Leaving::Drop | Leaving::Lose),
    };
    let largest = if random.one_in(16) { 1_000 } else { 16 };
    let mut spread = random.below(largest);
    let mut limit = random.one_in(2).then_some(1 + random.below(64));
    if random.one_in(1_000) {
        (spread, limit) = (PLACES + random.below(PLACES), Some(PLACES));
    }
    let patience = random.below(8);
    let place = match random.below(4) {
        0 | 1 => Place::Tasks,
        2 => Place::Shared(1 + random.below(4)),
        _ => Place::Here,
    };
    let (first, last) = (Branch::new(&mut fate), Branch::new(&mut fate));
    let spread = repeat_with(move || Branch::new(&mut fate)).take(spread);
    let gathers = (first, spread, last);
    match (random.below(3), limit) {
        (0, None) => start!(gather!(), gathers, place, leaving, patience),
        (0, Some(limit)) => start!(gather!(limit = limit), gathers, place, leaving, patience),
        (1, None) => start!(try_gather!(), gathers, place, leaving, patience),
        (1, Some(limit)) => start!(
            try_gather!(limit = limit),
            gathers,
            place,
            leaving,
            patience
        ),
        (_, None) => start!(gather_settled!(), gathers, place, leaving, patience),
        (_, Some(limit)) => {
            start!(
                gather_settled!(limit = limit),
                gathers,
                place,
                leaving,
                patience
            );
        }
    }
}

/// Leaves the gather when other tasks have had so many turns.
async fn leave<T: Send + 'static>(mut gather: Gather<T>, leaving: Leaving, patience: usize) {
    for _ in 0..patience {
        yield_now().await;
    }
    // The result may be a panic, which the task keeps.
    match leaving {
        Leaving::Await => drop(tokio::spawn(gather.into_future()).await),
        Leaving::AwaitAgain => {
            let awaits = async move {
                if waits_in_vain(&mut gather) {
                    gather.await;
                }
            };
            drop(tokio::spawn(awaits).await);
        }
        Leaving::Abort => drop(tokio::spawn(gather.abort()).await),
        Leaving::Drop => drop(gather),
        Leaving::Detach => gather.detach(),
        Leaving::Lose => {
            let awaits = tokio::spawn(gather.into_future());
            yield_now().await;
            awaits.abort();
            drop(awaits.await);
        }
    }
}

/// Leaves what runs where it is awaited: in a task of its own, which has so many turns before it is
/// dropped, unless it is awaited.
async fn leave_here(
    gather: impl Future<Output: Send> + Send + 'static,
    leaving: Leaving,
    patience: usize,
) {
    let awaits = tokio::spawn(gather);
    match leaving {
        Leaving::Await | Leaving::AwaitAgain | Leaving::Detach => {}
        Leaving::Abort | Leaving::Drop | Leaving::Lose => {
            for _ in 0..patience {
                yield_now().await;
            }
            awaits.abort();
        }
    }
    drop(awaits.await);
}

/// Waits by `&mut` for one poll, and says whether that gave no result.
fn waits_in_vain<T>(gather: &mut Gather<T>) -> bool {
    let mut nobody = Context::from_waker(Waker::noop());
    pin!(gather.into_future()).poll(&mut nobody).is_pending()
}
