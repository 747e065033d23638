//! The scheduling loop: arrivals join the ready queue, the policy is asked, somebody gets the core, and so on until
//! all work is done. It does not know whether its world is real or on paper.

use std::collections::VecDeque;

use super::policy::Choice;
use super::workload::{LEAST, Planned, Workload};
use super::{Decision, Job};
use crate::error::Error;
use crate::time::{Time, Unit};

/// A core, and its clock. Times are nanoseconds since the start.
pub(super) trait World {
    fn now(&mut self) -> u64;

    /// Nobody has the core until then.
    fn rest_until(&mut self, moment: u64) -> Result<(), Error>;

    /// Gives `job` the core until its work is done, it waits for I/O, it has used `slice`, or somebody new joins the
    /// queue at `newcomer`, whichever comes first.
    fn run(&mut self, job: usize, slice: Option<u64>, newcomer: Option<u64>) -> Result<Ran, Error>;
}

/// How a turn on the core ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The work is done.
    Finished,
    /// The job waits for I/O.
    Io,
    /// The slice was used up.
    UsedUp,
    /// Somebody arrived, or came back.
    Newcomer,
}

/// A turn that is over.
pub(super) struct Ran {
    /// Nanoseconds of work done in all turns so far.
    pub done: u64,
    pub end: End,
}

/// Whoever answers for the policy.
pub(super) trait Adviser {
    fn name(&self) -> &str;

    fn ask(&mut self, ready: &[Job], now: Time) -> Result<Decision, Error>;
}

/// The most decisions of one run: five seconds of the shortest slices.
const DECISIONS: usize = 60_000;
/// For how long a policy may leave the core empty, altogether, while somebody is ready.
const REST: u64 = 1_000_000_000;

/// Schedules all jobs of the workload.
///
/// # Errors
/// Of the world and of the adviser, and when the policy decides what cannot be done.
pub(super) fn drive(
    workload: &Workload,
    world: &mut dyn World,
    adviser: &mut dyn Adviser,
) -> Result<(), Error> {
    let mut queue = Queue::new(workload);
    let (mut decisions, mut rested) = (0, 0);
    while !queue.is_over() {
        queue.admit(world.now());
        if queue.ready.is_empty() {
            world.rest_until(queue.next_newcomer().unwrap_or_default())?;
            continue;
        }
        decisions += 1;
        let now = world.now();
        let answer = adviser.ask(queue.ready.make_contiguous(), rounded(now, workload.unit))?;
        let asked = Asked { policy: adviser.name(), now };
        asked.must(decisions < DECISIONS, || {
            format!("was asked {DECISIONS} times, and the jobs are not done")
        })?;
        let length = asked.length(&answer)?;
        match answer.choice {
            Choice::Nobody => {
                rested += length.unwrap_or(REST);
                asked.must(rested < REST, || {
                    "left the core empty for a second in all, though jobs were ready".to_owned()
                })?;
                let until = now + length.unwrap_or(REST);
                world.rest_until(queue.next_newcomer().map_or(until, |moment| until.min(moment)))?;
            }
            Choice::Run(number) => {
                let job = queue.take(number).ok_or_else(|| asked.fault(queue.why_not(number)))?;
                queue.serve(job, world, length, answer.or_arrival)?;
            }
        }
    }
    Ok(())
}

/// A decision being judged.
struct Asked<'policy> {
    policy: &'policy str,
    now: u64,
}

impl Asked<'_> {
    fn fault(&self, did: String) -> Error {
        let at = self.now as f64 / 1e6;
        Error::Policy { policy: self.policy.to_owned(), did: format!("{did} (at {at:.1} ms)") }
    }

    fn must(&self, holds: bool, did: impl FnOnce() -> String) -> Result<(), Error> {
        if holds { Ok(()) } else { Err(self.fault(did())) }
    }

    /// The length of the slice in nanoseconds; `None` is to the end.
    fn length(&self, answer: &Decision) -> Result<Option<u64>, Error> {
        let Some(time) = answer.time else { return Ok(None) };
        let Some(length) = time.as_duration() else {
            return Err(
                self.fault(format!("asked for a slice of {time}: a time must be zero or more, and a number"))
            );
        };
        self.must(length >= LEAST, || {
            format!("asked for a slice of {time}: it must be 0.1 ms at least, or nobody gets on")
        })?;
        Ok(Some(u64::try_from(length.as_nanos()).unwrap_or(u64::MAX).min(u64::MAX / 4)))
    }
}

/// The ready queue, the jobs that have not arrived, and those that wait for I/O.
struct Queue<'jobs> {
    ready: VecDeque<Job>,
    jobs: &'jobs [Planned],
    unit: Unit,
    /// Jobs not yet arrived, the earliest first.
    later: VecDeque<usize>,
    /// When whose I/O is over.
    in_io: Vec<(u64, Job)>,
    /// What each job has done, and how much of it when its last slice was over, in nanoseconds.
    done: Vec<(u64, u64)>,
}

