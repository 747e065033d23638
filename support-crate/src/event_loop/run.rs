//! [`record_loop`]: an event loop on a thread of its own, recorded, with a time limit; and [`LoopRun`], through which
//! a learner's loop is recorded.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, TryLockError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use super::outcome::{Outcome, Watched};
use super::stall::stall;
use super::watch::{Step, Watch, Watching, polled_here};
use crate::error::Error;
use crate::machine::now;
use crate::record::watchdog::end_the_cells;
use crate::record::{LaneWriter, Recorded, Recorder, ThreadLane, locked, panic_text, thread_lane};
use crate::timeline::{Activity, Time, Timeline};

/// How long a loop may run.
pub const LIMIT: Duration = Duration::from_secs(5);
/// A park without a deadline ends after this, to see whether somebody was woken and is not polled.
const NAP: Duration = Duration::from_secs(1);
/// The most tasks that one run makes; a recording has room for their lanes, and for those of threads.
const TASKS: usize = 15_000;
/// After the limit, threads get this long to come back by themselves.
const GRACE: Duration = Duration::from_secs(1);
/// What a loop that is stopped unwinds with.
const STOPPED: &str = "stopped, because the loop got no further";

/// The run of an event loop: its tasks, its threads, its park. Clones are handles to the same run.
#[derive(Clone)]
pub struct LoopRun {
    shared: Arc<Shared>,
}

/// What all handles of a run share.
pub(super) struct Shared {
    title: String,
    recorder: Recorder,
    tasks: Mutex<Tasks>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Dropped by the last thread that ends.
    alive: Mutex<Option<Sender<()>>>,
    fault: Mutex<Option<Error>>,
    /// The task whose poll panicked.
    panicked: Mutex<Option<String>>,
}

/// The tasks that are not done, and what takes each one's future back at the end of the run.
#[derive(Default)]
struct Tasks {
    next: usize,
    open: BTreeMap<usize, Open>,
}

struct Open {
    watch: Arc<Watch>,
    /// Drops the task's future, wherever the task itself has got to.
    take_back: Box<dyn FnOnce() + Send>,
}

impl LoopRun {
    /// A lane for something that is neither a task nor a thread.
    pub fn lane(&self, name: &str) -> LaneWriter {
        self.shared.recorder.lane(name)
    }

    /// The future with a lane of its own: its polls, its wakes, and in a stall its name.
    ///
    /// The run drops it at its end at the latest, so that no socket stays open. Past 15,000 tasks the thread that
    /// makes them unwinds, and [`record_loop`] answers that these are too many.
    pub fn task<F>(&self, name: impl Into<String>, future: F) -> Recorded<Watching<F>>
    where
        F: Future + Send + 'static,
        F::Output: Send,
    {
        let name = name.into();
        let (place, watch) = (Arc::new(Mutex::new(Some(Box::pin(future)))), Watch::new(&name));
        let mut tasks = locked(&self.shared.tasks);
        tasks.next += 1;
        let number = tasks.next;
        if number > TASKS {
            drop(tasks);
            self.shared.stop(Error::TooMany {
                what: "tasks",
                limit: TASKS,
                because: "each has a lane, and a figure could not show more".to_owned(),
            });
        }
        let taken = Arc::clone(&place);
        // A poll that never ends keeps its future; one that panicked does not.
        let take_back = Box::new(move || match taken.try_lock() {
            Ok(mut place) => drop(place.take()),
            Err(TryLockError::Poisoned(place)) => drop(place.into_inner().take()),
            Err(TryLockError::WouldBlock) => (),
        });
        tasks.open.insert(number, Open { watch: watch.clone(), take_back });
        drop(tasks);
        self.lane(&name).polls(Watching::new(place, watch, number, Arc::downgrade(&self.shared)))
    }

    /// The loop's thread has nothing to do for `how_long`, or until it is woken: calls `park` with the longest time it
    /// may take, and records it in the thread's lane.
    ///
    /// `park` may come back early, as every park may. Where no task is left that anybody could wake, or at the run's
    /// limit, it does not come back at all: the loop's thread unwinds, and [`record_loop`] answers with the stall.
    pub fn parks(&self, how_long: Option<Duration>, park: impl FnOnce(Duration)) {
        if how_long == Some(Duration::ZERO) {
            return park(Duration::ZERO);
        }
        if how_long.is_none() {
            self.shared.stop_if(|tasks| tasks.iter().all(|task| task.is_lost()));
        }
        self.shared.stop_if_late();
        let start = now();
        let left = Duration::from_nanos(self.shared.recorder.deadline().saturating_sub(start));
        thread_lane::with(|own| own.becomes(Activity::Waiting, "parked"));
        park(how_long.unwrap_or(NAP).min(left));
        thread_lane::with(LaneWriter::done);
        let slept_on = now().saturating_sub(start) >= NAP.as_nanos() as u64;
        if how_long.is_none() && slept_on {
            self.shared.stop_if(|tasks| tasks.iter().any(|task| task.is_overslept()));
        }
    }

