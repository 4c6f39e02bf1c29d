//! Tasks.

use std::any::Any;
use std::cell::Cell;
use std::fmt::{self, Debug, Formatter};
use std::future::poll_fn;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker, ready};

use crate::runtime::Handle;
use crate::threads::{point, thread_local};

pub mod coop;

/// Identifies a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Id(u64);

thread_local! {
    static ID: Cell<Option<Id>> = const { Cell::new(None) };
}

/// The task that is being polled, or whose future is being dropped.
pub fn try_id() -> Option<Id> {
    ID.get()
}

fn as_task<R>(id: Id, run: impl FnOnce() -> R) -> R {
    let before = ID.replace(Some(id));
    let ran = run();
    ID.set(before);
    ran
}

/// Lets other tasks go on.
pub async fn yield_now() {
    let mut has_yielded = false;
    poll_fn(|cx| {
        if mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

type Payload = Box<dyn Any + Send>;

/// Why a task has no output.
#[derive(Debug)]
pub struct JoinError {
    id: Id,
    /// The payload of the task's panic. It is behind a lock so that the error can be shared.
    payload: Option<Mutex<Payload>>,
}

impl JoinError {
    fn new(id: Id, payload: Option<Payload>) -> Self {
        let payload = payload.map(Mutex::new);
        JoinError { id, payload }
    }

    pub fn id(&self) -> Id {
        self.id
    }

    pub fn is_cancelled(&self) -> bool {
        self.payload.is_none()
    }

    pub fn is_panic(&self) -> bool {
        self.payload.is_some()
    }

    pub fn into_panic(self) -> Payload {
        self.try_into_panic().expect("it was cancelled")
    }

    pub fn try_into_panic(self) -> Result<Payload, JoinError> {
        let id = self.id;
        match self.payload {
            Some(payload) => Ok(payload.into_inner().unwrap_or_else(PoisonError::into_inner)),
            None => Err(JoinError { id, payload: None }),
        }
    }
}

/// What a task and its handles share.
struct Task<T> {
    id: Id,
    state: Mutex<State<T>>,
}

struct State<T> {
    is_aborted: bool,
    /// Whether nobody will read the output.
    is_detached: bool,
    has_ended: bool,
    output: Option<Result<T, JoinError>>,
    /// The waker of the task, once it has been polled.
    waker: Option<Waker>,
    /// The wakers that wait for the end of the task: that of the handle, and that of a
    /// runtime that shuts down.
    joins: Option<Waker>,
    shuts_down: Option<Waker>,
}

impl<T> Task<T> {
    /// The lock is never held where other tasks may go on.
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the task, whose future has been dropped.
    fn end(&self, output: Result<T, JoinError>) {
        point();
        let (unwanted, wakers) = {
            let mut state = self.state();
            state.has_ended = true;
            let unwanted = if state.is_detached {
                Some(output)
            } else {
                state.output.replace(output)
            };
            (unwanted, [state.joins.take(), state.shuts_down.take()])
        };
        self.drop_caught(unwanted);
        wakers.into_iter().flatten().for_each(Waker::wake);
    }

    fn has_ended(&self) -> bool {
        point();
        self.state().has_ended
    }

    /// Drops a future or an output, and returns the panic of the drop.
    fn drop_caught(&self, dropped: impl Sized) -> Option<Payload> {
        as_task(self.id, || {
            catch_unwind(AssertUnwindSafe(|| drop(dropped))).err()
        })
    }
}

/// A task of which only the end matters.
pub(crate) trait Abortable: Send + Sync {
    fn abort(&self);
    fn has_ended(&self) -> bool;
    /// Waits until it has ended.
    fn wait(&self);
}

impl<T: Send> Abortable for Task<T> {
    fn abort(&self) {
        point();
        let waker = {
            let mut state = self.state();
            state.is_aborted = true;
            state.waker.clone()
        };
        waker.into_iter().for_each(Waker::wake);
    }

    fn has_ended(&self) -> bool {
        self.has_ended()
    }

    fn wait(&self) {
        shuttle::future::block_on(poll_fn(|cx| {
            point();
            let mut state = self.state();
            if state.has_ended {
                return Poll::Ready(());
            }
            state.shuts_down = Some(cx.waker().clone());
            Poll::Pending
        }));
    }
}

/// A handle to read the output of a task.
pub struct JoinHandle<T> {
    task: Arc<Task<T>>,
}

impl<T: Send + 'static> JoinHandle<T> {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let state = State {
            is_aborted: false,
            is_detached: false,
            has_ended: false,
            output: None,
            waker: None,
            joins: None,
            shuts_down: None,
        };
        let task = Task {
            id: Id(NEXT.fetch_add(1, Relaxed)),
            state: Mutex::new(state),
        };
        JoinHandle {
            task: Arc::new(task),
        }
    }

    pub(crate) fn task(&self) -> Arc<dyn Abortable> {
        Arc::clone(&self.task) as _
    }

    /// Runs the future as this task.
    pub(crate) fn run<F>(&self, future: F, runtime: Handle)
    where
        F: Future<Output = T> + Send + 'static,
    {
        let (task, mut future) = (Arc::clone(&self.task), Some(Box::pin(future)));
        let runs = poll_fn(move |cx| {
            let _entered = runtime.enter();
            let is_aborted = {
                let mut state = task.state();
                state.waker = Some(cx.waker().clone());
                state.is_aborted
            };
            let output = if is_aborted {
                let panicked = task.drop_caught(future.take());
                Err(JoinError::new(task.id, panicked))
            } else {
                let polls = AssertUnwindSafe(|| poll_in_task(&mut future, cx));
                match as_task(task.id, || catch_unwind(polls)) {
                    Ok(output) => Ok(ready!(output)),
                    Err(payload) => Err(JoinError::new(task.id, Some(payload))),
                }
            };
            task.end(output);
            Poll::Ready(())
        });
        shuttle::future::spawn(drive(runs));
    }

    /// Ends the task without running it, because the runtime has shut down.
    pub(crate) fn refuse(&self, future: impl Future<Output = T>) {
        let panicked = self.task.drop_caught(future);
        self.task.end(Err(JoinError::new(self.task.id, panicked)));
    }

    pub fn abort(&self) {
        self.task.abort();
    }

    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle { task: self.task() }
    }
}

