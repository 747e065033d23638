//! Runs, records and plots the examples of the timelanes course.
//!
//! Data goes one way: a run is recorded into a [`timeline`], which answers questions and is drawn.
//!
//! | room | holds |
//! |---|---|
//! | [`record`](mod@record) | how a run is recorded: a recorder passed as a value, a writer for each lane |
//! | [`timeline`] | what was recorded: lanes of spans, queries, a table, a trace for Perfetto |
//! | [`figure`] | how it is drawn: timelines, comparisons, bars, lines, histograms |
//! | [`machine`] | what this computer is: cores, quota, clocks |
//! | [`check`] | exercises judged from what was measured, hints, completed lessons |
//!
//! Lessons bring all of it in with `use timelanes::prelude::*;`.

pub mod check;
mod display;
pub mod error;
pub mod figure;
pub mod machine;
pub mod record;
pub mod timeline;

/// What every lesson's set-up cell brings in.
pub mod prelude {
    pub use crate::check::{complete, course, exercise};
    pub use crate::error::Error;
    pub use crate::figure::{Figure, bars, compare, compare_by_core, histogram, lines};
    pub use crate::machine::Machine;
    pub use crate::record::{LaneWriter, Recorder, Run, record};
    pub use crate::timeline::{Activity, Lane, MILLISECOND, MINUTE, SECOND, Span, Time, Timeline};
    pub use Activity::{Blocked, Ready, Running, Waiting};
}