    /// The moment that is `time` from now; for a negative or endless time now, and the run fails with a clear message.
    pub fn deadline(&self, time: Time) -> Instant {
        let shared = &self.shared;
        shared.recorder.speak(time.unit());
        let begins = Instant::now();
        time.as_duration().and_then(|duration| begins.checked_add(duration)).unwrap_or_else(|| {
            let lane = polled_here().unwrap_or_else(|| "loop".to_owned());
            let because = "a time must be zero or more, and a number".to_owned();
            shared.recorder.fault(Error::BadTime { lane, asked: time, because });
            begins
        })
    }

    /// Starts a thread with a lane of its own, which ends before the run does. What it wakes, it wakes from there.
    ///
    /// Where the system gives no further thread the run fails with a clear message.
    pub fn thread(&self, name: &str, body: impl FnOnce(&LoopRun) + Send + 'static) {
        let (run, lane) = (self.clone(), self.lane(name));
        let begun = self.shared.start(name, move || {
            let _lane = ThreadLane::open(lane);
            let name = std::thread::current().name().unwrap_or_default().to_owned();
            run.shared.caught(&name, || body(&run));
        });
        if let Err(error) = begun {
            let because = format!("the system gives no further one ({error})");
            let limit = locked(&self.shared.threads).len();
            self.shared.recorder.fault(Error::TooMany { what: "threads", limit, because });
        }
    }

    /// The calling thread itself waits, whatever it should do meanwhile; recorded in its lane.
    pub fn sleeps(&self, label: &str, time: Time) {
        thread_lane::with(|own| own.wait(label, time));
    }
}

impl Shared {
    pub(super) fn forget(&self, number: usize) {
        let task = locked(&self.tasks).open.remove(&number);
        drop(task);
    }

    pub(super) fn panics_in(&self, task: &str) {
        locked(&self.panicked).get_or_insert_with(|| task.to_owned());
    }

    /// Ends the loop at the run's limit, naming whoever is not done.
    pub(super) fn stop_if_late(&self) {
        if now() >= self.recorder.deadline() {
            self.stop(self.too_late());
        }
    }

    fn too_late(&self) -> Error {
        self.with_open(|open| match open {
            [] => self.recorder.time_limit(),
            open => stall(&self.title, open),
        })
    }

    fn stop_if(&self, stalled: impl FnOnce(&[&Watch]) -> bool) {
        let says =
            self.with_open(|open| (!open.is_empty() && stalled(open)).then(|| stall(&self.title, open)));
        if let Some(says) = says {
            self.stop(says);
        }
    }

    fn with_open<T>(&self, body: impl FnOnce(&[&Watch]) -> T) -> T {
        let tasks = locked(&self.tasks);
        body(&tasks.open.values().map(|task| &*task.watch).collect::<Vec<_>>())
    }

    /// Unwinds the loop's thread, without the message of a panic.
    fn stop(&self, fault: Error) -> ! {
        locked(&self.fault).get_or_insert(fault);
        thread_lane::with(|own| own.mark("stopped"));
        resume_unwind(Box::new(STOPPED))
    }

    /// A thread that the run waits for.
    fn start(&self, name: &str, body: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
        let alive = locked(&self.alive).clone();
        let body = move || {
            body();
            drop(alive);
        };
        let thread = Builder::new().name(name.replace('\0', " ")).spawn(body)?;
        locked(&self.threads).push(thread);
        Ok(())
    }

    /// Runs `body`; what it panics with becomes the run's fault, unless it was stopped.
    fn caught(&self, lane: &str, body: impl FnOnce()) {
        let Err(payload) = catch_unwind(AssertUnwindSafe(body)) else { return };
        let says = panic_text(payload.as_ref());
        let lane = locked(&self.panicked).take().unwrap_or_else(|| lane.to_owned());
        locked(&self.fault).get_or_insert(Error::Panicked { lane, says });
    }
}

impl Watch {
    /// Whether it was woken, or made, half a nap ago, and is not polled.
    fn is_overslept(&self) -> bool {
        let state = self.state();
        let long = now().saturating_sub(state.since) > NAP.as_nanos() as u64 / 2;
        matches!(state.step, Step::Woken | Step::New) && long
    }
}

