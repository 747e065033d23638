//! Questions to a timeline: who overlapped whom, who was busy, who waited, in which order, on which core.
//!
//! Durations come as a [`Time`] in the timeline's own unit, so that a cell can compare them with what the story says
//! (`run.length() < 12 * MINUTE`); moments are nanoseconds of the shared clock.

use std::collections::BTreeSet;

use super::{Activity, Lane, Segment, Timeline};
use crate::error::Error;
use crate::time::Time;

/// A part of a whole, from 0 to 1.
pub type Share = f64;

impl Timeline {
    /// The lane called `name`.
    ///
    /// # Errors
    /// When there is none; the error names those there are.
    pub fn lane(&self, name: &str) -> Result<&Lane, Error> {
        self.lanes.iter().find(|lane| lane.name == name).ok_or_else(|| Error::NoSuchLane {
            asked: name.to_owned(),
            there: self.lanes.iter().map(|lane| lane.name.clone()).collect(),
        })
    }

    /// How long the whole run took, from its first event to its last.
    pub fn length(&self) -> Time {
        self.time(self.end() - self.start())
    }

    /// How long `name` spent on `activity`; of nested spans only the innermost counts.
    ///
    /// # Errors
    /// When there is no such lane.
    pub fn total(&self, name: &str, activity: Activity) -> Result<Time, Error> {
        Ok(self.lane(name)?.total(activity))
    }

    /// From the start of the run to the first event of `name`.
    ///
    /// # Errors
    /// When there is no such lane.
    pub fn began(&self, name: &str) -> Result<Time, Error> {
        let start = self.start();
        Ok(self.time(self.lane(name)?.start().unwrap_or(start) - start))
    }

    /// From the start of the run to the last event of `name`.
    ///
    /// # Errors
    /// When there is no such lane.
    pub fn done(&self, name: &str) -> Result<Time, Error> {
        let start = self.start();
        Ok(self.time(self.lane(name)?.end().unwrap_or(start) - start))
    }

    /// How long `name` was ready and not let: its time in the run queue, which textbooks on scheduling call "waiting
    /// time".
    ///
    /// # Errors
    /// When there is no such lane.
    pub fn queueing_time(&self, name: &str) -> Result<Time, Error> {
        self.total(name, Activity::Ready)
    }

    /// The mean [`queueing_time`](Self::queueing_time) of the lanes called `names`; 0 for no names.
    ///
    /// # Errors
    /// When one of them is not there.
    pub fn mean_queueing_time(&self, names: &[&str]) -> Result<Time, Error> {
        let times: Vec<Time> = names.iter().map(|name| self.queueing_time(name)).collect::<Result<_, _>>()?;
        Ok(times.iter().fold(self.time(0), |sum, time| sum + *time) / names.len().max(1) as f64)
    }

    /// For how long both lanes were inside a span of any kind: their lifetimes overlap, which is concurrency.
    ///
    /// # Errors
    /// When a lane is not there.
    pub fn overlap(&self, one: &str, other: &str) -> Result<Time, Error> {
        Ok(self.time(together(self.lane(one)?.segments(), self.lane(other)?.segments())))
    }

    /// For how long both lanes were doing `activity` at the same time; with [`Activity::Running`] that is parallelism.
    ///
    /// # Errors
    /// When a lane is not there.
    pub fn both(&self, activity: Activity, one: &str, other: &str) -> Result<Time, Error> {
        let only = |segment: &Segment| segment.activity == activity;
        let (one, other) = (self.lane(one)?, self.lane(other)?);
        Ok(self.time(together(one.segments().filter(only), other.segments().filter(only))))
    }

    /// The most lanes that were doing `activity` at one moment.
    pub fn most_at_once(&self, activity: Activity) -> usize {
        let mut edges = Vec::new();
        for lane in &self.lanes {
            for segment in lane.segments().filter(|segment| segment.activity == activity) {
                edges.push((segment.start, 1));
                edges.push((segment.end, -1));
            }
        }
        // An end sorts before a start at the same moment: touching is not overlapping.
        edges.sort_unstable();
        let (mut now, mut most) = (0_isize, 0);
        for (_, change) in edges {
            now += change;
            most = most.max(now);
        }
        most as usize
    }

    /// The names of the lanes in the order in which they began.
    pub fn order(&self) -> Vec<&str> {
        self.sorted_by(Lane::start)
    }

    /// The names of the lanes in the order in which they were done.
    pub fn finish_order(&self) -> Vec<&str> {
        self.sorted_by(Lane::end)
    }

    fn sorted_by(&self, moment: impl Fn(&Lane) -> Option<u64>) -> Vec<&str> {
        let mut lanes: Vec<_> =
            self.lanes.iter().filter_map(|lane| Some((moment(lane)?, lane.name.as_str()))).collect();
        lanes.sort_by_key(|lane| lane.0);
        lanes.into_iter().map(|(_, name)| name).collect()
    }
}

impl Lane {
    /// How long the lane spent on `activity`; of nested spans only the innermost counts.
    pub fn total(&self, activity: Activity) -> Time {
        self.time(self.nanos(activity))
    }

