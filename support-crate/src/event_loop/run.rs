//! [`Recording::event_loop`]: an event loop on a thread of its own; and [`EventLoop`], through which it is recorded.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, Weak};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use super::open::{LoopTask, OpenTasks};
use super::stall::stall;
use crate::error::Error;
use crate::machine::now;
use crate::record::stop::{is_stop, stop};
use crate::record::watchdog::end_the_cells;
use crate::record::{
    GRACE, LaneWriter, Recorded, Recorder, Recording, Step, ThreadLane, Watch, locked, panic_text,
    thread_lane,
};
use crate::time::Time;
use crate::timeline::{Activity, Lane, LaneKind, MarkKind};

/// A park without a deadline ends after this, to see whether somebody was woken and is not polled.
const NAP: Duration = Duration::from_secs(1);

/// A body whose type is forgotten, with what it fails of. What follows is then compiled once, with this crate, and not in
/// every cell.
type Body = Box<dyn FnOnce(&EventLoop) -> Option<String> + Send>;
/// The same, for what a thread does.
type Work = Box<dyn FnOnce(&ThreadLane) + Send>;

/// A run whose lanes are futures on a loop of one's own; handed to the closure of [`Recording::event_loop`]. Clones are
/// handles to the same run.
#[derive(Clone)]
pub struct EventLoop {
    shared: Arc<Shared>,
}

/// What all handles of a run share.
pub(super) struct Shared {
    recorder: Recorder,
    tasks: Mutex<OpenTasks>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Each thread of the run keeps it; the last to end drops it.
    alive: Weak<Sender<()>>,
}

/// What the body of a run comes back with: nothing, or a result whose error becomes the run's.
pub trait MayFail {
    /// What went wrong, in words.
    fn fault(self) -> Option<String>;
}

impl MayFail for () {
    fn fault(self) -> Option<String> {
        None
    }
}

impl<T, E: std::fmt::Display> MayFail for Result<T, E> {
    fn fault(self) -> Option<String> {
        self.err().map(|error| error.to_string())
    }
}

impl Recording {
    /// Runs `body`, an event loop, on a thread called "loop", and returns what was recorded: a lane for that thread, and
    /// one for each task and thread of the [`EventLoop`].
    ///
    /// ```
    /// use timelanes::event_loop::{Loop, Sleep, run_loop, spawn};
    /// use timelanes::prelude::*;
    /// let run = record("two sleepers").event_loop(|run| {
    ///     let (at, woken, poll) = Loop::new().unwrap();
    ///     for (name, minutes) in [("Kohli", 2), ("John", 1)] {
    ///         let sleep = Sleep { until: run.deadline(minutes * MINUTE), timers: at.timers.clone() };
    ///         spawn(&at.queue, run.task(name, sleep));
    ///     }
    ///     run_loop(run, &at, woken, poll);
    /// })?;
    /// assert_eq!(run.lane("John")?.times(Running), 2);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// A poll that never ends cannot be stopped, nor a park that goes round [`EventLoop::parks`]. In a notebook the process
    /// that runs the cells ends then, with a message; elsewhere its thread stays behind.
    ///
    /// # Errors
    /// The first thing that went wrong: a stall, with the tasks it holds up; a panic, with the task; a time nobody can
    /// wait for; what `body` comes back with.
    pub fn event_loop<T: MayFail>(self, body: impl FnOnce(&EventLoop) -> T + Send + 'static) -> Recorded {
        self.on_a_loop(Box::new(|run| body(run).fault()))
    }

    fn on_a_loop(self, body: Body) -> Recorded {
        let frame = self.frame()?;
        let (alive, over) = channel();
        let alive = Arc::new(alive);
        let shared = Arc::new(Shared {
            recorder: frame.recorder.clone(),
            tasks: Mutex::default(),
            threads: Mutex::default(),
            alive: Arc::downgrade(&alive),
        });
        let (run, lane) =
            (EventLoop { shared: shared.clone() }, frame.recorder.lane_of("loop", LaneKind::Worker));
        let body = move |_: &ThreadLane| {
            if let Some(because) = body(&run) {
                run.shared
                    .recorder
                    .fault(Error::NotPossible { what: format!("\"{}\"", self.title), because });
            }
        };
        shared.start("loop", lane, Box::new(body));
        drop(alive);
        let hangs = over.recv_timeout(frame.limit.saturating_add(GRACE)) == Err(RecvTimeoutError::Timeout);
        if hangs {
            let fault = shared.too_late();
            end_the_cells(&fault);
            frame.recorder.fault(fault);
        }
        shared.join(hangs);
        let recorded = frame.close();
        // After the recording is read: what the run takes back was not cancelled by the learner's loop.
        let tasks = std::mem::take(&mut *locked(&shared.tasks));
        tasks.take_back();
        recorded
    }
}

impl EventLoop {
    /// A lane for something that is neither a task nor a thread.
    pub fn lane(&self, name: impl Into<String>) -> LaneWriter {
        self.shared.recorder.lane(name)
    }

    /// The future with a lane of its own: its polls, its wakes, and in a stall its name.
    ///
    /// The run drops it at its end at the latest, so that no socket stays open. Past 15,000 tasks the thread that
    /// makes them unwinds, and the run's error is that these are too many.
    pub fn task<F>(&self, name: impl Into<String>, future: F) -> LoopTask<F>
    where
        F: Future + Send + 'static,
    {
        let lane = self.shared.recorder.lane_of(name, LaneKind::Task);
        let task = locked(&self.shared.tasks).open(lane, future, Arc::downgrade(&self.shared));
        task.unwrap_or_else(|fault| self.shared.stop(fault))
    }

