//! The future of a branch that sends its result.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread::panicking;

use pin_project_lite::pin_project;

use crate::each::outlet::{Outlet, Taken};
use crate::outcome::caught::{
    Unwanted, caught_seldom, drop_caught, first, resume_unless_unwinding,
};

pin_project! {
    /// A future that sends its result and, under a limit, ends when the result has been taken.
    ///
    /// It is little larger than the inner future, because tokio moves tasks.
    pub struct Deliver<F, K, T>
    where
        F: Future,
    {
        #[pin]
        stage: Stage<F, K>,
        // `None` once the result has been sent.
        way: Option<Arc<WayOf<F, K, T>>>,
    }

    impl<F, K, T> PinnedDrop for Deliver<F, K, T>
    where
        F: Future,
    {
        fn drop(this: Pin<&mut Self>) {
            if this.way.is_some() {
                this.cut_off();
            }
        }
    }
}

pin_project! {
    #[project = StageProjection]
    enum Stage<F, K> {
        Running {
            #[pin]
            future: F,
            // The branch's key, in a spread of pairs.
            key: Option<K>,
            // The branch's number among those that share its way.
            item: u8,
            // Whether user code is running. A branch that is dropped meanwhile has panicked.
            is_polled: bool,
        },
        // The result waits to be taken.
        Sent { taken: Taken },
        // The future has been dropped.
        Over,
    }
}

/// What the branches of a part of the call share: how they make results from their outputs, and
/// where they send them. It is behind one pointer, because tokio moves tasks.
pub(crate) struct Way<T, V> {
    pub(crate) value: V,
    pub(crate) outlet: Outlet<T>,
    /// The number of the first of these branches within the part.
    pub(crate) first: usize,
}

/// Makes a branch's result from its key and its output.
pub(crate) type Value<K, O, T> = fn(Option<K>, O) -> T;

/// The [`Way`] of the branches that have these futures and keys.
pub(crate) type WayOf<F, K, T> = Way<T, Value<K, <F as Future>::Output, T>>;

impl<F: Future, K, T> Deliver<F, K, T> {
    #[inline]
    pub(crate) fn new((key, future): (Option<K>, F), item: u8, way: Arc<WayOf<F, K, T>>) -> Self {
        Deliver {
            stage: Stage::Running {
                future,
                key,
                item,
                is_polled: false,
            },
            way: Some(way),
        }
    }
}

impl<F: Future, K, T> Future for Deliver<F, K, T> {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.as_mut().project();
        if let StageProjection::Running {
            future, is_polled, ..
        } = this.stage.project()
        {
            *is_polled = true;
            let Poll::Ready(output) = future.poll(cx) else {
                *is_polled = false;
                return Poll::Pending;
            };
            self.as_mut().deliver(output);
        }
        match self.project().stage.project() {
            StageProjection::Sent { taken } => poll_taken(taken, cx),
            _ => Poll::Ready(()),
        }
    }
}

/// Nothing is ever sent: this is ready when the sender is dropped.
#[inline(never)]
fn poll_taken(taken: &mut Taken, cx: &mut Context<'_>) -> Poll<()> {
    Pin::new(taken).poll(cx).map(drop)
}

impl<F: Future, K, T> Deliver<F, K, T> {
    /// Handles a drop before the result was sent.
    #[cold]
    fn cut_off(self: Pin<&mut Self>) {
        let mut this = self.project();
        let Some(way) = this.way.take() else { return };
        let mut cut_off = None;
        let mut panicked = None;
        if let StageProjection::Running {
            key,
            item,
            is_polled,
            ..
        } = this.stage.as_mut().project()
        {
            if !*is_polled {
                cut_off = Some(way.first + usize::from(*item));
            }
            let key = key.take();
            panicked = caught_seldom(&mut || this.stage.set(Stage::Over));
            panicked = first(panicked, drop_caught(key));
        }
        match cut_off {
            // A panic of this drop is not reported if another panic is unwinding.
            Some(item) if panicked.is_none() || panicking() => way.outlet.cancelled(item),
            _ => way.outlet.panicked(),
        }
        drop(way);
        resume_unless_unwinding(panicked);
    }

    /// Drops the future, and sends its result.
    #[inline(never)]
    fn deliver(self: Pin<&mut Self>, output: F::Output) {
        let mut this = self.project();
        let StageProjection::Running { key, item, .. } = this.stage.as_mut().project() else {
            return;
        };
        // If the future's `Drop` panics, the output and the key are dropped while that panic
        // unwinds: a second panic would abort the process.
        let output = Unwanted::unless_taken(output);
        let key = Unwanted::unless_taken(key.take());
        let item = usize::from(*item);
        this.stage.set(Stage::Over);
        let Some(way) = this.way.as_ref() else {
            return;
        };
        let value = (way.value)(key.into_inner(), output.into_inner());
        if let Some(way) = this.way.take()
            && let Some(taken) = way.outlet.send(way.first + item, value)
        {
            this.stage.set(Stage::Sent { taken });
        }
    }
}

impl<F: Future, K, T> fmt::Debug for Deliver<F, K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deliver").finish_non_exhaustive()
    }
}
