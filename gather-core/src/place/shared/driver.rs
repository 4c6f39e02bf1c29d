//! What runs as a task that branches share.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::task::coop::has_budget_remaining;

use crate::place::shared::set::{InSet, Polled, Set, poll_yield};

/// Some of the branches that a task drives. It does not panic. Boxed, so that what drives it is
/// compiled once for all.
pub(crate) type BoxedPart = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The parts of a task.
pub(crate) enum Driver {
    /// No more than these are polled all, whichever has been woken: that is less than it costs to
    /// know.
    Few(Few),
    Many(Set<BoxedPart>),
}

#[derive(Default)]
pub(crate) struct Few {
    parts: [Option<BoxedPart>; FEW],
    count: usize,
    /// The part to be polled first.
    next: usize,
}

const FEW: usize = 8;

/// Collects the parts of a task.
pub(crate) enum Parts {
    Few(Few),
    Many(Vec<BoxedPart>),
}

impl Parts {
    pub(crate) fn new() -> Self {
        Parts::Few(Few::default())
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Parts::Few(few) if few.count == 0)
    }

    #[inline]
    pub(crate) fn push(&mut self, part: BoxedPart) {
        match self {
            Parts::Few(few) if few.count < FEW => {
                few.parts[few.count] = Some(part);
                few.count += 1;
            }
            Parts::Few(few) => {
                let few = mem::take(&mut few.parts).into_iter().flatten();
                *self = Parts::Many(few.chain([part]).collect());
            }
            Parts::Many(parts) => parts.push(part),
        }
    }

    pub(crate) fn into_driver(self) -> Driver {
        match self {
            Parts::Few(few) => Driver::Few(few),
            Parts::Many(parts) => Driver::Many(Set::new(parts)),
        }
    }
}

impl Future for Driver {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match &mut *self {
            Driver::Few(few) => few.poll(cx),
            Driver::Many(set) => Pin::new(set).poll(cx),
        }
    }
}

impl Few {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Few { parts, count, next } = self;
        let (behind, first) = parts[..*count].split_at_mut(*next);
        let mut is_pending = false;
        for (passed, part) in first.iter_mut().chain(behind).enumerate() {
            let Some(running) = part else { continue };
            if running.as_mut().poll(cx).is_ready() {
                *part = None;
                continue;
            }
            is_pending = true;
            if !has_budget_remaining() {
                // The next poll begins with those behind, or they would never have any of the budget.
                *next = (*next + passed + 1) % *count;
                return poll_yield(cx);
            }
        }
        if is_pending {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }
}

impl InSet for BoxedPart {
    fn poll_in_set(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        match self.poll(cx) {
            Poll::Ready(()) => Polled::Over,
            Poll::Pending => Polled::Pending,
        }
    }
}
