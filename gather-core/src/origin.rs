//! Where a branch comes from: what it is called, and the span that it was called in.

#[cfg(feature = "tracing")]
use tracing::{Instrument, Span, info_span, instrument::Instrumented};

/// A branch's name and the span of the macro call.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) name: &'static str,
    #[cfg(feature = "tracing")]
    caller: Span,
}

/// A branch's future, in a span of its own.
#[cfg(feature = "tracing")]
pub(crate) type InSpan<F> = Instrumented<F>;

/// Without the feature `tracing` there are no spans.
#[cfg(not(feature = "tracing"))]
pub(crate) type InSpan<F> = F;

impl Origin {
    /// The origin of what is made into a branch here.
    pub(crate) fn new(name: &'static str) -> Self {
        Origin {
            name,
            #[cfg(feature = "tracing")]
            caller: Span::current(),
        }
    }

    /// Has the future run, and be dropped, in the branch's span.
    #[cfg(feature = "tracing")]
    pub(crate) fn in_span<F>(&self, future: F) -> InSpan<F> {
        future.instrument(info_span!(parent: &self.caller, "branch", name = self.name))
    }

    /// As [`in_span`](Self::in_span), for a future that is taken from its place: without a span in
    /// between, it is moved once less.
    #[cfg(feature = "tracing")]
    pub(crate) fn take_in_span<F>(&self, future: &mut Option<F>) -> Option<InSpan<F>> {
        future.take().map(|future| self.in_span(future))
    }

    #[cfg(not(feature = "tracing"))]
    #[expect(clippy::unused_self, reason = "it is the span that it is asked for")]
    pub(crate) fn take_in_span<F>(&self, future: &mut Option<F>) -> Option<InSpan<F>> {
        future.take()
    }

    #[cfg(not(feature = "tracing"))]
    #[expect(clippy::unused_self, reason = "it is the span that it is asked for")]
    pub(crate) fn in_span<F>(&self, future: F) -> InSpan<F> {
        future
    }
}
