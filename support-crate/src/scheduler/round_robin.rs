//! Round robin: a slice for each, in turn. OSTEP, chapter 7.

use std::time::Duration;

use super::{Decision, Job, Policy};
use crate::timeline::Time;

/// Round robin with slices of the given length.
#[derive(Debug, Clone, Copy)]
pub struct RoundRobin(
    /// The length of a slice.
    pub Time,
);

impl Policy for RoundRobin {
    fn next(&mut self, ready: &[Job], _now: Duration) -> Decision {
        ready[0].run_for(self.0)
    }

    fn name(&self) -> String {
        format!("RR {}", self.0)
    }
}
