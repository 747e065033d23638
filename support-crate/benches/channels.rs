//! What a recorded channel costs beside the bare one: a send and a receive, in nanoseconds.
//!
//! `cargo bench --bench channels`. On one thread nobody ever waits, so this is the cost of the operations themselves.
//! Between two threads it is the time per item of the slower side, waits and wake-ups included. A recorded send and
//! receive write five events and take a lock twice; in lessons items are milliseconds apart.

use std::hint::black_box;
use std::sync::mpsc;
use std::time::Instant;

use timelanes::prelude::*;

const ITEMS: usize = 2_000;
const ROUNDS: usize = 51;

fn main() {
    println!("nanoseconds for a send and a receive, median of {ROUNDS} rounds of {ITEMS}");
    compare("std, one thread", bare_alone, recorded_alone);
    compare("std, two threads, unbounded", bare_apart, || recorded_apart(None));
    compare("std, two threads, room for 64", bare_apart_bounded, || recorded_apart(Some(64)));
    compare("Tokio, one task, room for all", tokio_alone, tokio_recorded_alone);
    compare("Tokio, two tasks, room for 64", tokio_apart, tokio_recorded_apart);
}

fn compare(what: &str, bare: impl Fn() -> f64, recorded: impl Fn() -> f64) {
    let [bare, recorded] = [median(bare), median(recorded)];
    println!("{what:<36} bare {bare:>7.0}   recorded {recorded:>7.0}   {:.1} times", recorded / bare);
}

fn median(measure: impl Fn() -> f64) -> f64 {
    let mut rounds: Vec<f64> = (0..ROUNDS).map(|_| measure()).collect();
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}

/// Nanoseconds for an item.
fn per(body: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    body();
    begun.elapsed().as_nanos() as f64 / ITEMS as f64
}

fn bare_alone() -> f64 {
    let (into, out) = mpsc::channel();
    per(|| {
        (0..ITEMS).for_each(|item| {
            into.send(item).unwrap();
            black_box(out.recv().unwrap());
        })
    })
}

/// What `body` returns, of a run.
fn within(body: impl FnOnce(&Threads<'_, '_>) -> f64) -> f64 {
    let mut time = 0.0;
    record("bench").threads(|run| time = body(run)).unwrap();
    time
}

fn recorded_alone() -> f64 {
    within(|run| {
        let (into, out) = run.channel("bench");
        let lane = run.lane("bench");
        per(|| {
            (0..ITEMS).for_each(|item| {
                into.send(&lane, item).unwrap();
                black_box(out.recv(&lane).unwrap());
            })
        })
    })
}

fn bare_apart() -> f64 {
    let (into, out) = mpsc::channel();
    apart(move || (0..ITEMS).for_each(|item| into.send(item).unwrap()), move || out.iter().count())
}

fn bare_apart_bounded() -> f64 {
    let (into, out) = mpsc::sync_channel(64);
    apart(move || (0..ITEMS).for_each(|item| into.send(item).unwrap()), move || out.iter().count())
}

fn recorded_apart(bound: Option<usize>) -> f64 {
    within(|run| {
        let (into, out) =
            bound.map_or_else(|| run.channel("bench"), |bound| run.sync_channel("bench", bound));
        let (ada, bob) = (run.lane("ada"), run.lane("bob"));
        apart(
            move || (0..ITEMS).for_each(|item| into.send(&ada, item).unwrap()),
            move || out.iter(&bob).count(),
        )
    })
}

fn apart(send: impl FnOnce() + Send, receive: impl FnOnce() -> usize) -> f64 {
    std::thread::scope(|scope| {
        per(|| {
            scope.spawn(send);
            assert_eq!(receive(), ITEMS);
        })
    })
}

fn on_tokio(body: impl AsyncFnOnce() -> f64) -> f64 {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(body())
}

fn tokio_alone() -> f64 {
    on_tokio(async || {
        let (into, mut out) = tokio::sync::mpsc::channel(ITEMS);
        let begun = Instant::now();
        for item in 0..ITEMS {
            into.send(item).await.unwrap();
            black_box(out.recv().await.unwrap());
        }
        begun.elapsed().as_nanos() as f64 / ITEMS as f64
    })
}

/// What `body` returns, of a run of tasks.
fn recorded_tasks(body: impl AsyncFnOnce(Tasks) -> f64 + Send) -> f64 {
    let mut time = 0.0;
    record("bench").tasks(CurrentThread, async |run| time = body(run).await).unwrap();
    time
}

fn tokio_recorded_alone() -> f64 {
    recorded_tasks(async |run| {
        let (into, mut out) = run.channel("bench", ITEMS);
        let begun = Instant::now();
        run.task("bench", async {
            for item in 0..ITEMS {
                into.send(item).await.unwrap();
                black_box(out.recv().await.unwrap());
            }
        })
        .await;
        begun.elapsed().as_nanos() as f64 / ITEMS as f64
    })
}

fn tokio_apart() -> f64 {
    on_tokio(async || {
        let (into, mut out) = tokio::sync::mpsc::channel(64);
        let begun = Instant::now();
        let sender = tokio::spawn(async move {
            for item in 0..ITEMS {
                into.send(item).await.unwrap();
            }
        });
        while out.recv().await.is_some() {}
        sender.await.unwrap();
        begun.elapsed().as_nanos() as f64 / ITEMS as f64
    })
}

fn tokio_recorded_apart() -> f64 {
    recorded_tasks(async |run| {
        let (into, mut out) = run.channel("bench", 64);
        let begun = Instant::now();
        let sender = tokio::spawn(run.task("ada", async move {
            for item in 0..ITEMS {
                into.send(item).await.unwrap();
            }
        }));
        run.task("bob", async { while out.recv().await.is_some() {} }).await;
        sender.await.unwrap();
        begun.elapsed().as_nanos() as f64 / ITEMS as f64
    })
}
