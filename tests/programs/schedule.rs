//! What is done with a gather, and when its branches may go on.

use crate::program::Deed;

/// Branches that are released at the same time: each number stands for one of those that wait, as
/// many as there are of them.
pub(crate) type Batch = Vec<u8>;

#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    pub(crate) start: Start,
    pub(crate) before: Vec<Step>,
    /// The runtime of the branches shuts down before the handle's end, and not after it.
    pub(crate) shut_down: bool,
    /// Released, and not waited for, right before the handle's end.
    pub(crate) meanwhile: Batch,
    pub(crate) finish: Finish,
    pub(crate) after: Vec<Batch>,
    /// Whether all that still waits is released at last, one after another.
    pub(crate) release_all: bool,
    /// What becomes of those who still wait for a result at the end.
    pub(crate) last: Last,
}

/// Where the macro is called.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Start {
    /// In the runtime.
    Inside,
    /// On a thread that has entered it.
    Entered,
    /// As before, and the runtime has shut down.
    Refused,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Release(Batch),
    /// Polls the handle once by `&mut`, and drops the future. The waker comes back to the handle, or
    /// does nothing.
    Peek(Option<Deed>),
    /// Waits for it by `&mut` until a timeout elapses.
    WaitInVain,
    TryResult,
}

/// What becomes of the handle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Finish {
    /// It is awaited by a task.
    Await,
    /// As before, by `&mut`.
    AwaitByRef,
    /// It is awaited by a thread that is no runtime's.
    AwaitElsewhere,
    /// It is aborted, and the branches' end awaited.
    Abort,
    /// As before, and nobody waits.
    AbortUnawaited,
    Detach,
    Dropped,
    /// It is dropped by a panic of its owner.
    DroppedByPanic,
    /// It is dropped by the timeout that it was given to.
    TimedOut,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Last {
    /// The task that waits is aborted.
    AbortAwaiter,
    /// The runtime shuts down.
    ShutDown,
}
