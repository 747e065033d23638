//! Who held which lock, and who waited for whom. A cycle among those who wait is a deadlock
//! (E. G. Coffman, M. Elphick, A. Shoshani, "System Deadlocks", Computing Surveys 3 (1971)).

use std::fmt;
use std::ops::Range;

use super::{Activity, Lane, Timeline};

/// One edge of the wait-for graph at a moment: a lane is blocked on a lock that another holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitsFor {
    /// Who is blocked.
    pub lane: String,
    /// On which lock.
    pub lock: String,
    /// Who holds it; `None` where nobody with a lane does.
    pub holder: Option<String>,
}

impl fmt::Display for WaitsFor {
    /// "ada waits for left fork, which bob holds".
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let holder = self.holder.as_deref().unwrap_or("nobody here");
        write!(out, "{} waits for {}, which {holder} holds", self.lane, self.lock)
    }
}

impl Timeline {
    /// The names of the lanes that held a lock (an index into [`locks`](Self::locks)) during `time` (nanoseconds of the
    /// shared clock), in the order in which they did.
    pub fn holders(&self, lock: u16, time: Range<u64>) -> Vec<&str> {
        let last = |lane: &Lane| {
            let before = lane.holds.partition_point(|hold| hold.start < time.end);
            let last = lane.holds[..before].iter().rev().find(|hold| hold.lock == lock);
            last.filter(|hold| hold.end > time.start || !hold.ended).copied()
        };
        let held = |lane| Some((last(lane)?.start, lane.name.as_str()));
        let mut holders: Vec<(u64, &str)> = self.lanes.iter().filter_map(held).collect();
        holders.sort_unstable();
        holders.into_iter().map(|(_, name)| name).collect()
    }

    /// The wait-for graph at `moment` (nanoseconds of the shared clock): an edge for each lane that is blocked on a lock.
    pub fn waits_for(&self, moment: u64) -> Vec<WaitsFor> {
        let edge = |lane: &Lane| {
            let lock = lane.blocked_on(moment)?;
            let holds = |other: &&Lane| other.name != lane.name && other.holds_at(lock, moment);
            Some(WaitsFor {
                lane: lane.name.clone(),
                lock: self.locks.get(usize::from(lock)).cloned().unwrap_or_default(),
                holder: self.lanes.iter().find(holds).map(|holder| holder.name.clone()),
            })
        };
        self.lanes.iter().filter_map(edge).collect()
    }

    /// The lanes that waited for each other in a circle, each for the one after it and the last for the first; `None`
    /// where there was no deadlock.
    pub fn deadlock(&self) -> Option<Vec<WaitsFor>> {
        // A lane in a deadlock waits for nothing else after it, even where the run's end frees it; and the circle is
        // closed by the one who begins to wait last.
        let last = |lane: &Lane| Some(lane.spans().iter().rev().find(|span| span.lock.is_some())?.start);
        self.lanes.iter().filter_map(last).find_map(|moment| self.circle(moment))
    }

    fn circle(&self, moment: u64) -> Option<Vec<WaitsFor>> {
        let edges = self.waits_for(moment);
        edges.iter().find_map(|first| {
            let mut cycle = vec![first.clone()];
            while let Some(holder) = cycle.last().and_then(|edge| edge.holder.clone()) {
                if holder == first.lane {
                    return Some(cycle);
                }
                let next = edges.iter().find(|edge| edge.lane == holder)?;
                if cycle.len() > edges.len() {
                    return None;
                }
                cycle.push(next.clone());
            }
            None
        })
    }
}

impl Lane {
    /// The lock that the lane is blocked on at `moment`, as an index into [`Timeline::locks`].
    pub fn blocked_on(&self, moment: u64) -> Option<u16> {
        let blocked = |span: &&super::Span| {
            span.activity == Activity::Blocked && span.start <= moment && moment <= span.end
        };
        // At the end of the recording a span that never ended is still going on.
        self.spans().iter().rev().find(|span| blocked(span) && (moment < span.end || !span.ended))?.lock
    }

    /// Whether the lane held the lock at `moment`.
    pub fn holds_at(&self, lock: u16, moment: u64) -> bool {
        let held = |hold: &&super::Hold| {
            hold.lock == lock && hold.start <= moment && (moment < hold.end || !hold.ended)
        };
        self.holds.iter().any(|hold| held(&hold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::{Hold, Span};

    /// A lane that holds one lock and is blocked on another, to the end.
    fn stuck(name: &str, holds: u16, wants: u16) -> Lane {
        let mut lane = Lane::new(name);
        let label = lane.label_index("wants a fork");
        let blocked = Span { lock: Some(wants), ended: false, ..Span::new(5..90, Activity::Blocked, label) };
        lane.push(blocked).unwrap();
        lane.holds.push(Hold { lock: holds, start: 1, end: 90, ended: false });
        lane
    }

    fn table(lanes: impl IntoIterator<Item = Lane>) -> Timeline {
        let mut table = lanes.into_iter().fold(Timeline::new("table"), Timeline::with_lane);
        table.locks = ["left", "middle", "right"].map(str::to_owned).to_vec();
        table
    }

    #[test]
    fn three_who_wait_in_a_circle_are_named_in_its_order() {
        let table = table([stuck("ada", 0, 1), stuck("bob", 1, 2), stuck("cem", 2, 0)]);
        let cycle = table.deadlock().expect("a circle");
        let told: Vec<_> = cycle.iter().map(|edge| (edge.lane.as_str(), edge.lock.as_str())).collect();
        assert_eq!(told, [("ada", "middle"), ("bob", "right"), ("cem", "left")]);
    }

    #[test]
    fn a_queue_before_a_lock_is_no_circle() {
        let table = table([stuck("ada", 0, 2), stuck("bob", 1, 0)]);
        assert_eq!(table.waits_for(table.end()).len(), 2);
        assert_eq!(table.waits_for(table.end())[1].holder.as_deref(), Some("ada"));
        assert!(table.deadlock().is_none());
    }
}
