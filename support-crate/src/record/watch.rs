//! How far a recorded future is, and who holds its waker: what the run of an event loop asks where nothing gets on.

use std::fmt;
use std::sync::{Arc, Weak};

use super::future::OWN;
use super::wakes::{Phase, Wakes};

/// How far a future is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// It was never polled.
    New,
    /// It is being polled.
    Polling,
    /// It waits for a wake, and somebody holds its waker.
    Held,
    /// It waits for a wake, and nobody holds its waker any more: it would wait for ever.
    Lost { let_go_by: Who },
    /// It was woken, and is not polled yet.
    Woken { by: Who },
    /// It is ready, or was dropped.
    Over,
}

/// Who did something to a future.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Who {
    Itself,
    Lane(String),
    /// A thread without a lane.
    Nobody,
}

/// Tells how far a future is, for as long as somebody has it.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    /// The future's lane.
    pub name: String,
    wakes: Weak<Wakes>,
}

impl Watch {
    pub(super) fn of(wakes: &Arc<Wakes>, name: &str) -> Self {
        Self { name: name.to_owned(), wakes: Arc::downgrade(wakes) }
    }

    /// How far it is, and since when.
    pub fn step(&self) -> (Step, u64) {
        // Before this takes one more itself.
        let held = self.wakes.strong_count() > OWN;
        let Some(wakes) = self.wakes.upgrade() else { return (Step::Over, 0) };
        let (phase, since) = wakes.phase();
        match (phase, wakes.peek()) {
            (Phase::Over, _) => (Step::Over, since),
            (Phase::Polling, _) => (Step::Polling, since),
            (Phase::New, _) => (Step::New, since),
            (Phase::Pending, Some(woken)) => (Step::Woken { by: wakes.who(woken.by) }, woken.at),
            (Phase::Pending, None) if held => (Step::Held, since),
            (Phase::Pending, None) => (Step::Lost { let_go_by: wakes.who(wakes.let_go_by()) }, since),
        }
    }
}

impl Wakes {
    fn who(&self, lane: u32) -> Who {
        if lane == self.lane {
            return Who::Itself;
        }
        self.shared.lane_name(lane).map_or(Who::Nobody, Who::Lane)
    }
}

impl fmt::Display for Who {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Itself => out.write_str("itself"),
            Self::Lane(name) => write!(out, "`{name}`"),
            Self::Nobody => out.write_str("a thread without a lane"),
        }
    }
}