    /// The loop's thread has nothing to do for `how_long`, or until it is woken: calls `park` with the longest time it
    /// may take, records it in the thread's lane, and returns what it returns.
    ///
    /// `park` may come back early, as every park may. Where no task is left that anybody could wake, or at the run's
    /// limit, it does not come back at all: the loop's thread unwinds, and the run's error is the stall.
    pub fn parks<T>(&self, how_long: Option<Duration>, park: impl FnOnce(Duration) -> T) -> T {
        if how_long == Some(Duration::ZERO) {
            return park(Duration::ZERO);
        }
        if how_long.is_none() {
            self.shared.stop_if(|tasks| tasks.iter().all(|task| matches!(task.step().0, Step::Lost { .. })));
        }
        self.shared.stop_if_late();
        let start = now();
        let left = Duration::from_nanos(self.shared.recorder.deadline().saturating_sub(start));
        thread_lane::with(|own| own.becomes(Activity::Waiting, "parked"));
        let parked = park(how_long.unwrap_or(NAP).min(left));
        thread_lane::with(LaneWriter::done);
        let slept_on = now().saturating_sub(start) >= NAP.as_nanos() as u64;
        if how_long.is_none() && slept_on {
            self.shared.stop_if(|tasks| tasks.iter().any(|task| is_overslept(task)));
        }
        parked
    }

    /// The moment that is `time` from now; for a negative or endless time now, and the run fails with a clear message.
    pub fn deadline(&self, time: Time) -> Instant {
        let recorder = &self.shared.recorder;
        recorder.shared().speak(time.unit());
        let begins = Instant::now();
        time.as_duration().and_then(|duration| begins.checked_add(duration)).unwrap_or_else(|| {
            let lane = thread_lane::here_named(recorder.shared()).unwrap_or_else(|| "loop".to_owned());
            let because = "a time must be zero or more, and a number".to_owned();
            recorder.fault(Error::BadTime { lane, asked: time, because });
            begins
        })
    }

    /// Starts a thread with a lane of its own, which ends before the run does. What it wakes, it wakes from there.
    ///
    /// Where the system gives no further thread the run fails with a clear message.
    pub fn thread(&self, name: impl Into<String>, body: impl FnOnce(&ThreadLane) + Send + 'static) {
        let name = name.into();
        let lane = self.shared.recorder.lane_of(&*name, LaneKind::Thread);
        self.shared.start(&name, lane, Box::new(body));
    }
}

/// Whether it was woken, or made, half a nap ago, and is not polled.
fn is_overslept(task: &Watch) -> bool {
    let (step, since) = task.step();
    let long = now().saturating_sub(since) > NAP.as_nanos() as u64 / 2;
    matches!(step, Step::Woken { .. } | Step::New) && long
}

impl Shared {
    /// Ends the loop at the run's limit, naming whoever is not done.
    pub(super) fn stop_if_late(&self) {
        if now() >= self.recorder.deadline() {
            self.stop(self.too_late());
        }
    }

    fn too_late(&self) -> Error {
        self.with_open(|open| match open {
            [] => self.recorder.shared().time_limit(),
            open => stall(&self.recorder.shared().title, open),
        })
    }

    fn stop_if(&self, stalled: impl FnOnce(&[&Watch]) -> bool) {
        let title = &self.recorder.shared().title;
        let says = self.with_open(|open| (!open.is_empty() && stalled(open)).then(|| stall(title, open)));
        if let Some(says) = says {
            self.stop(says);
        }
    }

    fn with_open<T>(&self, body: impl FnOnce(&[&Watch]) -> T) -> T {
        body(&locked(&self.tasks).watched())
    }

    /// Unwinds the calling thread, because of `fault`.
    fn stop(&self, fault: Error) -> ! {
        self.recorder.fault(fault);
        thread_lane::with(|own| own.mark_of(MarkKind::Stopped, MarkKind::Stopped.name()));
        stop()
    }

    /// Starts a thread that the run waits for; what it panics with becomes the run's fault.
    fn start(self: &Arc<Self>, name: &str, lane: LaneWriter, body: Work) {
        let (alive, run, own) = (self.alive.upgrade(), self.clone(), name.to_owned());
        let body = move || {
            let lane = ThreadLane::open(lane);
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| body(&lane)))
                && !is_stop(payload.as_ref())
            {
                let says = panic_text(payload.as_ref());
                let lane = run.panicked_with(&says).unwrap_or(own);
                run.recorder.fault(Error::Panicked { lane, says });
            }
            drop((lane, run, alive));
        };
        match Builder::new().name(name.replace('\0', " ")).spawn(body) {
            Ok(thread) => locked(&self.threads).push(thread),
            Err(error) => {
                let because = format!("the system gives no further one ({error})");
                let limit = locked(&self.threads).len();
                self.recorder.fault(Error::TooMany { what: "threads", limit, because });
            }
        }
    }

    /// The task in whose poll this was said.
    fn panicked_with(&self, says: &str) -> Option<String> {
        let panicked = |lane: &Lane| lane.marked(MarkKind::Panicked).is_some_and(|mark| mark.label == says);
        self.recorder.timeline().lanes.into_iter().find(panicked).map(|lane| lane.name)
    }

    /// Waits for the threads, but where one `hangs` only for those that have ended.
    fn join(&self, hangs: bool) {
        let threads = std::mem::take(&mut *locked(&self.threads));
        let ends = |thread: &JoinHandle<()>| !hangs || thread.is_finished();
        threads.into_iter().filter(ends).for_each(|thread| drop(thread.join()));
    }
}
