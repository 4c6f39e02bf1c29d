//! A queue with many senders and one receiver.
//!
//! tokio's unbounded channel does the same, but with it a branch of `gather_each!` takes 130
//! instructions more. Here, the receiver swaps out everything that has been sent, and a sender
//! wakes it only if it waits.
//!
//! No user code runs under the lock: wakers are cloned, woken and dropped outside of it, and
//! messages are dropped outside of it.

use std::fmt;
use std::mem;
use std::task::{Context, Poll, Waker};

use crate::outcome::caught::drop_silenced;
use crate::task::sync::{Mutex, lock};

/// A queue that counts its senders.
pub(crate) struct Queue<S> {
    state: Mutex<State<S>>,
}

struct State<S> {
    sent: Vec<S>,
    senders: usize,
    /// The waker of the waiting receiver.
    waker: Option<Waker>,
    /// Whether the receiver will take nothing more.
    is_closed: bool,
}

impl<S> State<S> {
    /// Moves everything that has been sent into `empty`, last first. Returns whether the receiver
    /// need not wait: something has been sent, or nothing will be.
    fn take(&mut self, empty: &mut Vec<S>) -> bool {
        mem::swap(&mut self.sent, empty);
        empty.reverse();
        !empty.is_empty() || self.senders == 0
    }
}

impl<S> Queue<S> {
    /// Makes a queue with one sender.
    pub(crate) fn new() -> Self {
        Queue {
            state: Mutex::new(State {
                sent: Vec::new(),
                senders: 1,
                waker: None,
                is_closed: false,
            }),
        }
    }

    /// Adds a sender.
    pub(crate) fn join(&self) {
        lock(&self.state).senders += 1;
    }

    /// Removes a sender. The last one wakes the receiver: nothing more will be sent.
    pub(crate) fn leave(&self) {
        let waker = {
            let mut state = lock(&self.state);
            state.senders -= 1;
            if state.senders > 0 {
                return;
            }
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Sends it, and returns the waker of the receiver if it waits: the caller must wake it. If the
    /// queue is closed, `discard` gets what was to be sent.
    #[inline]
    pub(crate) fn send(&self, sent: S, discard: impl FnOnce(S)) -> Option<Waker> {
        let mut state = lock(&self.state);
        if state.is_closed {
            drop(state);
            discard(sent);
            return None;
        }
        state.sent.push(sent);
        state.waker.take()
    }

    /// Moves everything that has been sent into `empty`, last first, or nothing once there are no
    /// senders. If nothing has been sent while there are senders, the task is woken when that
    /// changes.
    pub(crate) fn poll_take(&self, cx: &mut Context<'_>, empty: &mut Vec<S>) -> Poll<()> {
        {
            let mut state = lock(&self.state);
            if state.take(empty) {
                return Poll::Ready(());
            }
            let waker = state.waker.as_ref();
            if waker.is_some_and(|waker| waker.will_wake(cx.waker())) {
                return Poll::Pending;
            }
        }
        let mut waker = Some(cx.waker().clone());
        let is_ready = {
            let mut state = lock(&self.state);
            let is_ready = state.take(empty);
            if !is_ready {
                mem::swap(&mut state.waker, &mut waker);
            }
            is_ready
        };
        drop(waker);
        if is_ready {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    /// Moves everything that has been sent into `empty`, last first.
    pub(crate) fn take(&self, empty: &mut Vec<S>) {
        lock(&self.state).take(empty);
    }

    /// Closes the queue, and returns what has not been taken. From now on, `send` returns its
    /// argument.
    pub(crate) fn close(&self) -> Vec<S> {
        let (sent, waker) = {
            let mut state = lock(&self.state);
            state.is_closed = true;
            (mem::take(&mut state.sent), state.waker.take())
        };
        drop_silenced(waker);
        sent
    }

    /// The number of messages that have not been taken.
    pub(crate) fn len(&self) -> usize {
        lock(&self.state).sent.len()
    }

    /// Whether there are no senders.
    pub(crate) fn is_over(&self) -> bool {
        lock(&self.state).senders == 0
    }
}

impl<S> fmt::Debug for Queue<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}
