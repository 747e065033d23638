//! What coroutines cost beside threads: a switch, making one, and what recording a turn adds, all in this run.
//! `cargo bench -p timelanes --bench coroutines`

use std::time::{Duration, Instant};

use timelanes::machine;
use timelanes::prelude::*;

const ROUNDS: usize = 21;
const TURNS: u32 = 20_000;

fn main() -> Result<(), Error> {
    let switch = cost::switch()?;
    println!("there and back, ns: {:>8.1} between coroutines", switch.coroutines);
    for (name, cost) in [("one core", switch.threads_on_one_core), ("two cores", switch.threads_on_two_cores)]
    {
        let Some(cost) = cost else { continue };
        let ratio = cost / switch.coroutines;
        println!("there and back, ns: {cost:>8.1} between threads on {name}, {ratio:.0} times as much");
    }
    println!("one look at the clock, ns: {:.1}", median(TURNS, machine::now));
    println!("a recorded turn, ns: {:.1}", recorded_turn()?);
    for count in [100, 1_000, 10_000] {
        let show = |name: &str, cost: Result<cost::Cost, Error>| match cost {
            Ok(cost) => println!(
                "{count:>6} {name:10} first instruction {:>9}, whole {:>9}, memory {:>6.1} KB",
                cost.start, cost.whole, cost.memory
            ),
            Err(error) => println!("{count:>6} {name:10} {error}"),
        };
        show("coroutines", cost::coroutine(count));
        show("threads", cost::thread(count));
    }
    Ok(())
}

/// Nanoseconds from one resume to the next of a coroutine that gives way at once, with its recording.
fn recorded_turn() -> Result<f64, Error> {
    let mut cost = 0.0;
    record("turns").coroutines(|run| {
        let mut ada = run.spawn("ada", |me| {
            loop {
                me.pause();
            }
        });
        cost = median(TURNS, || ada.resume());
    })?;
    Ok(cost)
}

/// Nanoseconds for one of `times`, the median of some rounds.
fn median<T>(times: u32, mut body: impl FnMut() -> T) -> f64 {
    let mut rounds: Vec<Duration> = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        (0..times).for_each(|_| _ = std::hint::black_box(body()));
        rounds.push(begun.elapsed());
    }
    rounds.sort_unstable();
    rounds[ROUNDS / 2].as_nanos() as f64 / f64::from(times)
}
