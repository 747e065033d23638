//! The frame round every kind of run: its title, its time limit, panics, faults, the last resort. Each kind plugs into
//! it in its own room: `thread`, `process`, `coroutine`, `task`, `event_loop`, `parallel`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::failed::{Failed, Recorded};
use super::recorder::Recorder;
use super::stop::{is_stop, panic_text};
use super::watchdog::Watchdog;
use crate::error::Error;
use crate::time::{MILLISECOND, Time};

/// How long a run may last, unless [`Recording::within`] says otherwise.
pub const LIMIT: Duration = Duration::from_secs(20);
/// After its limit, what is still at work in a run gets this long to come back by itself.
pub(crate) const GRACE: Duration = Duration::from_secs(1);

/// A run that is to be recorded: made by [`record`], run by the word for what its lanes are.
///
/// | word | lanes are |
/// |---|---|
/// | `threads` | threads of the kernel's |
/// | `processes`, `program` | processes |
/// | `coroutines` | coroutines with a stack of their own |
/// | `tasks` | futures on Tokio |
/// | `event_loop` | futures on an event loop of one's own |
/// | `pool`, `rayon` | workers that divide work |
#[derive(Debug, Clone)]
#[must_use = "nothing runs before its kind is said: record(title).threads(…)"]
pub struct Recording {
    pub(crate) title: String,
    pub(crate) limit: Time,
    pub(crate) core: Option<usize>,
    pub(crate) isolated: bool,
}

/// A run called `title`, to be recorded.
///
/// ```
/// use timelanes::prelude::*;
/// let tables = record("all thinking at once").threads(|run| {
///     for (name, minutes) in [("Amir", 10), ("Kohli", 5), ("John", 1)] {
///         run.spawn(name, move |lane| lane.wait("reads the menu", minutes * MINUTE));
///     }
/// })?;
/// assert!(tables.length() >= 10 * MINUTE && tables.overlap("Amir", "Kohli")? > 4 * MINUTE);
/// # Ok::<(), Error>(())
/// ```
pub fn record(title: impl Into<String>) -> Recording {
    Recording {
        title: title.into(),
        limit: LIMIT.as_millis() as u64 * MILLISECOND,
        core: None,
        isolated: false,
    }
}

impl Recording {
    /// The run ends after `limit` at the latest; otherwise after 20 s. What was recorded up to then is kept.
    pub fn within(self, limit: Time) -> Self {
        Self { limit, ..self }
    }

    /// The run's threads share this core, and begin together.
    pub fn on_core(self, core: usize) -> Self {
        Self { core: Some(core), ..self }
    }

    /// The frame, in this process.
    ///
    /// # Errors
    /// A limit that is negative or no number; a run that is to be isolated, of a kind that cannot be.
    pub(crate) fn frame(&self) -> Result<Frame, Failed> {
        self.frame_with(|recorder| recorder.failed(recorder.shared().time_limit()))
    }

    /// The frame of a run that knows who it is that does not end: `last_words` are said in a notebook before its
    /// process ends.
    ///
    /// # Errors
    /// As for [`frame`](Self::frame).
    pub(crate) fn frame_with(&self, last_words: fn(&Recorder) -> Failed) -> Result<Frame, Failed> {
        if self.isolated {
            let because = "threads can be: record(title).isolated().threads(…)".to_owned();
            let what = "isolating a run of this kind".to_owned();
            return Err(self.fails(Error::NotPossible { what, because }));
        }
        let limit = self.limit()?;
        let recorder = Recorder::with_limit(&self.title, limit);
        let recording = recorder.clone();
        let watchdog = Watchdog::watch(limit, move || last_words(&recording));
        Ok(Frame { recorder, limit, _watchdog: Some(watchdog) })
    }

    /// The frame of a run across processes.
    ///
    /// # Errors
    /// As for [`frame`](Self::frame); where memory cannot be shared between processes.
    pub(crate) fn frame_across_processes(&self) -> Result<Frame, Failed> {
        let limit = self.limit()?;
        let recorder = Recorder::across_processes(&self.title, limit);
        // Its children are ended by other means, and a second thread would forbid to fork.
        Ok(Frame { recorder: recorder.map_err(|fault| self.fails(fault))?, limit, _watchdog: None })
    }

    /// The run that never began because of `fault`.
    pub(crate) fn fails(&self, fault: Error) -> Failed {
        Failed::before(&self.title, fault)
    }

    fn limit(&self) -> Result<Duration, Failed> {
        self.limit.as_duration().ok_or_else(|| {
            let because = "a limit must be zero or more, and a number".to_owned();
            self.fails(Error::BadTime { lane: self.title.clone(), asked: self.limit, because })
        })
    }
}

/// A run that goes on.
pub(crate) struct Frame {
    pub recorder: Recorder,
    pub limit: Duration,
    _watchdog: Option<Watchdog>,
}

impl Frame {
    /// Runs `body`; a panic becomes the recording's fault.
    pub fn caught<T>(&self, lane: &str, body: impl FnOnce() -> T) -> Option<T> {
        caught(&self.recorder, lane, body)
    }

    /// The run is over.
    pub fn close(self) -> Recorded {
        self.recorder.finish()
    }
}

/// Runs `body`; a panic becomes the recording's fault, unless it is the [end of the run](super::stop::stop), of which the
/// recording already knows.
pub(crate) fn caught<T>(recorder: &Recorder, lane: &str, body: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(body)).map_err(|payload| panicked(recorder, lane, payload.as_ref())).ok()
}

fn panicked(recorder: &Recorder, lane: &str, payload: &(dyn std::any::Any + Send)) {
    if !is_stop(payload) {
        recorder.fault(Error::Panicked { lane: lane.to_owned(), says: panic_text(payload) });
    }
}
