//! Turns as lanes: running while it had the core, ready from its arrival to its end otherwise.

use super::drive::Turn;
use super::workload::Workload;
use crate::timeline::{Activity, Lane, Span, Timeline};

/// What a lane is made of: whose, from when, when it had the core, and on which.
pub(super) struct Strip<'name> {
    pub name: &'name str,
    pub arrived: u64,
    /// Nanoseconds, in order.
    pub running: Vec<(u64, u64)>,
    pub core: Option<u16>,
    /// From when to when a scheduler gave somebody the core: a pause inside is none of its making. Nanoseconds, in
    /// order.
    pub given: &'name [(u64, u64)],
}

impl Strip<'_> {
    /// The lane: what is not running between the arrival and the last piece is ready.
    pub fn lane(&self) -> Lane {
        let mut lane = Lane::new(self.name);
        let mut from = self.arrived;
        for (start, end) in &self.running {
            let start = (*start).max(from);
            if start > from {
                push(&mut lane, from, start, Activity::Ready, self.why(from, start), None);
            }
            push(&mut lane, start, (*end).max(start), Activity::Running, "has the core", self.core);
            from = (*end).max(start);
        }
        lane
    }

    /// Why it had not the core.
    fn why(&self, from: u64, to: u64) -> &'static str {
        let last = self.given.partition_point(|given| given.0 <= from).checked_sub(1);
        let inside = last.is_some_and(|last| to <= self.given[last].1);
        if inside { "others have the core" } else { "stands in the queue" }
    }
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
    let _ = lane.push(Span { start, end, label, core, activity, depth: 0, ended: true });
}

/// The lane that says who was switched to; `begun` are jobs and the moments they were given the core.
pub(super) fn switches(begun: impl Iterator<Item = (usize, u64)>, names: &[&str]) -> Lane {
    let mut lane = Lane::new("scheduler");
    let mut last = None;
    for (job, moment) in begun {
        if last.replace(job) != Some(job) {
            lane.mark(moment, format!("→ {}", names[job]));
        }
    }
    lane
}

/// The timeline of a policy on paper.
pub(super) fn model(workload: &Workload, policy: &str, turns: &[Turn]) -> Timeline {
    let mut timeline = Timeline::new(policy);
    timeline.unit = workload.unit;
    let names: Vec<&str> = workload.jobs.iter().map(|job| &*job.name).collect();
    timeline.lanes.push(switches(turns.iter().map(|turn| (turn.job, turn.from)), &names));
    for (number, job) in workload.jobs.iter().enumerate() {
        let own = turns.iter().filter(|turn| turn.job == number);
        let running = own.map(|turn| (turn.from, turn.to)).collect();
        let strip = Strip { name: &job.name, arrived: job.arrives, running, core: None, given: &[] };
        timeline.lanes.push(strip.lane());
    }
    timeline.as_model()
}
