//! First in, first out: who came first gets the core, and keeps it. OSTEP, chapter 7.

use std::time::Duration;

use super::{Decision, Job, Policy};

/// First in, first out.
#[derive(Debug, Clone, Copy)]
pub struct Fifo;

impl Policy for Fifo {
    fn next(&mut self, ready: &[Job], _now: Duration) -> Decision {
        ready[0].run_to_end()
    }

    fn name(&self) -> String {
        "FIFO".to_owned()
    }
}
