//! Turns as lanes: running while it had the core, waiting during its I/O, ready from its arrival to its end otherwise.

use super::workload::Workload;
use crate::timeline::{Activity, Lane, LaneKind, Span, Timeline};

/// A stretch in which a job had the core, or waited for I/O; in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub job: usize,
    pub from: u64,
    pub to: u64,
    /// Running or waiting.
    pub activity: Activity,
}

impl Piece {
    pub fn is_running(&self) -> bool {
        self.activity == Activity::Running
    }
}

/// The lane of a job that arrived at `arrived`, from its own pieces in order; `why` says what it was ready for between
/// two moments.
pub(super) fn lane<'pieces>(
    name: &str,
    arrived: u64,
    own: impl Iterator<Item = &'pieces Piece>,
    core: Option<u16>,
    why: impl Fn(u64, u64) -> &'static str,
) -> Lane {
    let mut lane = Lane::new(name).of_kind(LaneKind::Process);
    let mut from = arrived;
    for piece in own {
        let start = piece.from.max(from);
        if start > from {
            push(&mut lane, from, start, Activity::Ready, why(from, start), None);
        }
        from = piece.to.max(start);
        let (label, core) =
            if piece.is_running() { ("has the core", core) } else { ("waits for its I/O", None) };
        push(&mut lane, start, from, piece.activity, label, core);
    }
    lane
}

/// Adds a span that begins no earlier than the one before it.
pub(super) fn push(
    lane: &mut Lane,
    start: u64,
    end: u64,
    activity: Activity,
    label: &str,
    core: Option<u16>,
) {
    let label = lane.label_index(label);
    // It is in order, so it is never refused.
    let _ = lane.push(Span { core, ..Span::new(start..end, activity, label) });
}

/// The lane that says to whom the core was given: a mark for each switch.
pub(super) fn switches(workload: &Workload, pieces: &[Piece]) -> Lane {
    let mut lane = Lane::new("scheduler");
    let mut last = None;
    for piece in pieces.iter().filter(|piece| piece.is_running()) {
        if last.replace(piece.job) != Some(piece.job) {
            lane.mark(piece.from, format!("→ {}", workload.jobs[piece.job].name));
        }
    }
    lane
}

/// The timeline of a policy on paper, whose jobs had these pieces, in order.
pub(super) fn model(workload: &Workload, policy: &str, pieces: &[Piece]) -> Timeline {
    let mut timeline = Timeline::new(policy).with_lane(switches(workload, pieces));
    for (number, job) in workload.jobs.iter().enumerate() {
        let own = pieces.iter().filter(|piece| piece.job == number);
        timeline.lanes.push(lane(&job.name, job.arrives, own, None, |_, _| "stands in the queue"));
    }
    timeline.speak(workload.unit);
    timeline.as_model()
}
