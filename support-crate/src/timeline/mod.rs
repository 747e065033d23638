//! What was recorded: a [`Timeline`] of [`Lane`]s of [`Span`]s, with [`Mark`]s, [`Arrow`]s and [`Counter`]s; and the
//! questions that one can be asked.
//!
//! Every lesson ends up here: a run is recorded into a timeline, and a timeline is asked questions or drawn.
//! Nothing in this folder knows how a run was made, so a timeline can be built from plain data as well.
//!
//! | file | holds |
//! |---|---|
//! | `kind` | what lanes, spans, marks and arrows mean |
//! | `lane` | one lane: spans, marks, locks held |
//! | `counter` | a number that changed during a run |
//! | `segments` | a lane without nesting |
//! | `query` | who overlapped whom, who was busy, in which order |
//! | `slices` | time slices, shares and time in the run queue of threads on one core |
//! | `polls` | polls of futures: who woke them, on which thread, how they ended |
//! | `lateness` | how late a heartbeat was |
//! | [`findings`](mod@findings) | what is wrong with a run of futures, and whose poll it was |
//! | `locks` | who held which lock, who waited for whom, the cycle of a deadlock |
//! | `traffic` | what went through a channel, and for how long |
//! | `lock_order` | in which order locks were taken, and whether it could have ended in a deadlock |
//! | `per_core` | a recording turned round: a lane for each core |
//! | `turns` | whose turn it was among coroutines, and how long a round is |
//! | `summary` | the table of a timeline |
//! | `trace` | the public event format: a timeline as a trace for Perfetto, traces of other programs as a timeline |
//!
//! Times are nanoseconds of the clock that all processes of the machine share (`CLOCK_MONOTONIC` on Unix).

mod counter;
pub mod findings;
mod kind;
mod lane;
mod lateness;
mod lock_order;
mod locks;
mod per_core;
mod polls;
mod query;
mod segments;
mod slices;
mod summary;
mod trace;
mod traffic;
mod turns;

pub use counter::Counter;
pub use findings::{Findings, findings, findings_over};
pub use kind::{Activity, Arrow, ArrowKind, LaneKind, Mark, MarkKind};
pub use lane::{Hold, Lane, Span};
pub use lock_order::LockOrder;
pub use locks::WaitsFor;
pub use per_core::per_core;
pub use polls::{Outcome, Poll};
pub use query::Share;
pub use segments::{Segment, Segments};
pub(crate) use slices::middle;
pub(crate) use traffic::QUEUED;
pub use traffic::Traffic;

use crate::error::Error;
use crate::time::{MILLISECOND, Time, Unit};

/// A recorded run: lanes on one clock.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// What was run, shown above the figure.
    pub title: String,
    /// The unit that axes, tables and texts are written in; the recording itself is in nanoseconds.
    pub unit: Unit,
    /// One lane for each thread, process, task or person, in the order they are drawn.
    pub lanes: Vec<Lane>,
    /// What went from lane to lane.
    pub arrows: Vec<Arrow>,
    /// Numbers that changed during the run.
    pub counters: Vec<Counter>,
    /// The names of the locks that lanes held or were blocked on.
    pub locks: Vec<String>,
    /// What a reader must know to trust the figure: that it is a model, that events were left out.
    pub notes: Vec<String>,
    /// What went wrong, where something did; the recording is what there was up to then.
    pub fault: Option<Error>,
}

impl Timeline {
    /// An empty timeline, in milliseconds.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            unit: MILLISECOND.unit(),
            lanes: Vec::new(),
            arrows: Vec::new(),
            counters: Vec::new(),
            locks: Vec::new(),
            notes: Vec::new(),
            fault: None,
        }
    }

    /// The same timeline with its axes in another unit, for example [`MINUTE`](crate::time::MINUTE).
    pub fn in_unit(mut self, unit: Time) -> Self {
        self.speak(unit.unit());
        self
    }

    /// Writes its times, and those of its lanes, in `unit`.
    pub(crate) fn speak(&mut self, unit: Unit) {
        self.unit = unit;
        self.lanes.iter_mut().for_each(|lane| lane.unit = unit);
    }

    /// So many nanoseconds in the timeline's unit.
    pub fn time(&self, nanoseconds: u64) -> Time {
        Time::of_nanos(nanoseconds, self.unit)
    }

    /// The same timeline with one lane more, below the others.
    pub fn with_lane(mut self, lane: Lane) -> Self {
        self.lanes.push(lane);
        self.speak(self.unit);
        self
    }

    /// The same timeline with all that `other` recorded below its own lanes, on the clock that both share: what several
    /// programs did at the same time.
    pub fn with_lanes_of(mut self, other: Timeline) -> Self {
        let (lanes, locks) = (self.lanes.len(), self.locks.len() as u16);
        self.lanes.extend(other.lanes.into_iter().map(|lane| lane.with_locks_after(locks)));
        let moved = |(lane, at): (usize, u64)| (lane + lanes, at);
        let arrow = |arrow: Arrow| Arrow { from: moved(arrow.from), to: moved(arrow.to), ..arrow };
        self.arrows.extend(other.arrows.into_iter().map(arrow));
        self.counters.extend(other.counters);
        self.locks.extend(other.locks);
        self.notes.extend(other.notes);
        self.fault = self.fault.or(other.fault);
        self.speak(self.unit);
        self
    }

    /// The same timeline under another title.
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Marks a timeline that was computed and not recorded; figures say "model" in their title.
    pub fn as_model(mut self) -> Self {
        self.title = format!("model: {}", self.title);
        self
    }

    /// When the first thing happened, in nanoseconds of the shared clock; 0 when nothing did.
    pub fn start(&self) -> u64 {
        let counted = self.counters.iter().filter_map(|counter| counter.points.first());
        self.lanes.iter().filter_map(Lane::start).chain(counted.map(|point| point.0)).min().unwrap_or(0)
    }

    /// When the last thing happened, in nanoseconds of the shared clock; 0 when nothing did.
    pub fn end(&self) -> u64 {
        let counted = self.counters.iter().filter_map(|counter| counter.points.last());
        self.lanes.iter().filter_map(Lane::end).chain(counted.map(|point| point.0)).max().unwrap_or(0)
    }

    /// Whether nothing at all was recorded.
    pub fn is_empty(&self) -> bool {
        self.lanes.iter().all(Lane::is_empty) && self.counters.iter().all(|counter| counter.points.is_empty())
    }
}
