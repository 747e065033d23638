//! A mutex whose waiting and holding are recorded.

use std::ops::{Deref, DerefMut};
use std::sync::{MutexGuard, TryLockError};
use std::time::Duration;

use crate::machine::now;
use crate::record::{LaneWriter, LockId, Recorder, stop};

/// How long to sleep between two looks at a lock that is taken. The lock itself cannot be waited for with a limit.
const LOOK: Duration = Duration::from_micros(50);

/// A mutual exclusion lock with a name: [`std::sync::Mutex`], with a lane written for whoever waits for it and holds it.
///
/// A thread that waits past the limit of its run ends there, so that a deadlock leaves no thread behind.
pub struct Mutex<T> {
    id: LockId,
    name: String,
    inner: std::sync::Mutex<T>,
}

impl<T> Mutex<T> {
    /// A lock called `name` that guards `value`.
    pub(crate) fn new(recorder: &Recorder, name: String, value: T) -> Self {
        Self { id: LockId::new(recorder.shared(), &name), name, inner: std::sync::Mutex::new(value) }
    }

    /// Takes the lock; where somebody else holds it, `lane` is blocked until they let go.
    ///
    /// A lock whose holder panicked is taken all the same, as the run already fails with that panic. A thread that waits
    /// past the limit of the run ends here.
    pub fn lock<'mutex>(&'mutex self, lane: &'mutex LaneWriter) -> Guard<'mutex, T> {
        Guard { lane, id: self.id, guard: self.take(lane) }
    }

    /// Takes the lock in the name of `lane`.
    pub(crate) fn take(&self, lane: &LaneWriter) -> MutexGuard<'_, T> {
        let free = self.try_take();
        let guard = free
            .unwrap_or_else(|| lane.blocked_on(self.id, &format!("wants {}", self.name), || self.wait(lane)));
        lane.holds(self.id);
        guard
    }

    /// Its number.
    pub(crate) fn id(&self) -> LockId {
        self.id
    }

    fn try_take(&self) -> Option<MutexGuard<'_, T>> {
        match self.inner.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// The limit is looked at first: of those who wait in a circle, none is let through by the end of another.
    fn wait(&self, lane: &LaneWriter) -> MutexGuard<'_, T> {
        loop {
            if lane.is_late(now()) {
                stop::stop();
            } else if let Some(guard) = self.try_take() {
                return guard;
            }
            std::thread::sleep(LOOK);
        }
    }

    /// The value, once no thread needs the lock any more.
    pub fn into_inner(self) -> T {
        self.inner.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// A lock that is held; dropping this lets go of it.
#[must_use = "the lock is let go when this is dropped"]
pub struct Guard<'mutex, T> {
    lane: &'mutex LaneWriter,
    id: LockId,
    guard: MutexGuard<'mutex, T>,
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

impl<T> Drop for Guard<'_, T> {
    /// Says so before the lock is free, so that no two lanes seem to hold it at once. A thread that the run ends never
    /// let go by itself: its recording keeps the lock held.
    fn drop(&mut self) {
        if !self.lane.is_ended() {
            self.lane.lets_go(self.id);
        }
    }
}
