//! [`record`]: a run from beginning to end. Threads it spawned are joined, panics and faults are reported, and it
//! has a time limit.

use std::cell::{Cell, OnceCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{Builder, Scope, ScopedJoinHandle};
use std::time::Duration;

use super::watchdog::Watchdog;
use super::{LaneWriter, Recorder};
use crate::error::Error;
use crate::machine::Limit;
use crate::timeline::Timeline;

/// How long a run may last.
pub const LIMIT: Duration = Duration::from_secs(20);

/// So many threads are started without asking the machine first.
const FEW: usize = 64;

/// A run being recorded: opens lanes, spawns threads that have one.
pub struct Run<'scope, 'env: 'scope> {
    recorder: Recorder,
    scope: &'scope Scope<'scope, 'env>,
    spawned: Cell<usize>,
    most: OnceCell<Limit>,
}

/// Runs `body`, waits for the threads it spawned through [`Run::spawn`], and returns what was recorded.
///
/// ```
/// use timelanes::prelude::*;
/// let tables = record("all thinking at once", |run| {
///     for (name, minutes) in [("Amir", 10), ("Kohli", 5), ("John", 1)] {
///         run.spawn(name, move |lane| lane.wait("reads the menu", minutes * MINUTE));
///     }
/// })?;
/// assert!(tables.length() >= 10.0 && tables.overlap("Amir", "Kohli")? > 4.0);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// What [`Recorder::finish`] says, among it a panic in `body` or in a thread.
pub fn record<'env, F>(title: impl Into<String>, body: F) -> Result<Timeline, Error>
where
    F: for<'scope> FnOnce(&Run<'scope, 'env>),
{
    record_within(LIMIT, title, body)
}

/// [`record`] with a time limit of its own.
///
/// # Errors
/// As for [`record`].
pub fn record_within<'env, F>(limit: Duration, title: impl Into<String>, body: F) -> Result<Timeline, Error>
where
    F: for<'scope> FnOnce(&Run<'scope, 'env>),
{
    let recorder = Recorder::with_limit(title, limit);
    let _watchdog = Watchdog::watch(limit, recorder.time_limit());
    std::thread::scope(|scope| {
        let run = Run { recorder: recorder.clone(), scope, spawned: Cell::new(0), most: OnceCell::new() };
        caught(&recorder, "the run", || body(&run));
    });
    recorder.finish()
}

impl<'scope> Run<'scope, '_> {
    /// Opens a lane for something that is no thread of its own: a person, a queue, a step.
    pub fn lane(&self, name: impl Into<String>) -> LaneWriter {
        self.recorder.lane(name)
    }

    /// Starts a real thread with a lane of its own. The run waits for it at its end; [`Handle::join`] waits earlier.
    ///
    /// Past [half of what the machine has room for](Limit::of_threads), or where the system gives no further one, `body` does not run and the recording fails with
    /// a clear message.
    pub fn spawn<T, F>(&self, name: impl Into<String>, body: F) -> Handle<'scope, T>
    where
        F: FnOnce(&LaneWriter) -> T + Send + 'scope,
        T: Send + 'scope,
    {
        let spawned = self.spawned.replace(self.spawned.get() + 1);
        if spawned >= FEW {
            let most = self.most.get_or_init(Limit::of_threads);
            if spawned >= most.count {
                return self.no_more_threads(spawned, most.because.clone());
            }
        }
        let (name, recorder) = (name.into(), self.recorder.clone());
        let lane = recorder.lane(&*name);
        let thread_name = name.replace('\0', " ");
        let body = move || caught(&recorder, &name, || body(&lane));
        match Builder::new().name(thread_name).spawn_scoped(self.scope, body) {
            Ok(thread) => Handle(Some(thread)),
            Err(error) => self.no_more_threads(spawned, format!("the system gives no further one ({error})")),
        }
    }

    fn no_more_threads<T>(&self, limit: usize, because: String) -> Handle<'scope, T> {
        self.recorder.fault(Error::TooMany { what: "threads", limit, because });
        Handle(None)
    }

    /// Starts a real thread that stays on one core.
    pub fn spawn_on<T, F>(&self, core: usize, name: impl Into<String>, body: F) -> Handle<'scope, T>
    where
        F: FnOnce(&LaneWriter) -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.spawn(name, move |lane| {
            lane.pin(core);
            body(lane)
        })
    }
}

/// A thread of a run.
pub struct Handle<'scope, T>(Option<ScopedJoinHandle<'scope, Option<T>>>);

impl<T> Handle<'_, T> {
    /// Waits for the thread to end; `None` when it panicked or never began, which the recording reports.
    pub fn join(self) -> Option<T> {
        self.0?.join().ok().flatten()
    }
}

/// Runs `body`; a panic becomes the recording's fault.
pub(crate) fn caught<T>(recorder: &Recorder, lane: &str, body: impl FnOnce() -> T) -> Option<T> {
    let panicked = |payload: Box<dyn std::any::Any + Send>| {
        recorder.fault(Error::Panicked { lane: lane.to_owned(), says: panic_text(payload.as_ref()) });
    };
    catch_unwind(AssertUnwindSafe(body)).map_err(panicked).ok()
}

/// What a panic said.
pub(crate) fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
}
