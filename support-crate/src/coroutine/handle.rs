//! [`Coroutine`]: resume one, and what it answers.

use std::rc::Rc;

use super::slot::Slot;
use super::until::until;
use crate::error::Error;
use crate::machine::now;
use crate::record::stop::stop;
use crate::timeline::Activity;

/// Why a coroutine gave way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It [paused](super::Yielder::pause), and could go on at once.
    Paused,
    /// It [waits](super::Yielder::wait) for something that takes its time.
    Waits,
    /// Its code has come to an end, or panicked, which the recording reports.
    Done,
}

/// A coroutine of a [run](super::Coroutines): its code stands still wherever it gave way last, until somebody resumes
/// it. It stays on the thread that made it.
///
/// Dropped before it is done, its stack is unwound: everything on it is dropped, and its lane gets the mark "dropped".
/// Code that catches the unwinding (`catch_unwind`) and goes on is unwound again at its next pause; after a second of
/// that the process ends, in a notebook the one that runs the cells.
#[must_use = "a coroutine runs only while it is resumed, and is unwound when this is dropped"]
pub struct Coroutine {
    slot: Rc<Slot>,
}

impl Coroutine {
    pub(super) fn of(slot: Rc<Slot>) -> Self {
        Self { slot }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.slot.lane.name()
    }

    /// Lets it go on until it gives way, and says why it did. One that still waits is left alone and answers
    /// [`Turn::Waits`] at once.
    ///
    /// A coroutine that is done cannot be resumed: the run ends there and its recording fails with a clear message.
    ///
    /// # Panics
    /// When its run is over.
    pub fn resume(&mut self) -> Turn {
        let slot = &self.slot;
        assert!(!slot.dismissed.get(), "\"{}\" cannot be resumed: its run is over", self.name());
        if slot.is_done() {
            let because = "it is done, and there is nothing to go on with".to_owned();
            let what = format!("resuming \"{}\" once more", self.name());
            slot.shared.stop_because(Error::NotPossible { what, because });
        }
        let moment = self.in_time();
        if slot.due.get().is_some_and(|due| due > moment) {
            return Turn::Waits;
        }
        slot.turn(moment)
    }

    /// Whether it could go on now: it is not done, and what it waits for is there.
    pub fn is_ready(&self) -> bool {
        !self.is_done() && self.slot.due.get().is_none_or(|due| due <= now())
    }

    /// Whether its code has come to an end.
    pub fn is_done(&self) -> bool {
        self.slot.is_done()
    }

    /// Keeps the thread until what the coroutine waits for is there; returns at once where it waits for nothing.
    pub fn until_ready(&self) {
        let moment = self.in_time();
        let Some(due) = self.slot.due.get().filter(|due| *due > moment) else { return };
        let label = format!("for {}", self.name());
        let thread = self.slot.shared.thread.get();
        let _span = thread.map(|thread| thread.span(Activity::Waiting, &label));
        until(due);
    }

    /// The moment, of a run that is not past its limit; one that is ends here.
    fn in_time(&self) -> u64 {
        let moment = now();
        if self.slot.lane.is_late(moment) {
            stop();
        }
        moment
    }
}

impl Drop for Coroutine {
    fn drop(&mut self) {
        // Not while a panic goes past: unwinding a second stack meanwhile is left to the crew, a moment later.
        if !std::thread::panicking() {
            self.slot.dismiss();
        }
    }
}
