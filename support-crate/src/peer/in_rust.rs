//! Runtimes of the course doing the errands, where a cell has no room for them: coroutines (lesson 10), the event loop of
//! lesson 12, rayon (lesson 15) beside threads.

use std::cell::Cell;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::channel;

use rayon::iter::{ParallelBridge, ParallelIterator};

use super::Errands;
use crate::coroutine::{Turn, Yielder};
use crate::error::Error;
use crate::event_loop::{Socket, on_loop, spawn};
use crate::machine::Machine;
use crate::record::record;
use crate::task::Workers;
use crate::time::MILLISECOND;
use crate::timeline::Timeline;

/// Bytes of an answer.
const ANSWER: usize = 100;

/// A coroutine for each errand, on one thread. One whose dish is not there gives way, and looks again later.
///
/// # Errors
/// What goes wrong in a run of coroutines.
pub fn coroutines(errands: &Errands) -> Result<(Timeline, u64), Error> {
    let sum = Cell::new(0);
    let errand = |me: &Yielder, number| {
        let mut kitchen = ordered(errands, number).expect("the kitchen takes the order");
        let mut answer = [0; ANSWER];
        let count = loop {
            match kitchen.read(&mut answer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => me.wait("fetches", 2 * MILLISECOND),
                read => break read.expect("the kitchen answers"),
            }
        };
        sum.set(sum.get() + errands.checksum(&String::from_utf8_lossy(&answer[..count])));
    };
    let run = record("coroutines").coroutines(|run| {
        let one = |number: usize| run.spawn(number.to_string(), move |me| errand(me, number));
        let mut open: Vec<_> = errands.numbers().map(one).collect();
        while let Some(next) = open.first() {
            next.until_ready();
            open.retain_mut(|errand| errand.resume() != Turn::Done);
        }
    })?;
    Ok((run, sum.get()))
}

/// A task for each errand, on the event loop of lesson 12.
///
/// # Errors
/// What goes wrong in a run on an event loop.
pub fn event_loop(errands: &Errands) -> Result<(Timeline, u64), Error> {
    let (errands, sum) = (*errands, Arc::new(AtomicU64::new(0)));
    let all = Arc::clone(&sum);
    let run = record("event loop").event_loop(move |run| {
        on_loop(run, |own| {
            for number in errands.numbers() {
                let kitchen = mio::net::TcpStream::from_std(ordered(&errands, number)?);
                let (mut kitchen, sum) = (Socket::new(&own.sockets, kitchen)?, Arc::clone(&all));
                let errand = async move {
                    let mut answer = [0; ANSWER];
                    let count = kitchen.read(&mut answer).await.expect("the kitchen answers");
                    sum.fetch_add(errands.checksum(&String::from_utf8_lossy(&answer[..count])), Relaxed);
                };
                spawn(&own.queue, run.task(number.to_string(), errand));
            }
            Ok(())
        })
    })?;
    Ok((run, sum.load(Relaxed)))
}

/// Threads fetch, one for each errand; rayon's workers, one for each core, compute.
///
/// # Errors
/// What goes wrong in a run on rayon.
pub fn rayon_and_threads(errands: &Errands) -> Result<(Timeline, u64), Error> {
    let mut sum = 0;
    let cores = Machine::here().cores.len().clamp(1, errands.count.max(1));
    let run = record("rayon and threads").rayon(Workers(cores), |run| {
        let (tell, told) = channel();
        std::thread::scope(|scope| {
            for number in errands.numbers() {
                let (tell, lane) = (tell.clone(), run.lane(number.to_string()));
                scope.spawn(move || tell.send(errands.fetch(&lane, number)));
            }
            drop(tell);
            let compute = |answer: String| run.chunk("computes", |_| errands.checksum(&answer));
            sum = told.into_iter().par_bridge().map(compute).sum();
        });
    })?;
    Ok((run, sum))
}

/// A connection that never blocks, with the order sent.
fn ordered(errands: &Errands, number: usize) -> std::io::Result<TcpStream> {
    let mut kitchen = TcpStream::connect(errands.kitchen)?;
    kitchen.write_all(errands.order(number).as_bytes())?;
    kitchen.set_nonblocking(true)?;
    Ok(kitchen)
}
