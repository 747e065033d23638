//! Who woke a future, and when: what its waker keeps until the poll that follows reads it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Wake, Waker};

use super::recorder::{Recorder, locked};
use super::thread_lane::here;
use crate::machine::now;

/// Nobody with a lane in this recording.
pub(super) const NOBODY: u32 = u32::MAX;

/// The last bits of a note say who woke, the others when.
const WHO: u32 = 16;
const _: () = assert!(super::recorder::LANES < (1 << WHO) - 1, "every lane has a number in a note");

/// What a recorded future hands out as its waker: notes the wake, then wakes the executor's own.
pub(super) struct Wakes {
    recorder: Recorder,
    /// Behind a lock that only a wake takes, and a poll by an executor with another waker than before. A waker that
    /// is taken out when it wakes, as `futures::task::AtomicWaker` does, would swallow the second of two wakes.
    executor: Mutex<Waker>,
    /// The first wake since the last poll began; those after it change nothing. 0 while there is none.
    first: AtomicU64,
}

/// A wake, as the poll that follows finds it.
pub(super) struct Woken {
    /// Nanoseconds of the shared clock.
    pub at: u64,
    /// The number of the lane that woke, or [`NOBODY`].
    pub by: u32,
}

impl Wakes {
    pub fn new(recorder: Recorder) -> Arc<Self> {
        Arc::new(Self { recorder, executor: Mutex::new(Waker::noop().clone()), first: AtomicU64::new(0) })
    }

    /// From now on wakes go to the executor that polls with this waker.
    pub fn reach(&self, executor: &Waker) {
        locked(&self.executor).clone_from(executor);
    }

    /// The wake since the last poll, which is forgotten.
    pub fn take(&self) -> Option<Woken> {
        if self.first.load(Ordering::Relaxed) == 0 {
            return None;
        }
        self.read(self.first.swap(0, Ordering::AcqRel))
    }

    /// The wake since the last poll, which stays.
    pub fn peek(&self) -> Option<Woken> {
        self.read(self.first.load(Ordering::Acquire))
    }

    fn read(&self, note: u64) -> Option<Woken> {
        let after_begin = note >> WHO;
        let by = note as u32 & ((1 << WHO) - 1);
        let by = if by == (1 << WHO) - 1 { NOBODY } else { by };
        (note != 0).then(|| Woken { at: self.recorder.begun() + after_begin, by })
    }

    fn note(&self) -> u64 {
        let by = here(&self.recorder).min((1 << WHO) - 1);
        // At least 1, so that a note is never 0.
        let after_begin = now().saturating_sub(self.recorder.begun()).max(1);
        after_begin << WHO | u64::from(by)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.first.load(Ordering::Relaxed) == 0 {
            // Of two threads that wake at once, one is the first; the other's note would say the same.
            let _ = self.first.compare_exchange(0, self.note(), Ordering::AcqRel, Ordering::Relaxed);
        }
        // Not under the lock: what an executor does in a wake is its own.
        let executor = locked(&self.executor).clone();
        executor.wake();
    }
}
