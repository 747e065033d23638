//! Who held which lock, and who waited for whom. A cycle among those who wait is a deadlock
//! (E. G. Coffman, M. Elphick, A. Shoshani, "System Deadlocks", Computing Surveys 3 (1971)).

use std::collections::{HashMap, HashSet};
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
        let already = if holder == self.lane { " already" } else { "" };
        write!(out, "{} waits for {}, which {holder} holds{already}", self.lane, self.lock)
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

    /// The wait-for graph at `moment` (nanoseconds of the shared clock): for each lane that is blocked on a lock an edge
    /// to everybody who holds it; to itself, where it holds that lock already.
    pub fn waits_for(&self, moment: u64) -> Vec<WaitsFor> {
        self.edges(moment).into_iter().map(|edge| self.named(edge)).collect()
    }

    /// The lanes that waited for each other in a circle, each for the one after it and the last for the first; or the one
    /// that waited for itself. `None` where there was no deadlock.
    pub fn deadlock(&self) -> Option<Vec<WaitsFor>> {
        // A lane in a deadlock waits for nothing else after it, even where the run's end frees it; and the circle is
        // closed by the one who begins to wait last.
        let last = |lane: &Lane| Some(lane.spans().iter().rev().find(|span| span.lock.is_some())?.start);
        let circle = self.lanes.iter().filter_map(last).find_map(|moment| circle(&self.edges(moment)))?;
        Some(circle.into_iter().map(|edge| self.named(edge)).collect())
    }

    fn edges(&self, moment: u64) -> Vec<Edge> {
        let mut holders = HashMap::<u16, Vec<usize>>::new();
        for (number, lane) in self.lanes.iter().enumerate() {
            lane.held_at(moment).for_each(|lock| holders.entry(lock).or_default().push(number));
        }
        let of = |(lane, lock): (usize, u16)| {
            let held = holders.get(&lock).filter(|held| !held.is_empty());
            let by = held.map_or(vec![None], |held| held.iter().copied().map(Some).collect());
            by.into_iter().map(move |holder| Edge { lane, lock, holder })
        };
        let blocked = self.lanes.iter().enumerate();
        blocked.filter_map(|(number, lane)| Some((number, lane.blocked_on(moment)?))).flat_map(of).collect()
    }

    fn named(&self, Edge { lane, lock, holder }: Edge) -> WaitsFor {
        let name = |lane: usize| self.lanes[lane].name.clone();
        let lock = self.locks.get(usize::from(lock)).cloned().unwrap_or_default();
        WaitsFor { lane: name(lane), lock, holder: holder.map(name) }
    }
}

/// An edge by numbers.
#[derive(Clone, Copy)]
struct Edge {
    lane: usize,
    lock: u16,
    holder: Option<usize>,
}

/// A way along the edges that comes back to where it began.
fn circle(edges: &[Edge]) -> Option<Vec<Edge>> {
    let mut of = HashMap::<usize, Vec<Edge>>::new();
    edges.iter().for_each(|edge| of.entry(edge.lane).or_default().push(*edge));
    edges.iter().find_map(|first| {
        let (mut passed, mut path) = (HashSet::new(), Vec::new());
        leads(&of, first.lane, first.lane, &mut passed, &mut path).then_some(path)
    })
}

/// Whether a way leads from `lane` `to` a lane; it is left in `path`.
fn leads(
    of: &HashMap<usize, Vec<Edge>>,
    lane: usize,
    to: usize,
    passed: &mut HashSet<usize>,
    path: &mut Vec<Edge>,
) -> bool {
    for edge in of.get(&lane).into_iter().flatten() {
        let Some(holder) = edge.holder else { continue };
        path.push(*edge);
        if holder == to || (passed.insert(holder) && leads(of, holder, to, passed, path)) {
            return true;
        }
        path.pop();
    }
    false
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
        self.held_at(moment).any(|held| held == lock)
    }

    /// The locks that the lane held at `moment`, as indices into [`Timeline::locks`].
    pub(super) fn held_at(&self, moment: u64) -> impl Iterator<Item = u16> {
        let began = self.holds.partition_point(|hold| hold.start <= moment);
        self.holds[..began].iter().filter(move |hold| moment < hold.end || !hold.ended).map(|hold| hold.lock)
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
        lane.holds.push(Hold { ended: false, ..Hold::new(holds, 1..90) });
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

    #[test]
    fn who_wants_what_it_holds_already_waits_for_itself() {
        let table = table([stuck("ada", 0, 0), stuck("bob", 1, 0)]);
        let cycle = table.deadlock().expect("a circle of one");
        assert_eq!(cycle.len(), 1);
        assert_eq!(cycle[0].to_string(), "ada waits for left, which ada holds already");
    }

    #[test]
    fn a_writer_waits_for_all_readers_and_one_of_them_may_close_the_circle() {
        let reader = |name, wants| {
            let mut lane = stuck(name, 0, wants);
            lane.holds[0].shared = true;
            lane
        };
        let mut writer = stuck("cem", 1, 0);
        writer.holds.push(Hold { ended: false, ..Hold::new(2, 2..90) });
        let table = table([reader("ada", 9), reader("bob", 1), writer]);
        assert_eq!(table.waits_for(50).iter().filter(|edge| edge.lane == "cem").count(), 2);
        let cycle = table.deadlock().expect("a circle");
        assert_eq!(cycle.iter().map(|edge| &*edge.lane).collect::<Vec<_>>(), ["bob", "cem"]);
    }
}
