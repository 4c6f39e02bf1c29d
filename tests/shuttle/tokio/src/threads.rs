//! What gather takes from std in other builds.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, LockResult, PoisonError, TryLockError, TryLockResult};

use shuttle::current;
pub use shuttle::sync::atomic;

/// The scheduler may let other tasks go on here. The caller is about to do
/// something that they can see.
pub(crate) fn point() {
    shuttle::thread::sleep(std::time::Duration::ZERO);
}

/// A mutex that knows which task holds it. It is never poisoned.
#[derive(Debug, Default)]
pub struct Mutex<T> {
    holder: Holder,
    inner: shuttle::sync::Mutex<T>,
}

#[derive(Debug)]
pub struct MutexGuard<'a, T> {
    inner: shuttle::sync::MutexGuard<'a, T>,
    // Dropped after `inner`, because shuttle may switch tasks before it unlocks.
    _held: Held<'a>,
}

/// The number of the task that holds a mutex, plus 1.
type Holder = Arc<AtomicUsize>;

#[derive(Debug)]
struct Held<'a>(&'a Holder);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.store(0, Relaxed);
    }
}

std::thread_local! {
    /// The holders of the mutexes that tasks wait for, by task.
    static WAITED_FOR: RefCell<HashMap<usize, Holder>> = RefCell::default();
}

impl<T> Mutex<T> {
    pub fn new(value: T) -> Self {
        Mutex {
            holder: Holder::default(),
            inner: shuttle::sync::Mutex::new(value),
        }
    }

    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        let me = usize::from(current::me());
        WAITED_FOR.with_borrow_mut(|waits| waits.insert(me, Arc::clone(&self.holder)));
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        WAITED_FOR.with_borrow_mut(|waits| waits.remove(&me));
        Ok(self.held(inner))
    }

    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        match self.inner.try_lock() {
            Ok(inner) => Ok(self.held(inner)),
            Err(TryLockError::Poisoned(poisoned)) => Ok(self.held(poisoned.into_inner())),
            Err(TryLockError::WouldBlock) => Err(TryLockError::WouldBlock),
        }
    }

    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        Ok(self.inner.get_mut().unwrap_or_else(PoisonError::into_inner))
    }

    fn held<'a>(&'a self, inner: shuttle::sync::MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        self.holder.store(usize::from(current::me()) + 1, Relaxed);
        let _held = Held(&self.holder);
        MutexGuard { inner, _held }
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}

/// The task that holds the mutex that `task` waits for.
pub fn holder_before(task: usize) -> Option<usize> {
    let holder = WAITED_FOR.with_borrow(|waits| waits.get(&task).cloned())?;
    holder.load(Relaxed).checked_sub(1)
}

/// Forgets all waits, because what a failed execution has left is of no use to the next one.
pub fn forget_waits() {
    WAITED_FOR.take();
}

/// The counterpart of std's type, for each task of shuttle, because all of them run on one thread.
#[derive(Debug)]
pub struct LocalKey<T: 'static>(shuttle::thread::LocalKey<T>);

#[macro_export]
macro_rules! __thread_local {
    ($($(#[$attribute:meta])* static $name:ident: $local:ty = const { $init:expr };)+) => {
        $($(#[$attribute])*
        static $name: $crate::threads::LocalKey<$local> = $crate::threads::LocalKey::new(|| $init);)+
    };
}

pub use __thread_local as thread_local;

impl<T> LocalKey<T> {
    #[doc(hidden)]
    pub const fn new(init: fn() -> T) -> Self {
        LocalKey(shuttle::thread::LocalKey {
            init,
            _p: std::marker::PhantomData,
        })
    }

    pub fn try_with<R>(
        &'static self,
        run: impl FnOnce(&T) -> R,
    ) -> Result<R, shuttle::thread::AccessError> {
        self.0.try_with(run)
    }
}

impl<T> LocalKey<RefCell<T>> {
    pub fn with_borrow_mut<R>(&'static self, run: impl FnOnce(&mut T) -> R) -> R {
        self.0.with(|local| run(&mut local.borrow_mut()))
    }
}

impl<T> LocalKey<Cell<T>> {
    pub fn get(&'static self) -> T
    where
        T: Copy,
    {
        self.0.with(Cell::get)
    }

    pub fn set(&'static self, value: T) {
        self.0.with(|local| local.set(value));
    }

    pub fn replace(&'static self, value: T) -> T {
        self.0.with(|local| local.replace(value))
    }
}
