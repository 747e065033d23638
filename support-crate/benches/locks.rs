//! What a recorded lock costs beside the bare one, uncontended and contended, all in this run.
//!
//! `cargo bench --bench locks`. Goal: alone, a recorded lock costs at most the bare one, four clock reads and 40 ns.

use std::sync::{Mutex, RwLock};
use std::time::Instant;

use timelanes::machine::now;
use timelanes::prelude::*;

/// Short rounds, so that most lie within one time slice on a machine that others use as well.
const LOCKS: usize = 10_000;
const ROUNDS: usize = 101;

fn main() {
    println!("nanoseconds for taking a lock and letting go, median of {ROUNDS} rounds of {LOCKS}");
    let clock = median(|| per(|| _ = std::hint::black_box(now())));
    println!("{:<44} {clock:>8.1}", "one clock read");
    let (mutex, rwlock) = (Mutex::new(0_u64), RwLock::new(0_u64));
    beside("a mutex", median(|| per(|| *mutex.lock().unwrap() += 1)), median(|| recorded_mutex(1)));
    let bare = median(|| per(|| _ = std::hint::black_box(*rwlock.read().unwrap())));
    beside("a read-write lock, to read", bare, median(|| recorded_rwlock(false)));
    let bare = median(|| per(|| *rwlock.write().unwrap() += 1));
    beside("a read-write lock, to write", bare, median(|| recorded_rwlock(true)));
    for threads in [2, 4] {
        let what = format!("a mutex that {threads} threads fight for");
        beside(&what, median(|| bare_mutex(threads)), median(|| recorded_mutex(threads)));
    }
}

fn beside(what: &str, bare: f64, recorded: f64) {
    println!("{what:<44} {bare:>8.1} bare {recorded:>8.1} recorded {:>6.1} more", recorded - bare);
}

fn median(mut measure: impl FnMut() -> f64) -> f64 {
    let mut rounds: Vec<f64> = (0..ROUNDS).map(|_| measure()).collect();
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}

/// Nanoseconds for one.
fn per(mut body: impl FnMut()) -> f64 {
    let begun = Instant::now();
    (0..LOCKS).for_each(|_| body());
    begun.elapsed().as_nanos() as f64 / LOCKS as f64
}

/// Wall time of `threads` that all take one lock, for each time it is taken.
fn bare_mutex(threads: usize) -> f64 {
    let lock = Mutex::new(0_u64);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| (0..LOCKS).for_each(|_| *lock.lock().unwrap() += 1));
        }
    });
    begun.elapsed().as_nanos() as f64 / (threads * LOCKS) as f64
}

/// The same with a recorded one, up to the end of the threads; alone, on a lane of its own.
fn recorded_mutex(threads: usize) -> f64 {
    let mut each = 0.0;
    let run = record("bench").threads(|run| {
        let lock = run.mutex("lock", 0_u64);
        if threads == 1 {
            let lane = run.lane("lane");
            each = per(|| *lock.lock(&lane) += 1);
            return;
        }
        let begun = Instant::now();
        let fight = |number: usize| {
            let lock = lock.clone();
            run.spawn(format!("{number}"), move |lane| (0..LOCKS).for_each(|_| *lock.lock(lane) += 1))
        };
        let all: Vec<_> = (0..threads).map(fight).collect();
        all.into_iter().for_each(|thread| _ = thread.join());
        each = begun.elapsed().as_nanos() as f64 / (threads * LOCKS) as f64;
    });
    run.map(|_| each).expect("nothing fails here")
}

fn recorded_rwlock(writes: bool) -> f64 {
    let mut each = 0.0;
    let run = record("bench").threads(|run| {
        let (lock, lane) = (run.rwlock("lock", 0_u64), run.lane("lane"));
        each = if writes {
            per(|| *lock.write(&lane) += 1)
        } else {
            per(|| _ = std::hint::black_box(*lock.read(&lane)))
        };
    });
    run.map(|_| each).expect("nothing fails here")
}
