//! [`Mutex`]: a standard lock taken inside polls, so that a deadlock of tasks can be looked at (lesson 14).

use std::ops::{Deref, DerefMut};

use crate::lock;
use crate::record::{LockId, Recorder, thread_lane};

/// A standard lock for the tasks of a run, with the lane written of whoever waits for it and holds it: where somebody else
/// has it the *thread* waits, inside the poll. At the limit of the run the poll ends there, with a standard lock it never
/// would. As with that one, a task that holds the guard over an `await` cannot be spawned:
///
/// ```compile_fail
/// # use timelanes::prelude::*;
/// let run = record("a guard over an await").tasks(CurrentThread, async |run| {
///     let till = run.mutex("till", 0);
///     tokio::spawn(run.task("Amir", async move {
///         let mut till = till.lock();
///         sleep(1 * MILLISECOND).await;
///         *till += 1;
///     }));
/// });
/// ```
pub struct Mutex<T>(lock::Mutex<T>);

impl<T> Mutex<T> {
    pub(super) fn new(recorder: &Recorder, name: String, value: T) -> Self {
        Self(lock::Mutex::new(recorder, name, value))
    }

    /// Takes the lock; the thread waits for whoever has it.
    ///
    /// # Panics
    /// Outside a task of a run.
    pub fn lock(&self) -> Guard<'_, T> {
        let taken = thread_lane::polled(|lane| self.0.take(lane));
        Guard { id: self.0.id(), held: taken.expect("this lock is for tasks: run.task(name, async { … })") }
    }
}

/// A lock that is held; dropping this lets go of it.
#[must_use = "the lock is let go when this is dropped"]
pub struct Guard<'mutex, T> {
    id: LockId,
    held: lock::Held<'mutex, T>,
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
    /// Says so before the lock is free. A task that is cancelled has no poll to say it in.
    fn drop(&mut self) {
        thread_lane::polled(|lane| lane.lets_go(self.id));
    }
}
