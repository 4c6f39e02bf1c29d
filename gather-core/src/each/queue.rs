//! What is sent by many and taken by one.
//!
//! tokio's unbounded channel does the same. With it a branch of `gather_each!` takes 130 instructions
//! more: here the receiver swaps out all that is there, and a sender wakes it only if it waits.
//!
//! No code of the user's runs under the lock: wakers are cloned, woken and dropped outside of it, and so
//! is dropped what is sent.

use std::fmt;
use std::mem;
use std::task::{Context, Poll, Waker};

use crate::outcome::caught::drop_silenced;
use crate::task::sync::{Mutex, lock};

/// A queue of which the senders are counted.
pub(crate) struct Queue<S> {
    state: Mutex<State<S>>,
}

struct State<S> {
    sent: Vec<S>,
    senders: usize,
    /// Of the one who waits.
    waker: Option<Waker>,
    /// Whether nobody takes what is sent.
    is_closed: bool,
}

impl<S> State<S> {
    /// Moves all that has been sent into `empty`, the last first. Returns whether the one who takes need
    /// not wait: something has been sent, or nothing will be.
    fn take(&mut self, empty: &mut Vec<S>) -> bool {
        mem::swap(&mut self.sent, empty);
        empty.reverse();
        !empty.is_empty() || self.senders == 0
    }
}

impl<S> Queue<S> {
    /// A queue of one sender.
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

    /// There is another sender.
    pub(crate) fn join(&self) {
        lock(&self.state).senders += 1;
    }

    /// There is one sender less. When there is none, nothing more is sent.
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

    /// Sends it, and returns the waker of whoever waits, to be woken. If nobody is to take it, it is
    /// returned.
    #[inline]
    pub(crate) fn send(&self, sent: S) -> Result<Option<Waker>, S> {
        let mut state = lock(&self.state);
        if state.is_closed {
            return Err(sent);
        }
        state.sent.push(sent);
        Ok(state.waker.take())
    }

    /// Moves all that has been sent into `empty`, the last first, or nothing once there are no senders.
    /// Whoever finds nothing while there are some is woken when that changes.
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

    /// Moves all that has been sent into `empty`, the last first.
    pub(crate) fn take(&self, empty: &mut Vec<S>) {
        lock(&self.state).take(empty);
    }

    /// Returns what has been sent and nobody has taken. From now on all that is sent is returned to
    /// whoever sends it.
    pub(crate) fn close(&self) -> Vec<S> {
        let (sent, waker) = {
            let mut state = lock(&self.state);
            state.is_closed = true;
            (mem::take(&mut state.sent), state.waker.take())
        };
        drop_silenced(waker);
        sent
    }

    /// How many have been sent that nobody has taken.
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
