//! Shortest job first: the best order there is for the mean wait, for those who know the future. OSTEP, chapter 7.

use std::time::Duration;

use super::{Decision, Job, Policy};

/// Shortest job first; who has the core keeps it. Among jobs of one length the first in the queue.
#[derive(Debug, Clone, Copy)]
pub struct Sjf;

impl Policy for Sjf {
    fn next(&mut self, ready: &[Job], _now: Duration) -> Decision {
        let shortest = ready.iter().min_by_key(|job| job.work).unwrap_or(&ready[0]);
        shortest.run_to_end()
    }

    fn name(&self) -> String {
        "SJF".to_owned()
    }
}
