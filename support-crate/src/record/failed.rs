//! What recording a run gives: a timeline; or what went wrong, with the timeline up to then.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::watchdog::in_a_notebook;
use crate::error::Error;
use crate::timeline::Timeline;

/// What recording a run gives. With `?` a cell goes on with the timeline, or stops with the error and shows what was
/// recorded up to then; [`kept`](Kept::kept) goes on with the timeline either way.
pub type Recorded = Result<Timeline, Failed>;

/// A run in which something went wrong: it keeps its recording.
///
/// Its text is the fault's. In a notebook the first time it is written shows the recording too: the kernel writes an error
/// of `?` with `Display`, and one of `unwrap` with `Debug`.
#[derive(Clone)]
pub struct Failed {
    timeline: Box<Timeline>,
    shown: Arc<AtomicBool>,
}

impl Failed {
    /// A run whose timeline says what went wrong.
    pub(crate) fn new(timeline: Timeline) -> Self {
        debug_assert!(timeline.fault.is_some(), "what failed has a fault");
        Self { timeline: Box::new(timeline), shown: Arc::default() }
    }

    /// A run that never began.
    pub(crate) fn before(title: &str, fault: Error) -> Self {
        Self::new(Timeline { fault: Some(fault), ..Timeline::new(title) })
    }

    /// A timeline as the result of its recording: whether something went wrong is read off it.
    pub(crate) fn or(timeline: Timeline) -> Recorded {
        if timeline.fault.is_some() { Err(Self::new(timeline)) } else { Ok(timeline) }
    }

    /// What went wrong.
    pub fn fault(&self) -> &Error {
        self.timeline.fault.as_ref().expect("what failed has a fault")
    }

    /// What was recorded up to then.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Shows the recording in a notebook, where there is one that was not shown yet.
    fn show(&self) {
        if in_a_notebook() && !self.timeline.is_empty() && !self.shown.swap(true, Ordering::Relaxed) {
            self.timeline.figure().evcxr_display();
        }
    }
}

/// Goes on with what was recorded, whether or not something went wrong.
pub trait Kept {
    /// The timeline; what went wrong, if something did, stands in its [`fault`](Timeline::fault), and in its figure.
    fn kept(self) -> Timeline;
}

impl Kept for Recorded {
    fn kept(self) -> Timeline {
        self.unwrap_or_else(|failed| *failed.timeline)
    }
}

impl PartialEq for Failed {
    fn eq(&self, other: &Self) -> bool {
        self.timeline == other.timeline
    }
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Self {
        failed.fault().clone()
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.show();
        self.fault().fmt(out)
    }
}

impl fmt::Debug for Failed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl std::error::Error for Failed {}
