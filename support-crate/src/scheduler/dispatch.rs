//! The loop's real time: SIGCONT, a slice, SIGSTOP, from another core than the jobs' where there is another. The
//! learner's policy is asked in a process of its own.
//!
//! The clock of this world is the core's own. It goes on by the work that is done, each unit of it as long as it takes on
//! an undisturbed core, and by plain time while nobody is ready. So what other programs take from the core delays
//! everything and changes no decision. What is measured is wall time.

use std::time::Duration;

use super::Policy;
use super::adviser::{Forked, model};
use super::crew::Crew;
use super::drive::{End, Ran, World, drive};
use super::history::History;
use super::job_process::Slots;
use super::place::Away;
use super::schedule::Schedule;
use super::workload::Workload;
use crate::error::Error;
use crate::machine::now;
use crate::process::Processes;
use crate::record::{Failed, Kept, LIMIT, record};

/// So near to the end of a slice, in nanoseconds, the scheduler looks at the job's work instead of sleeping, where
/// it has a core of its own.
const NEAR: u64 = 80_000;
/// The longest and the shortest sleep between two looks at a job, in nanoseconds.
const NAP: u64 = 5_000_000;
const WINK: u64 = 20_000;
/// A job stops itself when the scheduler is later than this, in nanoseconds.
const LATE: u64 = 100_000;
/// An arrival so shortly before the end of a slice, in nanoseconds, comes at its end.
const TIE: u64 = 500_000;
/// For how long a run may go on: less than its recording, so that everybody is dismissed in good order.
const PATIENCE: Duration = LIMIT.saturating_sub(Duration::from_secs(3));

/// Schedules the workload for real, and on paper.
pub(super) fn schedule<P: Policy>(workload: &Workload, mut policy: P) -> Result<Schedule, Failed> {
    let mut paper = None;
    let name = policy.name();
    let mut schedule = really(workload, name, true, |run, dispatcher| {
        let mut adviser = Forked::start(run, "policy", &mut policy, workload)?;
        let went = drive(workload, dispatcher, &mut adviser);
        adviser.dismiss();
        went?;
        paper = Some(model(run, "policy, on paper", &mut policy, workload)?);
        Ok(())
    })?;
    schedule.is_beside(paper);
    Ok(schedule)
}

/// Has the jobs in processes of their own, and `body` let them go on; what came of it.
///
/// # Errors
/// Those of `body`, and of the recording; what happened up to then is kept.
pub(super) fn really(
    workload: &Workload,
    name: String,
    is_held: bool,
    body: impl FnOnce(&Processes, &mut Dispatcher) -> Result<(), Error>,
) -> Result<Schedule, Failed> {
    let slots = Slots::new().map_err(|fault| Failed::before(&name, fault))?;
    let (mut fault, mut history) = (None, None);
    let recording = record(&name).processes(|run| {
        let away = Away::go();
        let went = Crew::fork(run, workload, &slots, away.core, is_held).and_then(|crew| {
            let mut dispatcher = Dispatcher::new(&crew, &away);
            let went = body(run, &mut dispatcher);
            history = Some(dispatcher.history());
            went
        });
        fault = went.err();
    });
    let recording = recording.kept();
    let fault = recording.fault.clone().or(fault);
    match (history, fault) {
        (Some(history), None) => Ok(history.schedule(workload, name, &recording)),
        (Some(history), fault) => {
            let mut timeline = history.schedule(workload, name, &recording).timeline;
            timeline.fault = fault;
            Err(Failed::new(timeline))
        }
        (None, Some(fault)) => Err(Failed::before(&name, fault)),
        (None, None) => unreachable!("without a fault there is a history"),
    }
}

/// The world whose jobs are processes.
pub(super) struct Dispatcher<'run> {
    pub crew: &'run Crew<'run>,
    own_core: bool,
    /// Moment of the shared clock at which patience ends.
    deadline: u64,
    /// The core's own clock.
    core: u64,
    /// What each job has run over its last slice, in nanoseconds of work: its next slice is so much shorter.
    over: Vec<u64>,
    history: History,
}

impl<'run> Dispatcher<'run> {
    fn new(crew: &'run Crew<'run>, away: &Away) -> Self {
        let start = now();
        let deadline = start + PATIENCE.as_nanos() as u64;
        let (over, history) = (vec![0; crew.len()], History::new(start, crew.len(), away));
        Self { crew, own_core: away.own_core, deadline, core: 0, over, history }
    }

    /// Sets the core's own clock, now. Returns the moment.
    pub fn set(&mut self, core: u64) -> u64 {
        let moment = now();
        self.core = core;
        let crew = self.crew;
        self.history.at(core, moment, (0..crew.len()).map(|job| crew.part_done(job)));
        moment
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

    /// What the run was up to now.
    fn history(self) -> History {
        let Self { crew, mut history, .. } = self;
        history.cpu = (0..crew.len()).map(|job| crew.cpu(job)).collect();
        history
    }

    /// Lets a job have the core until it has done `limit` nanoseconds of work more, or all of it, or waits for I/O; comes
    /// back when it has stopped.
    fn give_core(&self, job: usize, limit: u64) -> Result<(), Error> {
        let crew = self.crew;
        let until = crew.done(job).saturating_add(limit);
        crew.stop_after(job, limit.saturating_add(LATE));
        crew.slot(job).has_joined();
        crew.resume(job)?;
        while !crew.is_finished(job) && !crew.slot(job).is_in_io() {
            let left = until.saturating_sub(crew.done(job));
            if left == 0 {
                break;
            }
            if left < NEAR && self.own_core {
                (0..200).for_each(|_| std::hint::spin_loop());
                continue;
            }
            // Towards the end of the slice, of the work, or of the work before the next I/O.
            self.nap((left - left.min(NEAR)).max(WINK).min(crew.left(job)))?;
            if crew.has_stopped(job)? && !crew.is_finished(job) && crew.done(job) < until {
                // It stopped itself for a slice that was over before.
                crew.resume(job)?;
            }
        }
        crew.halt(job)
    }
}

impl World for Dispatcher<'_> {
    fn now(&mut self) -> u64 {
        self.core
    }

    fn rest_until(&mut self, moment: u64) -> Result<(), Error> {
        let core = self.core;
        let from = self.set(core);
        let until = from + moment.saturating_sub(core);
        while now() < until {
            self.nap(until - now().min(until))?;
        }
        self.history.rested += self.set(moment.max(core)) - from;
        Ok(())
    }

    fn run(&mut self, job: usize, slice: Option<u64>, newcomer: Option<u64>) -> Result<Ran, Error> {
        let core = self.core;
        let from = self.set(core);
        let before = self.crew.done(job);
        let slice = slice.map_or(u64::MAX, |slice| slice - self.over[job].min(slice / 2));
        let end = slice.min(self.crew.left(job));
        let newcomer =
            newcomer.map(|moment| moment.saturating_sub(core)).filter(|newcomer| newcomer + TIE < end);
        self.give_core(job, newcomer.unwrap_or(slice))?;
        let done = self.crew.done(job);
        let worked = done - before;
        let to = self.set(core + worked);
        self.over[job] = worked.saturating_sub(slice);
        self.history.stints.push((from, to));
        let end = match () {
            () if self.crew.is_finished(job) => End::Finished,
            () if self.crew.slot(job).is_in_io() => End::Io,
            () if worked >= slice => End::UsedUp,
            () => End::Newcomer,
        };
        if end == End::Io {
            self.history.io_over[job].push(core + worked + self.crew.io(job));
        }
        Ok(Ran { done, end })
    }
}
