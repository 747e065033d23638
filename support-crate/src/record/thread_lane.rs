//! A lane for a thread that polls futures, a runtime's worker or an event loop: which task it polls, when it parks.
//! And where a thread is at this moment, so that a wake knows who woke.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;

use super::LaneWriter;
use super::recorder::Recorder;
use super::wakes::NOBODY;
use crate::timeline::Activity;

/// In which lane of which recording a thread is.
#[derive(Clone, Copy)]
struct Here {
    recording: usize,
    lane: u32,
    /// Whether it is in a poll of that lane's future.
    polls: bool,
}

const NOWHERE: Here = Here { recording: 0, lane: NOBODY, polls: false };

thread_local! {
    static HERE: Cell<Here> = const { Cell::new(NOWHERE) };
    static OWN: RefCell<Option<LaneWriter>> = const { RefCell::new(None) };
}

/// The lane of `recorder` that the calling thread is in, or [`NOBODY`].
pub(super) fn here(recorder: &Recorder) -> u32 {
    let here = HERE.get();
    if here.recording == recorder.identity() { here.lane } else { NOBODY }
}

/// The lane of the calling thread itself, from [`open`](Self::open) until this is dropped.
///
/// Each recorded poll on the thread is also a running span here, labelled with the task's name, and what is woken
/// on the thread outside any poll is woken from here. Between polls its owner says what it does:
/// `becomes(Waiting, "parked")`.
#[must_use = "the thread has its lane until this is dropped"]
pub struct ThreadLane {
    /// It belongs to one thread.
    here: PhantomData<*const ()>,
}

impl ThreadLane {
    /// Makes `lane` the calling thread's own, in place of one it may have had.
    pub fn open(lane: LaneWriter) -> Self {
        HERE.set(Here { recording: lane.recorder.identity(), lane: lane.track.number, polls: false });
        OWN.set(Some(lane));
        Self { here: PhantomData }
    }

    /// From now on the thread is at this, until it becomes something else or polls.
    pub fn becomes(&self, activity: Activity, label: &str) {
        with(|lane| lane.becomes(activity, label));
    }

    /// Ends what the thread [became](Self::becomes) last.
    pub fn done(&self) {
        with(LaneWriter::done);
    }

    /// Marks this moment in the thread's lane.
    pub fn mark(&self, label: &str) {
        with(|lane| lane.mark(label));
    }
}

impl Drop for ThreadLane {
    fn drop(&mut self) {
        close();
    }
}

/// Calls `body` with the calling thread's own lane; nothing where it has none.
pub(crate) fn with(body: impl FnOnce(&LaneWriter)) {
    // A thread that is ending has no lane any more.
    let _ = OWN.try_with(|own| own.try_borrow().ok().and_then(|own| own.as_ref().map(body)));
}

/// Ends the calling thread's own lane.
pub(crate) fn close() {
    HERE.set(NOWHERE);
    let _ = OWN.try_with(|own| own.try_borrow_mut().ok().and_then(|mut own| own.take()));
}

/// A poll going on: wakes come from its lane, and the thread's own lane shows it.
pub(super) struct Inside {
    outside: Here,
}

impl Inside {
    /// `lane`'s future is polled from `moment` on.
    #[inline]
    pub fn enter(lane: &LaneWriter, moment: u64) -> Self {
        let outside =
            HERE.replace(Here { recording: lane.recorder.identity(), lane: lane.track.number, polls: true });
        // Of futures inside futures the thread shows the outermost, which is the task.
        if !outside.polls && outside.lane != NOBODY {
            with(|own| {
                own.leave(moment);
                own.begin(moment, Activity::Running, lane.name());
            });
        }
        Self { outside }
    }

    /// The poll ended at `moment`.
    #[inline]
    pub fn leave(self, moment: u64) {
        HERE.set(self.outside);
        if !self.outside.polls && self.outside.lane != NOBODY {
            with(|own| own.end(moment));
        }
    }
}
