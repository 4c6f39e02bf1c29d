//! The tasks that start gathers, and what they do with them.

use std::iter::repeat_with;
use std::pin::pin;
use std::task::{Context, Waker};

use futures::{FutureExt, Stream, StreamExt};
use gather::{Each, Gather, gather, gather_each, gather_settled, try_gather};
use tokio::task::yield_now;

use crate::branch::{Branch, Fate, Outcome, Output, alive, made};
use crate::random::Random;

/// Owners wait while more than this is alive. Gathers that were dropped or detached end by
/// themselves, and must not pile up.
const CROWDED: usize = 8_000;

/// The number of places of a gather that has many. Such a gather has more branches than places.
const PLACES: usize = 2_000;

/// What becomes of a gather.
#[derive(Clone, Copy, Debug)]
enum Leaving {
    Await,
    /// It is awaited by `&mut`, this wait is given up, and then it is awaited for good.
    AwaitAgain,
    Abort,
    Drop,
    /// Some results are taken one by one, and then it is dropped.
    Stop,
    Detach,
    /// The task that awaits it is aborted.
    Lose,
}

/// Starts one gather after another until `branches` branches have been made.
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
    /// On this many tasks.
    Shared(usize),
    /// In the awaiting task.
    Here,
}

/// Calls a macro with the options, if there are any.
macro_rules! call {
    ($gather:ident!(), $gathers:ident) => {
        $gather!($gathers.0, ..$gathers.1, $gathers.2)
    };
    ($gather:ident!($($options:tt)+), $gathers:ident) => {
        $gather!($($options)+; $gathers.0, ..$gathers.1, $gathers.2)
    };
}

/// Runs the branches in their place with a macro, and leaves what the macro returns in some way.
macro_rules! start {
    (
        $gather:ident!($($options:tt)*),
        $gathers:ident, $place:ident, $leaving:ident, $patience:ident
    ) => {
        match $place {
            Place::Tasks => {
                let gather = call!($gather!($($options)*), $gathers);
                leave(gather, $leaving, $patience).await;
            }
            Place::Shared(tasks) => {
                let gather = call!($gather!(tasks = tasks, $($options)*), $gathers);
                leave(gather, $leaving, $patience).await;
            }
            Place::Here => {
                let gather = call!($gather!(here, $($options)*), $gathers);
                leave_here(gather, $leaving, $patience).await;
            }
        }
    };
}

/// Runs the branches in their place with `gather_each!`, and takes results until
/// it leaves in some way.
macro_rules! start_each {
    (($($options:tt)*), $gathers:ident, $place:ident, $leaving:ident, $patience:ident) => {
        match $place {
            Place::Tasks => {
                let each = call!(gather_each!($($options)*), $gathers);
                leave_each(each, $leaving, $patience).await;
            }
            Place::Shared(tasks) => {
                let each = call!(gather_each!(tasks = tasks, $($options)*), $gathers);
                leave_each(each, $leaving, $patience).await;
            }
            Place::Here => {
                let each = call!(gather_each!(here, $($options)*), $gathers);
                leave_here(take(each, $leaving, $patience), $leaving, $patience).await;
            }
        }
    };
}

/// Runs a branch, a spread and another branch, and leaves them in some way.
async fn start(random: &mut Random) {
    let leaving = match random.below(13) {
        0..5 => Leaving::Await,
        5 => Leaving::AwaitAgain,
        6 | 7 => Leaving::Abort,
        8 => Leaving::Drop,
        9 => Leaving::Detach,
        10 => Leaving::Stop,
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
    match (random.below(5), limit) {
        (0, None) => start!(gather!(), gathers, place, leaving, patience),
        (0, Some(n)) => start!(gather!(limit = n), gathers, place, leaving, patience),
        (1, None) => start!(try_gather!(), gathers, place, leaving, patience),
        (1, Some(n)) => start!(try_gather!(limit = n), gathers, place, leaving, patience),
        (2, None) => start!(try_gather!(catch), gathers, place, leaving, patience),
        (2, Some(n)) => start!(
            try_gather!(catch, limit = n),
            gathers,
            place,
            leaving,
            patience
        ),
        (3, limit) => {
            let (first, spread, last) = gathers;
            let gathers = (first, spread.map(|branch| (Output::new(), branch)), last);
            match limit {
                None => start!(gather_settled!(), gathers, place, leaving, patience),
                Some(n) => start!(
                    gather_settled!(limit = n),
                    gathers,
                    place,
                    leaving,
                    patience
                ),
            }
        }
        (_, None) => start_each!((), gathers, place, leaving, patience),
        (_, Some(n)) => start_each!((limit = n), gathers, place, leaving, patience),
    }
}

/// Leaves the gather once other tasks have had `patience` turns.
async fn leave<T: Send + 'static>(mut gather: Gather<T>, leaving: Leaving, patience: usize) {
    for _ in 0..patience {
        yield_now().await;
    }
    // The result may be a panic, which the task catches.
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
        Leaving::Drop | Leaving::Stop => drop(gather),
        Leaving::Detach => gather.detach(),
        Leaving::Lose => {
            let awaits = tokio::spawn(gather.into_future());
            yield_now().await;
            awaits.abort();
            drop(awaits.await);
        }
    }
}

/// Leaves a gather that runs where it is awaited, in a task of its own. Unless it is awaited, it is
/// dropped after `patience` turns.
async fn leave_here(
    gather: impl Future<Output: Send> + Send + 'static,
    leaving: Leaving,
    patience: usize,
) {
    let awaits = tokio::spawn(gather);
    match leaving {
        Leaving::Await | Leaving::AwaitAgain | Leaving::Detach | Leaving::Stop => {}
        Leaving::Abort | Leaving::Drop | Leaving::Lose => {
            for _ in 0..patience {
                yield_now().await;
            }
            awaits.abort();
        }
    }
    drop(awaits.await);
}

/// Waits by `&mut` for one poll, and returns whether that had no result.
fn waits_in_vain<T>(gather: &mut Gather<T>) -> bool {
    let mut nobody = Context::from_waker(Waker::noop());
    pin!(gather.into_future()).poll(&mut nobody).is_pending()
}

/// Takes results in a task of its own, and then drops the handle.
async fn leave_each(mut each: Each<Outcome>, leaving: Leaving, patience: usize) {
    let takes = tokio::spawn(async move {
        if let Leaving::Abort = leaving {
            take(&mut each, leaving, patience).await;
            drop(each.abort().await);
        } else {
            take(each, leaving, patience).await;
        }
    });
    if let Leaving::Lose = leaving {
        yield_now().await;
        takes.abort();
    }
    drop(takes.await);
}

/// Takes all results if there is an end of them, and otherwise only some.
async fn take(each: impl Stream<Item = (usize, Outcome)>, leaving: Leaving, patience: usize) {
    let mut each = pin!(each);
    match leaving {
        Leaving::Await | Leaving::AwaitAgain | Leaving::Detach => {
            while let Some((index, outcome)) = each.next().await {
                drop(outcome);
                if index % 8 == patience {
                    yield_now().await;
                }
            }
        }
        Leaving::Stop => {
            // Some streams stop after the first results, and some much later.
            for _ in 0..patience.pow(3) {
                let Some((_, outcome)) = each.next().await else {
                    break;
                };
                drop(outcome);
            }
        }
        Leaving::Abort | Leaving::Drop | Leaving::Lose => {
            for _ in 0..patience {
                drop(each.next().now_or_never());
                yield_now().await;
            }
        }
    }
}
