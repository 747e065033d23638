//! What it costs to record a poll, beside the poll itself and the clock, all in this run.
//!
//! `cargo bench --bench polling`. Goal: a recorded poll takes at most 100 ns more than an unrecorded one, three reads
//! of the clock among them, on a machine on which such a read takes 10 ns; beside it, how many reads that is. Plain
//! and recorded rounds take turns, so that a machine that slows down slows both.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use timelanes::machine::now;
use timelanes::prelude::*;
use timelanes::task::Runtime;

/// Short, so that most rounds lie within one time slice on a machine that others use as well.
const POLLS: usize = 2_000;
const ROUNDS: usize = 401;
/// Nanoseconds.
const GOAL: f64 = 100.0;

fn main() -> Result<(), Error> {
    println!("nanoseconds a poll, median of {ROUNDS} rounds of {POLLS}, plain and recorded in turns");
    let clock = median((0..ROUNDS).map(|_| clock_read()).collect());
    println!("{:<42} {clock:>8.1}", "one clock read");
    let head = ["plain", "recorded", "more", "at best", "clock reads"];
    println!("{:<42} {:>8} {:>9} {:>8} {:>9} {:>12}", "", head[0], head[1], head[2], head[3], head[4]);
    let bare = bare_polls();
    let held = [
        say("a bare poll, nobody wakes", &bare, clock),
        say("yield_now, current thread", &yields(CurrentThread)?, clock),
        say("yield_now, two workers", &yields(Workers(2))?, clock),
        say("two tasks wake each other, current thread", &ping_pong(CurrentThread)?, clock),
        say("two tasks wake each other, two workers", &ping_pong(Workers(2))?, clock),
    ];
    println!(
        "{}",
        if held.contains(&false) { "over the goal of 100 ns" } else { "within the goal of 100 ns" }
    );
    Ok(())
}

/// Nanoseconds of each round.
#[derive(Default)]
struct Rounds {
    plain: Vec<f64>,
    recorded: Vec<f64>,
}

fn say(what: &str, rounds: &Rounds, clock: f64) -> bool {
    let (plain, recorded) = (median(rounds.plain.clone()), median(rounds.recorded.clone()));
    let more = recorded - plain;
    // The quickest rounds are those in which nobody else wanted the machine.
    let least = quickest(&rounds.recorded) - quickest(&rounds.plain);
    println!("{what:<42} {plain:>8.1} {recorded:>9.1} {more:>8.1} {least:>9.1} {:>12.1}", more / clock);
    more <= GOAL
}

fn quickest(rounds: &[f64]) -> f64 {
    rounds.iter().copied().fold(f64::INFINITY, f64::min)
}

fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

/// Nanoseconds for each of `count`, since `begun`.
fn each(count: usize, begun: u64) -> f64 {
    (now() - begun) as f64 / count as f64
}

fn clock_read() -> f64 {
    let begun = now();
    (0..POLLS).for_each(|_| _ = std::hint::black_box(now()));
    each(POLLS, begun)
}

/// Pending, and ready at the last of `POLLS` polls.
fn pendings() -> impl Future<Output = ()> {
    let mut left = POLLS;
    poll_fn(move |_| {
        left -= 1;
        if std::hint::black_box(left) == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
}

fn poll_all(future: impl Future<Output = ()>) -> f64 {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    let begun = now();
    while future.as_mut().poll(&mut context).is_pending() {}
    each(POLLS, begun)
}

fn bare_polls() -> Rounds {
    let (mut rounds, recorder) = (Rounds::default(), Recorder::new("bench"));
    for _ in 0..ROUNDS {
        rounds.plain.push(poll_all(Box::pin(pendings())));
        rounds.recorded.push(poll_all(recorder.lane("bare").polls(pendings())));
    }
    rounds
}

async fn gives_way() {
    for _ in 0..POLLS {
        tokio::task::yield_now().await;
    }
}

fn yields(runtime: Runtime) -> Result<Rounds, Error> {
    let mut rounds = Rounds::default();
    // A recording for each round, as long as those of the lessons: its memory was touched before.
    for _ in 0..ROUNDS {
        record("bench").tasks(runtime, async |run| {
            let begun = now();
            let _ = tokio::spawn(Box::pin(gives_way())).await;
            rounds.plain.push(each(POLLS, begun));
            let begun = now();
            let _ = tokio::spawn(run.task("yields", gives_way())).await;
            rounds.recorded.push(each(POLLS, begun));
        })?;
    }
    Ok(rounds)
}

type Ball = tokio::sync::mpsc::Receiver<()>;

/// Catches and throws, `POLLS / 2` times: with its opponent, a poll for each throw.
async fn player(throw: tokio::sync::mpsc::Sender<()>, mut caught: Ball) {
    for _ in 0..POLLS / 2 {
        let _ = (throw.send(()).await, caught.recv().await);
    }
}

fn ping_pong(runtime: Runtime) -> Result<Rounds, Error> {
    let mut rounds = Rounds::default();
    for _ in 0..ROUNDS {
        record("bench").tasks(runtime, async |run| {
            for recorded in [false, true] {
                let (to_two, from_one) = tokio::sync::mpsc::channel(1);
                let (to_one, from_two) = tokio::sync::mpsc::channel(1);
                let (one, two) = (player(to_two, from_two), player(to_one, from_one));
                let begun = now();
                if recorded {
                    let one = tokio::spawn(run.task("one", one));
                    let two = tokio::spawn(run.task("two", two));
                    let _ = tokio::join!(one, two);
                    rounds.recorded.push(each(POLLS, begun));
                } else {
                    let (one, two) = (tokio::spawn(Box::pin(one)), tokio::spawn(Box::pin(two)));
                    let _ = tokio::join!(one, two);
                    rounds.plain.push(each(POLLS, begun));
                }
            }
        })?;
    }
    Ok(rounds)
}
