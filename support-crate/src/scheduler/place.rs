//! Who is where: the jobs on one core, the scheduler on the others where there are others.

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::prctl::{get_timerslack, set_timerslack};
use nix::unistd::Pid;

use crate::error::Error;
use crate::machine::Machine;

/// The calling thread.
const MYSELF: Pid = Pid::from_raw(0);

/// Keeps process `child` on `core`.
///
/// # Errors
/// When the kernel refuses it.
pub(super) fn keep_on(core: usize, child: u32) -> Result<(), Error> {
    let mut set = CpuSet::new();
    let kept = set.set(core).and_then(|()| sched_setaffinity(Pid::from_raw(child as i32), &set));
    kept.map_err(|error| Error::NotPossible {
        what: format!("keeping a job on core {core}"),
        because: format!("the kernel refused it ({error})"),
    })
}

/// The calling thread off the jobs' core, and waking up as exactly as it asked; as before once this is dropped. What is
/// forked meanwhile inherits both.
pub(super) struct Away {
    before: Option<CpuSet>,
    slack: Option<i32>,
    /// The core for the jobs: the last one, because the first often has the interrupts.
    pub core: usize,
    /// Whether there is a core beside the jobs'.
    pub own_core: bool,
}

impl Away {
    pub fn go() -> Self {
        let before = sched_getaffinity(MYSELF).ok();
        let core = Machine::here().cores.last().copied().unwrap_or(0);
        let own_core = before.and_then(|set| without(set, core));
        let own_core = own_core.is_some_and(|set| sched_setaffinity(MYSELF, &set).is_ok());
        let slack = get_timerslack().ok();
        // The kernel may otherwise let this thread sleep for 50 µs more than it asked for.
        let _ = set_timerslack(1);
        Self { before, slack, core, own_core }
    }
}

impl Drop for Away {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            let _ = sched_setaffinity(MYSELF, before);
        }
        if let Some(slack) = self.slack {
            let _ = set_timerslack(slack as u64);
        }
    }
}

/// The other cores of a set, where there are others.
fn without(allowed: CpuSet, core: usize) -> Option<CpuSet> {
    let mut set = CpuSet::new();
    let usable = (0..CpuSet::count()).filter(|other| allowed.is_set(*other).unwrap_or(false));
    let count = usable.filter(|other| *other != core).filter(|other| set.set(*other).is_ok()).count();
    (count > 0).then_some(set)
}
