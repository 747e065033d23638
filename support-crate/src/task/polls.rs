//! Questions to a run of tasks: which polls, which wakes, on which thread, and how it ended.

use std::fmt;

use super::run::SHUTDOWN;
use crate::error::Error;
use crate::record::{CANCELLED, LOST, PANICKED, POLL};
use crate::timeline::{Activity, Lane, Span, Timeline};

/// One poll of a recorded future.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Poll {
    /// When it began, in nanoseconds of the shared clock.
    pub start: u64,
    /// When it ended, in nanoseconds of the shared clock.
    pub end: u64,
}

impl Poll {
    /// How long it lasted, in nanoseconds.
    pub fn length(&self) -> u64 {
        self.end - self.start
    }
}

/// How a recorded future ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was ready: it ran to its end.
    Ready,
    /// It was dropped before: by `abort`, a timeout, a `select!`.
    Cancelled,
    /// It panicked, and this is what it said.
    Panicked(String),
    /// It was still alive when the run was over.
    Unfinished,
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready => write!(out, "ready"),
            Self::Cancelled => write!(out, "cancelled"),
            Self::Panicked(says) => write!(out, "panicked: {says}"),
            Self::Unfinished => write!(out, "unfinished"),
        }
    }
}

impl Lane {
    /// The polls of a recorded future, in order; none for a lane of anything else.
    pub fn polls(&self) -> impl Iterator<Item = Poll> + '_ {
        let polls = self.spans().iter().filter(|span| span.depth == 0 && self.label(span) == POLL);
        polls.map(|span| Poll { start: span.start, end: span.end })
    }

    /// Whether it was pending at its end with nobody to wake it.
    pub(super) fn was_lost(&self) -> bool {
        self.marks().iter().any(|mark| mark.label == LOST)
    }
}

impl Timeline {
    /// The polls of the future called `name`, in order.
    ///
    /// # Errors
    /// When there is no such lane.
    pub fn polls(&self, name: &str) -> Result<Vec<Poll>, Error> {
        Ok(self.lane(name)?.polls().collect())
    }

    /// Who woke the future called `name`, wake by wake: the names of tasks ("Amir", or `name` itself), and of threads
    /// ("loop") where a timer or a socket did it.
    ///
    /// # Errors
    /// When there is no such lane.
    pub fn woken_by(&self, name: &str) -> Result<Vec<&str>, Error> {
        let woken = self.number(name)?;
        let wakes = self.arrows.iter().filter(|arrow| arrow.to.0 == woken);
        Ok(wakes.filter_map(|arrow| self.lanes.get(arrow.from.0)).map(|lane| lane.name.as_str()).collect())
    }

    /// The threads that polled the future called `name`, in the lanes' order.
    ///
    /// # Errors
    /// When there is no such lane.
    pub fn polled_on(&self, name: &str) -> Result<Vec<&str>, Error> {
        let lane = self.lane(name)?;
        let threads = self.threads();
        let polled = |thread: &&Lane| lane.polls().any(|poll| thread_polls(thread, poll));
        Ok(threads.into_iter().filter(polled).map(|thread| thread.name.as_str()).collect())
    }

    /// How the future called `name` ended.
    ///
    /// # Errors
    /// When there is no such lane.
    pub fn outcome(&self, name: &str) -> Result<Outcome, Error> {
        let lane = self.lane(name)?;
        let mark = |begins: &str| lane.marks().iter().find(|mark| mark.label.starts_with(begins));
        if let Some(panicked) = mark(PANICKED) {
            return Ok(Outcome::Panicked(panicked.label[PANICKED.len()..].to_owned()));
        }
        if let Some(cancelled) = mark(CANCELLED) {
            let at_the_end = self.shutdown().is_some_and(|moment| cancelled.at >= moment);
            return Ok(if at_the_end { Outcome::Unfinished } else { Outcome::Cancelled });
        }
        let over = lane.spans().last().is_some_and(|last| last.ended);
        Ok(if over { Outcome::Ready } else { Outcome::Unfinished })
    }

    /// When the body of the run was over.
    fn shutdown(&self) -> Option<u64> {
        let mut marks = self.lanes.iter().flat_map(Lane::marks);
        marks.find(|mark| mark.label == SHUTDOWN).map(|mark| mark.at)
    }

    fn number(&self, name: &str) -> Result<usize, Error> {
        self.lane(name)?;
        Ok(self.lanes.iter().position(|lane| lane.name == name).unwrap_or_default())
    }

    /// The lanes of threads that polled something: their running spans bear the names of tasks.
    pub(super) fn threads(&self) -> Vec<&Lane> {
        let tasks: std::collections::HashSet<&str> = self.tasks().map(|lane| lane.name.as_str()).collect();
        let running = |span: &&Span| span.activity == Activity::Running;
        let polls_tasks = |lane: &&Lane| {
            let mut labels = lane.spans().iter().filter(running).map(|span| lane.label(span)).peekable();
            labels.peek().is_some() && labels.all(|label| tasks.contains(label))
        };
        self.lanes.iter().filter(polls_tasks).collect()
    }

    /// The lanes of recorded futures that were polled at least once.
    pub(super) fn tasks(&self) -> impl Iterator<Item = &Lane> {
        self.lanes.iter().filter(|lane| lane.polls().next().is_some())
    }
}

/// Whether `poll`, or the poll of the task it lies in, was on `thread`: both were written down with the same moments.
pub(super) fn thread_polls(thread: &Lane, poll: Poll) -> bool {
    let spans = thread.spans();
    let after = spans.partition_point(|span| span.start <= poll.start);
    let around = spans[..after].last();
    around.is_some_and(|span| {
        span.activity == Activity::Running && span.start == poll.start && span.end >= poll.end
    })
}
