//! Code that comes back to the `gather_each!` that runs it. Each program is small, and
//! comes back in one way.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use futures::Stream;
use gather::{Each, gather_each};

use crate::flavour::{Flavour, Patience};
use crate::model::{Mismatch, ensure};

/// Where the branches run, when the code comes back, and what it does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ComesBack {
    pub(crate) place: usize,
    pub(crate) at: At,
    pub(crate) does: Does,
}

pub(crate) const PLACES: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum At {
    Pull,
    Poll,
    DropFuture,
    DropValue,
    Wake,
    DropWaker,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Does {
    Look,
    Abort,
    Drop,
}

type Aborting = Pin<Box<dyn Future<Output = Vec<(usize, Value)>> + Send>>;

/// The handle. Code that uses the handle takes it out.
#[derive(Default)]
enum Slot {
    There(Each<Value>),
    #[default]
    Out,
    Aborting(Aborting),
    Gone,
}

#[derive(Clone)]
struct Inside {
    comes_back: ComesBack,
    slot: Arc<Mutex<Slot>>,
    /// The futures and values that exist.
    alive: Arc<AtomicUsize>,
}

impl Inside {
    /// Takes the handle, if it is there. Any other state stays as it is.
    fn take(&self) -> Option<Each<Value>> {
        let mut slot = self.slot.lock().unwrap();
        match std::mem::take(&mut *slot) {
            Slot::There(each) => Some(each),
            other => {
                *slot = other;
                None
            }
        }
    }

    fn put(&self, slot: Slot) {
        *self.slot.lock().unwrap() = slot;
    }

    fn come(&self, at: At) {
        if at != self.comes_back.at {
            return;
        }
        let Some(each) = self.take() else { return };
        match self.comes_back.does {
            Does::Look => {
                let is_finished = each.is_finished();
                if matches!(at, At::Pull | At::Poll | At::DropFuture) {
                    assert!(!is_finished, "it is finished while a branch is there");
                }
                assert!(each.progress().finished() <= BRANCHES);
                assert!(!format!("{each:?}").is_empty());
                self.put(Slot::There(each));
            }
            Does::Abort => {
                let aborting = each.abort();
                self.put(Slot::Aborting(Box::pin(aborting)));
            }
            Does::Drop => {
                drop(each);
                self.put(Slot::Gone);
            }
        }
    }
}

struct Value(Inside);

impl Drop for Value {
    fn drop(&mut self) {
        self.0.come(At::DropValue);
        self.0.alive.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A branch that yields once, and then ends.
struct Branch {
    inside: Inside,
    has_yielded: bool,
}

impl Branch {
    fn new(inside: &Inside) -> Self {
        inside.alive.fetch_add(1, Ordering::SeqCst);
        Branch {
            inside: inside.clone(),
            has_yielded: false,
        }
    }
}

impl Future for Branch {
    type Output = Value;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Value> {
        if !self.has_yielded {
            self.has_yielded = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.inside.come(At::Poll);
        self.inside.alive.fetch_add(1, Ordering::SeqCst);
        Poll::Ready(Value(self.inside.clone()))
    }
}

impl Drop for Branch {
    fn drop(&mut self) {
        self.inside.come(At::DropFuture);
        self.inside.alive.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The waker of the owner.
struct Hooked(Inside);

impl Wake for Hooked {
    fn wake(self: Arc<Self>) {
        self.0.come(At::Wake);
    }
}

impl Drop for Hooked {
    fn drop(&mut self) {
        self.0.come(At::DropWaker);
    }
}

const BRANCHES: usize = 3;

impl ComesBack {
    /// Takes results until there are no more, or until the handle is gone. All branches and values
    /// must then go, too.
    pub(crate) fn run(&self, flavour: Flavour) -> Result<(), Mismatch> {
        let runtime = flavour.runtime();
        let inside = Inside {
            comes_back: *self,
            slot: Arc::default(),
            alive: Arc::default(),
        };
        let pulled = inside.clone();
        let branches = (0..BRANCHES).map(move |_| {
            pulled.come(At::Pull);
            Branch::new(&pulled)
        });
        let entered = runtime.enter();
        let each = match self.place {
            0 => gather_each!(..branches),
            1 => gather_each!(limit = 1; ..branches),
            2 => gather_each!(tasks = 2; ..branches),
            _ => gather_each!(tasks = 2, limit = 2; ..branches),
        };
        drop(entered);
        inside.put(Slot::There(each));

        let mut taken = 0;
        let mut patience = Patience::new(flavour);
        loop {
            if let Some(mut each) = inside.take() {
                // A new waker each time, so that the previous one is dropped.
                let waker = Waker::from(Arc::new(Hooked(inside.clone())));
                let next = Pin::new(&mut each).poll_next(&mut Context::from_waker(&waker));
                inside.put(Slot::There(each));
                match next {
                    Poll::Ready(None) => break,
                    Poll::Ready(Some(_value)) => taken += 1,
                    Poll::Pending => {}
                }
            } else {
                let slot = std::mem::take(&mut *inside.slot.lock().unwrap());
                match slot {
                    Slot::Aborting(aborting) => {
                        taken += runtime.block_on(aborting).len();
                        inside.put(Slot::Gone);
                        break;
                    }
                    Slot::Gone => break,
                    Slot::There(each) => inside.put(Slot::There(each)),
                    Slot::Out => {}
                }
            }
            ensure!(!patience.is_over(), "{self:?}: the results do not come");
            patience.wait(Some(&runtime));
        }
        ensure!(taken <= BRANCHES, "{self:?}: there are too many results");
        ensure!(
            self.does != Does::Look || taken == BRANCHES,
            "{self:?}: there are {taken} results"
        );
        drop(inside.take());
        let mut patience = Patience::new(flavour);
        while inside.alive.load(Ordering::SeqCst) > 0 {
            ensure!(!patience.is_over(), "{self:?}: a branch is left behind");
            patience.wait(Some(&runtime));
        }
        Ok(())
    }
}
