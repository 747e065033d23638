//! One lane: what one thread, process, task or person did, span after span.

use std::ops::Range;
use std::time::Duration;

use super::{Activity, LaneKind, Mark, MarkKind};
use crate::error::Error;
use crate::machine::{Interrupts, Switches};
use crate::time::{MILLISECOND, Time, Unit};

/// A stretch of time in which a lane did one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// When it began, in nanoseconds of the shared clock.
    pub start: u64,
    /// When it ended, in nanoseconds of the shared clock; for one that never ended, the end of the recording.
    pub end: u64,
    /// Index of its label, for [`Lane::label`].
    pub label: u32,
    /// The core it began on, where that is known; of a ready span the core that it was taken off by one switch.
    pub core: Option<u16>,
    /// The lock it is blocked on, where that is known: an index into [`Timeline::locks`](super::Timeline::locks).
    pub lock: Option<u16>,
    /// What was being done.
    pub activity: Activity,
    /// How many spans it lies in; 0 at the top.
    pub depth: u8,
    /// Whether its end was recorded; a thread nobody joined leaves spans that did not end.
    pub ended: bool,
}

impl Span {
    /// A span from plain data, at the top level, that ended.
    pub fn new(time: Range<u64>, activity: Activity, label: u32) -> Self {
        let Range { start, end } = time;
        Self { start, end, label, core: None, lock: None, activity, depth: 0, ended: true }
    }

    /// How long it lasted, in nanoseconds.
    pub fn length(&self) -> u64 {
        self.end - self.start
    }
}

/// A stretch of time in which a lane held a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// Which: an index into [`Timeline::locks`](super::Timeline::locks).
    pub lock: u16,
    /// When it was taken, in nanoseconds of the shared clock.
    pub start: u64,
    /// When it was let go; for one that never was, the end of the recording.
    pub end: u64,
    /// Whether it was let go.
    pub ended: bool,
    /// Whether it was held together with others, to read.
    pub shared: bool,
    /// Whether it was taken only because it was free, by somebody who would not have waited.
    pub tried: bool,
}

impl Hold {
    /// A lock that was held for `time` by nobody else, and let go, from plain data.
    pub fn new(lock: u16, time: Range<u64>) -> Self {
        let Range { start, end } = time;
        Self { lock, start, end, ended: true, shared: false, tried: false }
    }
}

/// What one thread, process, task or person did.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    /// Whose lane it is.
    pub name: String,
    /// What kind of thing that is.
    pub kind: LaneKind,
    /// What its times are written in; the timeline's.
    pub unit: Unit,
    /// The process it ran in; 0 in a model.
    pub pid: u32,
    /// The thread it began in, as the kernel numbers them; 0 in a model.
    pub tid: u32,
    /// The CPU time its thread used between the lane's first event and its last, where it had one thread for itself.
    pub cpu: Option<Duration>,
    /// How often its thread left its core meanwhile, by the kernel's count, where it had one thread for itself.
    pub switches: Option<Switches>,
    /// The nice value of a thread on a [shared core](crate::record::Recording::on_core).
    pub nice: Option<i32>,
    /// The kernel's word for the rule by which a thread on a shared core got it: "SCHED_OTHER".
    pub policy: Option<&'static str>,
    /// Gaps in which a thread on a shared core kept it.
    pub interrupts: Interrupts,
    /// Which locks it held, in the order they were taken.
    pub holds: Vec<Hold>,
    spans: Vec<Span>,
    marks: Vec<Mark>,
    labels: Vec<String>,
}

