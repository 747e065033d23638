//! The loop's real time: SIGCONT, a slice, SIGSTOP. A thread of its own does it, on another core than the jobs' where
//! there is another; the learner's policy is asked in a process of its own.
//!
//! The clock of this world is the core's. It goes on by the work that is done, each unit of it as long as it takes on an
//! undisturbed core, and by plain time while nobody is ready. So what other programs take from the core delays
//! everything, is counted and said in the figure, and changes no decision.

use std::time::Duration;

use super::adviser::{Forked, never};
use super::crew::{Crew, State};
use super::drive::{Ran, Turn, World, drive};
use super::history::{Clocks, History};
use super::outcome::Outcome;
use super::workload::Workload;
use super::{Policy, paper, place};
use crate::error::Error;
use crate::machine::now;
use crate::process::{Family, record_processes};
use crate::record::LIMIT;

/// So near to the end of a slice, in nanoseconds, the scheduler looks at the job's clock instead of sleeping, where
/// it has a core of its own.
const NEAR: u64 = 80_000;
/// The longest and the shortest sleep between two looks at a job, in nanoseconds.
const NAP: u64 = 5_000_000;
const WINK: u64 = 20_000;
/// A job stops itself when the scheduler is later than this, in nanoseconds.
const LATE: u64 = 100_000;
/// An arrival so shortly before the end of a slice, in nanoseconds, comes at its end.
const TIE: u64 = 500_000;
/// For how long a run may go on: less than its family, so that everybody is dismissed in good order.
const PATIENCE: Duration = LIMIT.saturating_sub(Duration::from_secs(3));

/// Schedules the workload for real, and on paper.
pub(super) fn schedule<P: Policy>(workload: &Workload, mut policy: P) -> Result<Outcome, Error> {
    let mapping = Crew::mapping(workload)?;
    let (mut result, name) = (None, policy.name());
    let recording = record_processes(&*name, |family| {
        result = Some(paper_first(family, workload, &mut policy).and_then(|model| {
            let crew = Crew::fork(family, workload, &mapping)?;
            let real = with_policy(family, workload, &mut policy, &crew)?;
            Ok((model, real))
        }));
    })?;
    let (model, history) = result.unwrap_or_else(|| Err(never()))?;
    Ok(history.outcome(workload, name, &recording, Some(model)))
}

/// What the same policy does on paper. A fork copies it, so it begins anew both times.
fn paper_first<P: Policy>(family: &Family, workload: &Workload, policy: &mut P) -> Result<Outcome, Error> {
    let (mut adviser, child) = Forked::start(family, "policy, on paper", policy, workload)?;
    let model = paper::run(workload, &mut adviser);
    adviser.dismiss(&child);
    model
}

fn with_policy<P: Policy>(
    family: &Family,
    workload: &Workload,
    policy: &mut P,
    crew: &Crew,
) -> Result<History, Error> {
    let (mut adviser, child) = Forked::start(family, "policy", policy, workload)?;
    let history = on_a_thread(crew, |mut dispatcher| {
        drive(workload, &mut dispatcher, &mut adviser)?;
        dispatcher.history(workload)
    });
    adviser.dismiss(&child);
    history
}

/// Runs `body` on a thread that stays off the jobs' core where it can. All forks must be done: from here on this
/// process has a second thread.
pub(super) fn on_a_thread(
    crew: &Crew,
    body: impl FnOnce(Dispatcher) -> Result<History, Error> + Send,
) -> Result<History, Error> {
    if !crew.is_complete() {
        return Err(never()); // The family's recording says why.
    }
    let dispatch = || {
        let own_core = place::keep_off(place::for_jobs());
        // The kernel may otherwise let this thread sleep for 50 µs more than it asked for.
        let _ = nix::sys::prctl::set_timerslack(1);
        body(Dispatcher::new(crew, own_core))
    };
    std::thread::scope(|scope| scope.spawn(dispatch).join()).unwrap_or_else(|_| Err(never()))
}

