//! What a learner's code calls: [`LaneWriter`] writes spans, marks and arrows into one lane.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::event::{Event, Kind};
use super::recorder::{Recorder, Track};
use crate::error::Error;
use crate::machine::{now, thread, thread_cpu_time};
use crate::timeline::{Activity, Time};

/// Writes one lane. It can be moved to another thread or into a future, and used by one of them at a time.
///
/// A write costs one clock read and two stores; no lock is taken.
pub struct LaneWriter {
    pub(super) recorder: Recorder,
    pub(super) track: Arc<Track>,
    labels: RefCell<Labels>,
    /// How many spans are open.
    depth: Cell<u32>,
    /// Whether the outermost open span was begun by [`becomes`](Self::becomes).
    state: Cell<bool>,
    cpu_at_start: Cell<Option<Duration>>,
}

impl LaneWriter {
    pub(super) fn new(recorder: Recorder, track: Arc<Track>) -> Self {
        Self {
            recorder,
            track,
            labels: RefCell::default(),
            depth: Cell::new(0),
            state: Cell::new(false),
            cpu_at_start: Cell::new(None),
        }
    }

    /// The lane's name.
    pub fn name(&self) -> &str {
        &self.track.name
    }

    /// Opens another lane in the same recording, for a thread that this one starts.
    pub fn lane(&self, name: impl Into<String>) -> LaneWriter {
        self.recorder.lane(name)
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
    pub(super) fn becomes_at(&self, moment: u64, activity: Activity, label: &str) {
        if self.depth.get() == 1 && self.state.get() {
            // One event where an end and a beginning would be two.
            let label = self.label(label);
            return self.push(moment, Kind::Next(activity), label);
        }
        self.begin(moment, activity, label);
        self.state.set(true);
    }

    /// The lane's future was woken by the lane numbered `by`.
    #[inline]
    pub(super) fn woken_at(&self, moment: u64, by: u32) {
        self.push(moment, Kind::Woken, by);
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
        self.leave(now());
        let _span = self.span(Activity::Waiting, label);
        std::thread::sleep(duration);
    }

    /// Marks this moment.
    pub fn mark(&self, label: &str) {
        let label = self.label(label);
        self.push(now(), Kind::Mark, label);
    }

    /// Something leaves this lane now; hand the result to the lane it goes to.
    #[must_use = "the arrow is drawn once another lane receives it"]
    pub fn send(&self, label: &str) -> Handoff {
        let number = self.recorder.new_arrow(label.to_owned());
        self.push(now(), Kind::Send, number);
        Handoff { number }
    }

    /// Something that another lane sent arrives here now.
    pub fn receive(&self, handoff: Handoff) {
        self.push(now(), Kind::Receive, handoff.number);
    }

    /// Keeps the calling thread, which must be this lane's own, on one core from now on.
    ///
    /// Where that is not possible the run goes on and its recording fails with a clear message.
    pub fn pin(&self, core: usize) {
        if let Err(fault) = thread::pin(core) {
            self.recorder.fault(fault);
        }
    }

    /// The time really to spend, cut at the end of the run; a time nobody can spend becomes the recording's fault.
    pub(crate) fn checked(&self, time: Time) -> Option<Duration> {
        self.recorder.speak(time.unit());
        let Some(duration) = time.as_duration() else {
            let because = "a time must be zero or more, and a number".to_owned();
            self.recorder.fault(Error::BadTime { lane: self.name().to_owned(), asked: time, because });
            return None;
        };
        let left = Duration::from_nanos(self.recorder.shared.deadline.saturating_sub(now()));
        if duration > left {
            let limit = self.recorder.shared.limit;
            let because = format!("a run may last {} s", limit.as_secs_f64());
            self.recorder.fault(match duration > limit {
                true => Error::BadTime { lane: self.name().to_owned(), asked: time, because },
                false => self.recorder.time_limit(),
            });
            return Some(Duration::ZERO);
        }
        Some(duration)
    }

    /// Whether the run is past its limit; says so once asked and late.
    pub(crate) fn is_late(&self, moment: u64) -> bool {
        let late = moment >= self.recorder.shared.deadline;
        if late {
            self.recorder.fault(self.recorder.time_limit());
        }
        late
    }

    #[inline]
    pub(crate) fn begin(&self, moment: u64, activity: Activity, label: &str) {
        let label = self.label(label);
        self.depth.set(self.depth.get() + 1);
        self.push(moment, Kind::Begin(activity), label);
    }

    #[inline]
    pub(crate) fn end(&self, moment: u64) {
        self.depth.set(self.depth.get().saturating_sub(1));
        self.push(moment, Kind::End, 0);
    }

    /// Ends the state of [`becomes`](Self::becomes), when the lane is in one and in nothing inside it.
    pub(crate) fn leave(&self, moment: u64) {
        if self.depth.get() == 1 && self.state.replace(false) {
            self.end(moment);
        }
    }

    #[inline]
    fn push(&self, time: u64, kind: Kind, label: u32) {
        if self.track.thread.get().is_none() {
            self.first_event();
        }
        // The core is a question only for what runs, and asking costs as much as the rest of this.
        let runs = matches!(kind, Kind::Begin(Activity::Running) | Kind::Next(Activity::Running));
        let core = if runs { thread::core() } else { None };
        let event = Event { time, kind, core, label };
        self.track.push(event, &self.recorder.shared.room);
    }

    #[cold]
    fn first_event(&self) {
        self.track.begins_on(thread::id());
        self.cpu_at_start.set(thread_cpu_time());
    }

    #[inline]
    fn label(&self, text: &str) -> u32 {
        self.labels.borrow_mut().number(text, &self.track)
    }
}

impl Drop for LaneWriter {
    fn drop(&mut self) {
        self.close();
    }
}

impl LaneWriter {
    /// Ends a state, and keeps the CPU time when the lane stayed on its thread.
    pub(crate) fn close(&self) {
        self.leave(now());
        let same_thread = self.track.thread.get() == Some(&thread::id());
        if let (true, Some(start), Some(end)) = (same_thread, self.cpu_at_start.get(), thread_cpu_time()) {
            self.track.set_cpu(end.saturating_sub(start).as_nanos() as u64);
        }
    }
}

/// So many labels are looked through one by one.
const FEW: usize = 8;

/// The numbers of the labels this lane has used; most spans repeat the label before.
#[derive(Default)]
struct Labels {
    last: usize,
    names: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Labels {
    #[inline]
    fn number(&mut self, text: &str, track: &Track) -> u32 {
        if self.names.get(self.last).is_none_or(|last| last != text) {
            // A lane that goes to and fro between a few labels never computes a hash.
            let few = self.names.iter().take(FEW).position(|name| name == text);
            let known = few.or_else(|| self.numbers.get(text).copied());
            self.last = known.unwrap_or_else(|| self.add(text, track));
        }
        self.last as u32
    }

    #[cold]
    fn add(&mut self, text: &str, track: &Track) -> usize {
        let number = self.names.len();
        self.names.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        // Only a label never seen before takes this lock; the recorder reads under it.
        track.add_label(text);
        number
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
        self.lane.end(now());
    }
}

/// Something on its way from one lane to another: made by [`LaneWriter::send`], used up by [`LaneWriter::receive`].
#[derive(Debug)]
pub struct Handoff {
    number: u32,
}

impl Handoff {
    /// The arrow's number, to be sent along to another process.
    pub(crate) fn number(self) -> u32 {
        self.number
    }

    /// The arrow whose number came from another process.
    pub(crate) fn numbered(number: u32) -> Self {
        Self { number }
    }
}