impl Lane {
    /// An empty lane.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: LaneKind::default(),
            unit: MILLISECOND.unit(),
            pid: 0,
            tid: 0,
            cpu: None,
            switches: None,
            nice: None,
            policy: None,
            interrupts: Interrupts::default(),
            holds: Vec::new(),
            spans: Vec::new(),
            marks: Vec::new(),
            labels: Vec::new(),
        }
    }

    /// The lane as one of another kind.
    pub fn of_kind(mut self, kind: LaneKind) -> Self {
        self.kind = kind;
        self
    }

    /// The lane with one span more, at the top level, from plain data.
    ///
    /// # Errors
    /// When it ends before it starts, or starts before the span added last.
    pub fn with_span(mut self, time: Range<u64>, activity: Activity, label: &str) -> Result<Self, Error> {
        let label = self.label_index(label);
        self.push(Span::new(time, activity, label))?;
        Ok(self)
    }

    /// Adds a span whose label came from [`label_index`](Self::label_index). A span inside another comes after it,
    /// one deeper.
    ///
    /// # Errors
    /// When it ends before it starts, or starts before the span added last.
    pub fn push(&mut self, span: Span) -> Result<(), Error> {
        if span.end < span.start {
            return Err(Error::Backwards { lane: self.name.clone(), start: span.start, end: span.end });
        }
        if self.spans.last().is_some_and(|last| span.start < last.start) {
            return Err(Error::OutOfOrder { lane: self.name.clone() });
        }
        self.spans.push(span);
        Ok(())
    }

    /// The span added last did not end.
    pub(crate) fn leaves_open(&mut self) {
        self.spans.last_mut().into_iter().for_each(|span| span.ended = false);
    }

    /// Adds something that the lane's own code marked at `at` nanoseconds.
    pub fn mark(&mut self, at: u64, label: impl Into<String>) {
        self.marks.push(Mark { at, kind: MarkKind::Note, label: label.into() });
    }

    /// Adds something that happened at one moment.
    pub fn push_mark(&mut self, mark: Mark) {
        self.marks.push(mark);
    }

    /// The number that stands for `label` in this lane's spans.
    pub fn label_index(&mut self, label: &str) -> u32 {
        let index = self.labels.iter().rposition(|known| known == label).unwrap_or_else(|| {
            self.labels.push(label.to_owned());
            self.labels.len() - 1
        });
        index as u32
    }

    /// A lane as a recorder hands it over: spans in the order they began, and the labels they point to.
    pub(crate) fn recorded(name: String, labels: Vec<String>, spans: Vec<Span>, marks: Vec<Mark>) -> Self {
        Self { labels, spans, marks, ..Self::new(name) }
    }

    /// The same lane with other spans, which point to the same labels; they must be in the order they begin.
    pub(crate) fn with_spans(self, spans: Vec<Span>) -> Self {
        Self { spans, ..self }
    }

    /// The same lane without what happened at single moments.
    pub(crate) fn without_marks(self) -> Self {
        Self { marks: Vec::new(), ..self }
    }

    /// The same lane, so many nanoseconds earlier.
    pub(crate) fn earlier_by(mut self, nanoseconds: u64) -> Self {
        let moved = |moment: &mut u64| *moment = moment.saturating_sub(nanoseconds);
        self.spans.iter_mut().for_each(|span| [&mut span.start, &mut span.end].into_iter().for_each(moved));
        self.holds.iter_mut().for_each(|hold| [&mut hold.start, &mut hold.end].into_iter().for_each(moved));
        self.marks.iter_mut().for_each(|mark| moved(&mut mark.at));
        self
    }

    /// The same lane, its locks numbered from `first` on.
    pub(crate) fn with_locks_after(mut self, first: u16) -> Self {
        self.holds.iter_mut().for_each(|hold| hold.lock += first);
        self.spans.iter_mut().for_each(|span| span.lock = span.lock.map(|lock| lock + first));
        self
    }

    /// What a span was called.
    pub fn label(&self, span: &Span) -> &str {
        self.labels.get(span.label as usize).map_or("", String::as_str)
    }

    /// Its spans, in the order they began.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Its spans called `label`, in the order they began.
    pub fn called<'lane>(&'lane self, label: &'lane str) -> impl Iterator<Item = &'lane Span> {
        self.spans.iter().filter(move |span| self.label(span) == label)
    }

    /// What happened at one moment, in order.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// The first mark of this kind.
    pub fn marked(&self, kind: MarkKind) -> Option<&Mark> {
        self.marks.iter().find(|mark| mark.kind == kind)
    }

    /// What the lane's own code marked, in order.
    pub fn notes(&self) -> impl Iterator<Item = &Mark> {
        self.marks.iter().filter(|mark| mark.kind == MarkKind::Note)
    }

    /// When the first thing happened, in nanoseconds; `None` for an empty lane.
    pub fn start(&self) -> Option<u64> {
        let (mark, hold) =
            (self.marks.first().map(|mark| mark.at), self.holds.first().map(|hold| hold.start));
        self.spans.first().map(|span| span.start).into_iter().chain(mark).chain(hold).min()
    }

    /// When the last thing happened, in nanoseconds; `None` for an empty lane.
    pub fn end(&self) -> Option<u64> {
        let (mark, hold) =
            (self.marks.last().map(|mark| mark.at), self.holds.iter().map(|hold| hold.end).max());
        self.spans.iter().map(|span| span.end).max().into_iter().chain(mark).chain(hold).max()
    }

    /// Whether nothing was recorded in it.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty() && self.marks.is_empty() && self.holds.is_empty()
    }

    /// So many nanoseconds in the lane's unit: `lane.time(span.length()) > 3 * MINUTE`.
    pub fn time(&self, nanoseconds: u64) -> Time {
        Time::of_nanos(nanoseconds, self.unit)
    }
}
