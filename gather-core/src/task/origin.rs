//! The origin of a branch: its name, and the span of the macro call.

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

/// Without the feature `tracing`, there are no spans.
#[cfg(not(feature = "tracing"))]
pub(crate) type InSpan<F> = F;

impl Origin {
    /// The origin of a branch that is made here.
    pub(crate) fn new(name: &'static str) -> Self {
        Origin {
            name,
            #[cfg(feature = "tracing")]
            caller: Span::current(),
        }
    }
}

#[cfg(feature = "tracing")]
impl Origin {
    /// Runs and drops the future in the span of the branch with this index.
    pub(crate) fn in_span<F>(&self, index: usize, future: F) -> InSpan<F> {
        let span = info_span!(parent: &self.caller, "branch", name = self.name, index);
        // A filter may disable this crate's spans. The caller's span must not be lost with them.
        let is_left_out = span.is_disabled();
        future.instrument(if is_left_out {
            self.caller.clone()
        } else {
            span
        })
    }

    /// Pulls the iterator in the caller's span, in whatever task it is pulled.
    pub(crate) fn pulled_in_span<I: Iterator>(
        self,
        mut branches: I,
    ) -> impl Iterator<Item = I::Item> {
        std::iter::from_fn(move || self.caller.in_scope(|| branches.next()))
    }
}

#[cfg(not(feature = "tracing"))]
#[expect(clippy::unused_self, reason = "it is the span that it is asked for")]
impl Origin {
    #[inline]
    pub(crate) fn in_span<F>(&self, _: usize, future: F) -> InSpan<F> {
        future
    }

    pub(crate) fn pulled_in_span<I: Iterator>(self, branches: I) -> I {
        branches
    }
}
