//! Jobs that arrive over time, each with its work. Every policy gets the same ones.

use std::sync::Arc;
use std::time::Duration;

use super::{Outcome, Policy};
use crate::error::Error;
use crate::timeline::{MILLISECOND, Time, Unit};

/// The most jobs of one workload; each is a real process.
pub const JOBS: usize = 100;

/// The most work all jobs of a workload may have together, and the latest that a job may arrive.
pub const WORK: Duration = Duration::from_secs(5);

/// The least work of a job: below it, stopping and continuing would be most of what is measured.
pub(super) const LEAST: Duration = Duration::from_micros(100);

/// Jobs with their arrivals and their work.
#[derive(Debug, Clone)]
pub struct Workload {
    pub(super) jobs: Arc<[Planned]>,
    pub(super) unit: Unit,
    /// How fast a core of this machine works; measured once, so that every run does the same work.
    #[cfg(target_os = "linux")]
    pub(super) pace: super::job_process::Pace,
}

/// A job as it was written down.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub name: Arc<str>,
    /// Nanoseconds after the start.
    pub arrives: u64,
    /// Nanoseconds of work.
    pub work: u64,
}

impl Workload {
    /// Jobs as (name, arrival, work). The first is at the head of the queue among those that arrive together.
    ///
    /// Work is counted: how much arithmetic a core does in that time is measured here, once, and every policy then
    /// has the jobs do exactly that much.
    ///
    /// # Errors
    /// Without any job, with more than [`JOBS`], with two of one name, with a time that is negative, not a number or
    /// beyond [`WORK`], or with less than 0.1 ms of work.
    pub fn new<Name: Into<String>>(
        jobs: impl IntoIterator<Item = (Name, Time, Time)>,
    ) -> Result<Self, Error> {
        let (mut planned, mut unit) = (Vec::<Planned>::new(), MILLISECOND.unit());
        for (name, arrival, work) in jobs.into_iter().take(JOBS + 1) {
            unit = if planned.is_empty() { work.unit() } else { unit };
            planned.push(plan(name.into(), arrival, work, &planned)?);
        }
        match planned.len() {
            0 => Err(Error::NotPossible {
                what: "scheduling nobody".to_owned(),
                because: "the list of jobs is empty; give it one at least".to_owned(),
            }),
            count if count > JOBS => Err(Error::TooMany {
                what: "jobs",
                limit: JOBS,
                because: "each is a real process that shares one core with all the others".to_owned(),
            }),
            _ => Ok(Self {
                jobs: planned.into(),
                unit,
                #[cfg(target_os = "linux")]
                pace: super::job_process::Pace::measure(),
            }),
        }
    }

    /// Runs the jobs as real processes on one core, stopped and continued as `policy` says; and beside it what the
    /// same policy would do on paper.
    ///
    /// The policy decides in a process of its own, so what it changes in itself, or prints, stays there.
    ///
    /// # Errors
    /// When the policy does what no policy may, with what it did ([`Error::Policy`]); when it panics; when the run
    /// takes too long; when this process has other threads; on systems other than Linux. In every case all processes
    /// are gone before this returns.
    pub fn schedule<P: Policy>(&self, policy: P) -> Result<Outcome, Error> {
        #[cfg(target_os = "linux")]
        {
            super::dispatch::schedule(self, policy)
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = policy;
            Err(not_here())
        }
    }

    /// What `policy` does on paper: in virtual time, where a switch costs nothing and nobody else wants the core.
    ///
    /// # Errors
    /// When the policy does what no policy may, panics, or does not answer.
    pub fn on_paper<P: Policy>(&self, policy: P) -> Result<Outcome, Error> {
        #[cfg(target_os = "linux")]
        {
            super::adviser::with(policy, self, |adviser| super::paper::run(self, adviser))
        }
        #[cfg(not(target_os = "linux"))]
        {
            super::paper::run(self, &mut super::drive::Direct::new(policy))
        }
    }

    /// Runs the same jobs on the same core and lets the kernel schedule them: nobody is stopped.
    ///
    /// # Errors
    /// As [`schedule`](Self::schedule), but for the policy.
    pub fn schedule_by_kernel(&self) -> Result<Outcome, Error> {
        #[cfg(target_os = "linux")]
        {
            super::kernel::schedule(self)
        }
        #[cfg(not(target_os = "linux"))]
        Err(not_here())
    }
}

#[cfg(not(target_os = "linux"))]
fn not_here() -> Error {
    Error::NotPossible {
        what: "stopping and continuing processes on one core".to_owned(),
        because: "this system does not let a program choose the core; Linux does. \
                  On paper (on_paper) every policy works here too"
            .to_owned(),
    }
}

/// A job that can be run, beside those `before` it.
fn plan(name: String, arrival: Time, work: Time, before: &[Planned]) -> Result<Planned, Error> {
    let arrives = checked(&name, arrival, Duration::ZERO, "a job arrives")?;
    let needs = checked(&name, work, LEAST, "the work of all jobs together is")?;
    let sum: u64 = before.iter().map(|job| job.work).sum();
    if sum + nanos(needs) > nanos(WORK) {
        return Err(bad(&name, work, "the work of all jobs together is at most 5 s here"));
    }
    if before.iter().any(|job| *job.name == *name) {
        return Err(Error::NotPossible {
            what: format!("a second job called \"{name}\""),
            because: "figures and questions go by name; give it another one".to_owned(),
        });
    }
    Ok(Planned { name: name.into(), arrives: nanos(arrives), work: nanos(needs) })
}

fn nanos(duration: Duration) -> u64 {
    duration.as_nanos() as u64
}

fn checked(name: &str, time: Time, least: Duration, what: &str) -> Result<Duration, Error> {
    match time.as_duration() {
        None => Err(bad(name, time, "a time must be zero or more, and a number")),
        Some(duration) if duration > WORK => Err(bad(name, time, &format!("{what} at most 5 s here"))),
        Some(duration) if duration < least => Err(bad(name, time, "a job has 0.1 ms of work at least")),
        Some(duration) => Ok(duration),
    }
}

fn bad(name: &str, asked: Time, because: &str) -> Error {
    Error::BadTime { lane: name.to_owned(), asked, because: because.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::MINUTE;

    fn fault(jobs: &[(&str, Time, Time)]) -> String {
        Workload::new(jobs.iter().copied()).unwrap_err().to_string()
    }

    #[test]
    fn jobs_that_cannot_be_run_are_refused_with_the_reason() {
        assert!(fault(&[]).contains("empty"));
        assert!(fault(&[("a", 0.0 * MINUTE, 0.0 * MINUTE)]).contains("0.1 ms"));
        assert!(fault(&[("a", -1 * MINUTE, 1 * MINUTE)]).contains("zero or more"));
        assert!(fault(&[("a", 0.0 * MINUTE, f64::NAN * MINUTE)]).contains("a number"));
        assert!(fault(&[("a", 0.0 * MINUTE, 1e9 * MINUTE)]).contains("at most 5 s"));
        assert!(fault(&[("a", 1e9 * MINUTE, 1 * MINUTE)]).contains("arrives"));
        assert!(
            fault(&[("a", 0.0 * MINUTE, 1 * MINUTE), ("a", 0.0 * MINUTE, 1 * MINUTE)]).contains("second")
        );
        let many = (0..10_000).map(|number| (format!("job {number}"), 0.0 * MINUTE, 0.01 * MINUTE));
        assert!(Workload::new(many).unwrap_err().to_string().contains("at most 100"));
    }
}
