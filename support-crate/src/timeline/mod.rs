//! What was recorded: a [`Timeline`] of [`Lane`]s of [`Span`]s, with [`Mark`]s and [`Arrow`]s.
//!
//! Every lesson ends up here: a run is recorded into a timeline, and a timeline is asked questions or drawn.
//! Nothing in this folder knows how a run was made, so a timeline can be built from plain data as well.
//!
//! Times are nanoseconds of the clock that all processes of the machine share (`CLOCK_MONOTONIC` on Unix).

mod lane;
mod query;
mod segments;
mod summary;
mod trace;
mod unit;

pub use lane::{Activity, Lane, Mark, Span};
pub use query::Share;
pub use segments::{Segment, Segments};
pub use summary::{Row, Summary};
pub use unit::{MILLISECOND, MINUTE, SECOND, Time, Unit};

/// Something that went from one lane to another: a message, a wake, a stolen task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrow {
    /// What went over.
    pub label: String,
    /// Index of the lane it left, and when (nanoseconds).
    pub from: (usize, u64),
    /// Index of the lane it reached, and when (nanoseconds).
    pub to: (usize, u64),
}

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
    /// What a reader must know to trust the figure: that it is a model, that events were left out.
    pub notes: Vec<String>,
}

impl Timeline {
    /// An empty timeline, in milliseconds.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            unit: MILLISECOND.unit(),
            lanes: Vec::new(),
            arrows: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The same timeline with its axes in another unit, for example [`MINUTE`].
    pub fn in_unit(mut self, unit: Time) -> Self {
        self.unit = unit.unit();
        self
    }

    /// The same timeline with one lane more, below the others.
    pub fn with_lane(mut self, lane: Lane) -> Self {
        self.lanes.push(lane);
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
        self.lanes.iter().filter_map(Lane::start).min().unwrap_or(0)
    }

    /// When the last thing happened, in nanoseconds of the shared clock; 0 when nothing did.
    pub fn end(&self) -> u64 {
        self.lanes.iter().filter_map(Lane::end).max().unwrap_or(0)
    }

    /// Whether nothing at all was recorded.
    pub fn is_empty(&self) -> bool {
        self.lanes.iter().all(|lane| lane.spans().is_empty() && lane.marks().is_empty())
    }
}
