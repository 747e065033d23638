//! Where those wait who found a lock taken. A standard lock cannot be waited for with a limit; this can.

use std::sync::atomic::{AtomicUsize, Ordering, fence};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::machine::now;
use crate::record::{LaneWriter, locked, stop};

/// Who waits looks again after this long even where nobody rang.
const LOOK: Duration = Duration::from_millis(10);

/// Rung by whoever lets go of a lock, heard by those who wait for it.
#[derive(Default)]
pub(super) struct Bell {
    waiting: AtomicUsize,
    room: Mutex<()>,
    rung: Condvar,
    /// Whether all are woken who wait, and not one: readers may come in together.
    wakes_all: bool,
}

impl Bell {
    /// A bell that wakes all who wait.
    pub fn for_all() -> Self {
        Self { wakes_all: true, ..Self::default() }
    }

    /// Asks `take` until it gives something, at each ring. Past the limit of its run the calling thread ends here.
    ///
    /// The limit is looked at first: of those who wait in a circle, none is let through by the end of another.
    pub fn until<T>(&self, lane: &LaneWriter, mut take: impl FnMut() -> Option<T>) -> T {
        let _waits = Counted::one_more(&self.waiting);
        let mut room = locked(&self.room);
        loop {
            let moment = now();
            if lane.is_late(moment) {
                drop(room);
                stop::stop();
            }
            if let Some(taken) = take() {
                return taken;
            }
            let waited = self.rung.wait_timeout(room, LOOK.min(lane.time_left(moment)));
            room = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The lock is free, or freer: whoever waits may look. Costs a fence and a load where nobody does.
    fn ring(&self) {
        // Either who comes now is seen here, or sees the lock free: letting go, and counting oneself in, both stand
        // before a fence of this order, the look at the other's doing after it.
        fence(Ordering::SeqCst);
        if self.waiting.load(Ordering::Relaxed) > 0 {
            // Who has looked in vain is asleep before this gives way, and hears.
            drop(locked(&self.room));
            if self.wakes_all { self.rung.notify_all() } else { self.rung.notify_one() }
        }
    }

    /// Rings when it is dropped. To stand behind the guard that lets go, in the same struct.
    pub fn ring_later(&self) -> Ring<'_> {
        Ring(self)
    }
}

/// Rings its bell when it is dropped.
pub(super) struct Ring<'bell>(&'bell Bell);

impl Drop for Ring<'_> {
    fn drop(&mut self) {
        self.0.ring();
    }
}

/// One more, until it is dropped.
pub(super) struct Counted<'count>(&'count AtomicUsize);

impl<'count> Counted<'count> {
    pub fn one_more(count: &'count AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
