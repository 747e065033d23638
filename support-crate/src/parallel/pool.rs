//! [`Recording::pool`]: workers that do chunks of work, and steal from each other when they have none left.

use std::cell::Cell;
use std::sync::{Arc, Mutex, OnceLock};

use super::crew::Crew;
use super::job::Job;
use crate::error::Error;
use crate::lock;
use crate::record::{Gauge, LaneWriter, Recorded, Recorder, Recording, locked, stop};
use crate::task::Runtime;

/// The most chunks of one list: a recording keeps two events for each.
pub const CHUNKS: usize = 4_000_000;

/// A body whose type is forgotten. What follows is then compiled once, with this crate, and not in every cell.
type Body<'a> = Box<dyn FnOnce(&Pool<'_>) + 'a>;

/// Workers that do chunks of work; handed to the closure of [`Recording::pool`].
pub struct Pool<'crew> {
    recorder: Recorder,
    crew: &'crew Crew,
    steals: Cell<usize>,
    chunks: Cell<usize>,
}

impl Recording {
    /// Starts `workers` threads, `Workers(4)`, runs `body` on the calling one, ends the threads and returns what was
    /// recorded: a lane for each worker, "worker 0" and so on, with a running span for each chunk and a waiting one,
    /// "parked", while there is nothing to do; an arrow from whom to whom for each chunk that was stolen. With
    /// [`on_core`](Recording::on_core) all workers share one core.
    ///
    /// ```
    /// use timelanes::prelude::*;
    /// let mut squares = Vec::new();
    /// let run = record("squares").pool(Workers(2), |run| {
    ///     squares = run.each(0..10, |n, _lane| n * n);
    /// })?;
    /// assert_eq!(squares, [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]);
    /// assert_eq!(run.chunks().len(), 10);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// No worker, or more than the machine has room for; more than [`CHUNKS`] chunks; a panic in `body` or in a chunk (the
    /// other workers end with the chunk that they are at); the time limit. A chunk in an endless loop that never calls
    /// its lane cannot be stopped: in a notebook the process that runs the cells ends itself after the limit, and says so.
    pub fn pool<F>(self, workers: Runtime, body: F) -> Recorded
    where
        F: FnOnce(&Pool<'_>),
    {
        self.on_pool(workers, Box::new(body))
    }

    fn on_pool(self, workers: Runtime, body: Body) -> Recorded {
        let count = super::workers(workers).map_err(|fault| self.fails(fault))?;
        let frame = self.frame()?;
        let chunks = Crew::with(&frame.recorder, count, self.core, |crew| {
            let run =
                Pool { recorder: frame.recorder.clone(), crew, steals: Cell::new(0), chunks: Cell::new(0) };
            frame.caught("the run", || body(&run));
            run.chunks.get()
        });
        let mut recorded = frame.close();
        if let (Ok(timeline), Some(0)) = (&mut recorded, chunks) {
            timeline.notes.push("nobody gave the pool a chunk: its workers stayed parked".to_owned());
        }
        recorded
    }
}

impl Pool<'_> {
    /// Does `body` with each of `items`, every one exactly once, on whichever worker comes to it, and returns the results
    /// in the order of the items. One item is one chunk. `body` gets the lane of the worker it is on.
    ///
    /// Each worker is dealt an equal part of the list, in order. It begins at the first of its own; when it has none left,
    /// it steals the last chunk of another's.
    ///
    /// When a chunk panics or the run is at its limit, no further chunk begins, and the run ends here.
    pub fn each<T, R>(
        &self,
        items: impl IntoIterator<Item = T>,
        body: impl Fn(T, &LaneWriter) -> R + Sync,
    ) -> Vec<R>
    where
        T: Send,
        R: Send + Sync,
    {
        let items: Vec<Mutex<Option<T>>> =
            items.into_iter().take(CHUNKS + 1).map(|item| Mutex::new(Some(item))).collect();
        if items.len() > CHUNKS {
            let because = "a recording keeps two events for each; put more work into a chunk".to_owned();
            self.recorder.fault(Error::TooMany { what: "chunks", limit: CHUNKS, because });
            stop::stop();
        }
        let results: Vec<OnceLock<R>> = items.iter().map(|_| OnceLock::new()).collect();
        self.does(items.len(), &|chunk, lane| {
            let item = locked(&items[chunk]).take().expect("a chunk is done once");
            let _ = results[chunk].set(body(item, lane));
        });
        results.into_iter().map(|result| result.into_inner().expect("all chunks are done")).collect()
    }

    /// Does `body` for the chunks 0 to `count`.
    fn does(&self, count: usize, body: &(dyn Fn(usize, &LaneWriter) + Sync)) {
        let job = Job::new(&self.recorder, body, count);
        let steals = self.crew.does(job, count);
        self.steals.set(self.steals.get() + steals.count);
        self.chunks.set(self.chunks.get() + count);
        if !steals.whole {
            stop::stop();
        }
    }

    /// How many chunks were stolen so far.
    pub fn steals(&self) -> usize {
        self.steals.get()
    }

    /// Opens a lane for something that is no worker: the thread of `body` itself, "main".
    pub fn lane(&self, name: impl Into<String>) -> LaneWriter {
        self.recorder.lane(name)
    }

    /// A lock called `name` that guards `value`; which worker waits for it and which holds it is recorded.
    pub fn mutex<T>(&self, name: impl Into<String>, value: T) -> Arc<lock::Mutex<T>> {
        Arc::new(lock::Mutex::new(&self.recorder, name.into(), value))
    }

    /// A number that the run changes, counted in `unit`: `run.counter("done", "chunks")`.
    pub fn counter(&self, name: impl Into<String>, unit: impl Into<String>) -> Gauge {
        self.recorder.counter(name, unit)
    }
}
