//! User code that comes back to the outermost gather of its own program.
//!
//! The handle is in a place that both the owner and the branches can reach. Code that asks the
//! handle holds a share of it meanwhile, so the owner waits until it has the handle to itself.

use std::future::Future;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Wake, Waker};

use gather::{Progress, gather};
use tokio::task::yield_now;

use crate::handle::Waiting;
use crate::ledger::{Fact, Origin};
use crate::model::HandleIs;
use crate::program::{Asks, Deed, Moment};
use crate::run::Handle;
use crate::scripted::Stage;

/// The handle of the outermost gather, unless other code has taken it.
pub(crate) struct Owned<H = Handle, A = Waiting<'static>>(Mutex<Held<H, A>>);

#[derive(Default)]
pub(crate) enum Held<H, A> {
    #[default]
    Nothing,
    Handle(Arc<H>),
    /// A branch uses it, and may put it back.
    Lent,
    /// A branch has taken its result, or has dropped or detached it, or
    /// has aborted it and the owner awaits its end.
    Left(HandleIs),
    /// A branch aborts it.
    Aborting(Option<A>),
}

/// What the owner finds when it takes the handle.
pub(crate) enum Found<H, A> {
    Nothing,
    Handle(H),
    /// A branch has aborted it, and the owner must await its end.
    Aborted(A),
    /// Other code is using it.
    Busy,
}

impl<H, A> Default for Owned<H, A> {
    fn default() -> Self {
        Owned(Mutex::default())
    }
}

impl<H, A> Owned<H, A> {
    /// The lock is never held while other tasks go on.
    fn held(&self) -> MutexGuard<'_, Held<H, A>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn put(&self, handle: H) {
        *self.held() = Held::Handle(Arc::new(handle));
    }

    /// Returns a share of the handle.
    pub(crate) fn share(&self) -> Option<Arc<H>> {
        match &*self.held() {
            Held::Handle(handle) => Some(Arc::clone(handle)),
            _ => None,
        }
    }

    pub(crate) fn take(&self) -> Found<H, A> {
        if let Some(handle) = self.take_handle(Held::Nothing) {
            return Found::Handle(handle);
        }
        match &mut *self.held() {
            Held::Nothing | Held::Left(_) => Found::Nothing,
            Held::Handle(_) | Held::Lent | Held::Aborting(None) => Found::Busy,
            held @ Held::Aborting(Some(_)) => {
                match mem::replace(held, Held::Left(HandleIs::Aborted)) {
                    Held::Aborting(Some(waiting)) => Found::Aborted(waiting),
                    _ => unreachable!("it was looked at"),
                }
            }
        }
    }

    /// Takes the handle, unless it is shared, and records what becomes of it.
    pub(crate) fn take_handle(&self, leaves: Held<H, A>) -> Option<H> {
        let mut held = self.held();
        match mem::take(&mut *held) {
            Held::Handle(handle) => match Arc::try_unwrap(handle) {
                Ok(handle) => {
                    *held = leaves;
                    Some(handle)
                }
                Err(shared) => {
                    *held = Held::Handle(shared);
                    None
                }
            },
            other => {
                *held = other;
                None
            }
        }
    }

    pub(crate) fn put_aborting(&self, aborting: A) {
        *self.held() = Held::Aborting(Some(aborting));
    }

    pub(crate) fn is_lent(&self) -> bool {
        matches!(&*self.held(), Held::Lent)
    }

    /// What a branch has done to the handle.
    pub(crate) fn left(&self) -> Option<HandleIs> {
        match &*self.held() {
            Held::Nothing | Held::Handle(_) | Held::Lent => None,
            Held::Left(left) => Some(*left),
            Held::Aborting(_) => Some(HandleIs::Aborted),
        }
    }
}

impl Stage {
    /// Called at each moment of a branch. If the plan says so, the branch comes
    /// back to the gather now.
    pub(crate) fn ask(&self, branch: usize, moment: Moment) {
        if let Some(Asks { at, does }) = self.plan.branches[branch].asks
            && at == moment
        {
            self.come_back(does);
        }
    }

    fn come_back(&self, deed: Deed) {
        // A panic here would look like a panic of the branch.
        let came = catch_unwind(AssertUnwindSafe(|| {
            self.come_back_to_gather(deed);
            self.come_back_to_each(deed);
        }));
        if let Err(payload) = came {
            let origin = Origin::of(&*payload);
            let wrong = format!("{deed:?} from inside panicked with {origin:?}");
            self.ledger.write_wrong(wrong);
        }
    }

