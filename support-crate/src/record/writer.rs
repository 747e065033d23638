//! What a learner's code calls: [`LaneWriter`] writes spans and marks into one lane.
//!
//! It writes more beside this file: `arrow` (what goes from lane to lane), `hold` (locks), `gauge` (counters), `step`
//! (CPU work), `future` (polls), `process` (the lane of a process).

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Duration;

use super::event::{Event, Kind};
use super::labels::Labels;
use super::shared::Shared;
use super::step::Stepping;
use super::track::{Track, Used};
use crate::error::Error;
use crate::machine::{Switches, now, thread, thread_cpu_time};
use crate::time::Time;
use crate::timeline::{Activity, LaneKind, MarkKind};

/// Writes one lane. It can be moved to another thread or into a future, and used by one of them at a time.
///
/// A write costs one clock read and two stores; no lock is taken.
pub struct LaneWriter {
    pub(super) shared: Arc<Shared>,
    pub(super) track: Arc<Track>,
    labels: RefCell<Labels>,
    /// How many spans are open.
    depth: Cell<u32>,
    /// How deep the span lies that was begun by [`becomes`](Self::becomes), or by [`step`](Self::step); 0 without one.
    state: Cell<u32>,
    pub(super) stepping: RefCell<Stepping>,
    /// How many arrows have left.
    pub(super) sent: Cell<u32>,
    at_start: Cell<Used>,
    /// The process whose lane this is.
    process: Cell<u32>,
}

impl LaneWriter {
    /// Opens a lane.
    pub(super) fn open(shared: Arc<Shared>, name: String, kind: LaneKind) -> Self {
        let track = shared.open(name, kind);
        let process = Cell::new(shared.process());
        Self {
            shared,
            track,
            labels: RefCell::default(),
            depth: Cell::new(0),
            state: Cell::new(0),
            stepping: RefCell::default(),
            sent: Cell::new(0),
            at_start: Cell::default(),
            process,
        }
    }

    /// The lane's name.
    pub fn name(&self) -> &str {
        &self.track.name
    }

    /// Its place among the lanes of the recording.
    pub(crate) fn number(&self) -> u32 {
        self.track.number
    }

    /// Opens another lane in the same recording, for something that begins here.
    pub fn lane(&self, name: impl Into<String>) -> LaneWriter {
        self.lane_of(name, LaneKind::Story)
    }

    /// Opens another lane of a certain kind in the same recording.
    pub(crate) fn lane_of(&self, name: impl Into<String>, kind: LaneKind) -> LaneWriter {
        Self::open(Arc::clone(&self.shared), name.into(), kind)
    }