impl<T> JoinHandle<T> {
    pub fn is_finished(&self) -> bool {
        self.task.has_ended()
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let unit = ready!(coop::poll_proceed(cx));
        let waker = cx.waker().clone();
        point();
        let (output, replaced) = {
            let mut state = self.task.state();
            if state.has_ended {
                (state.output.take(), Some(waker))
            } else {
                (None, state.joins.replace(waker))
            }
        };
        drop(replaced);
        if let Some(output) = output {
            unit.made_progress();
            return Poll::Ready(output);
        }
        Poll::Pending
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        point();
        let (output, waker) = {
            let mut state = self.task.state();
            state.is_detached = true;
            (state.output.take(), state.joins.take())
        };
        drop(waker);
        self.task.drop_caught(output);
    }
}

impl<T> Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JoinHandle").field(&self.task.id).finish()
    }
}

/// A handle to stop a task.
#[derive(Clone)]
pub struct AbortHandle {
    task: Arc<dyn Abortable>,
}

impl AbortHandle {
    pub fn abort(&self) {
        self.task.abort();
    }

    pub fn is_finished(&self) -> bool {
        self.task.has_ended()
    }
}

impl Debug for AbortHandle {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortHandle").finish_non_exhaustive()
    }
}

/// Polls the future of a task, and drops it when it returns or while its panic unwinds.
fn poll_in_task<F: Future>(
    future: &mut Option<Pin<Box<F>>>,
    cx: &mut Context<'_>,
) -> Poll<F::Output> {
    struct Drops<'a, F>(&'a mut Option<F>);

    impl<F> Drop for Drops<'_, F> {
        fn drop(&mut self) {
            *self.0 = None;
        }
    }

    let drops = Drops(future);
    let polled = drops
        .0
        .as_mut()
        .expect("it has not ended")
        .as_mut()
        .poll(cx);
    if polled.is_ready() {
        *drops.0 = None;
    }
    mem::forget(drops);
    polled
}

/// Gives each poll of the future a budget, and lets other tasks go on before its wakers wake.
pub(crate) async fn drive<F: Future>(future: F) -> F::Output {
    struct Wakes(Waker);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            point();
            self.0.wake_by_ref();
        }
    }

    let (mut future, mut waker) = (pin!(future), None);
    poll_fn(|cx| {
        let waker = waker.get_or_insert_with(|| Arc::new(Wakes(cx.waker().clone())).into());
        coop::with_budget(|| future.as_mut().poll(&mut Context::from_waker(waker)))
    })
    .await
}
