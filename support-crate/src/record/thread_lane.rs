//! A lane for a thread that polls futures, a runtime's worker or an event loop: which task it polls, when it parks.
//! And where a thread is at this moment, so that a wake knows who woke.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::sync::Arc;

use super::LaneWriter;
use super::shared::Shared;
use super::track::NOBODY;
use crate::time::Time;
use crate::timeline::{Activity, MarkKind};

/// In which lane of which recording a thread is.
#[derive(Clone, Copy)]
struct Here {
    recording: usize,
    lane: u32,
    /// The lane of the future that it polls; null where it polls none.
    polls: *const LaneWriter,
}

const NOWHERE: Here = Here { recording: 0, lane: NOBODY, polls: std::ptr::null() };

thread_local! {
    static HERE: Cell<Here> = const { Cell::new(NOWHERE) };
    static OWN: RefCell<Option<LaneWriter>> = const { RefCell::new(None) };
}

/// The lane of this recording that the calling thread is in, or [`NOBODY`].
pub(super) fn here(shared: &Shared) -> u32 {
    let here = HERE.get();
    if here.recording == identity(shared) { here.lane } else { NOBODY }
}

/// The name of the lane of this recording that the calling thread is in.
pub(crate) fn here_named(shared: &Shared) -> Option<String> {
    shared.lane_name(here(shared))
}

/// The same for all handles of a recording, and for no other that is alive.
fn identity(shared: &Shared) -> usize {
    std::ptr::from_ref(shared).addr()
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
        HERE.set(Here { recording: identity(&lane.shared), lane: lane.track.number, ..NOWHERE });
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

    /// The thread waits for `time`, whatever it should do meanwhile; as [`LaneWriter::wait`] does.
    pub fn wait(&self, label: &str, time: Time) {
        with(|lane| lane.wait(label, time));
    }

    /// Marks this moment in the thread's lane.
    pub fn mark(&self, label: &str) {
        with(|lane| lane.mark(label));
    }

    /// Marks this moment as one of a certain kind.
    pub(crate) fn mark_of(&self, kind: MarkKind) {
        with(|lane| lane.mark_of(kind, kind.name()));
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

/// Whether the calling thread has a lane of its own.
pub(crate) fn is_open() -> bool {
    HERE.get().lane != NOBODY
}

/// Calls `body` with the lane of the future that the calling thread polls; `None` where it polls none.
pub(crate) fn polled<T>(body: impl FnOnce(&LaneWriter) -> T) -> Option<T> {
    let lane = HERE.get().polls;
    // SAFETY: where it is not null the lane's future is being polled further down this thread's stack. `Inside` borrows
    // the lane for as long, and takes the pointer away before it ends.
    (!lane.is_null()).then(|| body(unsafe { &*lane }))
}

/// Ends the calling thread's own lane.
pub(crate) fn close() {
    HERE.set(NOWHERE);
    let _ = OWN.try_with(|own| own.try_borrow_mut().ok().and_then(|mut own| own.take()));
}

/// What a future was called when its poll was last shown in a thread's lane: the lane, and the label's number there.
/// A task that stays on its worker is looked up once.
#[derive(Default)]
pub(super) struct Shown(Option<(u32, u32)>);

impl Shown {
    /// The label of `lane`'s future in `own`.
    #[inline]
    fn label(&mut self, own: &LaneWriter, lane: &LaneWriter) -> u32 {
        let place = own.track.number;
        if let Some((_, label)) = self.0.filter(|(known, _)| *known == place) {
            return label;
        }
        let label = own.label(lane.name());
        // A lane's number stands for it within its recording, which the future keeps alive.
        let same = Arc::ptr_eq(&own.shared, &lane.shared) && place != NOBODY;
        self.0 = same.then_some((place, label));
        label
    }
}

/// A poll going on: wakes come from its lane, and the thread's own lane shows it.
pub(super) struct Inside<'lane> {
    outside: Here,
    lane: PhantomData<&'lane LaneWriter>,
}

impl<'lane> Inside<'lane> {
    /// `lane`'s future is polled from `moment` on, on that core.
    #[inline]
    pub fn enter(lane: &'lane LaneWriter, shown: &mut Shown, moment: u64, core: Option<u16>) -> Self {
        let inside = Here { recording: identity(&lane.shared), lane: lane.track.number, polls: lane };
        let outside = HERE.replace(inside);
        // Of futures inside futures the thread shows the outermost, which is the task.
        if outside.polls.is_null() && outside.lane != NOBODY {
            with(|own| {
                own.leave_and_begin(moment, Activity::Running, shown.label(own, lane), core);
            });
        }
        Self { outside, lane: PhantomData }
    }

    /// The poll ended at `moment`.
    #[inline]
    pub fn leave(self, moment: u64) {
        HERE.set(self.outside);
        if self.outside.polls.is_null() && self.outside.lane != NOBODY {
            with(|own| own.end(moment));
        }
    }
}
