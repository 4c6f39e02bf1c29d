//! The future of a branch that sends its result.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::each::numbers::Number;
use crate::each::outlet::{Outlet, Taken};
use crate::outcome::caught::{Unwanted, again, caught_seldom};

pin_project! {
    /// A future that sends its result, and under a limit ends when that has been taken.
    pub struct Deliver<F, T>
    where
        F: Future,
    {
        // `None` once it has returned.
        #[pin]
        future: Option<F>,
        // Whether the user's code is being run: what is dropped meanwhile has panicked.
        polling: bool,
        value: fn(F::Output) -> T,
        number: Number,
        // `None` once the result is sent.
        outlet: Option<Arc<Outlet<T>>>,
        taken: Option<Taken>,
    }

    impl<F, T> PinnedDrop for Deliver<F, T>
    where
        F: Future,
    {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let Some(outlet) = this.outlet.take() else {
                return;
            };
            let panicked = caught_seldom(&mut || this.future.set(None));
            if *this.polling || panicked.is_some() {
                outlet.panicked();
            } else {
                outlet.cancelled(*this.number);
            }
            again(panicked);
        }
    }
}

impl<F: Future, T> Deliver<F, T> {
    #[inline]
    pub(crate) fn new(
        future: F,
        value: fn(F::Output) -> T,
        number: Number,
        outlet: Arc<Outlet<T>>,
    ) -> Self {
        Deliver {
            future: Some(future),
            polling: false,
            value,
            number,
            outlet: Some(outlet),
            taken: None,
        }
    }
}

impl<F: Future, T> Future for Deliver<F, T> {
    type Output = ();

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        if let Some(future) = this.future.as_mut().as_pin_mut() {
            *this.polling = true;
            let Poll::Ready(output) = future.poll(cx) else {
                *this.polling = false;
                return Poll::Pending;
            };
            // If the future's `Drop` panics, so may that of the output.
            let output = Unwanted::unless_taken(output);
            this.future.set(None);
            let value = Unwanted::unless_taken((this.value)(output.take()));
            *this.polling = false;
            if let Some(outlet) = this.outlet.take() {
                *this.taken = outlet.send(this.number, value);
            }
        }
        match this.taken {
            // Nothing is ever sent: it ends when the other side is dropped.
            Some(taken) => Pin::new(taken).poll(cx).map(drop),
            None => Poll::Ready(()),
        }
    }
}

impl<F: Future, T> fmt::Debug for Deliver<F, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deliver")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}
