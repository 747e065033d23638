//! The guests of a server under load: when they ask for what, and what they saw. They run in a process of their own, and so
//! does the kitchen that the server asks.
//!
//! | when | who | asks for |
//! |---|---|---|
//! | at first | all at the same moment | a quick answer: how many does the server serve at once? |
//! | the calm: 0.8 s | all, one after another | two quick answers each |
//! | the rush: 2.1 s | a few of them, three times at the same moment | an answer that takes 100 ms of arithmetic |
//! | meanwhile | the others, one after another | a quick answer each |

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use crate::process::Shared;
use crate::task::{DelayServer, Taken, delay_server};

/// How long a guest waits at the door, and for its first answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);
/// How long for the others: on a busy machine heavy answers take long, whatever the server does.
pub(super) const LONG_PATIENCE: Duration = Duration::from_secs(8);
/// The dish of each request takes so long.
pub(super) const DISH: Duration = Duration::from_millis(40);
/// Steps of arithmetic for a quick answer.
const QUICK: u64 = 1_000;
/// The calm, and the rush after it, in milliseconds.
const CALM: usize = 800;
const RUSH: usize = 2_100;
/// Requests that fit.
const MOST: usize = 1_000;

/// One request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ask {
    pub guest: usize,
    pub kind: Kind,
    /// After the beginning of the calm.
    pub at: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Of the first moment.
    First,
    Quick,
    Heavy,
}

/// How a request ended, as a number: nobody asked, or …
pub(super) const RIGHT: u64 = 1;
pub(super) const WRONG: u64 = 2;
pub(super) const CLOSED: u64 = 3;
pub(super) const LATE: u64 = 4;
pub(super) const SHUT: u64 = 5;
pub(super) const NOT_LET_IN: u64 = 6;

/// What the guests tell the parent.
pub(super) struct Report {
    /// For each request how it ended, and nanoseconds until its answer.
    pub requests: Shared<[[AtomicU64; 2]; MOST]>,
    /// Dishes that the kitchen cooked at the same time, at most; dishes of right answers that it never cooked.
    pub kitchen: Shared<[AtomicU64; 2]>,
    /// Where the kitchen listens, once it does.
    pub port: Shared<AtomicU16>,
    /// Not zero once all of this has been told.
    pub told: Shared<AtomicU16>,
}

/// Who asks when.
pub(super) fn plan(guests: usize, heavy: usize) -> Vec<Ask> {
    let at = |milliseconds: usize| Duration::from_millis(milliseconds as u64);
    let first = (0..guests).map(|guest| Ask { guest, kind: Kind::First, at: at(0) });
    let calm = (0..2 * guests).map(|turn| Ask {
        guest: turn % guests,
        kind: Kind::Quick,
        at: at(CALM * turn / (2 * guests)),
    });
    let bursts = (0..3).flat_map(|burst| {
        (0..heavy).map(move |guest| Ask { guest, kind: Kind::Heavy, at: at(CALM + 100 + burst * RUSH / 3) })
    });
    let others = (heavy..guests).map(|guest| {
        let turn = (guest - heavy) * RUSH / (guests - heavy).max(1);
        Ask { guest, kind: Kind::Quick, at: at(CALM + 100 + turn) }
    });
    first.chain(calm).chain(bursts).chain(others).collect()
}

/// What is to be fetched and computed for the request numbered `index`.
fn order(index: usize, kind: Kind, heavy_steps: u64) -> (u64, u64) {
    (index as u64 + 1, if kind == Kind::Heavy { heavy_steps } else { QUICK })
}

/// All guests visit the server; the child's whole life, until it is asked to end. It comes back only where it could have no kitchen.
pub(super) fn visit(door: SocketAddr, plan: &[Ask], heavy_steps: u64, report: &Report) {
    let Ok(kitchen) = delay_server() else { return };
    report.port.store(kitchen.address().port(), Ordering::Release);
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    let _visitors = runtime.block_on(all(door, plan, heavy_steps, report));
    tell_of_the_kitchen(&kitchen, plan, report);
    report.told.store(1, Ordering::Release);
    // The kitchen stays open for as long as the server lives.
    loop {
        std::thread::sleep(PATIENCE);
    }
}

