//! The handle of `gather_each!`.

use std::fmt;
use std::iter::from_fn;
use std::panic::resume_unwind;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures::stream::{FusedStream, Stream, StreamExt};
use gather_core::{Gather, Progress, Unordered};
use tokio::task::coop::poll_proceed;

use crate::call::{End, State};
use crate::caught::{drop_each, silence};
use crate::engine::Call;
use crate::rt::{kept, poll_over};

/// Like `Each` in the crate `gather`.
pub struct Each<T> {
    call: Arc<Call>,
    /// The handle to the branches, which has no results.
    branches: Gather<()>,
    taken: usize,
    value: fn(End) -> T,
}

/// Like `AbortEach` in the crate `gather`.
#[must_use]
#[derive(Debug)]
pub struct AbortEach<T>(Each<T>);

impl<T> Each<T> {
    pub(crate) fn new(call: Arc<Call>, branches: Gather<()>) -> Self
    where
        T: Send + 'static,
    {
        Each {
            call,
            branches,
            taken: 0,
            value: |end| kept::<Unordered<T>, T>(Some(end)),
        }
    }

    /// Like `Each::empty` in the crate `gather`.
    #[must_use]
    pub fn empty() -> Self
    where
        T: Send + 'static,
    {
        Each::new(Arc::default(), Gather::ready(()))
    }

    /// Like `Each::progress` in the crate `gather`.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.branches.progress()
    }

    /// Like `Each::is_finished` in the crate `gather`.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.branches.is_finished()
    }

    /// Like `Each::abort` in the crate `gather`.
    pub fn abort(self) -> AbortEach<T> {
        self.call.change(State::stop);
        AbortEach(self)
    }

    /// Like `Each::next` in the crate `gather`.
    #[expect(clippy::should_implement_trait, reason = "it is a stream's")]
    pub fn next(&mut self) -> futures::stream::Next<'_, Self> {
        StreamExt::next(self)
    }
}

impl<T> Unpin for Each<T> {}

impl<T> Stream for Each<T> {
    type Item = (usize, T);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<(usize, T)>> {
        if self.is_terminated() {
            return Poll::Ready(None);
        }
        let unit = ready!(poll_proceed(cx));
        let mut over = Poll::Pending;
        let next = self.call.next().or_else(|| {
            over = poll_over(&self.call, cx);
            self.call.next()
        });
        if let Some((number, end)) = next {
            unit.made_progress();
            self.taken += 1;
            return Poll::Ready(Some((number, (self.value)(end))));
        }
        drop(unit);
        ready!(over);
        pin!((&mut self.branches).into_future())
            .poll(cx)
            .map(|()| None)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.is_terminated() {
            return (0, Some(0));
        }
        let left = self.progress().total();
        let left = left.map(|total| total.saturating_sub(self.taken));
        (left.unwrap_or(0), left)
    }
}

impl<T> FusedStream for Each<T> {
    fn is_terminated(&self) -> bool {
        self.branches.is_terminated()
    }
}

impl<T> Future for AbortEach<T> {
    type Output = Vec<(usize, T)>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Vec<(usize, T)>> {
        let call = &self.0.call;
        ready!(poll_over(call, cx));
        let results: Vec<_> = from_fn(|| call.next()).collect();
        if let Err(End::Lost(error)) = call.result()
            && error.is_panic()
        {
            silence(drop_each(results));
            resume_unwind(error.into_panic());
        }
        let results = results.into_iter();
        Poll::Ready(
            results
                .map(|(number, end)| (number, (self.0.value)(end)))
                .collect(),
        )
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
