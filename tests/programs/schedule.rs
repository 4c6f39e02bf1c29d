//! What is done with a gather, and when its branches may go on.

use crate::program::Deed;

/// Branches that are released at the same time. Each number selects one of the waiting branches,
/// until none is left.
pub(crate) type Batch = Vec<u8>;

#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    pub(crate) start: Start,
    pub(crate) before: Vec<Step>,
    /// Whether the runtime of the branches shuts down before the end of the
    /// handle, and not after it.
    pub(crate) shut_down: bool,
    /// The branches that are released right before the end of the handle, without
    /// waiting for the effect.
    pub(crate) meanwhile: Batch,
    pub(crate) finish: Finish,
    pub(crate) after: Vec<Batch>,
    /// Whether all branches that still wait are released in the end, one after another.
    pub(crate) release_all: bool,
    /// What becomes of a task or thread that still waits for a result at the end.
    pub(crate) last: Last,
}

/// Where the macro is called, unless the branches run `here`: in the task that awaits them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Start {
    /// In the runtime.
    Inside,
    /// On a thread that has entered the runtime.
    Entered,
    /// On a thread that has entered the runtime, which has shut down.
    Refused,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Release(Batch),
    /// Polls the handle once by `&mut`, and drops the future. The waker comes back to the handle, or
    /// does nothing.
    Peek(Option<Deed>),
    /// Awaits the handle by `&mut` until a timeout elapses.
    WaitInVain,
    TryResult,
}

/// What becomes of the handle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Finish {
    /// A task awaits it.
    Await,
    /// A task awaits it by `&mut`.
    AwaitByRef,
    /// A thread outside any runtime awaits it.
    AwaitElsewhere,
    /// It is aborted, and the end of the branches is awaited.
    Abort,
    /// It is aborted, and the end is not awaited.
    AbortUnawaited,
    Detach,
    Dropped,
    /// A panic of its owner drops it.
    DroppedByPanic,
    /// The timeout that it was passed to drops it.
    TimedOut,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Last {
    /// The waiting task is aborted.
    AbortAwaiter,
    /// The runtime shuts down.
    ShutDown,
}
