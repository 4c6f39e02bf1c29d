//! Locks, atomics and thread-locals: those of std, those of loom where the protocol is
//! model-checked, or those of the stand-in for tokio under shuttle.

#[cfg(not(any(all(test, loom), shuttle)))]
pub(crate) use std::sync::{Mutex, MutexGuard, atomic};
#[cfg(not(shuttle))]
pub(crate) use std::thread_local;

#[cfg(all(test, loom))]
pub(crate) use loom::sync::{Mutex, MutexGuard, atomic};

// `tests/shuttle/` has them, in its stand-in for tokio.
#[cfg(shuttle)]
pub(crate) use tokio::threads::{Mutex, MutexGuard, atomic, thread_local};

use std::sync::{PoisonError, TryLockError};

/// Locks, and ignores poisoning. No user code runs under such a lock, so the protected state is
/// always consistent.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The protected value, to which the caller has exclusive access.
pub(crate) fn get_mut<T>(mutex: &mut Mutex<T>) -> &mut T {
    mutex.get_mut().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the lock if it is free. Never waits. The user's iterator runs under such a lock, and if it
/// panics, that is its end.
pub(crate) fn try_lock<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}
