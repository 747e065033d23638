//! Policies to test the scheduler with: those of the textbook, after OSTEP (chapters 7 to 9).

use std::collections::HashMap;

use timelanes::prelude::*;

/// First in, first out.
pub struct Fifo;

impl Policy for Fifo {
    fn next(&mut self, ready: &[Job], _now: Time) -> Decision {
        ready[0].run_to_end()
    }
}

/// Shortest job first.
pub struct ShortestFirst;

impl Policy for ShortestFirst {
    fn next(&mut self, ready: &[Job], _now: Time) -> Decision {
        ready.iter().min_by_key(|job| job.work).unwrap().run_to_end()
    }
}

/// A slice of this length for each in turn.
pub struct RoundRobin(pub Time);

impl Policy for RoundRobin {
    fn next(&mut self, ready: &[Job], _now: Time) -> Decision {
        ready[0].run_for(self.0)
    }
}

/// A multi-level feedback queue with slices of 10, 20 and 40 ms.
#[derive(Default)]
pub struct Mlfq {
    /// How long until everybody is lifted again; never where there is none.
    pub boost: Option<Time>,
    boosted: Option<Time>,
    /// The slices each job had used up at the last boost.
    before: HashMap<usize, usize>,
}

impl Mlfq {
    pub fn with_boost(millis: i32) -> Self {
        Self { boost: Some(millis * MILLISECOND), ..Self::default() }
    }

    fn level(&self, job: &Job) -> usize {
        let used_up = job.slices - self.before.get(&job.number).unwrap_or(&0);
        used_up.min(2)
    }
}

impl Policy for Mlfq {
    fn next(&mut self, ready: &[Job], now: Time) -> Decision {
        let since = now - self.boosted.unwrap_or(Time::ZERO);
        if self.boost.is_some_and(|boost| since >= boost) {
            self.boosted = Some(now);
            self.before = ready.iter().map(|job| (job.number, job.slices)).collect();
        }
        let highest = ready.iter().min_by_key(|job| self.level(job)).unwrap();
        highest.run_for([10, 20, 40][self.level(highest)] * MILLISECOND).or_arrival()
    }
}

/// The job that has had least of the core goes next; a newcomer begins where the least of the others is.
#[derive(Default)]
pub struct FairShare(HashMap<usize, Time>);

impl Policy for FairShare {
    fn next(&mut self, ready: &[Job], _now: Time) -> Decision {
        let known = ready.iter().filter_map(|job| Some(*self.0.get(&job.number)? + job.done));
        let least = known.min().unwrap_or(Time::ZERO);
        for job in ready {
            self.0.entry(job.number).or_insert(least);
        }
        let runtime = |job: &&Job| self.0[&job.number] + job.done;
        ready.iter().min_by_key(runtime).unwrap().run_for(5 * MILLISECOND).or_arrival()
    }
}