/// Runs `body`, an event loop, on a thread called "loop", and returns what was recorded: a lane for that thread, and
/// one for each task and thread of the [`LoopRun`].
///
/// ```
/// use timelanes::event_loop::{Loop, Sleep, run_sockets, spawn};
/// use timelanes::prelude::*;
/// let run = record_loop("two sleepers", |run| {
///     let (own, poll) = Loop::new().unwrap();
///     for (name, minutes) in [("Kohli", 2), ("John", 1)] {
///         let sleep = Sleep { until: run.deadline(minutes * MINUTE), timers: own.timers.clone() };
///         spawn(&own.queue, run.task(name, sleep));
///     }
///     run_sockets(run, &own, poll);
/// })?;
/// assert_eq!(run.lane("John")?.times(Running), 2);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// The first thing that went wrong: a stall, with the tasks it holds up; a panic, with the task; a time nobody can
/// wait for; the [limit](LIMIT).
pub fn record_loop<T: Outcome>(
    title: impl Into<String>,
    body: impl FnOnce(&LoopRun) -> T + Send + 'static,
) -> Result<Timeline, Error> {
    let watched = watch_loop(title, body);
    watched.fault.map_or(Ok(watched.timeline), Err)
}

/// Like [`record_loop`], for a loop that may stall: what was recorded until then is kept.
pub fn watch_loop<T: Outcome>(
    title: impl Into<String>,
    body: impl FnOnce(&LoopRun) -> T + Send + 'static,
) -> Watched {
    watch_loop_within(LIMIT, title, body)
}

/// Like [`watch_loop`], with a limit of its own.
///
/// A poll that never ends cannot be stopped, nor a park that goes round [`LoopRun::parks`]. In a notebook the process
/// that runs the cells ends then, with a message; elsewhere its thread stays behind.
pub fn watch_loop_within<T: Outcome>(
    limit: Duration,
    title: impl Into<String>,
    body: impl FnOnce(&LoopRun) -> T + Send + 'static,
) -> Watched {
    let title = title.into();
    let (alive, over) = channel();
    let shared = Arc::new(Shared {
        recorder: Recorder::with_limit(&title, limit),
        title,
        tasks: Mutex::default(),
        threads: Mutex::default(),
        alive: Mutex::new(Some(alive)),
        fault: Mutex::default(),
        panicked: Mutex::default(),
    });
    let (run, lane) = (LoopRun { shared: shared.clone() }, shared.recorder.lane("loop"));
    let begun = shared.start("loop", move || {
        let _lane = ThreadLane::open(lane);
        run.shared.caught("loop", || {
            if let Some(says) = body(&run).fault() {
                let what = format!("\"{}\"", run.shared.title);
                locked(&run.shared.fault).get_or_insert(Error::NotPossible { what, because: says });
            }
        });
        // No thread begins any more.
        locked(&run.shared.alive).take();
    });
    if let Err(error) = begun {
        let because = format!("the system gives no thread for it ({error})");
        locked(&shared.fault).get_or_insert(Error::NotPossible { what: "a loop".to_owned(), because });
        locked(&shared.alive).take();
    }
    let hangs = over.recv_timeout(limit.saturating_add(GRACE)) == Err(RecvTimeoutError::Timeout);
    if hangs {
        let says = shared.too_late();
        end_the_cells(&says);
        locked(&shared.fault).get_or_insert(says);
    }
    shared.finish(hangs)
}

impl Shared {
    /// Waits for the threads, but where one `hangs` only for those that have ended; reads the recording, and takes back
    /// the futures that nobody finished.
    fn finish(&self, hangs: bool) -> Watched {
        let threads = std::mem::take(&mut *locked(&self.threads));
        let ends = |thread: &JoinHandle<()>| !hangs || thread.is_finished();
        threads.into_iter().filter(ends).for_each(|thread| drop(thread.join()));
        let recorded = self.recorder.clone().finish();
        let open = std::mem::take(&mut locked(&self.tasks).open);
        for Open { take_back, .. } in open.into_values() {
            let _ = catch_unwind(AssertUnwindSafe(take_back));
        }
        let fault = locked(&self.fault).take();
        match recorded {
            Ok(mut timeline) => {
                timeline.notes.extend(fault.as_ref().map(ToString::to_string));
                Watched { timeline, fault }
            }
            Err(error) => {
                let (mut timeline, fault) = (Timeline::new(&self.title), fault.unwrap_or(error));
                timeline.notes.push(fault.to_string());
                Watched { timeline, fault: Some(fault) }
            }
        }
    }
}
