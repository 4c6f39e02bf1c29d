//! The tasks and threads that wait for a result, and the moment at which they get it.

use std::any::Any;
use std::future::poll_fn;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use tokio::task::JoinHandle;

use crate::block_on::block_on;
use crate::handle::{Awaited, Waiting};
use crate::ledger::{Fact, Origin, Trace};
use crate::scripted::{Stage, describe};
use crate::thread;

/// A result, and the facts at the moment when it came.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) result: Trace,
    pub(crate) facts: Vec<Fact>,
}

/// The place for the result of a program, which has only one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Resolution(Arc<OnceLock<Resolved>>);

impl Resolution {
    pub(crate) fn get(&self) -> Option<&Resolved> {
        self.0.get()
    }

    /// Records how a wait ended: with a result or with a panic.
    pub(crate) fn put(&self, came: thread::Result<Option<Awaited>>, stage: &Stage) {
        let (facts, _) = stage.ledger.facts();
        let result = match &came {
            Ok(awaited) => awaited.as_ref().map_or(Trace::Nothing, describe),
            Err(payload) => Trace::Panic(Origin::of(&**payload)),
        };
        let _ = catch_unwind(AssertUnwindSafe(|| drop(came)));
        if self.0.set(Resolved { result, facts }).is_err() {
            stage
                .ledger
                .write_wrong(String::from("there are two results"));
        }
    }

    /// Waits, and records how that ends.
    pub(crate) async fn wait(&self, mut waiting: Waiting<'_>, stage: &Stage) {
        let polled = |cx: &mut Context<'_>| -> Poll<Result<_, Box<dyn Any + Send>>> {
            match catch_unwind(AssertUnwindSafe(|| waiting.as_mut().poll(cx))) {
                Ok(polled) => polled.map(Ok),
                Err(payload) => Poll::Ready(Err(payload)),
            }
        };
        let came = poll_fn(polled).await;
        self.put(came, stage);
    }
}

/// The task or thread that waits.
#[derive(Debug, Default)]
pub(crate) enum Awaiter {
    #[default]
    Nobody,
    Task(JoinHandle<()>),
    Thread(thread::JoinHandle<()>),
}

impl Awaiter {
    pub(crate) fn on_a_thread(waits: impl Future<Output = ()> + Send + 'static) -> Self {
        Awaiter::Thread(thread::spawn(|| block_on(waits)))
    }

    pub(crate) fn take(&mut self) -> Self {
        mem::take(self)
    }
}