    fn come_back_to_gather(&self, deed: Deed) {
        match deed {
            Deed::Look => self.look(),
            Deed::Drop => drop(self.owned.take_handle(Held::Left(HandleIs::Dropped))),
            Deed::Detach => {
                let detached = self.owned.take_handle(Held::Left(HandleIs::Kept));
                if let Some(handle) = detached {
                    handle.detach();
                }
            }
            Deed::Abort => {
                if let Some(handle) = self.owned.take_handle(Held::Aborting(None)) {
                    self.owned.put_aborting(handle.abort());
                }
            }
            Deed::Poll => {
                if let Some(handle) = self.owned.take_handle(Held::Lent) {
                    self.give_back(self.poll(handle));
                }
            }
            Deed::TryResult => {
                if let Some(handle) = self.owned.take_handle(Held::Lent) {
                    self.give_back(self.try_result(handle));
                }
            }
            Deed::DropAnother => {
                if tokio::runtime::Handle::try_current().is_ok() {
                    drop(gather!(self.other(), self.other()));
                }
            }
            Deed::DetachAnother => {
                if tokio::runtime::Handle::try_current().is_ok() {
                    gather!(limit = 1; ..[self.other(), self.other()]).detach();
                }
            }
        }
    }

    /// Returns the handle, unless it has returned its result.
    fn poll(&self, mut handle: Handle) -> Option<Handle> {
        let mut waits = Box::pin(self.resolution.wait(handle.wait(), self));
        let polled = waits.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        drop(waits);
        polled.is_pending().then_some(handle)
    }

    /// Returns the handle, unless it has returned its result, which it must if it is finished.
    fn try_result(&self, handle: Handle) -> Option<Handle> {
        let was_finished = handle.is_finished();
        match catch_unwind(AssertUnwindSafe(|| handle.try_result())) {
            Ok(Err(handle)) => {
                if was_finished {
                    let wrong = "it is finished, and has no result from inside";
                    self.ledger.write_wrong(wrong.into());
                }
                return Some(handle);
            }
            Ok(Ok(result)) => self.resolution.put(Ok(Some(result)), self),
            Err(payload) => self.resolution.put(Err(payload), self),
        }
        None
    }

    fn give_back(&self, handle: Option<Handle>) {
        *self.owned.held() = match handle {
            Some(handle) => Held::Handle(Arc::new(handle)),
            None => Held::Left(HandleIs::Kept),
        };
    }

    /// A branch of another gather.
    fn other(&self) -> impl Future<Output = ()> + use<> {
        let other = Other::new(self.clone());
        async move {
            let _other = other;
            yield_now().await;
        }
    }

    fn look(&self) {
        if let Some(handle) = self.owned.share() {
            self.compare(handle.is_finished(), &handle.progress(), &handle.show());
        }
    }

    /// No branch may count as ended while its future exists.
    pub(crate) fn compare(&self, is_finished: bool, progress: &Progress, shown: &str) {
        let (facts, _) = self.ledger.facts();
        let gather = &self.plan.gathers[0];
        let is_there = |fact: &Fact| fact.made > fact.dropped;
        let there = gather.branches.iter().filter(|at| is_there(&facts[**at]));
        let there = there.count();
        if is_finished && there > 0 || progress.finished() + there > gather.branches.len() {
            let wrong =
                format!("{progress}, finished: {is_finished}, while {there} futures are there");
            self.ledger.write_wrong(wrong);
        }
        if shown.is_empty() {
            self.ledger.write_wrong("it shows nothing".into());
        }
    }

    /// A waker that comes back to the gather when it wakes, and looks at it when it is dropped.
    pub(crate) fn waker(&self, deed: Deed) -> Waker {
        let stage = self.clone();
        Waker::from(Arc::new(Hooked { stage, deed }))
    }
}

/// What a branch of another gather holds.
struct Other(Stage);

impl Other {
    fn new(stage: Stage) -> Self {
        stage.ledger.add_other();
        Other(stage)
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        self.0.ledger.remove_other();
    }
}

struct Hooked {
    stage: Stage,
    deed: Deed,
}

impl Wake for Hooked {
    fn wake(self: Arc<Self>) {
        self.stage.come_back(self.deed);
    }
}

impl Drop for Hooked {
    fn drop(&mut self) {
        self.stage.come_back(Deed::Look);
    }
}
