//! Time, memory and switches of a crowd.

use std::time::Duration;

use crate::machine::{Switches, now};
use crate::thread::Memory;

/// Measures from its start; stands still while it is read.
pub(super) struct Meter {
    resident: Option<u64>,
    switches: Option<Switches>,
    since: u64,
    time: u64,
    before: Counted,
    /// What came on top while all waited: kilobytes, and what the kernel counts.
    memory: Option<f64>,
    there: Counted,
}

/// What the kernel counts of this process.
#[derive(Clone, Copy, Default)]
struct Counted {
    threads: usize,
    descriptors: usize,
}

/// What was measured.
pub(super) struct Measured {
    pub time: Duration,
    pub memory: Option<f64>,
    pub threads: usize,
    pub descriptors: usize,
    pub switches: Option<Switches>,
}

impl Meter {
    /// Starts after memory that earlier runs gave back has been returned to the system, so that it is not used a
    /// second time without being counted.
    pub fn start() -> Self {
        give_back();
        let before = Counted::now();
        let there = Counted::default();
        Self {
            before,
            there,
            resident: resident(),
            switches: switches(),
            since: now(),
            time: 0,
            memory: None,
        }
    }

    /// All of them wait now.
    pub fn all_wait(&mut self) {
        self.time = now() - self.since;
        self.memory = resident().zip(self.resident).map(|(now, before)| now as f64 - before as f64);
        self.there = Counted::now();
        self.since = now();
    }

    /// All of them are gone. `beside` are switches of others, not to be counted.
    pub fn all_gone(self, beside: Switches) -> Measured {
        let time = Duration::from_nanos(self.time + now() - self.since);
        let all = switches().zip(self.switches).map(|(now, before)| now.since(before));
        Measured {
            time,
            memory: self.memory,
            threads: self.there.threads.saturating_sub(self.before.threads),
            descriptors: self.there.descriptors.saturating_sub(self.before.descriptors),
            switches: all.map(|all| all.since(beside)),
        }
    }
}

impl Counted {
    /// Zeros where the system does not say.
    fn now() -> Self {
        let entries = |folder| std::fs::read_dir(folder).map_or(0, Iterator::count);
        Self { threads: entries("/proc/self/task"), descriptors: entries("/proc/self/fd") }
    }
}

/// Resident memory in kilobytes; `None` where the system does not say.
fn resident() -> Option<u64> {
    Some(Memory::now().resident).filter(|kilobytes| *kilobytes > 0)
}

/// Switches of all threads of this process, those that have ended among them.
fn switches() -> Option<Switches> {
    #[cfg(unix)]
    {
        use nix::sys::resource::{UsageWho, getrusage};
        let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
        Some(Switches {
            voluntary: u64::try_from(usage.voluntary_context_switches()).unwrap_or(0),
            involuntary: u64::try_from(usage.involuntary_context_switches()).unwrap_or(0),
        })
    }
    #[cfg(not(unix))]
    None
}

/// Returns what the allocator keeps for later to the system.
fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: the call only gives free pages back; it may be made at any time from any thread.
    unsafe {
        nix::libc::malloc_trim(0);
    }
}
