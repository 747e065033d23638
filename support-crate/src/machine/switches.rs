//! How often a thread has left its core, by the kernel's own count.

/// The kernel's count of the times a thread has left its core.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Switches {
    /// It gave the core up itself: it slept, or waited for something.
    pub voluntary: u64,
    /// The core was taken away from it (also by `sched_yield`, which the kernel counts here).
    pub involuntary: u64,
}

impl Switches {
    /// The calling thread's switches since it began (`getrusage(RUSAGE_THREAD)`, about 90 ns); `None` where the
    /// system does not count them for a thread.
    pub fn of_this_thread() -> Option<Self> {
        #[cfg(target_os = "linux")]
        {
            use nix::sys::resource::{UsageWho, getrusage};
            let usage = getrusage(UsageWho::RUSAGE_THREAD).ok()?;
            Some(Self {
                voluntary: u64::try_from(usage.voluntary_context_switches()).unwrap_or(0),
                involuntary: u64::try_from(usage.involuntary_context_switches()).unwrap_or(0),
            })
        }
        #[cfg(not(target_os = "linux"))]
        None
    }

    /// Both kinds together.
    pub fn all(self) -> u64 {
        self.voluntary + self.involuntary
    }

    /// How many came on top of an `earlier` count.
    pub fn since(self, earlier: Self) -> Self {
        Self {
            voluntary: self.voluntary.saturating_sub(earlier.voluntary),
            involuntary: self.involuntary.saturating_sub(earlier.involuntary),
        }
    }
}
