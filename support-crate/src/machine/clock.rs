//! The two clocks: one for all processes of the machine, one for the CPU time of a thread.

use std::time::Duration;

/// Now, in nanoseconds of `CLOCK_MONOTONIC`: one clock for all processes of the machine, also for Python's
/// `time.clock_gettime_ns(CLOCK_MONOTONIC)`. A read costs about 20 ns where the vDSO serves it.
///
/// On systems other than Unix: nanoseconds since this process first asked, so not shared between processes.
#[inline]
pub fn now() -> u64 {
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
