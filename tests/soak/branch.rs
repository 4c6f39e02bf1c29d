//! Branches that are counted.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use futures::StreamExt;
use gather::{BranchError, gather_each, gather_settled, try_gather};

use crate::memory::sample;
use crate::random::Random;

/// The futures that were made.
static MADE: AtomicUsize = AtomicUsize::new(0);
/// The futures that were dropped.
static DROPPED: AtomicUsize = AtomicUsize::new(0);
/// The outputs that are alive.
static OUTPUTS: AtomicUsize = AtomicUsize::new(0);

pub(crate) fn made() -> usize {
    MADE.load(Ordering::Relaxed)
}

pub(crate) fn dropped() -> usize {
    DROPPED.load(Ordering::Relaxed)
}

/// The futures and the outputs that are alive.
pub(crate) fn alive() -> usize {
    let dropped = DROPPED.load(Ordering::Acquire);
    MADE.load(Ordering::Acquire) - dropped + OUTPUTS.load(Ordering::Acquire)
}

/// The output of a branch, or a key: something that allocates.
#[derive(Debug)]
#[expect(dead_code, reason = "nobody reads what is only counted")]
pub(crate) struct Output(Box<[u8; 24]>);

impl Output {
    pub(crate) fn new() -> Self {
        OUTPUTS.fetch_add(1, Ordering::AcqRel);
        Output(Box::new([0; 24]))
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        OUTPUTS.fetch_sub(1, Ordering::AcqRel);
    }
}

impl From<BranchError> for Output {
    fn from(_: BranchError) -> Self {
        Output::new()
    }
}

pub(crate) type Outcome = Result<Output, Output>;

/// What may happen to the branches of a gather.
#[derive(Clone, Debug)]
pub(crate) struct Fate {
    pub(crate) random: Random,
    /// One branch in this many panics or fails.
    pub(crate) trouble: usize,
    /// Whether some branches never end.
    pub(crate) may_wait: bool,
}

/// A branch that yields a few times, and then ends.
pub(crate) struct Branch {
    yields: usize,
    end: End,
}

type Inner = Pin<Box<dyn Future<Output = Outcome> + Send>>;

enum End {
    Return,
    Fail,
    Panic,
    Wait,
    Gather(Inner),
}

impl Branch {
    pub(crate) fn new(fate: &mut Fate) -> Self {
        let panics = fate.random.one_in(fate.trouble);
        let fails = fate.random.one_in(fate.trouble);
        let end = if panics {
            End::Panic
        } else if fails {
            End::Fail
        } else if fate.may_wait && fate.random.one_in(8) {
            End::Wait
        } else if fate.random.one_in(64) {
            End::Gather(nested(fate))
        } else {
            End::Return
        };
        let yields = fate.random.below(4);
        MADE.fetch_add(1, Ordering::AcqRel);
        sample(made());
        Branch { yields, end }
    }
}

/// A gather inside a branch, in any place.
fn nested(fate: &mut Fate) -> Inner {
    let (first, second) = (Branch::new(fate), Branch::new(fate));
    let third = [Branch::new(fate)];
    match fate.random.below(7) {
        0 => Box::pin(async { Ok(try_gather!(first, second, ..third).await?.0) }),
        1 => Box::pin(async { Ok(try_gather!(here; first, second, ..third).await?.0) }),
        2 => Box::pin(async { Ok(try_gather!(tasks = 2; first, second, ..third).await?.0) }),
        3 => Box::pin(async {
            Ok(try_gather!(here, limit = 2; first, second, ..third)
                .await?
                .0)
        }),
        4 => Box::pin(async {
            let (first, ..) = gather_settled!(limit = 1; first, second, ..third).await;
            first.map_err(Output::from)?
        }),
        5 => Box::pin(async {
            // The other branches are stopped once the first result is there.
            let mut each = gather_each!(tasks = 1, limit = 2; first, second, ..third);
            each.next().await.expect("there are three").1
        }),
        _ => Box::pin(async {
            let mut each = pin!(gather_each!(here; first, second, ..third));
            each.next().await.expect("there are three").1
        }),
    }
}

impl Future for Branch {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        if self.yields > 0 {
            self.yields -= 1;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        match &mut self.end {
            End::Return => Poll::Ready(Ok(Output::new())),
            End::Fail => Poll::Ready(Err(Output::new())),
            End::Panic => resume_unwind(Box::new(Output::new())),
            End::Wait => Poll::Pending,
            End::Gather(gather) => gather.as_mut().poll(cx),
        }
    }
}

impl Drop for Branch {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::AcqRel);
    }
}
