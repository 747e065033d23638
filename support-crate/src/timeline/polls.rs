//! Questions to a run of futures: which polls, which wakes, on which thread, and how each ended.

use std::collections::HashMap;
use std::fmt;

use super::{Activity, Lane, LaneKind, MarkKind, Span, Timeline};
use crate::error::Error;

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

    fn of(span: &Span) -> Self {
        Self { start: span.start, end: span.end }
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
        self.running(LaneKind::Task)
    }

    /// What a lane of this kind ran, at the top level: the polls of a task; of a worker, the polls it did.
    pub(super) fn running(&self, kind: LaneKind) -> impl Iterator<Item = Poll> + '_ {
        let spans = self.spans().iter().filter(move |_| self.kind == kind);
        spans.filter(|span| span.depth == 0 && span.activity == Activity::Running).map(Poll::of)
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
        let lane = self.lane(name)?;
        let woken = self.lanes.iter().position(|other| std::ptr::eq(other, lane));
        let wakes = self.arrows.iter().filter(|arrow| Some(arrow.to.0) == woken);
        Ok(wakes.filter_map(|arrow| self.lanes.get(arrow.from.0)).map(|lane| lane.name.as_str()).collect())
    }

    /// The threads that polled the future called `name`, in the lanes' order. Of a future that is part of another
    /// recorded one, the other is what they polled.
    ///
    /// # Errors
    /// When there is no such lane.
    pub fn polled_on(&self, name: &str) -> Result<Vec<&str>, Error> {
        let (workers, lane) = (Workers::of(self), self.lane(name)?);
        let mut threads: Vec<usize> = lane.polls().filter_map(|poll| workers.polled(poll)).collect();
        threads.sort_unstable();
        threads.dedup();
        Ok(threads.into_iter().map(|thread| self.lanes[thread].name.as_str()).collect())
    }

    /// How the future called `name` ended.
    ///
    /// # Errors
    /// When there is no such lane.
    pub fn outcome(&self, name: &str) -> Result<Outcome, Error> {
        let lane = self.lane(name)?;
        if let Some(panicked) = lane.marked(MarkKind::Panicked) {
            return Ok(Outcome::Panicked(panicked.label.clone()));
        }
        if let Some(cancelled) = lane.marked(MarkKind::Cancelled) {
            let at_the_end = self.shutdown().is_some_and(|moment| cancelled.at >= moment);
            return Ok(if at_the_end { Outcome::Unfinished } else { Outcome::Cancelled });
        }
        let over = lane.spans().last().is_some_and(|last| last.ended);
        Ok(if over { Outcome::Ready } else { Outcome::Unfinished })
    }

    /// When the body of the run was over.
    fn shutdown(&self) -> Option<u64> {
        self.lanes.iter().find_map(|lane| lane.marked(MarkKind::Shutdown)).map(|mark| mark.at)
    }

    /// The lanes of recorded futures that were polled at least once, by their numbers.
    pub(super) fn tasks(&self) -> impl Iterator<Item = usize> {
        (0..self.lanes.len()).filter(|number| self.lanes[*number].polls().next().is_some())
    }
}

/// The lanes of threads that polled something, by their numbers; and which poll was on which of them: a task and its
/// thread write a poll down with the same two moments.
pub(super) struct Workers {
    pub lanes: Vec<usize>,
    polled: HashMap<(u64, u64), usize>,
}

impl Workers {
    pub fn of(run: &Timeline) -> Self {
        let polls = |number: usize| run.lanes[number].running(LaneKind::Worker);
        let lanes: Vec<usize> =
            (0..run.lanes.len()).filter(|number| polls(*number).next().is_some()).collect();
        let on = |number: &usize| {
            let number = *number;
            polls(number).map(move |poll| ((poll.start, poll.end), number))
        };
        let polled = lanes.iter().flat_map(on).collect();
        Self { lanes, polled }
    }

    /// The number of the thread whose poll this was.
    pub fn polled(&self, poll: Poll) -> Option<usize> {
        self.polled.get(&(poll.start, poll.end)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::Mark;

    /// A future that was dropped at `cancelled`, beside a worker whose body was over at 50.
    fn run(cancelled: u64) -> Timeline {
        let mut task = Lane::new("Amir").of_kind(LaneKind::Task);
        task.push_mark(Mark::of(MarkKind::Cancelled, cancelled));
        let mut worker = Lane::new("loop").of_kind(LaneKind::Worker);
        worker.push_mark(Mark::of(MarkKind::Shutdown, 50));
        Timeline::new("run").with_lane(task).with_lane(worker)
    }

    #[test]
    fn what_is_cancelled_by_the_end_of_the_run_is_unfinished() {
        assert_eq!(run(49).outcome("Amir").unwrap(), Outcome::Cancelled);
        assert_eq!(run(50).outcome("Amir").unwrap(), Outcome::Unfinished);
    }

    #[test]
    fn a_note_that_reads_like_a_mark_of_the_system_means_nothing() {
        for word in MarkKind::ALL.iter().map(|kind| kind.name()).chain(["panicked: on purpose"]) {
            let mut noted = run(49);
            noted.lanes[0].mark(1, word);
            assert_eq!(noted.outcome("Amir").unwrap(), Outcome::Cancelled, "{word}");
        }
    }

    #[test]
    fn only_a_task_has_polls_and_only_a_worker_polls() {
        let lane = |kind| {
            let lane = Lane::new(kind_name(kind)).of_kind(kind);
            lane.with_span(3..9, Activity::Running, "poll").unwrap()
        };
        fn kind_name(kind: LaneKind) -> &'static str {
            kind.name()
        }
        let run = LaneKind::ALL.iter().fold(Timeline::new("all"), |run, kind| run.with_lane(lane(*kind)));
        for kind in LaneKind::ALL {
            assert_eq!(run.polls(kind.name()).unwrap().len(), usize::from(*kind == LaneKind::Task));
        }
        assert_eq!(run.polled_on("task").unwrap(), ["worker"]);
    }
}