    /// [`total`](Self::total) in nanoseconds.
    pub fn nanos(&self, activity: Activity) -> u64 {
        self.segments().filter(|segment| segment.activity == activity).map(|segment| segment.length()).sum()
    }

    /// From its first event to its last: the turnaround of a job, the wall time of a thread.
    pub fn wall(&self) -> Time {
        self.time(self.wall_nanos())
    }

    fn wall_nanos(&self) -> u64 {
        self.end().unwrap_or(0) - self.start().unwrap_or(0)
    }

    /// The part of its wall time in which the lane was running; 0 for a lane of no length.
    pub fn busy(&self) -> Share {
        if self.wall_nanos() == 0 {
            0.0
        } else {
            self.nanos(Activity::Running) as f64 / self.wall_nanos() as f64
        }
    }

    /// The cores on which its running spans were seen, in order.
    pub fn cores(&self) -> Vec<u16> {
        let running = self.spans().iter().filter(|span| span.activity == Activity::Running);
        running.filter_map(|span| span.core).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// How many spans of `activity` it has: with [`Activity::Ready`], how often it was kept from running.
    pub fn times(&self, activity: Activity) -> usize {
        self.spans().iter().filter(|span| span.activity == activity).count()
    }
}

/// For how long two lanes without nesting are both inside a segment, in nanoseconds. One pass over each.
fn together(mut one: impl Iterator<Item = Segment>, mut other: impl Iterator<Item = Segment>) -> u64 {
    let (mut a, mut b, mut sum) = (one.next(), other.next(), 0);
    while let (Some(left), Some(right)) = (a, b) {
        sum += left.end.min(right.end).saturating_sub(left.start.max(right.start));
        if left.end <= right.end {
            a = one.next();
        } else {
            b = other.next();
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use Activity::{Ready, Running, Waiting};

    fn lane(name: &str, spans: &[(u64, u64, Activity)]) -> Lane {
        let add = |lane: Lane, &(start, end, activity): &(u64, u64, Activity)| {
            lane.with_span(start..end, activity, "x").unwrap()
        };
        spans.iter().fold(Lane::new(name), add)
    }

    fn two() -> Timeline {
        let ms = 1_000_000;
        Timeline::new("two")
            .with_lane(lane("ada", &[(0, 4 * ms, Running), (4 * ms, 6 * ms, Waiting)]))
            .with_lane(lane("bob", &[(0, 3 * ms, Ready), (3 * ms, 7 * ms, Running)]))
    }

    #[test]
    fn overlapping_lifetimes_and_running_together_are_told_apart() {
        assert_eq!(two().overlap("ada", "bob").unwrap().count(), 6.0);
        assert_eq!(two().both(Running, "ada", "bob").unwrap().count(), 1.0);
        assert_eq!(two().most_at_once(Running), 2);
    }

    #[test]
    fn a_touching_end_and_start_do_not_overlap() {
        let timeline = Timeline::new("touch")
            .with_lane(lane("ada", &[(0, 5, Running)]))
            .with_lane(lane("bob", &[(5, 9, Running)]));
        assert_eq!(timeline.most_at_once(Running), 1);
        assert_eq!(timeline.overlap("ada", "bob").unwrap().count(), 0.0);
    }

    #[test]
    fn a_nested_span_takes_its_time_from_the_one_around_it() {
        let mut nested = lane("ada", &[(0, 10, Running)]);
        let label = nested.label_index("inner");
        let inner = super::super::Span { depth: 1, ..super::super::Span::new(2..5, Waiting, label) };
        nested.push(inner).unwrap();
        assert_eq!(nested.nanos(Running), 7);
        assert_eq!(nested.nanos(Waiting), 3);
        let pieces: Vec<_> = nested.segments().map(|piece| (piece.start, piece.end)).collect();
        assert_eq!(pieces, [(0, 2), (2, 5), (5, 10)]);
    }

    #[test]
    fn queueing_orders_and_shares_are_read_off() {
        let timeline = two();
        assert_eq!(timeline.queueing_time("bob").unwrap().count(), 3.0);
        assert_eq!(timeline.mean_queueing_time(&["ada", "bob"]).unwrap().count(), 1.5);
        assert_eq!(timeline.length().count(), 7.0);
        assert_eq!(timeline.finish_order(), ["ada", "bob"]);
        assert!((timeline.lane("bob").unwrap().busy() - 4.0 / 7.0).abs() < 1e-9);
    }

    #[test]
    fn a_question_about_a_missing_lane_names_those_there_are() {
        let error = two().queueing_time("cem").unwrap_err().to_string();
        assert!(error.contains("cem") && error.contains("ada, bob"), "{error}");
    }

    #[test]
    fn a_span_that_ends_before_it_starts_is_refused() {
        let (start, end) = (9, 3);
        let error = Lane::new("ada").with_span(start..end, Running, "x").unwrap_err().to_string();
        assert!(error.contains("before it starts"), "{error}");
    }

    #[test]
    fn an_empty_timeline_answers_with_nothing() {
        let empty = Timeline::new("nothing");
        assert!(empty.is_empty());
        assert_eq!(empty.length().count(), 0.0);
        assert_eq!(empty.most_at_once(Running), 0);
        assert!(empty.order().is_empty());
    }
}
