//! The base of a struct literal, among branches that run in the awaiting task.

use std::pin::Pin;
use std::task::{Context, Poll};

use crate::outcome::caught::{Payload, drop_caught};
use crate::place::here::policy::Policy;
use crate::place::here::run::{Branches, ENDED, Failed, Making, Pinned, Run};

/// The value after the `..` of a struct literal, made by [`base`].
#[derive(Debug)]
pub struct Base<T>(Option<T>);

/// Takes the value that provides the struct fields that have no branch.
pub fn base<T>(value: T) -> Base<T> {
    Base(Some(value))
}

// The value is only stored, never pinned.
impl<T> Unpin for Base<T> {}

impl<T, P: Policy, S> Branches<P, S> for Base<T> {
    type Results = T;
    type Pinned = Self;

    fn pinned(self, making: &mut Making) -> Self {
        making.take_index();
        self
    }

    fn results(ended: T) -> T {
        ended
    }
}

impl<T, P: Policy> Pinned<P> for Base<T> {
    type Ended = T;

    fn poll_ended(
        self: Pin<&mut Self>,
        _: &mut Run,
        _: &mut Context<'_>,
    ) -> Poll<Result<(), Failed<P::Error>>> {
        Poll::Ready(Ok(()))
    }

    fn take(mut self: Pin<&mut Self>) -> T {
        self.0.take().expect(ENDED)
    }

    fn clear(mut self: Pin<&mut Self>) -> Option<Payload> {
        drop_caught(self.0.take())
    }
}
