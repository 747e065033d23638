//! What the learner's code calls to have a future, or a thread, recorded.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::Either;

use crate::error::Error;
use crate::record::{LaneWriter, Recorded, Recorder};

/// The most futures one run records; a figure could not show more.
const MOST: usize = 10_000;

/// A handle to the run: records futures. Clones are handles to the same run; move them into tasks.
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
    pub fn record<F: Future>(&self, name: impl Into<String>, future: F) -> Either<Recorded<F>, F> {
        if self.full() { Either::Right(future) } else { Either::Left(self.recorder.lane(name).polls(future)) }
    }

    /// Opens a lane for something that is no future: a closure for `spawn_blocking`, a thread.
    pub fn lane(&self, name: impl Into<String>) -> LaneWriter {
        // Where there is no room the recorder says so.
        self.recorder.lane(name)
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
