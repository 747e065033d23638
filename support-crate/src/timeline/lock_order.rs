//! In which order locks were taken, and whether that order could have ended in a deadlock although it did not: what
//! Linux' lockdep asks of the kernel's own locks, and Goodlock of a Java program (K. Havelund, "Using Runtime Analysis to
//! Guide Model Checking of Java Programs", SPIN 2000).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Lane, Timeline};

/// So many ways round are looked at before [`Timeline::could_deadlock`] gives up.
const WAYS: usize = 200_000;

/// A lane took, or wanted, a lock while it held others. It would have waited for it, and kept them meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockOrder {
    /// Who.
    pub lane: String,
    /// What it held, in the order of the [locks](Timeline::locks).
    pub held: Vec<String>,
    /// What it took, or wanted, then.
    pub then: String,
}

impl fmt::Display for LockOrder {
    /// "ada takes right fork while holding left fork".
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} takes {} while holding {}", self.lane, self.then, self.held.join(" and "))
    }
}

/// The same by numbers: a lane, what it held, what it took then.
type Step = (usize, BTreeSet<u16>, u16);

impl Timeline {
    /// Every order in which a lane took one lock while holding others, each once. Locks taken by `try_lock` are not waited
    /// for, and so are not in it, except as held.
    pub fn lock_orders(&self) -> Vec<LockOrder> {
        self.steps().iter().map(|step| self.order_of(step)).collect()
    }

    /// Orders of different lanes that close a circle: each holds what the one before it takes. With another timing this run
    /// **could have** deadlocked, also when it did not. A lock that all of them held meanwhile makes the circle impossible.
    ///
    /// `None` says only that what this run did has no such circle, among 200,000 ways at most. Read locks are treated
    /// like locks for one.
    pub fn could_deadlock(&self) -> Option<Vec<LockOrder>> {
        let steps: Vec<Step> = self.steps().into_iter().collect();
        let mut by_held = BTreeMap::<u16, Vec<usize>>::new();
        for (number, (_, held, _)) in steps.iter().enumerate() {
            held.iter().for_each(|lock| by_held.entry(*lock).or_default().push(number));
        }
        let mut search = Search { steps: &steps, by_held, ways: WAYS };
        let way = (0..steps.len()).find_map(|first| search.round(&mut vec![first]))?;
        Some(way.into_iter().map(|step| self.order_of(&steps[step])).collect())
    }

    fn steps(&self) -> BTreeSet<Step> {
        self.lanes.iter().enumerate().flat_map(|(number, lane)| of_lane(number, lane)).collect()
    }

    fn order_of(&self, (lane, held, then): &Step) -> LockOrder {
        let name = |lock: &u16| self.locks.get(usize::from(*lock)).cloned().unwrap_or_default();
        let held = held.iter().map(name).collect();
        LockOrder { lane: self.lanes[*lane].name.clone(), held, then: name(then) }
    }
}

/// What one lane took while it held something; and what it waited for to the end.
fn of_lane(number: usize, lane: &Lane) -> Vec<Step> {
    let took = lane.holds.iter().filter(|hold| !hold.tried).map(|hold| (hold.start, hold.lock));
    let wanted = lane.spans().iter().filter(|span| !span.ended);
    let wanted = wanted.filter_map(|span| Some((span.start, span.lock?)));
    let (mut steps, mut open, mut next) = (BTreeSet::new(), Vec::new(), lane.holds.iter().peekable());
    for (moment, lock) in took.chain(wanted) {
        while let Some(hold) = next.next_if(|hold| hold.start < moment) {
            open.push(hold);
        }
        open.retain(|hold| hold.end > moment || !hold.ended);
        let held: BTreeSet<u16> = open.iter().map(|hold| hold.lock).filter(|held| *held != lock).collect();
        if !held.is_empty() {
            steps.insert((number, held, lock));
        }
    }
    steps.into_iter().collect()
}

struct Search<'steps> {
    steps: &'steps [Step],
    by_held: BTreeMap<u16, Vec<usize>>,
    ways: usize,
}

impl Search<'_> {
    /// A way on from `way` back to its first step, over lanes that hold nothing in common.
    fn round(&mut self, way: &mut Vec<usize>) -> Option<Vec<usize>> {
        let (first, last) = (*way.first()?, *way.last()?);
        if way.len() > 1 && self.steps[first].1.contains(&self.steps[last].2) {
            return Some(way.clone());
        }
        for next in self.by_held.get(&self.steps[last].2).cloned().unwrap_or_default() {
            self.ways = self.ways.checked_sub(1)?;
            // A circle is found from its first step; the others begin it again.
            let apart = |step: &usize| {
                let ((lane, held, _), (other, others, _)) = (&self.steps[*step], &self.steps[next]);
                lane != other && held.is_disjoint(others)
            };
            if next > first && way.iter().all(apart) {
                way.push(next);
                if let Some(found) = self.round(way) {
                    return Some(found);
                }
                way.pop();
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::Hold;

    /// A lane for each list, which takes the locks of its list in that order and then lets go of all; one after another,
    /// so that nobody ever waited.
    fn taken(lists: &[&[u16]]) -> Timeline {
        let mut run = Timeline::new("table");
        run.locks = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        for (number, list) in lists.iter().enumerate() {
            let (mut lane, begun) = (Lane::new(format!("lane {number}")), 1_000 * number as u64);
            let hold = |(at, lock): (usize, &u16)| Hold::new(*lock, begun + at as u64..begun + 100);
            lane.holds = list.iter().enumerate().map(hold).collect();
            run = run.with_lane(lane);
        }
        run
    }

    #[test]
    fn two_opposite_orders_could_deadlock_although_nobody_waited() {
        let told = taken(&[&[0, 1], &[1, 0]]).could_deadlock().expect("a circle");
        let told: Vec<String> = told.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["lane 0 takes b while holding a", "lane 1 takes a while holding b"]);
    }

    #[test]
    fn three_in_a_ring_could_and_one_who_turns_round_breaks_it() {
        assert_eq!(taken(&[&[0, 1], &[1, 2], &[2, 0]]).could_deadlock().map(|way| way.len()), Some(3));
        assert!(taken(&[&[0, 1], &[1, 2], &[0, 2]]).could_deadlock().is_none());
    }

    #[test]
    fn a_lock_that_both_hold_meanwhile_keeps_them_apart() {
        assert!(taken(&[&[3, 0, 1], &[3, 1, 0]]).could_deadlock().is_none());
        assert!(taken(&[&[3, 0, 1], &[1, 0]]).could_deadlock().is_some());
    }

    #[test]
    fn one_lane_alone_is_no_circle_and_who_only_tries_does_not_wait() {
        let mut run = taken(&[&[0, 1], &[1, 0]]);
        run.lanes[1].holds[1].tried = true;
        assert!(run.could_deadlock().is_none());
        assert!(taken(&[&[0, 1, 0]]).could_deadlock().is_none());
        assert!(taken(&[]).could_deadlock().is_none() && taken(&[&[]]).lock_orders().is_empty());
    }
}
