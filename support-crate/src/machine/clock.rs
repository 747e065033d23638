//! The two clocks: one for all processes of the machine, one for the CPU time of a thread.

use std::fmt;
use std::time::Duration;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
use super::tsc;

/// Now, in nanoseconds of `CLOCK_MONOTONIC`: one clock for all processes of the machine, also for Python's
/// `time.clock_gettime_ns(CLOCK_MONOTONIC)`. No read of a thread is before its last one.
///
/// Where the kernel keeps that clock by the processor's time stamp counter, the counter is read and held against the
/// kernel's clock every one or two milliseconds. A read then costs little more than the instruction, and is within
/// tens of nanoseconds of what the kernel would say, after hours as in the first second (measured by the bench
/// `clock`); within a few microseconds while NTP slews the clock as fast as it may. Elsewhere, and wherever
/// `TIMELANES_CLOCK=system` stands in the environment, it is `clock_gettime`. Which one: [`Clock::here`].
///
/// On systems other than Unix: nanoseconds since this process first asked, so not shared between processes.
#[inline]
pub fn now() -> u64 {
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    return tsc::now();
    #[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
    system()
}

/// Like [`now`], and not before what this thread has seen of others, such as a message that was sent before: of two
/// threads of which one tells the other, the other's moment is the later one. Costs some nanoseconds more.
#[inline]
pub(crate) fn now_in_order() -> u64 {
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    return tsc::now_in_order();
    #[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
    system()
}

/// The same moment as the system itself says it.
#[inline]
pub(super) fn system() -> u64 {
    #[cfg(unix)]
    {
        use nix::time::{ClockId, clock_gettime};
        let time = clock_gettime(ClockId::CLOCK_MONOTONIC).expect("every Unix has a monotonic clock");
        time.tv_sec() as u64 * 1_000_000_000 + time.tv_nsec() as u64
    }
    #[cfg(not(unix))]
    {
        static FIRST: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        FIRST.get_or_init(std::time::Instant::now).elapsed().as_nanos() as u64
    }
}

/// What [`now`] reads; shows itself as a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The processor's time stamp counter, held against the kernel's clock.
    Counter,
    /// The system's own call.
    System,
}

impl Clock {
    /// What is read in this process.
    pub fn here() -> Self {
        #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
        if tsc::trusted() {
            return Self::Counter;
        }
        Self::System
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Counter => {
                "the time stamp counter, held against CLOCK_MONOTONIC every one or two milliseconds"
            }
            Self::System => "the system's own clock, by a call for each read",
        })
    }
}

/// The CPU time that the calling thread has used since it began; `None` where the system does not say.
pub fn thread_cpu_time() -> Option<Duration> {
    #[cfg(unix)]
    {
        use nix::time::{ClockId, clock_gettime};
        clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).ok().map(Duration::from)
    }
    #[cfg(not(unix))]
    None
}

#[cfg(all(test, unix))]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::{Duration, Instant};

    use super::*;

    /// How far `now` was outside two reads of the kernel's clock around it: a conservation, so it holds however
    /// busy the machine is.
    fn apart() -> u64 {
        let before = system();
        let between = now();
        let after = system();
        before.saturating_sub(between).max(between.saturating_sub(after))
    }

    #[test]
    fn a_read_lies_between_two_of_the_kernels_clock() {
        let begun = Instant::now();
        let mut apart: Vec<u64> = Vec::new();
        while begun.elapsed() < Duration::from_millis(400) {
            apart.extend((0..2_000).map(|_| self::apart()));
            std::thread::sleep(Duration::from_millis(apart.len() as u64 / 2_000 % 7));
        }
        apart.sort_unstable();
        let (usual, furthest) = (apart[apart.len() * 99 / 100], apart[apart.len() - 1]);
        assert!(
            usual < 500 && furthest < 5_000,
            "99 of 100 reads within {usual} ns, all within {furthest} ns"
        );
    }

    #[test]
    fn who_was_told_a_moment_reads_none_before_it() {
        let told = AtomicU64::new(0);
        let threads = |_| {
            let mut last = 0;
            for _ in 0..200_000 {
                let heard = told.load(Ordering::Acquire);
                let moment = now_in_order();
                assert!(moment >= heard.max(last), "{} ns back", heard.max(last) - moment);
                told.fetch_max(moment, Ordering::Release);
                last = moment;
            }
        };
        std::thread::scope(|scope| (0..4).for_each(|number| _ = scope.spawn(move || threads(number))));
    }
}