/// The world whose jobs are processes.
pub(super) struct Dispatcher<'run> {
    pub crew: &'run Crew<'run>,
    own_core: bool,
    /// Moment of the shared clock at which patience ends.
    deadline: u64,
    /// The clocks as they were last set.
    clocks: Clocks,
    /// What each job has run over its last slice, in nanoseconds of work: its next slice is so much shorter.
    over: Vec<u64>,
    pub history: History,
}

impl<'run> Dispatcher<'run> {
    fn new(crew: &'run Crew<'run>, own_core: bool) -> Self {
        let start = now();
        let deadline = start + PATIENCE.as_nanos() as u64;
        let (clocks, history) = (Clocks::at(start), History::new(start, own_core));
        Self { crew, own_core, deadline, clocks, over: vec![0; crew.len()], history }
    }

    /// Sets the core's clock, now.
    pub fn set(&mut self, core: u64) {
        self.clocks = Clocks { core, shared: now() };
        self.history.clocks.push(self.clocks);
    }

    /// Sleeps until about `time` from now, and makes sure that the run has not gone on for too long.
    pub fn nap(&self, time: u64) -> Result<(), Error> {
        if now() > self.deadline {
            let title = "the schedule".to_owned();
            return Err(Error::TimeLimit { title, limit: PATIENCE.as_secs_f64() });
        }
        std::thread::sleep(Duration::from_nanos(time.clamp(WINK, NAP)));
        Ok(())
    }

    /// What the run was, when it is over.
    pub fn history(mut self, workload: &Workload) -> Result<History, Error> {
        let cpu = (0..workload.jobs.len()).map(|job| self.crew.cpu(job).map(Duration::from_nanos));
        self.history.cpu = cpu.collect::<Result<_, _>>()?;
        Ok(self.history)
    }
}

impl World for Dispatcher<'_> {
    fn now(&mut self) -> u64 {
        self.clocks.core
    }

    fn rest_until(&mut self, moment: u64) -> Result<(), Error> {
        let core = self.clocks.core;
        let rest = moment.saturating_sub(core);
        self.set(core);
        let until = self.clocks.shared + rest;
        while now() < until {
            self.nap(until - now().min(until))?;
        }
        self.set(core + rest);
        Ok(())
    }

    fn run(&mut self, job: usize, slice: Option<u64>, arrival: Option<u64>) -> Result<Ran, Error> {
        let core = self.clocks.core;
        self.set(core);
        let (before, from) = (self.crew.done(job), self.clocks.shared);
        let slice = slice.map_or(u64::MAX, |slice| slice - self.over[job].min(slice / 2));
        let end = slice.min(self.crew.left(job));
        let arrival =
            arrival.map(|arrival| arrival.saturating_sub(core)).filter(|arrival| arrival + TIE < end);
        self.give_core(job, arrival.unwrap_or(slice))?;
        let done = self.crew.done(job);
        let worked = done - before;
        self.set(core + worked);
        self.over[job] = worked.saturating_sub(slice);
        self.history.turns.push(Turn { job, from: core, to: self.clocks.core });
        self.history.stints.push((from, self.clocks.shared));
        Ok(Ran { done, finished: self.crew.is_finished(job), used_up: worked >= slice })
    }
}

impl Dispatcher<'_> {
    /// Lets a job have the core until it has done `limit` nanoseconds of work more, or all of it; comes back when it
    /// has stopped.
    fn give_core(&self, job: usize, limit: u64) -> Result<(), Error> {
        let crew = self.crew;
        let until = crew.done(job).saturating_add(limit);
        crew.stop_after(job, limit.saturating_add(LATE));
        crew.resume(job)?;
        while !crew.is_finished(job) {
            let left = until.saturating_sub(crew.done(job));
            if left == 0 {
                break;
            }
            if left < NEAR && self.own_core {
                (0..200).for_each(|_| std::hint::spin_loop());
                continue;
            }
            // Towards the end of the slice, or of the work.
            self.nap((left - left.min(NEAR)).max(WINK).min(crew.left(job)))?;
            if crew.look(job)? == State::Stopped && !crew.is_finished(job) && crew.done(job) < until {
                // It stopped itself for a slice that was over before.
                crew.resume(job)?;
            }
        }
        crew.halt(job)
    }
}
