//! The scheduling loop: arrivals join the ready queue, the policy is asked, somebody gets the core, and so on until
//! all work is done. It does not know whether its world is real or on paper.

use std::collections::VecDeque;
use std::time::Duration;

use super::policy::Choice;
use super::workload::{LEAST, Planned, Workload};
use super::{Decision, Job};
use crate::error::Error;

/// A core, and a clock that stands still while others have it. Times are nanoseconds since the start.
pub(super) trait World {
    fn now(&mut self) -> u64;

    /// Nobody has the core until then.
    fn rest_until(&mut self, moment: u64) -> Result<(), Error>;

    /// Gives `job` the core until its work is done, until it has used `slice`, or until `arrival`.
    fn run(&mut self, job: usize, slice: Option<u64>, arrival: Option<u64>) -> Result<Ran, Error>;
}

/// How a turn on the core ended.
pub(super) struct Ran {
    /// Nanoseconds of work done in all turns so far.
    pub done: u64,
    /// Whether the work is done.
    pub finished: bool,
    /// Whether the slice was used up.
    pub used_up: bool,
}

/// Whoever answers for the policy.
pub(super) trait Adviser {
    fn name(&self) -> &str;

    fn ask(&mut self, ready: &[Job], now: Duration) -> Result<Decision, Error>;
}

/// One turn of one job on the core, in nanoseconds of the world's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Turn {
    pub job: usize,
    pub from: u64,
    pub to: u64,
}

/// The most decisions of one run: five seconds of the shortest slices.
const DECISIONS: usize = 60_000;
/// For how long a policy may leave the core empty, altogether, while somebody is ready.
const REST: u64 = 1_000_000_000;

/// Schedules all jobs of the workload; the turns they had, in order.
///
/// # Errors
/// Of the world and of the adviser, and when the policy decides what cannot be done.
pub(super) fn drive(
    workload: &Workload,
    world: &mut dyn World,
    adviser: &mut dyn Adviser,
) -> Result<Vec<Turn>, Error> {
    let mut queue = Queue::new(&workload.jobs);
    let (mut turns, mut rested) = (Vec::new(), 0);
    for _ in 0..DECISIONS {
        queue.admit(world.now());
        if queue.ready.is_empty() {
            match queue.next_arrival() {
                Some(arrival) => world.rest_until(arrival)?,
                None => return Ok(turns),
            }
            continue;
        }
        let now = world.now();
        let answer = adviser.ask(queue.ready.make_contiguous(), rounded(now))?;
        let asked = Asked { policy: adviser.name(), now };
        let length = asked.length(&answer)?;
        match answer.choice {
            Choice::Nobody => {
                rested += length.unwrap_or(REST);
                asked.must(rested < REST, || {
                    "left the core empty for a second in all, though jobs were ready".to_owned()
                })?;
                let until = now + length.unwrap_or(REST);
                world.rest_until(queue.next_arrival().map_or(until, |arrival| until.min(arrival)))?;
            }
            Choice::Run(number) => {
                let job = queue.take(number).ok_or_else(|| asked.fault(queue.why_not(number)))?;
                turns.push(queue.serve(job, world, length, answer.or_arrival)?);
            }
        }
    }
    Err(Asked { policy: adviser.name(), now: world.now() }
        .fault(format!("was asked {DECISIONS} times, and the jobs are not done")))
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

/// The ready queue, and the jobs that have not arrived.
struct Queue<'jobs> {
    ready: VecDeque<Job>,
    jobs: &'jobs [Planned],
    /// Jobs not yet arrived, the earliest first.
    later: VecDeque<usize>,
    /// What each job has done, and how much of it when its last slice was used up, in nanoseconds.
    done: Vec<(u64, u64)>,
}

impl<'jobs> Queue<'jobs> {
    fn new(jobs: &'jobs [Planned]) -> Self {
        let mut later: Vec<usize> = (0..jobs.len()).collect();
        later.sort_by_key(|number| jobs[*number].arrives);
        Self { ready: VecDeque::new(), jobs, later: later.into(), done: vec![(0, 0); jobs.len()] }
    }

    fn next_arrival(&self) -> Option<u64> {
        self.later.front().map(|number| self.jobs[*number].arrives)
    }

    /// Whoever has arrived joins at the back.
    fn admit(&mut self, now: u64) {
        while self.next_arrival().is_some_and(|arrival| arrival <= now) {
            let Some(number) = self.later.pop_front() else { return };
            let Planned { name, arrives, work } = &self.jobs[number];
            self.ready.push_back(Job {
                name: name.clone(),
                number,
                arrived: Duration::from_nanos(*arrives),
                work: rounded(*work),
                done: Duration::ZERO,
                slices: 0,
            });
        }
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
    ) -> Result<Turn, Error> {
        let (number, from) = (job.number, world.now());
        let slice = length.map(|length| self.rest_of_slice(number, length));
        let ran = world.run(number, slice, self.next_arrival().filter(|_| or_arrival))?;
        let turn = Turn { job: number, from, to: world.now() };
        self.give_back(job, &ran, slice.is_some(), turn.to);
        Ok(turn)
    }

    /// What is left of a slice of that length, when an arrival interrupted the job in it.
    fn rest_of_slice(&self, number: usize, length: u64) -> u64 {
        let (done, before) = self.done[number];
        length.saturating_sub(done - before).max(length.min(LEAST.as_nanos() as u64))
    }

    /// After its turn: gone when finished, at the back when its slice is used up, at the front when an arrival
    /// interrupted it.
    fn give_back(&mut self, mut job: Job, ran: &Ran, sliced: bool, now: u64) {
        let before = &mut self.done[job.number];
        before.0 = ran.done;
        if ran.used_up || !sliced {
            before.1 = ran.done;
        }
        if ran.used_up {
            self.admit(now);
        }
        job.done = rounded(ran.done);
        job.slices += usize::from(ran.used_up);
        match (ran.finished, ran.used_up) {
            (true, _) => {}
            (false, true) => self.ready.push_back(job),
            (false, false) => self.ready.push_front(job),
        }
    }

    /// What is wrong with a job that is not in the queue.
    fn why_not(&self, number: usize) -> String {
        match self.jobs.get(number) {
            None => format!("picked job number {number}, and there are only {}", self.jobs.len()),
            Some(job) if self.later.contains(&number) => format!("picked {}, who has not arrived", job.name),
            Some(job) => format!("picked {}, whose work is done", job.name),
        }
    }
}

/// To the millisecond: what a policy is told does not hang on a few microseconds.
fn rounded(nanoseconds: u64) -> Duration {
    Duration::from_millis((nanoseconds + 500_000) / 1_000_000)
}

/// A policy asked directly, where nothing protects from it.
#[cfg(any(test, not(target_os = "linux")))]
pub(super) struct Direct<P>(pub P, pub String);

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

    fn ask(&mut self, ready: &[Job], now: Duration) -> Result<Decision, Error> {
        Ok(self.0.next(ready, now))
    }
}
