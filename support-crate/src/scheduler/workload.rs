//! Jobs that arrive over time, each with its work. Every policy gets the same ones.

use std::sync::Arc;
use std::time::Duration;

use super::{Policy, Schedule};
use crate::error::Error;
use crate::record::Failed;
use crate::time::{MILLISECOND, Time, Unit};

/// The most jobs of one workload; each is a real process.
pub const JOBS: usize = 100;

/// The most that all jobs of a workload may have together of work and of I/O, and the latest that a job may arrive.
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

/// A job as it was written down. Times are nanoseconds.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub name: Arc<str>,
    /// After the start.
    pub arrives: u64,
    pub work: u64,
    pub io: Option<Io>,
}

/// I/O in the middle of a job's work, in nanoseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Io {
    /// Each time after so much work.
    pub after: u64,
    /// How long it takes.
    pub lasts: u64,
}

impl Planned {
    /// How often it waits for I/O: never once its work is done.
    pub fn waits(&self) -> u64 {
        self.io.map_or(0, |io| (self.work - 1) / io.after)
    }
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

    /// The same jobs, but the one called `name` waits for I/O each time it has done `after` more of its work, as for
    /// a disk: for as long as `lasts` its process does not want the core.
    ///
    /// # Errors
    /// When there is no such job, with a time that is negative or not a number, with less than 0.1 ms of work from one
    /// I/O to the next, and when all I/O of the workload would take longer than [`WORK`].
    pub fn with_io(mut self, name: &str, after: Time, lasts: Time) -> Result<Self, Error> {
        let after_nanos = nanos(checked(name, after, LEAST, "from one I/O to the next it works")?);
        let lasts_nanos = nanos(checked(name, lasts, Duration::ZERO, "one I/O lasts")?);
        let mut jobs = self.jobs.to_vec();
        let there = || jobs.iter().map(|job| job.name.to_string()).collect();
        let Some(number) = jobs.iter().position(|job| *job.name == *name) else {
            return Err(Error::NoSuchLane { asked: name.to_owned(), there: there() });
        };
        jobs[number].io = Some(Io { after: after_nanos, lasts: lasts_nanos });
        let all: u64 = jobs.iter().map(|job| job.waits() * job.io.map_or(0, |io| io.lasts)).sum();
        if all > nanos(WORK) {
            return Err(bad(name, lasts, "the I/O of all jobs together lasts at most 5 s here"));
        }
        self.jobs = jobs.into();
        Ok(self)
    }

    /// Runs the jobs as real processes on one core, stopped and continued as `policy` says; and beside it what the
    /// same policy would do on paper.
    ///
    /// The policy decides in a process of its own, so what it changes in itself stays there, and what it prints is
    /// shown when all is over.
    ///
    /// # Errors
    /// When the policy does what no policy may, with what it did ([`Error::Policy`]); when it panics; when the run
    /// takes too long; when this process has other threads; on systems other than Linux. The timeline up to then is
    /// kept. In every case all processes are gone before this returns.
    pub fn schedule<P: Policy>(&self, policy: P) -> Result<Schedule, Failed> {
        #[cfg(target_os = "linux")]
        {
            super::dispatch::schedule(self, policy)
        }
        #[cfg(not(target_os = "linux"))]
        Err(not_here(&policy.name()))
    }

    /// What `policy` does on paper: in virtual time, where a switch costs nothing and nobody else wants the core.
    ///
    /// # Errors
    /// When the policy does what no policy may, panics, or does not answer.
    pub fn on_paper<P: Policy>(&self, policy: P) -> Result<Schedule, Error> {
        #[cfg(target_os = "linux")]
        {
            super::adviser::on_paper(policy, self)
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
    pub fn schedule_by_kernel(&self) -> Result<Schedule, Failed> {
        #[cfg(target_os = "linux")]
        {
            super::kernel::schedule(self)
        }
        #[cfg(not(target_os = "linux"))]
        Err(not_here("the kernel"))
    }
}

#[cfg(not(target_os = "linux"))]
fn not_here(title: &str) -> Failed {
    let fault = Error::NotPossible {
        what: "stopping and continuing processes on one core".to_owned(),
        because: "this system does not let a program choose the core; Linux does. \
                  On paper (on_paper) every policy works here too"
            .to_owned(),
    };
    Failed::before(title, fault)
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
    Ok(Planned { name: name.into(), arrives: nanos(arrives), work: nanos(needs), io: None })
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
    use crate::time::MINUTE;

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

    #[test]
    fn io_that_cannot_be_done_is_refused_with_the_reason() {
        let jobs = Workload::new([("a", 0.0 * MINUTE, 10 * MINUTE)]).unwrap();
        let fault = |name, after, lasts| jobs.clone().with_io(name, after, lasts).unwrap_err().to_string();
        assert!(fault("b", 1 * MINUTE, 1 * MINUTE).contains("there are: a"));
        assert!(fault("a", 0.0 * MINUTE, 1 * MINUTE).contains("0.1 ms"));
        assert!(fault("a", 1 * MINUTE, -1 * MINUTE).contains("zero or more"));
        assert!(fault("a", 1 * MINUTE, 100 * MINUTE).contains("I/O of all jobs"));
        assert!(jobs.clone().with_io("a", 1 * MINUTE, 1 * MINUTE).is_ok());
    }
}
