//! What runs in a job's process: counted work, a look at the clock after every microsecond of it, and a slot of
//! shared memory that tells the scheduler how far it is.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use nix::sys::signal::{Signal, raise};

use crate::machine::gaps::Watch;
use crate::machine::mapping::{Mapping, Shareable};
use crate::machine::{pin, thread_cpu_time};
use crate::record::LaneWriter;
use crate::timeline::Activity;

/// How long a unit of work is to last, in nanoseconds: short enough to see every switch, long enough that the look
/// at the clock costs little.
const UNIT: f64 = 1_000.0;
/// Rounds in a batch while measuring, and how many batches: about ten milliseconds.
const BATCH: u64 = 300_000;
const BATCHES: usize = 32;

/// How fast a core works: a unit of work is so many rounds of arithmetic, and lasts so long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pace {
    rounds: u64,
    /// Nanoseconds of CPU time.
    unit: f64,
}

impl Pace {
    /// Measures it on the calling thread, in CPU time, so that what others take does not count.
    pub fn measure() -> Self {
        let round = undisturbed(|| {
            std::hint::black_box(arithmetic(1, BATCH));
            BATCH as f64
        });
        let rounds = ((UNIT / round) as u64).max(1);
        let unit = undisturbed(|| {
            let (mut watch, units) = (Watch::start(), (BATCH / rounds).max(1));
            for _ in 0..units {
                std::hint::black_box(arithmetic(1, rounds));
                std::hint::black_box(watch.look());
            }
            units as f64
        });
        Self { rounds, unit }
    }

    /// How many units of work last so long.
    pub fn units(&self, nanoseconds: u64) -> u64 {
        ((nanoseconds as f64 / self.unit).round() as u64).max(1)
    }

    /// How long so many units last, in nanoseconds.
    pub fn time(&self, units: u64) -> u64 {
        (units as f64 * self.unit) as u64
    }
}

/// The CPU time in nanoseconds of one of the pieces that `batch` counts: the lower quartile, since neighbours can make a
/// core slower and never faster.
fn undisturbed(mut batch: impl FnMut() -> f64) -> f64 {
    let cpu = || thread_cpu_time().unwrap_or_default().as_nanos() as f64;
    let mut times = [0.0; BATCHES];
    for time in &mut times {
        let before = cpu();
        let pieces = batch();
        *time = (cpu() - before).max(1.0) / pieces;
    }
    times.sort_by(f64::total_cmp);
    times[BATCHES / 4]
}

/// A chain of multiplications, each waiting for the one before: its pace hardly depends on what a neighbour on the
/// same physical core does.
#[inline]
fn arithmetic(mut number: u64, rounds: u64) -> u64 {
    for _ in 0..rounds {
        number = std::hint::black_box(number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
    }
    number
}

/// What a job and the scheduler share.
#[repr(C, align(64))]
pub(super) struct Slot {
    /// Units of work done.
    done: AtomicU64,
    /// The CPU time when the last unit was done, in nanoseconds; 0 before.
    cpu: AtomicU64,
    /// Units of work after which the process stops itself.
    limit: AtomicU64,
    /// Not 0 when the process is to end without having done its work.
    dismissed: AtomicU64,
}

// SAFETY: it holds nothing but atomics.
unsafe impl Shareable for Slot {}

impl Slot {
    /// The slot of job `number`.
    pub fn of(mapping: &Mapping, number: usize) -> &Self {
        mapping.at(number * size_of::<Self>())
    }

    /// Units of work done so far.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Acquire)
    }

    /// The CPU time the process had used when its work was done; `None` before.
    pub fn cpu(&self) -> Option<Duration> {
        Some(self.cpu.load(Ordering::Acquire)).filter(|cpu| *cpu != 0).map(Duration::from_nanos)
    }

    /// Sets the units of work, counted from the first, after which the process stops itself.
    pub fn stop_after(&self, units: u64) {
        self.limit.store(units, Ordering::Relaxed);
    }

    /// Tells the process to end, once it is continued.
    pub fn dismiss(&self) {
        self.dismissed.store(1, Ordering::Relaxed);
    }
}

/// The life of a job's process: it stops, and when it is continued it works; when the work is done it stops again,
/// so that its end takes nobody's time.
///
/// It also stops itself a little after the end of its slice. The scheduler has stopped it before that, unless other
/// programs have the scheduler's core: a kernel has its timer interrupt on the job's own core for this.
pub(super) fn live(lane: &LaneWriter, slot: &Slot, core: usize, pace: Pace, units: u64) {
    slot.stop_after(u64::MAX);
    // The parent looks whether it worked before it schedules anybody.
    let _ = pin(core);
    let _ = raise(Signal::SIGSTOP);
    let mut watch = Watch::start();
    lane.begin(watch.last(), Activity::Running, "has the core");
    for done in 1..=units {
        std::hint::black_box(arithmetic(done, pace.rounds));
        if let Some(gap) = watch.look() {
            lane.end(gap.off);
            lane.begin(gap.on, Activity::Running, "has the core");
        }
        slot.done.store(done, Ordering::Release);
        if slot.dismissed.load(Ordering::Relaxed) != 0 {
            break;
        }
        if done >= slot.limit.load(Ordering::Relaxed) {
            let _ = raise(Signal::SIGSTOP);
        }
    }
    lane.end(watch.last());
    slot.cpu.store(thread_cpu_time().unwrap_or_default().as_nanos() as u64, Ordering::Release);
    let _ = raise(Signal::SIGSTOP);
}
