//! What a thread may ask of the kernel's scheduler: a nice value, a policy, the length of its slices.
//!
//! Set by a thread for itself only, and only by threads that were made for it: an unprivileged thread can never lower
//! its nice value again.

use std::fmt;

use crate::error::Error;

/// By which rule the kernel gives a thread the core (`sched(7)`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum KernelPolicy {
    /// Shares by nice value: `SCHED_OTHER`, what every thread begins with.
    #[default]
    Other,
    /// The same shares, for work that nobody waits for: it does not preempt others when it wakes (`SCHED_BATCH`).
    Batch,
    /// Before all threads of the two above, in turns of 100 ms (`SCHED_RR`). Needs the right to real-time priorities.
    RoundRobin,
    /// Before all others until it gives way by itself (`SCHED_FIFO`). Needs the right to real-time priorities.
    Fifo,
}

impl KernelPolicy {
    /// Its name in the kernel.
    pub fn name(self) -> &'static str {
        match self {
            Self::Other => "SCHED_OTHER",
            Self::Batch => "SCHED_BATCH",
            Self::RoundRobin => "SCHED_RR",
            Self::Fifo => "SCHED_FIFO",
        }
    }

    /// Whether it goes before all ordinary threads.
    pub fn is_real_time(self) -> bool {
        matches!(self, Self::RoundRobin | Self::Fifo)
    }
}

impl fmt::Display for KernelPolicy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// What one thread asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Priority {
    /// How many steps nicer than the thread that started this one, whose nice value it begins with (mostly 0, in a
    /// notebook that was started nicer more): from -20 to 19. Past 19, the nicest there is, it becomes 19.
    pub nice: Option<i32>,
    /// The rule.
    pub policy: KernelPolicy,
    /// How long it would like to keep the core at a time, in milliseconds; the kernel rounds up to its timer tick
    /// (Linux 6.12 and newer).
    pub slice: Option<f64>,
}

impl Priority {
    /// Whether the values are ones that a kernel knows; `who` is named in the error.
    ///
    /// # Errors
    /// A nice value not within -20 to 19, a slice not within 0.1 to 100 ms, a slice for a real-time policy.
    pub fn check(&self, who: &str) -> Result<(), Error> {
        if let Some(nice) = self.nice.filter(|nice| !(-20..=19).contains(nice)) {
            let because = "nice values go from -20 (most of the core) to 19 (least)".to_owned();
            return Err(Error::NotPossible { what: format!("nice {nice} for \"{who}\""), because });
        }
        let Some(slice) = self.slice else { return Ok(()) };
        let what = format!("a slice of {slice} ms for \"{who}\"");
        if !(0.1..=100.0).contains(&slice) {
            return Err(Error::NotPossible { what, because: "the kernel takes 0.1 to 100 ms".to_owned() });
        }
        if self.policy.is_real_time() {
            let because = format!("{} knows no slices that a thread could ask for", self.policy);
            return Err(Error::NotPossible { what, because });
        }
        Ok(())
    }

    /// Asks the kernel for it, for the calling thread, called `who`, and returns the nice value it has now. Where
    /// nothing is asked for, nothing is changed.
    ///
    /// # Errors
    /// As for [`check`](Self::check); a right that this process does not have; a system without such calls.
    pub(crate) fn ask(&self, who: &str) -> Result<i32, Error> {
        self.check(who)?;
        if *self != Self::default() {
            set(self, who)?;
        }
        Ok(nice_of_this_thread())
    }

    #[cfg_attr(not(target_os = "linux"), allow(dead_code))]
    fn refused(&self, who: &str, why: impl fmt::Display) -> Error {
        let (what, because) = if self.policy.is_real_time() {
            (
                format!("{} for \"{who}\"", self.policy),
                format!(
                    "the kernel gives real-time policies to root, or up to the limit RLIMIT_RTPRIO ({why})"
                ),
            )
        } else if let Some(nice) = self.nice {
            let because = format!(
                "it is at {} now, and without root a thread can only become nicer ({why})",
                nice_of_this_thread()
            );
            (format!("nice {nice} for \"{who}\""), because)
        } else {
            (
                format!("asking for {} or a slice for \"{who}\"", self.policy),
                format!("the kernel refused it ({why})"),
            )
        };
        Error::NotPossible { what, because }
    }
}

#[cfg(target_os = "linux")]
fn set(wanted: &Priority, who: &str) -> Result<(), Error> {
    use nix::libc;
    if let Some(nice) = wanted.nice {
        // SAFETY: setpriority takes plain numbers, and brings one past an end of the scale back to it. For the kernel
        // "process 0" is the calling thread alone.
        let answer = unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, nice_of_this_thread() + nice) };
        nix::Error::result(answer).map_err(|error| {
            Priority { nice: Some(nice), ..Priority::default() }.refused(who, error.desc())
        })?;
    }
    if wanted.policy == KernelPolicy::Other && wanted.slice.is_none() {
        return Ok(());
    }
    let attributes = libc::sched_attr {
        size: size_of::<libc::sched_attr>() as u32,
        sched_policy: match wanted.policy {
            KernelPolicy::Other => libc::SCHED_OTHER,
            KernelPolicy::Batch => libc::SCHED_BATCH,
            KernelPolicy::RoundRobin => libc::SCHED_RR,
            KernelPolicy::Fifo => libc::SCHED_FIFO,
        } as u32,
        // Threads that the learner's code starts do not inherit a real-time policy.
        sched_flags: if wanted.policy.is_real_time() { libc::SCHED_FLAG_RESET_ON_FORK as u64 } else { 0 },
        sched_nice: nice_of_this_thread(),
        sched_priority: u32::from(wanted.policy.is_real_time()),
        sched_runtime: wanted.slice.map_or(0, |slice| (slice * 1e6) as u64),
        sched_deadline: 0,
        sched_period: 0,
    };
    // SAFETY: the attributes outlive the call, and their size stands in them; thread 0 is the calling one.
    let answer = unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const attributes, 0) };
    let refused = |error: nix::Error| Priority { nice: None, ..*wanted }.refused(who, error.desc());
    nix::Error::result(answer).map(drop).map_err(refused)
}

/// The nice value of the calling thread.
#[cfg(target_os = "linux")]
pub(crate) fn nice_of_this_thread() -> i32 {
    use nix::libc;
    // SAFETY: getpriority takes plain numbers and changes nothing; -1 is a nice value here, and there is no error
    // for the calling thread.
    unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn nice_of_this_thread() -> i32 {
    0
}

/// Lets the calling thread wake at the end of a sleep, and not up to 50 µs later as is usual; only for threads that
/// were made for a run.
pub(crate) fn wake_on_time() {
    #[cfg(target_os = "linux")]
    {
        // Where it is refused, waits look a little longer.
        let _ = nix::sys::prctl::set_timerslack(1);
    }
}

#[cfg(not(target_os = "linux"))]
fn set(_: &Priority, who: &str) -> Result<(), Error> {
    Err(Error::NotPossible {
        what: format!("a priority for the thread \"{who}\" alone"),
        because: "this course asks for it by calls that only Linux has".to_owned(),
    })
}
