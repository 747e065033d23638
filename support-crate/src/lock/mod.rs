//! Locks of a run, recorded: who waits for which, who holds it, and for how long (lesson 08).
//!
//! | file | holds |
//! |---|---|
//! | `mutex` | [`Mutex`]: one at a time |
//! | `rwlock` | [`RwLock`]: many who read, or one who writes |
//! | `condvar` | [`Condvar`]: waiting until somebody says that something has changed |
//! | `bell` | how all of them wait no longer than their run may last |
//!
//! They are made by a run: `run.mutex(name, value)`, `run.rwlock(name, value)`, `run.condvar(name)`. Who waits for whom is
//! a question to the timeline: [`Timeline::waits_for`](crate::timeline::Timeline::waits_for),
//! [`deadlock`](crate::timeline::Timeline::deadlock), and, of a run that went well,
//! [`could_deadlock`](crate::timeline::Timeline::could_deadlock).

mod bell;
mod condvar;
mod mutex;
mod rwlock;

pub use condvar::Condvar;
pub(crate) use mutex::Held;
pub use mutex::{Guard, Mutex};
pub use rwlock::{ReadGuard, RwLock, WriteGuard};

use crate::record::{LaneWriter, LockId};

/// `lane` lets go of a lock, and says so where a panic makes it. A thread that the run ends never let go by itself: its
/// recording keeps the lock held.
fn lets_go(lane: &LaneWriter, lock: LockId, name: &str) {
    if lane.is_ended() {
        return;
    }
    if std::thread::panicking() {
        lane.mark(&format!("poisons {name}"));
    }
    lane.lets_go(lock);
}
