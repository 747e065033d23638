//! What runs in a job's process: counted work, a look at the clock after every microsecond of it, I/O, and a slot of
//! shared memory that tells the scheduler how far it is.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use nix::sys::signal::{Signal, raise};

use super::JOBS;
use crate::machine::gaps::Watch;
use crate::machine::{now, thread_cpu_time};
use crate::process::Shared;
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

/// What the jobs and the scheduler share: a [`Slot`] for each, in a cache line of its own.
pub(super) type Slots = Shared<[[AtomicU64; 8]; JOBS]>;

/// What one job and the scheduler share.
#[derive(Clone, Copy)]
pub(super) struct Slot<'slots>(&'slots [AtomicU64; 8]);

const DONE: usize = 0;
const LIMIT: usize = 1;
const IO: usize = 2;

impl<'slots> Slot<'slots> {
    /// The slot of job `number`.
    pub fn of(slots: &'slots Slots, number: usize) -> Self {
        Self(&slots[number])
    }

    /// Units of work done so far.
    pub fn done(&self) -> u64 {
        self.0[DONE].load(Ordering::Acquire)
    }

    /// Sets the units of work, counted from the first, after which the process stops itself.
    pub fn stop_after(&self, units: u64) {
        self.0[LIMIT].store(units.max(1), Ordering::Relaxed);
    }

    /// Tells the process to end, once it is continued.
    pub fn dismiss(&self) {
        self.0[LIMIT].store(0, Ordering::Relaxed);
    }

    /// Whether the job waits for I/O, or has not been let go on since.
    pub fn is_in_io(&self) -> bool {
        self.0[IO].load(Ordering::Acquire) != 0
    }

    /// Its I/O is over.
    pub fn has_joined(&self) {
        self.0[IO].store(0, Ordering::Release);
    }

    fn is_dismissed(&self) -> bool {
        self.limit() == 0
    }

    fn limit(&self) -> u64 {
        self.0[LIMIT].load(Ordering::Relaxed)
    }
}

/// What a job's process does, in units of work.
#[derive(Clone, Copy)]
pub(super) struct Task {
    pub pace: Pace,
    pub units: u64,
    pub io: Option<Waits>,
    /// Whether somebody lets it go on after its I/O; else the kernel does.
    pub is_held: bool,
}

/// I/O of a job.
#[derive(Clone, Copy)]
pub(super) struct Waits {
    /// After how many units of work each time.
    pub after: u64,
    /// How often in all: units are rounded, so it does not follow from the other two.
    pub times: u64,
    pub lasts: Duration,
}

impl Waits {
    fn is_due(&self, done: u64) -> bool {
        done.is_multiple_of(self.after) && done / self.after <= self.times
    }
}

/// The life of a job's process from its first turn on: it works; when the work is done it stops, so that its end takes
/// nobody's time.
///
/// It also stops itself a little after the end of its slice. The scheduler has stopped it before that, unless other
/// programs have the scheduler's core: a kernel has its timer interrupt on the job's own core for this.
pub(super) fn live(lane: &LaneWriter, slot: Slot, task: Task) {
    if slot.is_dismissed() {
        return;
    }
    let mut watch = begins_to_run(lane);
    for done in 1..=task.units {
        std::hint::black_box(arithmetic(done, task.pace.rounds));
        if slot.is_dismissed() {
            break;
        }
        if let Some(gap) = watch.look() {
            lane.end(gap.off);
            lane.begin(gap.on, Activity::Running, "has the core");
        }
        let io = task.io.filter(|io| io.is_due(done));
        if io.is_some() {
            lane.end(watch.last());
            lane.begin(watch.last(), Activity::Waiting, "waits for its I/O");
            // Before the work is counted, so that nobody sees the one without the other.
            slot.0[IO].store(1, Ordering::Release);
        }
        slot.0[DONE].store(done, Ordering::Release);
        if let Some(Waits { lasts, .. }) = io {
            wait_for_io(slot, lasts, task.is_held);
            lane.end(now());
            if slot.is_dismissed() {
                return;
            }
            watch = begins_to_run(lane);
        }
        if done >= slot.limit() {
            let _ = raise(Signal::SIGSTOP);
        }
    }
    lane.end(watch.last());
    let _ = raise(Signal::SIGSTOP);
}

fn begins_to_run(lane: &LaneWriter) -> Watch {
    let watch = Watch::start();
    lane.begin(watch.last(), Activity::Running, "has the core");
    watch
}

/// Leaves the core until its I/O is over. Under the kernel it sleeps. A job that somebody else schedules stands still
/// until it is let go on: that one has the disk's clock, which is the core's own, as for arrivals.
fn wait_for_io(slot: Slot, lasts: Duration, is_held: bool) {
    if is_held {
        let _ = raise(Signal::SIGSTOP);
    } else {
        std::thread::sleep(lasts);
        slot.has_joined();
    }
}
