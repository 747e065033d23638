//! What a process used, as the kernel tells whoever waits for it (`wait4(2)`).

use std::time::Duration;

use crate::machine::Switches;

/// What a process used from its beginning to its end, together with those of its own children that it waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// CPU time, in its own code and in the kernel for it.
    pub cpu: Duration,
    /// The most memory that it had resident at one moment, in bytes; where it had children, that of the largest process.
    /// Never less than what the process had from which it was copied.
    pub memory: u64,
    /// How often its threads left a core.
    pub switches: Switches,
}

#[cfg(target_os = "linux")]
impl From<&nix::libc::rusage> for Usage {
    fn from(usage: &nix::libc::rusage) -> Self {
        let time = |time: nix::libc::timeval| Duration::new(time.tv_sec as u64, time.tv_usec as u32 * 1000);
        Self {
            cpu: time(usage.ru_utime) + time(usage.ru_stime),
            memory: usage.ru_maxrss as u64 * 1024,
            switches: Switches { voluntary: usage.ru_nvcsw as u64, involuntary: usage.ru_nivcsw as u64 },
        }
    }
}
