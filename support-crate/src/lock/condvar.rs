//! A condition variable whose waiting is recorded, and who ended it.

use std::sync::{Mutex, PoisonError};

use super::Guard;
use crate::machine::now;
use crate::record::{LaneWriter, locked, stop};

/// Where threads wait until somebody says that something has changed: [`std::sync::Condvar`], with a lane written for
/// whoever waits, and an arrow from whoever notified.
///
/// It says that something has changed, not that it is as one wishes: another may have been there first, and a wait may
/// end although nobody notified (a *spurious wakeup*). So who comes back asks again: `while`, not `if`. A thread that
/// waits past the limit of its run ends there.
pub struct Condvar {
    name: String,
    last: Mutex<Call>,
    called: std::sync::Condvar,
}

/// The last call.
struct Call {
    /// How many there have been.
    number: u64,
    /// The lane it came from.
    by: u32,
}

impl Condvar {
    /// A condition variable called `name`.
    pub(crate) fn new(name: String) -> Self {
        Self { name, last: Mutex::new(Call { number: 0, by: 0 }), called: std::sync::Condvar::new() }
    }

    /// Lets go of the lock, waits until somebody notifies, and takes the lock again: the first two at once, so that no
    /// notification is missed in between. It may come back without one.
    pub fn wait<'mutex, T>(&self, guard: Guard<'mutex, T>) -> Guard<'mutex, T> {
        let (lane, mutex) = (guard.lane, guard.mutex);
        // Whoever calls later than this, calls this one too.
        let seen = locked(&self.last).number;
        drop(guard);
        lane.waiting(&format!("waits for {}", self.name), || self.sleep(lane, seen));
        mutex.lock(lane)
    }

    /// [`wait`](Self::wait) for as long as `condition` holds.
    pub fn wait_while<'mutex, T>(
        &self,
        mut guard: Guard<'mutex, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> Guard<'mutex, T> {
        while condition(&mut guard) {
            guard = self.wait(guard);
        }
        guard
    }

    /// Wakes one of those who wait, if anybody does; `lane` is whose call it is.
    pub fn notify_one(&self, lane: &LaneWriter) {
        self.call(lane);
        self.called.notify_one();
    }

    /// Wakes all who wait; `lane` is whose call it is.
    pub fn notify_all(&self, lane: &LaneWriter) {
        self.call(lane);
        self.called.notify_all();
    }

    fn call(&self, lane: &LaneWriter) {
        let mut last = locked(&self.last);
        *last = Call { number: last.number + 1, by: lane.number() };
    }

    /// Until a call after the one numbered `seen`.
    fn sleep(&self, lane: &LaneWriter, seen: u64) {
        let mut last = locked(&self.last);
        loop {
            let moment = now();
            if last.number > seen {
                return lane.woken_at(moment, last.by);
            }
            if lane.is_late_waiting_for(moment, &self.name) {
                drop(last);
                stop::stop();
            }
            let waited = self.called.wait_timeout(last, lane.time_left(moment));
            last = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
