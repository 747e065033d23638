//! The calling thread as the kernel sees it: its number, its core.

use crate::error::Error;

/// The core the calling thread is on at this moment; `None` where the system does not say.
#[inline]
pub fn core() -> Option<u16> {
    #[cfg(target_os = "linux")]
    {
        nix::sched::sched_getcpu().ok().map(|core| core as u16)
    }
    #[cfg(not(target_os = "linux"))]
    None
}

/// The kernel's number of the calling thread, the `tid` of `ps -L` and of traces; elsewhere 0.
pub(crate) fn id() -> u32 {
    #[cfg(target_os = "linux")]
    {
        nix::unistd::gettid().as_raw() as u32
    }
    #[cfg(not(target_os = "linux"))]
    0
}

/// Keeps the calling thread on `core` from now on. Threads it starts later inherit that, so pin only threads that
/// were made for it.
///
/// # Errors
/// When this process may not use that core (the error names those it may), or the system has no affinity.
pub fn pin(core: usize) -> Result<(), Error> {
    let allowed = super::Machine::here().cores;
    if !allowed.contains(&core) {
        return Err(Error::NotPossible {
            what: format!("running on core {core}"),
            because: format!("this process may use the cores {allowed:?}"),
        });
    }
    set_affinity(core)
}

#[cfg(target_os = "linux")]
fn set_affinity(core: usize) -> Result<(), Error> {
    use nix::sched::{CpuSet, sched_setaffinity};
    let fault = |error: nix::Error| Error::NotPossible {
        what: format!("running on core {core}"),
        because: format!("the kernel refused it: {error}"),
    };
    let mut set = CpuSet::new();
    set.set(core).map_err(fault)?;
    sched_setaffinity(nix::unistd::Pid::from_raw(0), &set).map_err(fault)
}

#[cfg(not(target_os = "linux"))]
fn set_affinity(core: usize) -> Result<(), Error> {
    Err(Error::NotPossible {
        what: format!("keeping a thread on core {core}"),
        because: "this system has no call for it; Linux has".to_owned(),
    })
}
