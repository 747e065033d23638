//! How the run of a loop came out: what was recorded, and what went wrong.

use crate::error::Error;
use crate::figure::Figure;
use crate::timeline::Timeline;

/// What the body of a run comes back with: nothing, or a result whose error becomes the run's.
pub trait Outcome {
    /// What went wrong, in words.
    fn fault(self) -> Option<String>;
}

impl Outcome for () {
    fn fault(self) -> Option<String> {
        None
    }
}

impl<T, E: std::fmt::Display> Outcome for Result<T, E> {
    fn fault(self) -> Option<String> {
        self.err().map(|error| error.to_string())
    }
}

/// The run of a loop that may have stalled: what was recorded until then, and what went wrong.
#[derive(Debug, Clone)]
pub struct Watched {
    /// What was recorded; a stall stands in its notes.
    pub timeline: Timeline,
    /// What went wrong, if anything did.
    pub fault: Option<Error>,
}

impl Watched {
    /// What went wrong, in words, or that all tasks are done.
    pub fn says(&self) -> String {
        self.fault.as_ref().map_or_else(|| "all tasks are done".to_owned(), ToString::to_string)
    }

    /// The timeline drawn, with what went wrong below it.
    pub fn figure(&self) -> Figure {
        self.timeline.figure()
    }

    /// Shows the run as the result of a notebook's cell.
    pub fn evcxr_display(&self) {
        self.figure().evcxr_display();
    }
}
