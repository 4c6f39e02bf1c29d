//! The handle of `gather_each!`.

use std::fmt;
use std::future::poll_fn;
use std::iter::from_fn;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::stream::{FusedStream, Stream};
use gather_core::Progress;
use tokio::task::coop::poll_proceed;

use crate::engine::{Call, Failure, Value, drop_each, silence, unbox};

/// As the `Each` of the crate `gather`.
pub struct Each<T> {
    call: Arc<Call>,
    taken: usize,
    is_over: bool,
    unbox: fn(Value) -> T,
}

/// As its `AbortEach`.
#[must_use]
#[derive(Debug)]
pub struct AbortEach<T>(Each<T>);

impl<T> Each<T> {
    pub(crate) fn new(call: Arc<Call>) -> Self
    where
        T: 'static,
    {
        Each {
            call,
            taken: 0,
            is_over: false,
            unbox,
        }
    }

    /// As there.
    #[must_use]
    pub fn empty() -> Self
    where
        T: 'static,
    {
        Each::new(Arc::default())
    }

    /// As there.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.call.lock().progress()
    }

    /// As there.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.call.lock().is_over()
    }

    /// As there.
    pub fn abort(self) -> AbortEach<T> {
        self.call.stop();
        AbortEach(self)
    }
}

impl<T> Each<T> {
    /// As there.
    #[expect(clippy::should_implement_trait, reason = "it is a stream's")]
    pub fn next(&mut self) -> impl Future<Output = Option<(usize, T)>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx))
    }
}

impl<T> Unpin for Each<T> {}

impl<T> Stream for Each<T> {
    type Item = (usize, T);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<(usize, T)>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let unit = ready!(poll_proceed(cx));
        let mut ended = Poll::Pending;
        let next = self.call.next().or_else(|| {
            ended = self.call.poll_over(cx);
            self.call.next()
        });
        if let Some((number, value)) = next {
            unit.made_progress();
            self.taken += 1;
            return Poll::Ready(Some((number, (self.unbox)(value))));
        }
        ready!(ended);
        self.is_over = true;
        match self.call.result() {
            Err(Failure::Lost(error)) if error.is_cancelled() => {
                panic!("gather_each!: {error} because its runtime shut down")
            }
            Err(Failure::Lost(panic)) => resume_unwind(panic.into_panic()),
            _ => Poll::Ready(None),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.progress().total().map(|total| {
            if self.is_over {
                0
            } else {
                total.saturating_sub(self.taken)
            }
        });
        (left.unwrap_or(0), left)
    }
}

impl<T> FusedStream for Each<T> {
    fn is_terminated(&self) -> bool {
        self.is_over
    }
}

impl<T> Future for AbortEach<T> {
    type Output = Vec<(usize, T)>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Vec<(usize, T)>> {
        let each = &mut self.0;
        ready!(each.call.poll_over(cx));
        each.is_over = true;
        let results: Vec<_> = from_fn(|| each.call.next()).collect();
        if let Err(Failure::Lost(error)) = each.call.result()
            && error.is_panic()
        {
            silence(drop_each(results));
            resume_unwind(error.into_panic());
        }
        let results = results.into_iter();
        Poll::Ready(
            results
                .map(|(number, value)| (number, (each.unbox)(value)))
                .collect(),
        )
    }
}

impl<T> Drop for Each<T> {
    fn drop(&mut self) {
        if !self.is_over {
            self.call.stop();
            self.call.discard();
        }
    }
}

impl<T> fmt::Debug for Each<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let progress = self.progress();
        f.debug_struct("Each")
            .field("progress", &format_args!("{progress}"))
            .finish()
    }
}
