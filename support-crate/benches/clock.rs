//! What a read of the clock costs, and how far it is from the kernel's own.
//!
//! `cargo bench --bench clock`, or `-- 3600` to compare for an hour instead of three seconds. Both clocks are read in
//! turns, the kernel's before and after ours: ours is as far off as it lies outside the two, and where they lie
//! further apart than [`NARROW`] the look was disturbed and says nothing.

use std::time::{Duration, Instant};

use timelanes::machine::{Clock, now};

const READS: usize = 100_000;
const ROUNDS: usize = 41;
/// Nanoseconds.
const NARROW: u64 = 1_000;

fn main() {
    let seconds = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(3);
    println!("now() reads {}", Clock::here());
    println!("nanoseconds a read, median of {ROUNDS} rounds of {READS}");
    #[cfg(target_arch = "x86_64")]
    println!("{:<44} {:>8.1}", "the counter's instruction alone", median(counter));
    println!("{:<44} {:>8.1}", "now()", median(now));
    println!("{:<44} {:>8.1}", "clock_gettime(CLOCK_MONOTONIC)", median(kernel));
    println!("{:<44} {:>8.1}", "Instant::now()", median(|| Instant::now().elapsed().as_nanos() as u64) / 2.0);
    apart(Duration::from_secs(seconds));
}

#[cfg(target_arch = "x86_64")]
fn counter() -> u64 {
    // SAFETY: every x86-64 processor has the instruction.
    unsafe { std::arch::x86_64::_rdtsc() }
}

#[cfg(unix)]
fn kernel() -> u64 {
    use nix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::CLOCK_MONOTONIC).expect("every Unix has a monotonic clock");
    time.tv_sec() as u64 * 1_000_000_000 + time.tv_nsec() as u64
}

#[cfg(not(unix))]
fn kernel() -> u64 {
    now()
}

fn median(read: impl Fn() -> u64) -> f64 {
    let round = |_| {
        let begun = Instant::now();
        (0..READS).for_each(|_| _ = std::hint::black_box(read()));
        begun.elapsed().as_nanos() as f64 / READS as f64
    };
    let mut rounds: Vec<f64> = (0..ROUNDS).map(round).collect();
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}

/// Compares for as long, in bursts with pauses of all lengths up to a second.
fn apart(long: Duration) {
    let (begun, mut bursts, mut looks) = (Instant::now(), 0_u32, 0_u64);
    let (mut outside, mut ahead, mut behind) = (0_u64, 0, 0);
    while begun.elapsed() < long {
        for _ in 0..1_000 {
            let (before, ours, after) = (kernel(), now(), kernel());
            if after - before < NARROW {
                looks += 1;
                outside += u64::from(ours < before || ours > after);
                ahead = ahead.max(ours.saturating_sub(after));
                behind = behind.max(before.saturating_sub(ours));
            }
        }
        bursts += 1;
        std::thread::sleep(Duration::from_micros(1 << (bursts % 21)));
    }
    println!(
        "in {} s {looks} looks at both clocks, {outside} outside the kernel's two: {ahead} ns ahead of the later, \
         {behind} ns behind the earlier at most",
        long.as_secs()
    );
}
