//! How many lessons are run at the same time.
//!
//! As many as there are cores, and memory for a kernel each. What lessons measure has to hold on a busy machine
//! anyway, the learner's browser being one of its programs; what takes the time is compiling their cells, one core a
//! cell. `--jobs 1` leaves the cores to one lesson.

use std::fs;
use std::thread::available_parallelism;

/// What a running lesson takes, its compiler with it, in KiB.
const KERNEL: u64 = 1024 * 1024;

/// How many lessons this machine can run at the same time.
pub fn default() -> usize {
    let cores = available_parallelism().map_or(1, usize::from);
    let room = free_memory().map_or(cores, |free| usize::try_from(free / KERNEL).unwrap_or(cores));
    cores.min(room).max(1)
}

/// How much longer than alone a lesson may take when `jobs` run at the same time. Lessons promise their seconds for two
/// cores.
pub fn patience(jobs: usize) -> f64 {
    let cores = available_parallelism().map_or(1, usize::from);
    (jobs as f64 * 2.0 / cores as f64).clamp(1.0, jobs as f64)
}

/// What programs can still get, in KiB, where the system says so.
fn free_memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_lesson_keeps_its_limits_and_many_get_no_more_than_their_number() {
        assert_eq!(patience(1), 1.0);
        for jobs in 2..200 {
            assert!((1.0..=jobs as f64).contains(&patience(jobs)), "{jobs}");
            assert!(patience(jobs) >= patience(jobs - 1));
        }
        assert!(default() >= 1);
    }
}
