//! The jobs as processes: forked, kept on one core, stopped until somebody continues them.

use std::time::Duration;

use nix::sched::sched_getaffinity;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;

use super::job_process::{self, Slot};
use super::place;
use super::workload::Workload;
use crate::error::Error;
use crate::machine::mapping::Mapping;
use crate::process::Family;

/// One process for each job, all stopped at first. Can be handed to a thread; the processes belong to the family.
pub(super) struct Crew<'run> {
    members: Vec<Member>,
    mapping: &'run Mapping,
    workload: &'run Workload,
}

/// What a process is doing, as its parent sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    GoesOn,
    Stopped,
}

struct Member {
    pid: Pid,
    units: u64,
    /// The CPU time it had used before its work began.
    before: Duration,
}

impl<'run> Crew<'run> {
    /// Memory for what the jobs share with the scheduler.
    pub fn mapping(workload: &Workload) -> Result<Mapping, Error> {
        Mapping::new(workload.jobs.len() * size_of::<Slot>())
    }

    /// Forks the processes, and comes back when all of them have stopped on their core.
    pub fn fork(family: &Family, workload: &'run Workload, mapping: &'run Mapping) -> Result<Self, Error> {
        let core = place::for_jobs();
        let mut members = Vec::new();
        for (number, job) in workload.jobs.iter().enumerate() {
            let (units, pace) = (workload.pace.units(job.work), workload.pace);
            let slot = Slot::of(mapping, number);
            let child = family.fork(&*job.name, |lane| job_process::live(lane, slot, core, pace, units));
            if child.id() == 0 {
                break; // The family's recording says why.
            }
            members.push(Member { pid: Pid::from_raw(child.id() as i32), units, before: Duration::ZERO });
        }
        let mut crew = Self { members, mapping, workload };
        for number in 0..crew.members.len() {
            crew.wait_until_stopped(number)?;
            crew.members[number].before = crew.cpu_clock(number)?;
            crew.must_be_on(number, core)?;
        }
        Ok(crew)
    }

    /// Whether every job has a process.
    pub fn is_complete(&self) -> bool {
        self.members.len() == self.workload.jobs.len()
    }

    /// How many jobs there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Lets a process go on.
    pub fn resume(&self, number: usize) -> Result<(), Error> {
        kill(self.members[number].pid, Signal::SIGCONT).map_err(|_| self.lost(number))
    }

    /// Stops a process, unless it stops by itself because its work is done, and comes back when it has stopped.
    pub fn halt(&self, number: usize) -> Result<(), Error> {
        if !self.is_finished(number) {
            kill(self.members[number].pid, Signal::SIGSTOP).map_err(|_| self.lost(number))?;
        }
        self.wait_until_stopped(number)
    }

    fn wait_until_stopped(&self, number: usize) -> Result<(), Error> {
        let either = WaitPidFlag::WSTOPPED | WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
        match waitid(Id::Pid(self.members[number].pid), either) {
            Ok(WaitStatus::Stopped(..)) => Ok(()),
            _ => Err(self.lost(number)),
        }
    }

    /// Whether a process goes on or has stopped.
    ///
    /// # Errors
    /// When it is gone.
    pub fn look(&self, number: usize) -> Result<State, Error> {
        let any = WaitPidFlag::WSTOPPED | WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        match waitid(Id::Pid(self.members[number].pid), any) {
            Ok(WaitStatus::StillAlive) => Ok(State::GoesOn),
            Ok(WaitStatus::Stopped(..)) => Ok(State::Stopped),
            _ => Err(self.lost(number)),
        }
    }

    /// Has a process stop itself when it has worked for so many nanoseconds more.
    pub fn stop_after(&self, number: usize, nanoseconds: u64) {
        let slot = self.slot(number);
        slot.stop_after(slot.done().saturating_add(self.workload.pace.units(nanoseconds)));
    }

    /// Nanoseconds of CPU time that a job has used for its work so far, or used in all.
    pub fn cpu(&self, number: usize) -> Result<u64, Error> {
        let at_the_end = self.slot(number).cpu();
        let used = at_the_end.map_or_else(|| self.cpu_clock(number), Ok)?;
        Ok(used.saturating_sub(self.members[number].before).as_nanos() as u64)
    }

    /// Whether a job's work is done.
    pub fn is_finished(&self, number: usize) -> bool {
        self.slot(number).done() >= self.members[number].units
    }

    /// Nanoseconds of work that a job has done.
    pub fn done(&self, number: usize) -> u64 {
        self.workload.pace.time(self.slot(number).done())
    }

    /// Nanoseconds of work that a job still has to do.
    pub fn left(&self, number: usize) -> u64 {
        let left = self.members[number].units.saturating_sub(self.slot(number).done());
        self.workload.pace.time(left)
    }

    fn slot(&self, number: usize) -> &Slot {
        Slot::of(self.mapping, number)
    }

    fn cpu_clock(&self, number: usize) -> Result<Duration, Error> {
        let clock = clock_getcpuclockid(self.members[number].pid).and_then(|clock| clock.now());
        clock.map(Duration::from).map_err(|_| self.lost(number))
    }

    fn must_be_on(&self, number: usize, core: usize) -> Result<(), Error> {
        let set = sched_getaffinity(self.members[number].pid).map_err(|_| self.lost(number))?;
        let allowed = (0..nix::sched::CpuSet::count()).filter(|core| set.is_set(*core).unwrap_or(false));
        if allowed.eq([core]) {
            return Ok(());
        }
        Err(Error::NotPossible {
            what: format!("keeping {} on core {core}", self.workload.jobs[number].name),
            because: "the kernel refused it".to_owned(),
        })
    }

    fn lost(&self, number: usize) -> Error {
        Error::NotPossible {
            what: format!("scheduling {}", self.workload.jobs[number].name),
            because: "its process ended before its work was done; somebody else must have killed it"
                .to_owned(),
        }
    }
}

impl Drop for Crew<'_> {
    /// Lets all processes end, whatever they were doing.
    fn drop(&mut self) {
        (0..self.members.len()).for_each(|number| self.slot(number).dismiss());
        for number in 0..self.members.len() {
            // One that was about to stop itself has to be continued once more; the family kills who does not end.
            for _ in 0..2_000 {
                let _ = kill(self.members[number].pid, Signal::SIGCONT);
                if self.look(number).is_err() {
                    break;
                }
                std::thread::sleep(Duration::from_micros(100));
            }
        }
    }
}
