//! Which Tokio runtime, and which of its threads is what.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Builder;

use super::pace::{belong, in_pool};
use crate::error::Error;
use crate::machine::Limit;
use crate::record::{Recorder, ThreadLane, thread_lane};
use crate::timeline::{Activity, LaneKind};

/// How many threads of the runtime poll tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runtime {
    /// One, the thread that also runs the body: an event loop.
    CurrentThread,
    /// This many workers; the body has a thread of its own beside them, as in `#[tokio::main]`.
    Workers(usize),
}

/// How long the workers may take to be there.
const START: Duration = Duration::from_secs(5);

/// How many threads a runtime has begun, and how many of them ended.
#[derive(Default)]
pub(super) struct Threads {
    begun: Mutex<usize>,
    more: Condvar,
    ended: AtomicUsize,
}

impl Runtime {
    /// # Errors
    /// No worker at all, or more than the machine has room for.
    pub(super) fn check(self) -> Result<(), Error> {
        let Self::Workers(count) = self else { return Ok(()) };
        if count == 0 {
            let because = "somebody has to poll the tasks; ask for 1 worker or more".to_owned();
            return Err(Error::NotPossible { what: "a runtime with 0 workers".to_owned(), because });
        }
        let Limit { count: most, because } = Limit::of_threads();
        if count > most { Err(Error::TooMany { what: "workers", limit: most, because }) } else { Ok(()) }
    }

    /// What the thread that runs the body is called.
    pub(super) fn body_thread(self) -> &'static str {
        match self {
            Self::CurrentThread => "loop",
            Self::Workers(_) => "main",
        }
    }

    fn workers(self) -> usize {
        match self {
            Self::CurrentThread => 0,
            Self::Workers(count) => count,
        }
    }

    /// Starts the runtime and waits until its workers are there.
    pub(super) fn start(
        self,
        recorder: &Recorder,
        threads: &Arc<Threads>,
    ) -> std::io::Result<tokio::runtime::Runtime> {
        let mut builder = match self {
            Self::CurrentThread => Builder::new_current_thread(),
            Self::Workers(_) => Builder::new_multi_thread(),
        };
        let workers = self.workers();
        let (begins, ends, recorder) = (Arc::clone(threads), Arc::clone(threads), recorder.clone());
        let runtime = builder
            .worker_threads(workers.max(1))
            .enable_all()
            .on_thread_start(move || begins.begin(workers, &recorder))
            .on_thread_stop(move || ends.end())
            .on_thread_park(|| thread_lane::with(|lane| lane.becomes(Activity::Waiting, "parked")))
            .on_thread_unpark(|| thread_lane::with(|lane| lane.done()))
            .build()?;
        threads.wait_for(workers);
        Ok(runtime)
    }
}

impl Threads {
    /// The calling thread begins. The first `workers` are the workers; those after them are for `spawn_blocking`, and
    /// have no lane unless their closure opens one, or burns.
    fn begin(&self, workers: usize, recorder: &Recorder) {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        if *begun < workers {
            // Closed again when the thread ends.
            std::mem::forget(ThreadLane::open(recorder.lane_of(format!("worker {begun}"), LaneKind::Worker)));
        }
        belong(Some(recorder.clone()));
        *begun += 1;
        in_pool(begun.saturating_sub(workers));
        self.more.notify_all();
    }

    fn end(&self) {
        thread_lane::close();
        belong(None);
        self.ended.fetch_add(1, Ordering::Release);
    }

    fn wait_for(&self, workers: usize) {
        let begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let all = self.more.wait_timeout_while(begun, START, |begun| *begun < workers);
        drop(all.unwrap_or_else(PoisonError::into_inner));
    }

    /// How many have not ended.
    pub(super) fn left(&self) -> usize {
        let begun = *self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        begun.saturating_sub(self.ended.load(Ordering::Acquire))
    }
}
