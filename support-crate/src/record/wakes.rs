//! Who woke a future, and when: what its waker keeps until the poll that follows reads it. And how far the future is,
//! for whoever [watches](super::watch) it.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::Waker;

use super::locked;
use super::shared::{LANES, Shared};
use super::thread_lane::here;
use super::track::NOBODY;
use crate::machine::now;

/// The last bits of a note say who woke, the others when.
const WHO: u32 = 16;
const _: () = assert!(LANES < (1 << WHO) - 1, "every lane has a number in a note");

/// What a recorded future hands out as its waker: notes the wake, then wakes the executor's own.
pub(super) struct Wakes {
    pub shared: Arc<Shared>,
    /// The future's own lane.
    pub lane: u32,
    /// The waker of the first poll, which most futures keep: a wake needs no lock and no copy of it.
    executor: OnceLock<Waker>,
    /// The waker of a later poll by another executor. A waker that is taken out when it wakes, as
    /// `futures::task::AtomicWaker` does, would swallow the second of two wakes.
    later: Mutex<Option<Waker>>,
    /// Whether there is a later one.
    moved: AtomicBool,
    /// The first wake since the last poll began; those after it change nothing. 0 while there is none.
    first: AtomicU64,
    /// How far the future is: a [`Phase`] in the last bits, before them since when.
    phase: AtomicU64,
    /// The lane that let go of a waker last, since the last poll began.
    let_go: AtomicU32,
}

/// How far a recorded future is, as its own polls know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Not polled yet.
    New,
    /// In a poll.
    Polling,
    /// Between two polls.
    Pending,
    /// Ready, or dropped.
    Over,
}

const PHASES: [Phase; 4] = [Phase::New, Phase::Polling, Phase::Pending, Phase::Over];

/// A wake, as the poll that follows finds it.
pub(super) struct Woken {
    /// Nanoseconds of the shared clock.
    pub at: u64,
    /// The number of the lane that woke, or [`NOBODY`].
    pub by: u32,
}

impl Wakes {
    pub fn new(shared: Arc<Shared>, lane: u32) -> Arc<Self> {
        let wakes = Self {
            shared,
            lane,
            executor: OnceLock::new(),
            later: Mutex::default(),
            moved: AtomicBool::new(false),
            first: AtomicU64::new(0),
            phase: AtomicU64::new(0),
            let_go: AtomicU32::new(NOBODY),
        };
        wakes.enters(Phase::New, now());
        Arc::new(wakes)
    }

    /// From `moment` on the future is there.
    #[inline]
    pub fn enters(&self, phase: Phase, moment: u64) {
        if phase == Phase::Polling {
            self.let_go.store(self.lane, Ordering::Relaxed);
        }
        self.phase.store(moment << 2 | phase as u64, Ordering::Release);
    }

    /// How far the future is, and since when.
    pub fn phase(&self) -> (Phase, u64) {
        let phase = self.phase.load(Ordering::Acquire);
        (PHASES[(phase & 3) as usize], phase >> 2)
    }

    /// The calling thread let go of a waker.
    pub fn let_go(&self) {
        self.let_go.store(here(&self.shared), Ordering::Relaxed);
    }

    /// The lane that let go of a waker last; the future's own where its last poll gave none to anybody.
    pub fn let_go_by(&self) -> u32 {
        self.let_go.load(Ordering::Relaxed)
    }

    /// From now on wakes go to the executor that polls with this waker.
    pub fn reach(&self, executor: &Waker) {
        if self.executor.set(executor.clone()).is_err() {
            *locked(&self.later) = Some(executor.clone());
            self.moved.store(true, Ordering::Release);
        }
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
        (note != 0).then(|| Woken { at: self.shared.begun + after_begin, by })
    }

    fn note(&self) -> u64 {
        let by = here(&self.shared).min((1 << WHO) - 1);
        // At least 1, so that a note is never 0.
        let after_begin = now().saturating_sub(self.shared.begun).max(1);
        after_begin << WHO | u64::from(by)
    }

    /// Notes the wake, then wakes the executor's own.
    pub fn wake(&self) {
        if self.first.load(Ordering::Relaxed) == 0 {
            // Of two threads that wake at once either note may stay: they are of the same moment.
            self.first.store(self.note(), Ordering::Release);
        }
        if !self.moved.load(Ordering::Acquire) {
            return self.executor.get().into_iter().for_each(Waker::wake_by_ref);
        }
        // Not under the lock: what an executor does in a wake is its own.
        let later = locked(&self.later).clone();
        later.into_iter().for_each(Waker::wake);
    }
}
