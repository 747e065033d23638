//! Who is where: the jobs on one core, the scheduler on the others where there are others.

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

use crate::machine::Machine;

/// The core for the jobs: the last one, because the first often has the interrupts.
pub(super) fn for_jobs() -> usize {
    Machine::here().cores.last().copied().unwrap_or(0)
}

/// Keeps the calling thread off `core` from now on. Returns whether it could: not on a machine with one core.
///
/// Only for threads and processes that were made for the scheduler.
pub(super) fn keep_off(core: usize) -> bool {
    let myself = Pid::from_raw(0);
    let others = |allowed: CpuSet| {
        let mut set = CpuSet::new();
        let usable = (0..CpuSet::count()).filter(|other| allowed.is_set(*other).unwrap_or(false));
        let count = usable.filter(|other| *other != core).filter(|other| set.set(*other).is_ok()).count();
        (count > 0).then_some(set)
    };
    let others = sched_getaffinity(myself).ok().and_then(others);
    others.is_some_and(|set| sched_setaffinity(myself, &set).is_ok())
}
