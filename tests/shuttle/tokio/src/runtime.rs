//! Runtimes. They have no flavour, because each task has a worker to itself.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use crate::task::{Abortable, JoinHandle, drive};
use crate::threads::{point, thread_local};

thread_local! {
    static CURRENT: RefCell<Option<Handle>> = const { RefCell::new(None) };
}

pub struct Runtime {
    handle: Handle,
}

#[derive(Clone)]
pub struct Handle {
    tasks: Arc<Mutex<Tasks>>,
}

enum Tasks {
    Running(Vec<Arc<dyn Abortable>>),
    ShutDown,
}

pub struct EnterGuard<'a> {
    before: Option<Handle>,
    runtime: PhantomData<&'a Handle>,
}

#[derive(Clone, Copy, Debug)]
pub struct TryCurrentError;

impl Runtime {
    pub fn new() -> Self {
        let tasks = Arc::new(Mutex::new(Tasks::Running(Vec::new())));
        Runtime {
            handle: Handle { tasks },
        }
    }

    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    pub fn enter(&self) -> EnterGuard<'_> {
        self.handle.enter()
    }

    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        let _entered = self.enter();
        shuttle::future::block_on(drive(future))
    }

    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        self.handle.spawn(future)
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        point();
        let tasks = {
            let mut tasks = self.handle.lock();
            mem::replace(&mut *tasks, Tasks::ShutDown)
        };
        if let Tasks::Running(tasks) = tasks {
            tasks.iter().for_each(|task| task.abort());
            // After a failed test, the tasks that are left may never end.
            if !std::thread::panicking() {
                tasks.iter().for_each(|task| task.wait());
            }
        }
    }
}

impl Handle {
    pub fn current() -> Self {
        Handle::try_current().expect("there is no runtime here")
    }

    pub fn try_current() -> Result<Self, TryCurrentError> {
        CURRENT.with_borrow_mut(|current| current.clone().ok_or(TryCurrentError))
    }

    pub fn enter(&self) -> EnterGuard<'_> {
        let before = CURRENT.with_borrow_mut(|current| current.replace(self.clone()));
        let runtime = PhantomData;
        EnterGuard { before, runtime }
    }

    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        point();
        let joins = JoinHandle::new();
        let is_up = match &mut *self.lock() {
            Tasks::Running(tasks) => {
                tasks.push(joins.task());
                true
            }
            Tasks::ShutDown => false,
        };
        if is_up {
            joins.run(future, self.clone());
        } else {
            joins.refuse(future);
        }
        joins
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Tasks> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for EnterGuard<'_> {
    fn drop(&mut self) {
        CURRENT.with_borrow_mut(|current| *current = self.before.take());
    }
}
