//! A number that changed during a run: the depth of a queue, memory in use.

use super::Timeline;
use crate::error::Error;

/// A number that changed during a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Counter {
    /// What is counted: "queue".
    pub name: String,
    /// In what: "messages", "KB".
    pub unit: String,
    /// What it became, and when (nanoseconds of the shared clock), in order of time. Before the first it was 0.
    pub points: Vec<(u64, f64)>,
}

impl Counter {
    /// What it was at a moment (nanoseconds of the shared clock).
    pub fn at(&self, moment: u64) -> f64 {
        let after = self.points.partition_point(|(at, _)| *at <= moment);
        after.checked_sub(1).map_or(0.0, |last| self.points[last].1)
    }

    /// The largest it was; 0 where it never changed.
    pub fn most(&self) -> f64 {
        self.points.iter().map(|(_, value)| *value).fold(0.0, f64::max)
    }

    /// What it was in the mean from one moment to another (nanoseconds of the shared clock).
    pub fn mean(&self, from: u64, to: u64) -> f64 {
        let edges = self.points.iter().map(|(at, _)| *at).filter(|at| (from..to).contains(at));
        let (mut sum, mut last) = (0.0, from);
        for at in edges.chain([to]) {
            sum += self.at(last) * (at - last) as f64;
            last = at;
        }
        if to > from { sum / (to - from) as f64 } else { self.at(from) }
    }

    /// What it was in the end.
    pub fn last(&self) -> f64 {
        self.points.last().map_or(0.0, |(_, value)| *value)
    }
}

impl Timeline {
    /// The counter called `name`.
    ///
    /// # Errors
    /// When there is none; the error names those there are.
    pub fn counter(&self, name: &str) -> Result<&Counter, Error> {
        self.counters.iter().find(|counter| counter.name == name).ok_or_else(|| Error::NoSuchLane {
            asked: name.to_owned(),
            there: self.counters.iter().map(|counter| counter.name.clone()).collect(),
        })
    }
}
