//! What one thread costs: time until it runs, time until it is gone, memory while it waits.

use std::sync::{Arc, Barrier};
use std::thread::Builder;
use std::time::Duration;

use super::Memory;
use crate::error::Error;
use crate::machine::{Limit, now};

/// What one thread, or one process, costs; each a median.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// From asking for it to its first instruction.
    pub start: Duration,
    /// From asking for it to knowing that it has ended.
    pub whole: Duration,
    /// Memory of its own while it does nothing, in kilobytes, without what the kernel keeps about it.
    pub memory: f64,
}

/// Starts `count` threads one after another, each when the one before is gone, for the times; then that many at
/// once, which all wait, for the memory.
///
/// # Errors
/// When `count` is 0 or more than the machine has room for.
pub fn cost(count: usize) -> Result<Cost, Error> {
    check("threads", count, Limit::of_threads)?;
    measure(count, || Ok(start(now)?.join().unwrap_or_default()), memory_each)
}

/// Does `one` after another, which gives the moment at which it began, for the times; then asks for the `memory` of
/// that many at once.
pub(crate) fn measure(
    count: usize,
    one: impl Fn() -> Result<u64, Error>,
    memory: impl FnOnce(usize) -> Result<f64, Error>,
) -> Result<Cost, Error> {
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let asked = now();
        let began = one()?.max(asked);
        times.push((began - asked, now() - asked));
    }
    let (start, whole) = (median(&times, |time| time.0), median(&times, |time| time.1));
    Ok(Cost { memory: memory(count)?, start, whole })
}

/// Memory that each of `count` waiting threads adds to this process, in kilobytes.
fn memory_each(count: usize) -> Result<f64, Error> {
    let (all_there, all_seen) = (Arc::new(Barrier::new(count + 1)), Arc::new(Barrier::new(count + 1)));
    let before = Memory::now();
    let mut threads = Vec::with_capacity(count);
    for _ in 0..count {
        let (there, seen) = (Arc::clone(&all_there), Arc::clone(&all_seen));
        threads.push(start(move || _ = (there.wait(), seen.wait()))?);
    }
    all_there.wait();
    let grown = Memory::now().resident.saturating_sub(before.resident);
    all_seen.wait();
    threads.into_iter().for_each(|thread| _ = thread.join());
    Ok(grown as f64 / count as f64)
}

fn start<T: Send + 'static>(
    body: impl FnOnce() -> T + Send + 'static,
) -> Result<std::thread::JoinHandle<T>, Error> {
    Builder::new().spawn(body).map_err(|error| Error::NotPossible {
        what: "one more thread".to_owned(),
        because: format!("the system gives no further one ({error})"),
    })
}

/// Whether `count` of something can be had.
pub(crate) fn check(what: &'static str, count: usize, limit: impl FnOnce() -> Limit) -> Result<(), Error> {
    if count == 0 {
        return Err(Error::NotPossible {
            what: format!("measuring 0 {what}"),
            because: "there is nothing to measure; ask for 1 or more".to_owned(),
        });
    }
    let Limit { count: most, because } = limit();
    if count > most { Err(Error::TooMany { what, limit: most, because }) } else { Ok(()) }
}

/// The middle one of some times in nanoseconds.
fn median<T>(times: &[T], of: impl Fn(&T) -> u64) -> Duration {
    let mut times: Vec<u64> = times.iter().map(of).collect();
    times.sort_unstable();
    Duration::from_nanos(times.get(times.len() / 2).copied().unwrap_or(0))
}
