//! What becomes of a handle, and of a program when everything has been done with it.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use tokio::time::timeout;

use crate::awaiter::Awaiter;
use crate::ledger::Origin;
use crate::model::{HandleIs, Mismatch, RuntimeIs, ensure};
use crate::run::{Handle, Run};
use crate::schedule::{Finish, Last};

impl Run {
    pub(crate) fn finish(&mut self, finish: Finish, mut handle: Handle) -> Result<(), Mismatch> {
        let (stage, resolution) = (self.stage.clone(), self.resolution.clone());
        match finish {
            Finish::Await => {
                self.spawn(async move { resolution.wait(handle.into_wait(), &stage).await });
            }
            Finish::AwaitByRef => {
                self.spawn(async move { resolution.wait(handle.wait(), &stage).await });
            }
            Finish::AwaitElsewhere => {
                let waits = async move { resolution.wait(handle.into_wait(), &stage).await };
                self.awaiter = Awaiter::on_a_thread(waits);
            }
            Finish::Abort => {
                self.told.handle = HandleIs::Aborted;
                let aborting = handle.abort();
                self.spawn(async move { resolution.wait(aborting, &stage).await });
            }
            Finish::AbortUnawaited => {
                return self.discard(HandleIs::Dropped, || drop(handle.abort()));
            }
            Finish::Detach => return self.discard(HandleIs::Kept, || handle.detach()),
            Finish::Dropped => return self.discard(HandleIs::Dropped, || drop(handle)),
            Finish::DroppedByPanic => {
                self.told.handle = HandleIs::Dropped;
                let dropped = catch_unwind(AssertUnwindSafe(|| {
                    let _dropped = handle;
                    resume_unwind(Box::new(Origin::Owner));
                }));
                let Err(payload) = dropped;
                assert_eq!(Origin::of(&*payload), Origin::Owner);
            }
            Finish::TimedOut => {
                let (runtime, a_while) = (self.runtime.clone(), self.flavour.a_while());
                return self.discard(HandleIs::Dropped, || match runtime {
                    Some(runtime) => runtime.block_on(async {
                        let waits = resolution.wait(handle.into_wait(), &stage);
                        drop(timeout(a_while, waits).await);
                    }),
                    None => drop(handle),
                });
            }
        }
        self.settle()
    }

    pub(crate) fn spawn(&mut self, waits: impl Future<Output = ()> + Send + 'static) {
        self.awaiter = match &self.runtime {
            Some(runtime) => Awaiter::Task(runtime.spawn(waits)),
            None => Awaiter::on_a_thread(waits),
        };
    }

    /// Calls `discard`, which drops the results unread unless the result comes first. Of branches on
    /// tasks, no panic may come out, whatever panics when it is dropped unread.
    fn discard(&mut self, handle: HandleIs, discard: impl FnOnce()) -> Result<(), Mismatch> {
        let panicked = catch_unwind(AssertUnwindSafe(discard)).err();
        let panicked = panicked.map(|payload| Origin::of(&*payload));
        if self.resolution.get().is_some() {
            return self.settle();
        }
        self.told.handle = handle;
        self.settle()?;
        ensure!(
            panicked
                .as_ref()
                .is_none_or(|panic| self.may_come_out(panic)),
            "dropping the handle panicked with {panicked:?}"
        );
        Ok(())
    }

    /// Leaves nothing behind, and checks that everything was dropped once.
    pub(crate) fn end(&mut self, last: Last) -> Result<(), Mismatch> {
        let has_result = self.resolution.get().is_some();
        match self.awaiter.take() {
            // A task may have awaited an abort from inside on a runtime that has shut down since.
            Awaiter::Task(task)
                if last == Last::AbortAwaiter && !has_result && self.runtime.is_some() =>
            {
                let runtime = self.runtime.clone().expect("it is there");
                self.discard(HandleIs::Dropped, || {
                    task.abort();
                    if let Err(error) = runtime.block_on(task)
                        && error.is_panic()
                    {
                        resume_unwind(error.into_panic());
                    }
                })?;
                self.runtime_is_gone(RuntimeIs::ShutDown);
            }
            Awaiter::Thread(thread) => {
                self.runtime_is_gone(RuntimeIs::ShutDown);
                self.awaiter = Awaiter::Thread(thread);
            }
            Awaiter::Task(_) | Awaiter::Nobody => self.runtime_is_gone(RuntimeIs::ShutDown),
        }
        self.settle()?;
        self.until(|run| run.stage.ledger.is_even())
    }
}
