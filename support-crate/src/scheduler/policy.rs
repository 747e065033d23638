//! The question a scheduler asks, and its answer: who gets the core next, and for how long?

use std::sync::Arc;
use std::time::Duration;

use crate::timeline::Time;

/// Decides who gets the core next.
///
/// A function will do as well:
/// ```standalone_crate
/// use std::time::Duration;
/// use timelanes::prelude::*;
/// use timelanes::scheduler::{Job, Workload};
/// let fifo = |ready: &[Job], _now: Duration| ready[0].run_to_end();
/// let jobs = Workload::new([("Amir", 0 * MINUTE, 10 * MINUTE), ("John", 0 * MINUTE, 1 * MINUTE)])?;
/// assert_eq!(jobs.on_paper(fifo)?.job("John")?.turnaround, 11.0);
/// # Ok::<(), Error>(())
/// ```
pub trait Policy {
    /// Asked whenever the core is free and somebody is ready, `now` after the start.
    ///
    /// `ready` is the ready queue: never empty, and whoever has stood in it longest comes first. Who arrives joins at
    /// the back, and so does who had to give the core back.
    fn next(&mut self, ready: &[Job], now: Duration) -> Decision;

    /// What figures and messages call it; by itself the name of its type.
    fn name(&self) -> String {
        let path = std::any::type_name::<Self>();
        let path = path.split('<').next().unwrap_or(path);
        match path.rsplit("::").next() {
            Some(name) if !name.is_empty() && !name.starts_with('{') => name.to_owned(),
            _ => "my policy".to_owned(),
        }
    }
}

impl<F: FnMut(&[Job], Duration) -> Decision> Policy for F {
    fn next(&mut self, ready: &[Job], now: Duration) -> Decision {
        self(ready, now)
    }
}

/// A job in the ready queue, as a policy sees it. Times are rounded to the millisecond, so that a few microseconds of a
/// real run do not decide.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Whose job it is.
    pub name: Arc<str>,
    /// Its place in the workload, from 0.
    pub number: usize,
    /// When it arrived.
    pub arrived: Duration,
    /// How much work it is. Policies that look at this know what no kernel knows.
    pub work: Duration,
    /// How much of it is done.
    pub done: Duration,
    /// How many of its time slices it has used up.
    pub slices: usize,
}

impl Job {
    /// How much of its work is left.
    pub fn left(&self) -> Duration {
        self.work.saturating_sub(self.done)
    }

    /// Gives it the core for one time slice, in its own CPU time; then the policy is asked again.
    pub fn run_for(&self, slice: Time) -> Decision {
        Decision { choice: Choice::Run(self.number), time: Some(slice), or_arrival: false }
    }

    /// Gives it the core until its work is done.
    pub fn run_to_end(&self) -> Decision {
        Decision { choice: Choice::Run(self.number), time: None, or_arrival: false }
    }
}

/// A policy's answer; made by [`Job::run_for`] and [`Job::run_to_end`].
#[must_use = "a decision does nothing until the policy returns it"]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    pub(super) choice: Choice,
    /// The length of the slice; `None` is to the end.
    pub(super) time: Option<Time>,
    pub(super) or_arrival: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    Run(usize),
    Nobody,
}

impl Decision {
    /// The same, but the policy is asked again as soon as another job arrives. The interrupted job goes to the front
    /// of the queue; its slice is not used up, and when it is given a slice again it gets what is left of it.
    pub fn or_arrival(self) -> Self {
        Self { or_arrival: true, ..self }
    }

    /// Leaves the core empty for so long, though somebody is ready.
    pub fn nobody(time: Time) -> Self {
        Self { choice: Choice::Nobody, time: Some(time), or_arrival: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Lottery;
    impl Policy for Lottery {
        fn next(&mut self, ready: &[Job], _now: Duration) -> Decision {
            ready[0].run_to_end()
        }
    }

    #[test]
    fn a_policy_is_called_by_the_name_of_its_type_and_a_closure_by_a_plain_one() {
        assert_eq!(Lottery.name(), "Lottery");
        assert_eq!((|ready: &[Job], _now: Duration| ready[0].run_to_end()).name(), "my policy");
    }
}