/// Gives the guests, who keep their connections.
async fn all(door: SocketAddr, plan: &[Ask], heavy_steps: u64, report: &Report) -> JoinSet<()> {
    let guests = plan.iter().map(|ask| ask.guest + 1).max().unwrap_or(0);
    let streams = connect(door, guests, plan, report).await;
    let (begin_calm, calm) = watch::channel(None);
    let mut visitors = JoinSet::new();
    let (told, mut answered) = tokio::sync::mpsc::unbounded_channel();
    for (guest, stream) in streams {
        let own = plan.iter().enumerate().filter(|(_, ask)| ask.guest == guest);
        let own: Vec<(usize, Ask)> = own.map(|(index, ask)| (index, *ask)).collect();
        visitors.spawn(one_guest(stream, own, heavy_steps, calm.clone(), told.clone()));
    }
    drop(told);
    let (mut calm_begins, mut left) = (None, visitors.len());
    let mut end = Instant::now() + PATIENCE;
    // Ends when the last guest has left, or all patience is at its end.
    while let Ok(Some(Seen { request, outcome, took })) = timeout_at(end, answered.recv()).await {
        report.requests[request][1].store(took.as_nanos() as u64, Ordering::Relaxed);
        report.requests[request][0].store(outcome, Ordering::Relaxed);
        left -= usize::from(plan[request].kind == Kind::First);
        if left == 0 && calm_begins.is_none() {
            let begins = Instant::now() + Duration::from_millis(50);
            calm_begins = Some(begins);
            end = begins + Duration::from_millis((CALM + RUSH) as u64) + LONG_PATIENCE;
            let _ = begin_calm.send(calm_begins);
        }
    }
    // Who still waits has waited for too long.
    for (request, _) in plan.iter().enumerate() {
        let _ = report.requests[request][0].compare_exchange(0, LATE, Ordering::Relaxed, Ordering::Relaxed);
    }
    visitors
}

/// What a guest saw.
struct Seen {
    request: usize,
    outcome: u64,
    took: Duration,
}

/// One after the other, so that a server that accepts has time to; the system keeps a queue for one that does not.
async fn connect(door: SocketAddr, guests: usize, plan: &[Ask], report: &Report) -> Vec<(usize, TcpStream)> {
    let mut streams = Vec::new();
    let until = Instant::now() + PATIENCE;
    for guest in 0..guests {
        let outcome = match timeout_at(until, TcpStream::connect(door)).await {
            Ok(Ok(stream)) => {
                let _ = (stream.set_nodelay(true), stream.set_zero_linger());
                streams.push((guest, stream));
                continue;
            }
            Ok(Err(_)) => SHUT,
            Err(_) => NOT_LET_IN,
        };
        let own = plan.iter().enumerate().filter(|(_, ask)| ask.guest == guest);
        own.for_each(|(request, _)| report.requests[request][0].store(outcome, Ordering::Relaxed));
    }
    streams
}

/// A guest's requests, one after another; whoever gets no answer, or a wrong one, asks no more. The connection stays open
/// for as long as the task is kept: a server may not be told that a guest has left before it is ended itself.
async fn one_guest(
    mut stream: TcpStream,
    requests: Vec<(usize, Ask)>,
    heavy_steps: u64,
    mut calm: watch::Receiver<Option<Instant>>,
    told: tokio::sync::mpsc::UnboundedSender<Seen>,
) {
    for (request, ask) in requests {
        if ask.kind != Kind::First {
            let Ok(begins) = calm.wait_for(Option::is_some).await.map(|begins| *begins) else { return };
            sleep_until(begins.unwrap_or_else(Instant::now) + ask.at).await;
        }
        let order = order(request, ask.kind, heavy_steps);
        let began = Instant::now();
        let patience = if ask.kind == Kind::First { PATIENCE } else { LONG_PATIENCE };
        let said = timeout(patience, exchange(&mut stream, order)).await;
        let outcome = match said {
            Err(_) => LATE,
            Ok(None) => CLOSED,
            Ok(Some(answer)) if answer.trim().parse() == Ok(jump(order.0, order.1)) => RIGHT,
            Ok(Some(_)) => WRONG,
        };
        let _ = told.send(Seen { request, outcome, took: began.elapsed() });
        if outcome != RIGHT {
            break;
        }
    }
    drop(told);
    std::future::pending::<()>().await;
}

