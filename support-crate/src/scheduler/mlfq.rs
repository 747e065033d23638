//! The multi-level feedback queue: who uses up slices sinks, so short jobs go first without anybody knowing how long
//! they are. The rules are those of OSTEP, chapter 8, after F. J. Corbató and others, "An Experimental Time-Sharing
//! System" (1962).

use std::collections::HashMap;
use std::time::Duration;

use super::{Decision, Job, Policy};
use crate::timeline::Time;

/// A multi-level feedback queue.
#[derive(Debug, Clone)]
pub struct Mlfq {
    /// The slice of each level, the highest level first.
    slices: Vec<Time>,
    /// How long until everybody is lifted to the highest level again.
    boost: Option<Duration>,
    boosted: Duration,
    /// The slices each job had used up at the last boost.
    before: HashMap<usize, usize>,
}

impl Mlfq {
    /// With a level for each slice, the highest level first, and a boost every so often (`None` for never).
    ///
    /// # Panics
    /// Without any level.
    pub fn new(slices: impl Into<Vec<Time>>, boost: Option<Time>) -> Self {
        let slices = slices.into();
        assert!(!slices.is_empty(), "a multi-level queue has a level at least");
        let boost = boost.and_then(|time| time.as_duration());
        Self { slices, boost, boosted: Duration::ZERO, before: HashMap::new() }
    }

    fn level(&self, job: &Job) -> usize {
        let used_up = job.slices - self.before.get(&job.number).unwrap_or(&0);
        used_up.min(self.slices.len() - 1)
    }
}

impl Policy for Mlfq {
    fn next(&mut self, ready: &[Job], now: Duration) -> Decision {
        if self.boost.is_some_and(|boost| now - self.boosted >= boost) {
            self.boosted = now;
            self.before = ready.iter().map(|job| (job.number, job.slices)).collect();
        }
        let highest = ready.iter().min_by_key(|job| self.level(job)).unwrap_or(&ready[0]);
        highest.run_for(self.slices[self.level(highest)]).or_arrival()
    }

    fn name(&self) -> String {
        "MLFQ".to_owned()
    }
}
