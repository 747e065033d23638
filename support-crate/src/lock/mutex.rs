//! A mutex whose waiting and holding are recorded.

use std::ops::{Deref, DerefMut};
use std::sync::{MutexGuard, TryLockError};

use super::bell::{Bell, Ring};
use crate::record::{Grip, LaneWriter, LockId, Recorder};

/// A mutual exclusion lock with a name: [`std::sync::Mutex`], with a lane written for whoever waits for it and holds it.
///
/// A thread that waits past the limit of its run ends there, so that a deadlock leaves no thread behind. What recording
/// costs is measured beside the bare lock by `cargo bench --bench locks`.
pub struct Mutex<T> {
    id: LockId,
    name: String,
    inner: std::sync::Mutex<T>,
    bell: Bell,
}

impl<T> Mutex<T> {
    /// A lock called `name` that guards `value`.
    pub(crate) fn new(recorder: &Recorder, name: String, value: T) -> Self {
        let id = LockId::new(recorder.shared(), &name);
        Self { id, name, inner: std::sync::Mutex::new(value), bell: Bell::default() }
    }

    /// Takes the lock; where somebody else holds it, `lane` is blocked until they let go.
    ///
    /// A thread that takes a lock which it holds already waits for itself, as with the standard lock, which may panic as
    /// well. A lock whose holder panicked is [poisoned](Self::is_poisoned), and taken all the same, as the run already
    /// fails with that panic. A thread that waits past the limit of the run ends here.
    pub fn lock<'mutex>(&'mutex self, lane: &'mutex LaneWriter) -> Guard<'mutex, T> {
        Guard { lane, mutex: self, held: self.take(lane) }
    }

    /// Takes the lock where nobody holds it; `None` where somebody does, `lane` itself among them. Does not wait.
    pub fn try_lock<'mutex>(&'mutex self, lane: &'mutex LaneWriter) -> Option<Guard<'mutex, T>> {
        let held = self.try_take()?;
        lane.holds(self.id, Grip { tried: true, ..Grip::default() });
        Some(Guard { lane, mutex: self, held })
    }

    /// Takes the lock in the name of `lane`.
    pub(crate) fn take(&self, lane: &LaneWriter) -> Held<'_, T> {
        let wait = || self.bell.until(lane, || self.try_take());
        let free = self.try_take();
        let held = free.unwrap_or_else(|| lane.blocked_on(self.id, &format!("wants {}", self.name), wait));
        lane.holds(self.id, Grip::default());
        held
    }

    /// Its number.
    pub(crate) fn id(&self) -> LockId {
        self.id
    }

    fn try_take(&self) -> Option<Held<'_, T>> {
        let guard = match self.inner.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        Some(Held { guard, _ring: self.bell.ring_later() })
    }

    /// Whether somebody panicked while holding it, so that the value may be half changed. The lane of whoever did says
    /// so as well.
    pub fn is_poisoned(&self) -> bool {
        self.inner.is_poisoned()
    }

    /// The value, once no thread needs the lock any more; also of a lock that is poisoned.
    pub fn into_inner(self) -> T {
        self.inner.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The lock itself, taken; dropping this lets go of it, and does not write it down.
pub(crate) struct Held<'mutex, T> {
    guard: MutexGuard<'mutex, T>,
    // Fields are dropped in their order: first the lock is free, then the bell rings.
    _ring: Ring<'mutex>,
}

impl<T> Deref for Held<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for Held<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

/// A lock that is held; dropping this lets go of it.
#[must_use = "the lock is let go when this is dropped"]
pub struct Guard<'mutex, T> {
    pub(super) lane: &'mutex LaneWriter,
    pub(super) mutex: &'mutex Mutex<T>,
    held: Held<'mutex, T>,
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.held
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.held
    }
}

impl<T> Drop for Guard<'_, T> {
    /// Says so before the lock is free, so that no two lanes seem to hold it at once.
    fn drop(&mut self) {
        super::lets_go(self.lane, self.mutex.id, &self.mutex.name);
    }
}
