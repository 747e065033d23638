//! A read-write lock whose waiting and holding are recorded.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLockReadGuard, RwLockWriteGuard, TryLockError};

use super::bell::{Bell, Counted, Ring};
use crate::record::{Grip, LaneWriter, LockId, Recorder};

/// A lock that many may hold to read, or one to write: [`std::sync::RwLock`], with a lane written for whoever waits for it
/// and holds it.
///
/// A writer who waits keeps later readers out, as the standard lock does on Linux: a stream of readers cannot starve
/// it. So who reads already and reads once more may wait for a writer who waits for them. A thread that waits past the
/// limit of its run ends there.
pub struct RwLock<T> {
    id: LockId,
    name: String,
    inner: std::sync::RwLock<T>,
    writers_waiting: AtomicUsize,
    bell: Bell,
}

impl<T> RwLock<T> {
    /// A lock called `name` that guards `value`.
    pub(crate) fn new(recorder: &Recorder, name: String, value: T) -> Self {
        let id = LockId::new(recorder.shared(), &name);
        let inner = std::sync::RwLock::new(value);
        Self { id, name, inner, writers_waiting: AtomicUsize::new(0), bell: Bell::for_all() }
    }

    /// Takes the lock to read, together with other readers; while somebody writes, or waits to, `lane` is blocked.
    ///
    /// A lock whose writer panicked is taken all the same, as the run already fails with that panic. A thread that waits
    /// past the limit of the run ends here.
    pub fn read<'lock>(&'lock self, lane: &'lock LaneWriter) -> ReadGuard<'lock, T> {
        let try_read = || match self.writers_waiting.load(Ordering::SeqCst) {
            0 => free(self.inner.try_read()),
            _ => None,
        };
        let wants = || format!("wants to read {}", self.name);
        let guard = try_read()
            .unwrap_or_else(|| lane.blocked_on(self.id, &wants(), || self.bell.until(lane, try_read)));
        lane.holds(self.id, Grip { shared: true, ..Grip::default() });
        ReadGuard { lane, lock: self, guard, _ring: self.bell.ring_later() }
    }

    /// Takes the lock to write; while anybody else reads or writes, `lane` is blocked.
    ///
    /// Poison and the limit of the run are treated as by [`read`](Self::read).
    pub fn write<'lock>(&'lock self, lane: &'lock LaneWriter) -> WriteGuard<'lock, T> {
        let try_write = || free(self.inner.try_write());
        let guard = try_write().unwrap_or_else(|| {
            lane.blocked_on(self.id, &format!("wants to write {}", self.name), || {
                // Who gives up at the limit lets the readers go on.
                let _ring = self.bell.ring_later();
                let _waiting = Counted::one_more(&self.writers_waiting);
                self.bell.until(lane, try_write)
            })
        });
        lane.holds(self.id, Grip::default());
        WriteGuard { lane, lock: self, guard, _ring: self.bell.ring_later() }
    }

    /// The value, once no thread needs the lock any more; also of a lock that is poisoned.
    pub fn into_inner(self) -> T {
        self.inner.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The guard, also of a lock that is poisoned; `None` where somebody is in the way.
fn free<G>(tried: Result<G, TryLockError<G>>) -> Option<G> {
    match tried {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

macro_rules! guard {
    ($(#[$about:meta])* $name:ident holds $inner:ident) => {
        $(#[$about])*
        #[must_use = "the lock is let go when this is dropped"]
        pub struct $name<'lock, T> {
            lane: &'lock LaneWriter,
            lock: &'lock RwLock<T>,
            guard: $inner<'lock, T>,
            // Fields are dropped in their order: first the lock is free, then the bell rings.
            _ring: Ring<'lock>,
        }

        impl<T> Deref for $name<'_, T> {
            type Target = T;

            fn deref(&self) -> &T {
                &self.guard
            }
        }

        impl<T> Drop for $name<'_, T> {
            fn drop(&mut self) {
                super::lets_go(self.lane, self.lock.id, &self.lock.name);
            }
        }
    };
}

guard! {
    /// A lock that is held to read; dropping this lets go of it.
    ReadGuard holds RwLockReadGuard
}

guard! {
    /// A lock that is held to write; dropping this lets go of it.
    WriteGuard holds RwLockWriteGuard
}

impl<T> DerefMut for WriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}
