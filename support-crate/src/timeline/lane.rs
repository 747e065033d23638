//! One lane: what one thread, process, task or person did, span after span.

use std::ops::Range;
use std::time::Duration;

use crate::error::Error;

/// What somebody is doing during a span, in the terms of an operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Activity {
    /// On a core, getting on.
    Running,
    /// Could get on, and is not let: the core, or the waiter, is with somebody else.
    Ready,
    /// Waiting for something that takes its time: a timer, a disk, a customer who reads the menu.
    Waiting,
    /// Held up by somebody else's lock, or by standing beside a person who is not done.
    Blocked,
}

impl Activity {
    /// All of them, in the order of legends and tables.
    pub const ALL: [Self; 4] = [Self::Running, Self::Ready, Self::Waiting, Self::Blocked];

    /// Its word: "running", "ready", "waiting", "blocked".
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Ready => "ready",
            Self::Waiting => "waiting",
            Self::Blocked => "blocked",
        }
    }
}

/// A stretch of time in which a lane did one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// When it began, in nanoseconds of the shared clock.
    pub start: u64,
    /// When it ended, in nanoseconds of the shared clock; for one that never ended, the end of the recording.
    pub end: u64,
    /// Index of its label, for [`Lane::label`].
    pub label: u32,
    /// The core it began on, where that is known.
    pub core: Option<u16>,
    /// What was being done.
    pub activity: Activity,
    /// How many spans it lies in; 0 at the top.
    pub depth: u8,
    /// Whether its end was recorded; a thread nobody joined leaves spans that did not end.
    pub ended: bool,
}

impl Span {
    /// How long it lasted, in nanoseconds.
    pub fn length(&self) -> u64 {
        self.end - self.start
    }
}

/// Something that happened at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// When, in nanoseconds of the shared clock.
    pub at: u64,
    /// What happened.
    pub label: String,
}

/// What one thread, process, task or person did.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    /// Whose lane it is.
    pub name: String,
    /// The process it ran in; 0 in a model.
    pub pid: u32,
    /// The thread it began in, as the kernel numbers them; 0 in a model.
    pub tid: u32,
    /// The CPU time its thread used between the lane's first event and its last, where it had one thread for itself.
    pub cpu: Option<Duration>,
    spans: Vec<Span>,
    marks: Vec<Mark>,
    labels: Vec<String>,
}

impl Lane {
    /// An empty lane.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            pid: 0,
            tid: 0,
            cpu: None,
            spans: Vec::new(),
            marks: Vec::new(),
            labels: Vec::new(),
        }
    }

    /// The lane with one span more, at the top level, from plain data.
    ///
    /// # Errors
    /// When it ends before it starts, or starts before the span added last.
    pub fn with_span(mut self, time: Range<u64>, activity: Activity, label: &str) -> Result<Self, Error> {
        let label = self.label_index(label);
        let span =
            Span { start: time.start, end: time.end, label, core: None, activity, depth: 0, ended: true };
        self.push(span)?;
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

    /// Adds something that happened at `at` nanoseconds.
    pub fn mark(&mut self, at: u64, label: impl Into<String>) {
        self.marks.push(Mark { at, label: label.into() });
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

    /// What a span was called.
    pub fn label(&self, span: &Span) -> &str {
        self.labels.get(span.label as usize).map_or("", String::as_str)
    }

    /// Its spans, in the order they began.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// What happened at one moment, in order.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// When the first thing happened, in nanoseconds; `None` for an empty lane.
    pub fn start(&self) -> Option<u64> {
        let mark = self.marks.first().map(|mark| mark.at);
        self.spans.first().map(|span| span.start).into_iter().chain(mark).min()
    }

    /// When the last thing happened, in nanoseconds; `None` for an empty lane.
    pub fn end(&self) -> Option<u64> {
        let mark = self.marks.last().map(|mark| mark.at);
        self.spans.iter().map(|span| span.end).max().into_iter().chain(mark).max()
    }
}
