//! [`Recorder`]: the handle by which a run opens lanes, and is read when it is over.

use std::sync::Arc;
use std::time::Duration;

use super::arena::Arena;
use super::failed::{Failed, Recorded};
use super::gauge::Gauge;
use super::read::read;
use super::shared::Shared;
use super::writer::LaneWriter;
use crate::error::Error;
use crate::timeline::{LaneKind, Timeline};

/// Records one run. Clones are handles to the same recording; pass them by value to whoever takes part.
///
/// Lessons begin with [`record`](super::record), which puts a frame round one.
///
/// ```
/// use timelanes::prelude::*;
/// let recorder = Recorder::new("two steps");
/// let ada = recorder.lane("ada");
/// ada.during(Activity::Running, "first", || ());
/// ada.wait("a pause", 1 * MILLISECOND);
/// let timeline = recorder.finish()?;
/// assert_eq!(timeline.lane("ada")?.spans().len(), 2);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone)]
pub struct Recorder {
    pub(super) shared: Arc<Shared>,
}

impl Recorder {
    /// A new recording, whose waits and work end after [`LIMIT`](super::LIMIT) at the latest.
    pub fn new(title: impl Into<String>) -> Self {
        Self::with_limit(title, super::LIMIT)
    }

    /// A new recording, whose waits and work end `limit` from now at the latest.
    pub fn with_limit(title: impl Into<String>, limit: Duration) -> Self {
        Self { shared: Arc::new(Shared::new(title.into(), limit, None)) }
    }

    /// A new recording that forked children write into as well.
    ///
    /// # Errors
    /// Where memory cannot be shared between processes.
    pub(crate) fn across_processes(title: impl Into<String>, limit: Duration) -> Result<Self, Error> {
        Ok(Self { shared: Arc::new(Shared::new(title.into(), limit, Some(Arc::new(Arena::new()?)))) })
    }

    /// Opens a lane for something of the story. Its writer may be moved to the thread, or into the future, that the lane
    /// is about.
    ///
    /// Past 20,000 lanes (1,024 across processes) nothing is recorded and [`finish`](Self::finish) says so.
    pub fn lane(&self, name: impl Into<String>) -> LaneWriter {
        self.lane_of(name, LaneKind::Story)
    }

    /// Opens a lane for something of a certain kind.
    pub fn lane_of(&self, name: impl Into<String>, kind: LaneKind) -> LaneWriter {
        LaneWriter::open(Arc::clone(&self.shared), name.into(), kind)
    }

    /// A number that the run changes, counted in `unit`: `recorder.counter("queue", "messages")`.
    pub fn counter(&self, name: impl Into<String>, unit: impl Into<String>) -> Gauge {
        Gauge::new(&self.shared, name.into(), unit.into())
    }

    /// The recording becomes a timeline. Lanes that are still written to keep what they have; a span that has not ended
    /// reaches to this moment and says that it [did not end](crate::timeline::Span::ended).
    ///
    /// # Errors
    /// The first thing that went wrong while recording (a duration nobody can wait for, too many lanes, a panic in a
    /// thread of the run, the time limit), with the timeline up to now.
    pub fn finish(self) -> Recorded {
        let mut timeline = self.timeline();
        timeline.fault = self.shared.told_fault().map(|fault| match fault {
            Error::TimeLimit { .. } | Error::Stall { .. } => self.in_a_circle(&timeline).unwrap_or(fault),
            _ => fault,
        });
        Failed::or(timeline)
    }

    /// What was recorded so far, of a run that will not end by itself because of `fault`.
    pub(crate) fn failed(&self, fault: Error) -> Failed {
        self.fault(fault.clone());
        Failed::new(Timeline { fault: Some(fault), ..self.timeline() })
    }

    /// That the run ended because lanes waited for each other's locks in a circle, where they did.
    fn in_a_circle(&self, timeline: &Timeline) -> Option<Error> {
        let told = timeline.deadlock()?.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        Some(self.shared.stalled(&format!("a deadlock: {told}")))
    }

    /// The recording so far, which goes on.
    pub(crate) fn timeline(&self) -> Timeline {
        read(&self.shared)
    }

    /// What all handles of this recording share.
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// The lanes of process `pid` end now, with whatever they were doing.
    pub(crate) fn process_ends(&self, pid: u32, moment: u64) {
        if let Some(arena) = &self.shared.arena {
            arena.end(pid, moment);
        }
    }

    /// From here on this is in a forked child.
    pub(crate) fn forked(&self) {
        self.shared.forked();
    }

    /// The threads with a lane that have begun and not come to their end, each with its number.
    pub(crate) fn unfinished(&self) -> Vec<(String, u32)> {
        let tracks = self.shared.tracks().into_iter();
        let stuck = tracks.filter(|track| track.kind == LaneKind::Thread && track.used().cpu.is_none());
        stuck.filter_map(|track| Some((track.name.clone(), *track.thread.get()?))).collect()
    }

    /// Keeps what went wrong, unless a child has told of something before that says more than that its time was up.
    pub(crate) fn fault_unless_told(&self, fault: Error) {
        if matches!(self.shared.told_fault(), None | Some(Error::TimeLimit { .. })) {
            self.fault(fault);
        }
    }

    /// Keeps what went wrong, the first of it.
    pub(crate) fn fault(&self, fault: Error) {
        self.shared.fault(fault);
    }

    /// Moment of the shared clock after which nothing waits or works any more.
    pub(crate) fn deadline(&self) -> u64 {
        self.shared.deadline
    }
}