impl<'jobs> Queue<'jobs> {
    fn new(workload: &'jobs Workload) -> Self {
        let jobs = &workload.jobs;
        let mut later: Vec<usize> = (0..jobs.len()).collect();
        later.sort_by_key(|number| jobs[*number].arrives);
        let (ready, in_io, done) = (VecDeque::new(), Vec::new(), vec![(0, 0); jobs.len()]);
        Self { ready, jobs, unit: workload.unit, later: later.into(), in_io, done }
    }

    fn is_over(&self) -> bool {
        self.ready.is_empty() && self.later.is_empty() && self.in_io.is_empty()
    }

    fn next_arrival(&self) -> Option<u64> {
        self.later.front().map(|number| self.jobs[*number].arrives)
    }

    /// When the next job arrives or comes back from its I/O.
    fn next_newcomer(&self) -> Option<u64> {
        self.next_arrival().into_iter().chain(self.in_io.iter().map(|(over, _)| *over)).min()
    }

    /// Whoever has arrived, or is back, joins at the end.
    fn admit(&mut self, now: u64) {
        while self.next_arrival().is_some_and(|arrival| arrival <= now) {
            let Some(number) = self.later.pop_front() else { break };
            let Planned { name, arrives, work, .. } = &self.jobs[number];
            self.ready.push_back(Job {
                name: name.clone(),
                number,
                arrived: Time::of_nanos(*arrives, self.unit),
                work: rounded(*work, self.unit),
                done: Time::of_nanos(0, self.unit),
                slices: 0,
            });
        }
        let mut back: Vec<_> = self.in_io.extract_if(.., |(over, _)| *over <= now).collect();
        back.sort_by_key(|(over, _)| *over);
        self.ready.extend(back.into_iter().map(|(_, job)| job));
    }

    fn take(&mut self, number: usize) -> Option<Job> {
        let place = self.ready.iter().position(|job| job.number == number)?;
        self.ready.remove(place)
    }

    /// Gives a job its turn.
    fn serve(
        &mut self,
        job: Job,
        world: &mut dyn World,
        length: Option<u64>,
        or_arrival: bool,
    ) -> Result<(), Error> {
        let slice = length.map(|length| self.rest_of_slice(job.number, length));
        let ran = world.run(job.number, slice, self.next_newcomer().filter(|_| or_arrival))?;
        self.give_back(job, &ran, slice.is_some(), world.now());
        Ok(())
    }

    /// What is left of a slice of that length, when the job was interrupted in it.
    fn rest_of_slice(&self, number: usize, length: u64) -> u64 {
        let (done, before) = self.done[number];
        length.saturating_sub(done - before).max(length.min(LEAST.as_nanos() as u64))
    }

    /// After its turn: gone when finished, at the end of the queue when its slice is used up, at its front when
    /// somebody interrupted it.
    fn give_back(&mut self, mut job: Job, ran: &Ran, sliced: bool, now: u64) {
        let before = &mut self.done[job.number];
        before.0 = ran.done;
        if ran.end != End::Newcomer || !sliced {
            before.1 = ran.done;
        }
        job.done = rounded(ran.done, self.unit);
        match ran.end {
            End::Finished => {}
            End::Io => {
                let lasts = self.jobs[job.number].io.map_or(0, |io| io.lasts);
                self.in_io.push((now + lasts, job));
            }
            End::Newcomer => self.ready.push_front(job),
            End::UsedUp => {
                self.admit(now);
                job.slices += 1;
                self.ready.push_back(job);
            }
        }
    }

    /// What is wrong with a job that is not in the queue.
    fn why_not(&self, number: usize) -> String {
        match self.jobs.get(number) {
            None => format!("picked job number {number}, and there are only {}", self.jobs.len()),
            Some(job) if self.later.contains(&number) => format!("picked {}, who has not arrived", job.name),
            Some(job) if self.in_io.iter().any(|(_, job)| job.number == number) => {
                format!("picked {}, who waits for I/O", job.name)
            }
            Some(job) => format!("picked {}, whose work is done", job.name),
        }
    }
}

/// To the millisecond: what a policy is told does not hang on a few microseconds.
fn rounded(nanoseconds: u64, unit: Unit) -> Time {
    Time::of_nanos((nanoseconds + 500_000) / 1_000_000 * 1_000_000, unit)
}

/// A policy asked directly, where nothing protects from it.
#[cfg(any(test, not(target_os = "linux")))]
pub(super) struct Direct<P>(P, String);

#[cfg(any(test, not(target_os = "linux")))]
impl<P: super::Policy> Direct<P> {
    pub fn new(policy: P) -> Self {
        let name = policy.name();
        Self(policy, name)
    }
}

#[cfg(any(test, not(target_os = "linux")))]
impl<P: super::Policy> Adviser for Direct<P> {
    fn name(&self) -> &str {
        &self.1
    }

    fn ask(&mut self, ready: &[Job], now: Time) -> Result<Decision, Error> {
        Ok(self.0.next(ready, now))
    }
}
