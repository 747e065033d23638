//! The question a scheduler asks, and its answer: who gets the core next, and for how long?

use std::sync::Arc;

use crate::time::Time;

/// Decides who gets the core next.
///
/// A function will do as well:
/// ```standalone_crate
/// use timelanes::prelude::*;
/// let fifo = |ready: &[Job], _now: Time| ready[0].run_to_end();
/// let jobs = Workload::new([("Amir", 0.0 * MINUTE, 10 * MINUTE), ("John", 0.0 * MINUTE, 1 * MINUTE)])?;
/// assert_eq!(jobs.on_paper(fifo)?.job("John")?.turnaround, 11 * MINUTE);
/// # Ok::<(), Error>(())
/// ```
pub trait Policy {
    /// Asked whenever the core is free and somebody is ready, `now` after the start.
    ///
    /// `ready` is the ready queue: never empty, and the job that has stood in it longest comes first. A job that
    /// arrives, or comes back from its I/O, joins at the back; so does one that had to give the core back.
    fn next(&mut self, ready: &[Job], now: Time) -> Decision;

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

impl<F: FnMut(&[Job], Time) -> Decision> Policy for F {
    fn next(&mut self, ready: &[Job], now: Time) -> Decision {
        self(ready, now)
    }
}

/// A job in the ready queue, as a policy sees it. Times are in the workload's unit and rounded to the real millisecond,
/// so that a few microseconds of a real run do not decide.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Whose job it is.
    pub name: Arc<str>,
    /// Its place in the workload, from 0.
    pub number: usize,
    /// When it arrived.
    pub arrived: Time,
    /// How much work it is. Policies that look at this know what no kernel knows.
    pub work: Time,
    /// How much of it is done.
    pub done: Time,
    /// How many of its time slices it has used up. One that it gave back early, for I/O, is not used up.
    pub slices: usize,
}

impl Job {
    /// How much of its work is left.
    pub fn left(&self) -> Time {
        (self.work - self.done).max(0.0 * self.work)
    }

    /// Gives it the core for one time slice of work; then the policy is asked again.
    pub fn run_for(&self, slice: Time) -> Decision {
        Decision { choice: Choice::Run(self.number), time: Some(slice), or_arrival: false }
    }

    /// Gives it the core until its work is done, or it waits for I/O.
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
    /// The same, but the policy is asked again as soon as another job arrives or comes back from its I/O. The
    /// interrupted job goes to the front of the queue; its slice is not used up, and when it is given a slice again it
    /// gets what is left of it.
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
        fn next(&mut self, ready: &[Job], _now: Time) -> Decision {
            ready[0].run_to_end()
        }
    }

    #[test]
    fn a_policy_is_called_by_the_name_of_its_type_and_a_closure_by_a_plain_one() {
        assert_eq!(Lottery.name(), "Lottery");
        assert_eq!((|ready: &[Job], _now: Time| ready[0].run_to_end()).name(), "my policy");
    }
}
