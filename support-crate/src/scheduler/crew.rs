//! The jobs as processes: forked, kept on one core, stopped until somebody continues them.

use std::time::Duration;

use super::job_process::{Slot, Slots, Task, Waits, live};
use super::place;
use super::workload::Workload;
use crate::error::Error;
use crate::process::{Child, Processes};
use crate::time::Time;

/// One process for each job, all stopped at first.
pub(super) struct Crew<'run> {
    members: Vec<Member>,
    slots: &'run Slots,
    workload: &'run Workload,
}

struct Member {
    child: Child,
    units: u64,
    /// The CPU time it had used before its work began.
    before: Time,
}

impl<'run> Crew<'run> {
    /// Forks the processes, and comes back when all of them have stopped, on `core`. With `is_held` somebody lets
    /// each go on after its I/O.
    ///
    /// # Errors
    /// When one of them cannot be had; the recording's own fault says why.
    pub fn fork(
        run: &Processes,
        workload: &'run Workload,
        slots: &'run Slots,
        core: usize,
        is_held: bool,
    ) -> Result<Self, Error> {
        let (pace, mut crew) = (workload.pace, Self { members: Vec::new(), slots, workload });
        for (number, job) in workload.jobs.iter().enumerate() {
            let slot = Slot::of(slots, number);
            slot.stop_after(u64::MAX);
            let io = job.io.map(|io| Waits {
                after: pace.units(io.after),
                times: job.waits(),
                lasts: Duration::from_nanos(io.lasts),
            });
            let task = Task { pace, units: pace.units(job.work), io, is_held };
            let child = run.fork_stopped(&*job.name, |lane| live(lane, slot, task));
            if child.id() == 0 {
                return Err(lost(&job.name));
            }
            place::keep_on(core, child.id())?;
            let before = child.cpu_time().ok_or_else(|| lost(&job.name))?;
            crew.members.push(Member { child, units: task.units, before });
        }
        Ok(crew)
    }

    /// How many jobs there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Lets a process go on.
    pub fn resume(&self, number: usize) -> Result<(), Error> {
        self.if_there(number, self.members[number].child.resume())
    }

    /// Stops a process, and comes back when it has stopped.
    pub fn halt(&self, number: usize) -> Result<(), Error> {
        self.if_there(number, self.members[number].child.stop())
    }

    /// Whether a process has stopped itself.
    ///
    /// # Errors
    /// When it is gone.
    pub fn has_stopped(&self, number: usize) -> Result<bool, Error> {
        let child = &self.members[number].child;
        self.if_there(number, child.ending().is_none())?;
        Ok(child.is_stopped())
    }

    fn if_there(&self, number: usize, there: bool) -> Result<(), Error> {
        if there { Ok(()) } else { Err(lost(&self.workload.jobs[number].name)) }
    }

    /// Has a process stop itself when it has worked for so many nanoseconds more.
    pub fn stop_after(&self, number: usize, nanoseconds: u64) {
        let slot = self.slot(number);
        slot.stop_after(slot.done().saturating_add(self.workload.pace.units(nanoseconds)));
    }

    /// The CPU time that a job has used for its work, by the kernel's clock of its process.
    pub fn cpu(&self, number: usize) -> Option<Time> {
        let member = &self.members[number];
        Some(member.child.cpu_time()? - member.before)
    }

    /// Whether a job's work is done.
    pub fn is_finished(&self, number: usize) -> bool {
        self.slot(number).done() >= self.members[number].units
    }

    /// Nanoseconds of work that a job has done.
    pub fn done(&self, number: usize) -> u64 {
        self.workload.pace.time(self.slot(number).done())
    }

    /// The part of its work that a job has done, from 0 to 1.
    pub fn part_done(&self, number: usize) -> f64 {
        self.slot(number).done() as f64 / self.members[number].units as f64
    }

    /// Nanoseconds of work that a job still has to do.
    pub fn left(&self, number: usize) -> u64 {
        let left = self.members[number].units.saturating_sub(self.slot(number).done());
        self.workload.pace.time(left)
    }

    /// How long one I/O of a job lasts, in nanoseconds.
    pub fn io(&self, number: usize) -> u64 {
        self.workload.jobs[number].io.map_or(0, |io| io.lasts)
    }

    /// What a job and the scheduler share.
    pub fn slot(&self, number: usize) -> Slot<'run> {
        Slot::of(self.slots, number)
    }
}

impl Drop for Crew<'_> {
    /// Lets all processes end, whatever they were doing.
    fn drop(&mut self) {
        (0..self.members.len()).for_each(|number| self.slot(number).dismiss());
        for member in &self.members {
            // One that was about to stop itself has to be continued once more; the run kills who does not end.
            for _ in 0..2_000 {
                member.child.resume();
                if member.child.ending().is_some() {
                    break;
                }
                std::thread::sleep(Duration::from_micros(100));
            }
        }
    }
}

fn lost(name: &str) -> Error {
    Error::NotPossible {
        what: format!("scheduling {name}"),
        because: "its process ended before its work was done; somebody else must have killed it".to_owned(),
    }
}