    /// Begins a span; it ends when the guard is dropped, also by a panic. Spans begun inside lie in it.
    #[inline]
    pub fn span(&self, activity: Activity, label: &str) -> SpanGuard<'_> {
        self.begin(now(), activity, label);
        SpanGuard { lane: self }
    }

    /// Does `work` inside a span.
    #[inline]
    pub fn during<T>(&self, activity: Activity, label: &str, work: impl FnOnce() -> T) -> T {
        let _span = self.span(activity, label);
        work()
    }

    /// From now on, until it becomes something else, waits, works, or is [`done`](Self::done), the lane is at this.
    pub fn becomes(&self, activity: Activity, label: &str) {
        self.becomes_at(now(), activity, label);
    }

    #[inline]
    pub(crate) fn becomes_at(&self, moment: u64, activity: Activity, label: &str) {
        self.becomes_known(moment, activity, self.label(label), core_for(activity));
    }

    /// As above, with a label whose [number](Self::label) is known, on a core that is known if the lane runs.
    #[inline]
    pub(super) fn becomes_known(&self, moment: u64, activity: Activity, label: u32, core: Option<u16>) {
        self.leave_and_begin(moment, activity, label, core);
        self.is_in_a_state();
    }

    /// Begins a span, in place of the state of [`becomes`](Self::becomes) if the lane is in one and nothing inside it.
    #[inline]
    pub(super) fn leave_and_begin(&self, moment: u64, activity: Activity, label: u32, core: Option<u16>) {
        if self.takes_leave() {
            let moment = self.stops_stepping().unwrap_or(moment);
            // One event where an end and a beginning would be two.
            return self.push_at(moment, Kind::Next(activity), label, core);
        }
        self.depth.set(self.depth.get() + 1);
        self.push_at(moment, Kind::Begin(activity), label, core);
    }

    /// Ends what the lane [became](Self::becomes) last.
    pub fn done(&self) {
        self.leave(now());
    }

    /// Waits for `time` without using the core, as for a timer or for a customer who reads the menu.
    ///
    /// A negative or endless time is not waited for: the run goes on and its recording fails with a clear message.
    pub fn wait(&self, label: &str, time: Time) {
        let Some(duration) = self.checked(time) else { return };
        let begins = now();
        self.leave(begins);
        self.begin(begins, Activity::Waiting, label);
        std::thread::sleep(duration);
        self.woke_up(begins + duration.as_nanos() as u64);
    }

    /// Marks this moment.
    pub fn mark(&self, label: &str) {
        self.mark_of(MarkKind::Note, label);
    }

    /// Marks this moment as one of a certain kind.
    pub(crate) fn mark_of(&self, kind: MarkKind, label: &str) {
        let label = self.label(label);
        self.push(now(), Kind::Mark(kind), label);
    }

    /// Keeps the calling thread, which must be this lane's own, on one core from now on.
    ///
    /// Where that is not possible the run goes on and its recording fails with a clear message.
    pub fn pin(&self, core: usize) {
        if let Err(fault) = thread::pin(core) {
            self.shared.fault(fault);
        }
    }

    /// The time really to spend, cut at the end of the run; a time nobody can spend becomes the recording's fault.
    pub(crate) fn checked(&self, time: Time) -> Option<Duration> {
        self.shared.speak(time.unit());
        let Some(duration) = time.as_duration() else {
            let because = "a time must be zero or more, and a number".to_owned();
            self.shared.fault(Error::BadTime { lane: self.name().to_owned(), asked: time, because });
            return None;
        };
        let left = Duration::from_nanos(self.shared.deadline.saturating_sub(now()));
        if duration > left {
            let limit = self.shared.limit;
            let because = format!("a run may last {} s", limit.as_secs_f64());
            self.shared.fault(match duration > limit {
                true => Error::BadTime { lane: self.name().to_owned(), asked: time, because },
                false => self.shared.time_limit(),
            });
            return Some(Duration::ZERO);
        }
        Some(duration)
    }

    /// Something went wrong in what this lane calls: the run goes on, and its recording fails.
    pub(crate) fn fault(&self, fault: Error) {
        self.shared.fault(fault);
    }

    /// Whether the run is past its limit; says so once asked and late.
    pub(crate) fn is_late(&self, moment: u64) -> bool {
        self.shared.is_late(moment)
    }

    #[inline]
    pub(crate) fn begin(&self, moment: u64, activity: Activity, label: &str) {
        let label = self.label(label);
        self.depth.set(self.depth.get() + 1);
        self.push_at(moment, Kind::Begin(activity), label, core_for(activity));
    }

    #[inline]
    pub(crate) fn end(&self, moment: u64) {
        self.depth.set(self.depth.get().saturating_sub(1));
        self.push(moment, Kind::End, 0);
    }

    /// Begins a span on something that has a number: blocked on a lock.
    pub(super) fn begin_on(&self, moment: u64, activity: Activity, label: &str, place: Option<u16>) {
        let label = self.label(label);
        self.depth.set(self.depth.get() + 1);
        self.push_at(moment, Kind::Begin(activity), label, place);
    }

    /// Ends the state of [`becomes`](Self::becomes), when the lane is in one and in nothing inside it.
    #[inline]
    pub(crate) fn leave(&self, moment: u64) {
        if self.takes_leave() {
            let moment = self.stops_stepping().unwrap_or(moment);
            self.end(moment);
        }
    }

    /// Whether the innermost span is a state; from now on it is none.
    #[inline]
    fn takes_leave(&self) -> bool {
        let leaves = self.state.get() == self.depth.get() && self.depth.get() > 0;
        if leaves {
            self.state.set(0);
        }
        leaves
    }

    /// The lane is now in a state that its next step, wait, work or [`becomes`](Self::becomes) ends.
    pub(super) fn is_in_a_state(&self) {
        self.state.set(self.depth.get());
    }

    #[inline]
    pub(super) fn push(&self, time: u64, kind: Kind, label: u32) {
        self.push_at(time, kind, label, None);
    }

    #[inline]
    pub(super) fn push_at(&self, time: u64, kind: Kind, label: u32, place: Option<u16>) {
        if self.track.thread.get().is_none() {
            self.first_event();
        }
        if !self.is_here() {
            return self.of_another_process();
        }
        self.track.push(Event { time, kind, place, label }, &self.shared.room);
    }

    #[cold]
    fn first_event(&self) {
        self.track.begins_on(thread::id());
        self.at_start.set(used());
    }

    /// Whether the lane was opened in the process that this is in.
    #[inline]
    pub(super) fn is_here(&self) -> bool {
        self.process.get() == self.shared.process()
    }

    /// Two processes that write one lane would write over each other's events.
    #[cold]
    fn of_another_process(&self) {
        let what = format!("writing into the lane \"{}\" from another process", self.name());
        let because = "it was opened before the fork, and a lane has one writer; in the child, use the lane that its \
                       closure is given, or open one with lane.lane(name)";
        self.shared.fault(Error::NotPossible { what, because: because.to_owned() });
    }

    /// From here on the calling process, a child, is whose lane this is.
    pub(super) fn belongs_here(&self) {
        self.shared.forked();
        self.process.set(self.shared.process());
    }

    /// The number of a label in this lane, which stays the same: who begins with one again and again asks once.
    #[inline]
    pub(super) fn label(&self, text: &str) -> u32 {
        // A child that adds to the labels of its parent's lane would change their numbers there.
        self.labels.borrow_mut().number(text, || {
            if self.is_here() {
                self.track.add_label(text);
            }
        })
    }

    /// Ends a state, and keeps what the lane's thread used when the lane stayed on it.
    pub(crate) fn close(&self) {
        self.leave(now());
        if self.track.thread.get() == Some(&thread::id()) {
            let (start, end) = (self.at_start.get(), used());
            self.track.set_used(Used {
                cpu: start.cpu.zip(end.cpu).map(|(start, end)| end.saturating_sub(start)),
                switches: start.switches.zip(end.switches).map(|(start, end)| end.since(start)),
            });
        }
    }
}

/// What the calling thread has used since it began.
fn used() -> Used {
    Used { cpu: thread_cpu_time(), switches: Switches::of_this_thread() }
}

/// The core is a question only for what runs, and asking costs as much as writing the answer down.
#[inline]
fn core_for(activity: Activity) -> Option<u16> {
    if activity == Activity::Running { thread::core() } else { None }
}

impl Drop for LaneWriter {
    fn drop(&mut self) {
        if self.is_here() {
            self.close();
        }
    }
}

/// Ends its span when it is dropped.
#[must_use = "the span ends when this guard is dropped"]
pub struct SpanGuard<'lane> {
    lane: &'lane LaneWriter,
}

impl Drop for SpanGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        // Steps inside it end where it ends.
        if self.lane.state.get() > 0 {
            self.lane.leave(now());
        }
        self.lane.end(now());
    }
}
