//! Locks: who holds which, and who is blocked on it. What takes a real lock stands in the room [`lock`](crate::lock).

use std::sync::Arc;

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

impl LaneWriter {
    /// The lane takes the lock now.
    pub(crate) fn holds(&self, lock: LockId) {
        if lock.0.is_some() {
            self.push_at(now_in_order(), Kind::Holds, 0, lock.0);
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

    /// Does `take`, which waits for the lock, inside a blocked span.
    pub(crate) fn blocked_on<T>(&self, lock: LockId, label: &str, take: impl FnOnce() -> T) -> T {
        struct Span<'lane>(&'lane LaneWriter);
        impl Drop for Span<'_> {
            fn drop(&mut self) {
                // Where the run ends a thread that waits, it was blocked to the end.
                if !self.0.is_ended() {
                    self.0.end(now());
                }
            }
        }
        self.begin_on(now(), Activity::Blocked, label, lock.0);
        let _span = Span(self);
        take()
    }
}
