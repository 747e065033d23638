//! What one thread costs: time until it runs, time until it is gone, memory while it waits.

use std::sync::{Arc, Barrier};
use std::thread::Builder;

use super::{Cost, measure};
use crate::error::Error;
use crate::machine::{Limit, now};
use crate::thread::Memory;

/// Starts `count` threads one after another, each when the one before is gone, for the times; then that many at
/// once, which all wait, for the memory.
///
/// # Errors
/// When `count` is 0 or more than the machine has room for.
pub fn thread(count: usize) -> Result<Cost, Error> {
    let one = || Ok(start(now)?.join().unwrap_or_default());
    measure(("threads", count), Limit::of_threads, one, memory_each)
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
