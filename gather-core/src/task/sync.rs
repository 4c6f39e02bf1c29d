//! What threads share, and what each has for itself: std's own, loom's where the protocol is
//! model-checked, or what runs under shuttle.

#[cfg(not(any(all(test, loom), shuttle)))]
pub(crate) use std::sync::{Mutex, MutexGuard, atomic};
#[cfg(not(shuttle))]
pub(crate) use std::thread_local;

#[cfg(all(test, loom))]
pub(crate) use loom::sync::{Mutex, MutexGuard, atomic};

// In `tests/shuttle/`, where a stand-in for tokio has it.
#[cfg(shuttle)]
pub(crate) use tokio::threads::{Mutex, MutexGuard, atomic, thread_local};

use std::sync::{PoisonError, TryLockError};

/// Locks, whether or not somebody panicked while holding the lock. No code of the user's runs under
/// a lock of this crate, so what is behind one is whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is behind the lock, which nobody else knows of.
pub(crate) fn get_mut<T>(mutex: &mut Mutex<T>) -> &mut T {
    mutex.get_mut().unwrap_or_else(PoisonError::into_inner)
}

/// The lock if nobody has it: never waits.
pub(crate) fn try_lock<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}