/// A line there, a line back; `None` where the connection ends before the line does.
async fn exchange(stream: &mut TcpStream, (number, steps): (u64, u64)) -> Option<String> {
    stream.write_all(format!("{number} {steps}\n").as_bytes()).await.ok()?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).await.ok()?;
    answer.ends_with('\n').then_some(answer)
}

/// What [`compute`](super::compute) gives, found without taking every step (Brown, "Random number generation with arbitrary
/// strides", 1994): the guests' own arithmetic is not to slow the server down.
fn jump(number: u64, mut steps: u64) -> u64 {
    let (mut factor, mut plus) = (6_364_136_223_846_793_005_u64, 1_442_695_040_888_963_407_u64);
    let (mut all_factors, mut all_plus) = (1_u64, 0_u64);
    while steps > 0 {
        if steps % 2 == 1 {
            all_factors = all_factors.wrapping_mul(factor);
            all_plus = all_plus.wrapping_mul(factor).wrapping_add(plus);
        }
        plus = factor.wrapping_add(1).wrapping_mul(plus);
        factor = factor.wrapping_mul(factor);
        steps /= 2;
    }
    all_factors.wrapping_mul(number).wrapping_add(all_plus)
}

/// How many dishes were being cooked at the same time, and how many right answers had none.
fn tell_of_the_kitchen(kitchen: &DelayServer, plan: &[Ask], report: &Report) {
    let minutes = DISH.as_secs_f64() / crate::time::MINUTE.unit().length.as_secs_f64();
    let is_whole = |order: &Taken| order.minutes >= minutes - 1e-6;
    let cooked: Vec<Taken> = kitchen.orders().into_iter().filter(is_whole).collect();
    let dish = DISH.as_nanos() as u64;
    let at_once = |(index, first): (usize, &Taken)| {
        cooked[index..].iter().take_while(|order| order.at < first.at + dish).count() as u64
    };
    report.kitchen[0].store(cooked.iter().enumerate().map(at_once).max().unwrap_or(0), Ordering::Release);
    let names: std::collections::HashSet<&str> = cooked.iter().map(|order| order.guest.as_str()).collect();
    let is_right = |request: usize| report.requests[request][0].load(Ordering::Relaxed) == RIGHT;
    let never = (0..plan.len())
        .filter(|request| is_right(*request) && !names.contains((request + 1).to_string().as_str()));
    report.kitchen[1].store(never.count() as u64, Ordering::Release);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_to_an_answer_leads_to_the_same_one() {
        for (number, steps) in [(1, 0), (1, 1), (17, 2), (9, 1_000), (u64::MAX, 12_345)] {
            assert_eq!(jump(number, steps), super::super::compute(number, steps));
        }
    }

    #[test]
    fn most_quick_requests_fall_into_the_calm_and_all_requests_fit() {
        for (guests, heavy) in [(200, 8), (200, 64), (30, 8), (1, 1), (2, 1)] {
            let plan = plan(guests, heavy);
            assert!(plan.len() <= MOST && plan.iter().all(|ask| ask.guest < guests));
            let quick = plan.iter().filter(|ask| ask.kind == Kind::Quick).count();
            let calm = plan
                .iter()
                .filter(|ask| ask.kind == Kind::Quick && ask.at.as_millis() <= CALM as u128)
                .count();
            assert!(3 * calm >= 2 * quick, "{calm} of {quick}");
            for guest in 0..guests {
                assert!(plan.iter().filter(|ask| ask.guest == guest).map(|ask| ask.at).is_sorted());
            }
        }
    }
}
