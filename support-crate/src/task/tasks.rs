//! What the learner's code calls to have a future, or a thread, recorded.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::Either;

use super::mutex::Mutex;
use crate::channel;
use crate::error::Error;
use crate::record::{Gauge, LaneWriter, Polled, Recorder};
use crate::timeline::LaneKind;

/// The most futures one run records; a figure could not show more.
const MOST: usize = 10_000;

/// A run whose lanes are futures, handed to the body of [`Recording::tasks`](crate::record::Recording::tasks). Clones are handles to the same run; move them into tasks.
#[derive(Clone)]
pub struct Tasks {
    recorder: Recorder,
    recorded: Arc<AtomicUsize>,
}

impl Tasks {
    pub(super) fn new(recorder: Recorder) -> Self {
        Self { recorder, recorded: Arc::default() }
    }

    /// `future`, with its polls, its wakes and its end recorded in a lane of its own. It still has to be awaited or
    /// spawned: until somebody polls it, nothing happens.
    ///
    /// Past 10,000 the future runs unrecorded, and the recording fails with a clear message.
    pub fn task<F: Future>(&self, name: impl Into<String>, future: F) -> Either<Polled<F>, F> {
        if self.full() {
            return Either::Right(future);
        }
        Either::Left(self.recorder.lane_of(name, LaneKind::Task).polls(future))
    }

    /// Opens a lane for something that is no future: a closure for `spawn_blocking`, a thread.
    pub fn lane(&self, name: impl Into<String>) -> LaneWriter {
        // Where there is no room the recorder says so.
        self.recorder.lane(name)
    }

    /// A standard lock called `name` that guards `value`; which task waits for it and which holds it is recorded.
    pub fn mutex<T>(&self, name: impl Into<String>, value: T) -> Arc<Mutex<T>> {
        Arc::new(Mutex::new(&self.recorder, name.into(), value))
    }

    /// A channel called `name` that holds at most `bound` items: [`tokio::sync::mpsc::channel`], recorded. How many are
    /// queued becomes a counter of that name.
    ///
    /// Without any room, or past [`MOST_ITEMS`](channel::MOST_ITEMS), the recording fails with a clear message.
    pub fn channel<T>(
        &self,
        name: impl Into<String>,
        bound: usize,
    ) -> (channel::tasks::Sender<T>, channel::tasks::Receiver<T>) {
        channel::tasks::bounded(&self.recorder, name.into(), bound)
    }

    /// A channel called `name` that holds any number of items: [`tokio::sync::mpsc::unbounded_channel`], recorded.
    pub fn unbounded_channel<T>(
        &self,
        name: impl Into<String>,
    ) -> (channel::tasks::UnboundedSender<T>, channel::tasks::Receiver<T>) {
        channel::tasks::unbounded(&self.recorder, name.into())
    }

    /// A number that the run changes, counted in `unit`: `run.counter("queue", "messages")`.
    pub fn counter(&self, name: impl Into<String>, unit: impl Into<String>) -> Gauge {
        self.recorder.counter(name, unit)
    }

    fn full(&self) -> bool {
        let full = self.recorded.fetch_add(1, Ordering::Relaxed) >= MOST;
        if full {
            let because = "a figure could not show more; spawn the others without recording them".to_owned();
            self.recorder.fault(Error::TooMany { what: "recorded tasks", limit: MOST, because });
        }
        full
    }
}
