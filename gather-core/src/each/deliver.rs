//! The future of a branch that sends its result.

use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::each::outlet::{Outlet, Taken};
use crate::outcome::caught::{Unwanted, again, caught_seldom, first};

pin_project! {
    /// A future that sends its result, and under a limit ends when that has been taken.
    ///
    /// It is little larger than the future, as tokio moves tasks.
    pub struct Deliver<F, K, T>
    where
        F: Future,
    {
        // `None` once it has returned.
        #[pin]
        future: Option<F>,
        // Its key, if it is one of a spread of pairs.
        key: Option<K>,
        value: fn(Option<K>, F::Output) -> T,
        // Which branch of its part it is.
        item: usize,
        stage: Stage<T>,
    }

    impl<F, K, T> PinnedDrop for Deliver<F, K, T>
    where
        F: Future,
    {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let Stage::Running { is_polled, outlet } = mem::replace(this.stage, Stage::Over) else {
                return;
            };
            let panicked = caught_seldom(&mut || this.future.set(None));
            let panicked = first(panicked, caught_seldom(&mut || *this.key = None));
            if is_polled || panicked.is_some() {
                outlet.panicked();
            } else {
                outlet.cancelled(*this.item);
            }
            again(panicked);
        }
    }
}

enum Stage<T> {
    Running {
        /// Whether the user's code is being run: what is dropped meanwhile has panicked.
        is_polled: bool,
        outlet: Arc<Outlet<T>>,
    },
    /// Its result waits to be taken.
    Sent(Taken),
    Over,
}

impl<F: Future, K, T> Deliver<F, K, T> {
    #[inline]
    pub(crate) fn new(
        (key, future): (Option<K>, F),
        value: fn(Option<K>, F::Output) -> T,
        item: usize,
        outlet: Arc<Outlet<T>>,
    ) -> Self {
        Deliver {
            future: Some(future),
            key,
            value,
            item,
            stage: Stage::Running {
                is_polled: false,
                outlet,
            },
        }
    }
}

impl<F: Future, K, T> Future for Deliver<F, K, T> {
    type Output = ();

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        if let Stage::Running { is_polled, .. } = this.stage
            && let Some(future) = this.future.as_mut().as_pin_mut()
        {
            *is_polled = true;
            let Poll::Ready(output) = future.poll(cx) else {
                *is_polled = false;
                return Poll::Pending;
            };
            // If the future's `Drop` panics, so may that of the output.
            let output = Unwanted::unless_taken(output);
            this.future.set(None);
            let value = Unwanted::unless_taken((this.value)(this.key.take(), output.take()));
            if let Stage::Running { outlet, .. } = mem::replace(this.stage, Stage::Over)
                && let Some(taken) = outlet.send(*this.item, value)
            {
                *this.stage = Stage::Sent(taken);
            }
        }
        match this.stage {
            // Nothing is ever sent: it ends when the other side is dropped.
            Stage::Sent(taken) => Pin::new(taken).poll(cx).map(drop),
            _ => Poll::Ready(()),
        }
    }
}

impl<F: Future, K, T> fmt::Debug for Deliver<F, K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deliver")
            .field("item", &self.item)
            .finish_non_exhaustive()
    }
}
