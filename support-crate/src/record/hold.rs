//! Locks: who holds which, how, and who is blocked on it. What takes a real lock stands in the room [`lock`](crate::lock).

use std::sync::Arc;
use std::time::Duration;

use super::LaneWriter;
use super::event::Kind;
use super::shared::Shared;
use crate::error::Error;
use crate::machine::{now, now_in_order};
use crate::timeline::Activity;

/// A lock of a recording, by its number. Clones stand for the same.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LockId(Option<u16>);

impl LockId {
    /// A lock called `name`. Past the most there may be, the recording fails with a clear message.
    pub fn new(shared: &Arc<Shared>, name: &str) -> Self {
        let number = shared.new_lock(name.to_owned());
        if number.is_none() {
            let because = "a figure could not show more".to_owned();
            shared.fault(Error::TooMany { what: "locks", limit: super::arena::NAMES, because });
        }
        Self(number)
    }
}

/// How a lock is held.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Grip {
    /// Together with others, to read.
    pub shared: bool,
    /// By somebody who would not have waited for it.
    pub tried: bool,
}

impl Grip {
    fn pack(self) -> u32 {
        u32::from(self.shared) | u32::from(self.tried) << 1
    }

    /// What [`pack`](Self::pack) made.
    pub(super) fn unpack(bits: u32) -> Self {
        Self { shared: bits & 1 != 0, tried: bits & 2 != 0 }
    }
}

impl LaneWriter {
    /// The lane takes the lock now.
    pub(crate) fn holds(&self, lock: LockId, grip: Grip) {
        if lock.0.is_some() {
            self.push_at(now_in_order(), Kind::Holds, grip.pack(), lock.0);
        }
    }

    /// The lane lets go of the lock now.
    pub(crate) fn lets_go(&self, lock: LockId) {
        if lock.0.is_some() {
            self.push_at(now(), Kind::Releases, 0, lock.0);
        }
    }

    /// Whether the run ends this lane's thread, at its limit.
    pub(crate) fn is_ended(&self) -> bool {
        std::thread::panicking() && now() >= self.shared.deadline
    }

    /// How long the run may last yet.
    pub(crate) fn time_left(&self, moment: u64) -> Duration {
        Duration::from_nanos(self.shared.deadline.saturating_sub(moment))
    }

    /// Whether the run is past its limit; says so once asked and late, and that this lane waited to be notified.
    pub(crate) fn is_late_waiting_for(&self, moment: u64, what: &str) -> bool {
        let late = moment >= self.shared.deadline;
        if late {
            let says = format!("{} waits for {what}, and nobody notifies it", self.name());
            self.shared.fault(self.shared.stalled(&says));
        }
        late
    }

    /// Does `take`, which waits for the lock, inside a blocked span.
    pub(crate) fn blocked_on<T>(&self, lock: LockId, label: &str, take: impl FnOnce() -> T) -> T {
        self.held_up(Activity::Blocked, label, lock.0, take)
    }

    /// Does `wait`, which may wait to the limit of the run, inside a waiting span.
    pub(crate) fn waiting<T>(&self, label: &str, wait: impl FnOnce() -> T) -> T {
        self.held_up(Activity::Waiting, label, None, wait)
    }

    fn held_up<T>(&self, activity: Activity, label: &str, place: Option<u16>, wait: impl FnOnce() -> T) -> T {
        struct Span<'lane>(&'lane LaneWriter);
        impl Drop for Span<'_> {
            fn drop(&mut self) {
                // Where the run ends a thread that waits, it waited to the end.
                if !self.0.is_ended() {
                    self.0.end(now());
                }
            }
        }
        self.begin_on(now(), activity, label, place);
        let _span = Span(self);
        wait()
    }
}
