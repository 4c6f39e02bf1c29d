//! A handle of a program's gather, and its result, whatever form they have.

use std::future::Future;
use std::pin::Pin;

use gather::{BranchError, Gather, Progress};

use crate::ledger::Origin;
use crate::scripted::{Converted, Failure, Given, Key, Outcome, Place, Value};

pub(crate) type Awaited = Result<Given, Failure>;

/// Waits for the result of a gather. An abort may have none.
pub(crate) type Waiting<'a> = Pin<Box<dyn Future<Output = Option<Awaited>> + Send + 'a>>;

/// A handle, whatever the form of its result.
pub(crate) trait AnyGather: Send + Sync {
    fn is_finished(&self) -> bool;
    fn progress(&self) -> Progress;
    fn show(&self) -> String;
    fn wait(&mut self) -> Waiting<'_>;
    fn into_wait(self: Box<Self>) -> Waiting<'static>;
    fn try_result(self: Box<Self>) -> Result<Awaited, Box<dyn AnyGather>>;
    fn abort(self: Box<Self>) -> Waiting<'static>;
    fn detach(self: Box<Self>);
}

struct Formed<T> {
    gather: Gather<T>,
    form: fn(T) -> Awaited,
}

/// The handle of a `gather!` or a `gather_settled!`.
pub(crate) fn all<T: Places + Send + 'static>(gather: Gather<T>) -> Box<dyn AnyGather> {
    let form = |result| Ok(given(result));
    Box::new(Formed { gather, form })
}

/// The handle of a `try_gather!`, with `catch` or without.
pub(crate) fn fail_fast<T: Places + Send + 'static>(
    gather: Gather<Result<T, Failure>>,
) -> Box<dyn AnyGather> {
    let form = |result: Result<T, Failure>| result.map(given);
    Box::new(Formed { gather, form })
}

/// The handle of a `try_gather!` with `error = Converted`.
pub(crate) fn fail_fast_into<T: Places + Send + 'static>(
    gather: Gather<Result<T, Converted>>,
) -> Box<dyn AnyGather> {
    let form = |result: Result<T, Converted>| result.map(given).map_err(|error| error.0);
    Box::new(Formed { gather, form })
}

/// The future of a `gather!(here; ..)` or a `gather_settled!(here; ..)`.
pub(crate) fn all_here<T: Places>(
    future: impl Future<Output = T> + Send + 'static,
) -> Waiting<'static> {
    Box::pin(async { Some(Ok(given(future.await))) })
}

/// The future of a `try_gather!(here; ..)`, with `catch` or without.
pub(crate) fn fail_fast_here<T: Places>(
    future: impl Future<Output = Result<T, Failure>> + Send + 'static,
) -> Waiting<'static> {
    Box::pin(async { Some(future.await.map(given)) })
}

/// The future of a `try_gather!(here, error = Converted; ..)`.
pub(crate) fn fail_fast_into_here<T: Places>(
    future: impl Future<Output = Result<T, Converted>> + Send + 'static,
) -> Waiting<'static> {
    Box::pin(async { Some(future.await.map(given).map_err(|error| error.0)) })
}

impl<T: Send + 'static> AnyGather for Formed<T> {
    fn is_finished(&self) -> bool {
        self.gather.is_finished()
    }

    fn progress(&self) -> Progress {
        self.gather.progress()
    }

    fn show(&self) -> String {
        format!("{:?}", self.gather)
    }

    fn wait(&mut self) -> Waiting<'_> {
        Box::pin(async { Some((self.form)((&mut self.gather).await)) })
    }

    fn into_wait(self: Box<Self>) -> Waiting<'static> {
        Box::pin(async move { Some((self.form)(self.gather.await)) })
    }

    fn try_result(self: Box<Self>) -> Result<Awaited, Box<dyn AnyGather>> {
        let Formed { gather, form } = *self;
        match gather.try_result() {
            Ok(result) => Ok(form(result)),
            Err(gather) => Err(Box::new(Formed { gather, form })),
        }
    }

    fn abort(self: Box<Self>) -> Waiting<'static> {
        let Formed { gather, form } = *self;
        let aborting = gather.abort();
        Box::pin(async move { aborting.await.map(form) })
    }

    fn detach(self: Box<Self>) {
        self.gather.detach();
    }
}

fn given(result: impl Places) -> Given {
    let mut places = Vec::new();
    result.put(&mut places);
    Given::new(places)
}

/// The parts of a form, in order.
pub(crate) trait Places {
    fn put(self, places: &mut Vec<Place>);
}

impl Places for Value {
    fn put(self, places: &mut Vec<Place>) {
        places.push(Place::Value(self));
    }
}

impl Places for Outcome {
    fn put(self, places: &mut Vec<Place>) {
        places.push(self.map_or_else(Place::Error, Place::Value));
    }
}

impl Places for Result<Outcome, BranchError> {
    fn put(self, places: &mut Vec<Place>) {
        match self.map_err(BranchError::try_into_panic) {
            Ok(outcome) => outcome.put(places),
            Err(Ok(payload)) => places.push(Place::Panicked(Origin::of(&*payload))),
            Err(Err(error)) => {
                assert!(error.is_cancelled());
                places.push(Place::Cancelled);
            }
        }
    }
}

impl Places for Key {
    fn put(self, places: &mut Vec<Place>) {
        assert_eq!(places.len(), self.position, "the key of another branch");
    }
}

impl<T: Places> Places for Vec<T> {
    fn put(self, places: &mut Vec<Place>) {
        for part in self {
            part.put(places);
        }
    }
}

impl<A: Places, const N: usize> Places for [A; N] {
    fn put(self, places: &mut Vec<Place>) {
        for part in self {
            part.put(places);
        }
    }
}

impl<A: Places> Places for (A,) {
    fn put(self, places: &mut Vec<Place>) {
        self.0.put(places);
    }
}

impl<A: Places, B: Places> Places for (A, B) {
    fn put(self, places: &mut Vec<Place>) {
        self.0.put(places);
        self.1.put(places);
    }
}

impl<A: Places, B: Places, C: Places> Places for (A, B, C) {
    fn put(self, places: &mut Vec<Place>) {
        self.0.put(places);
        self.1.put(places);
        self.2.put(places);
    }
}

pub(crate) struct Page<A> {
    pub(crate) first: A,
    pub(crate) others: Vec<A>,
}

impl<A: Places> Places for Page<A> {
    fn put(self, places: &mut Vec<Place>) {
        self.first.put(places);
        self.others.put(places);
    }
}

pub(crate) struct Both<A>(pub(crate) A, pub(crate) Vec<A>);

impl<A: Places> Places for Both<A> {
    fn put(self, places: &mut Vec<Place>) {
        self.0.put(places);
        self.1.put(places);
    }
}
