//! Ways to spend time inside a task: giving way, and not.

use std::cell::RefCell;
use std::time::Duration;

use crate::error::Error;
use crate::machine::gaps::Watch;
use crate::machine::now;
use crate::record::{self, Recorder};
use crate::timeline::Time;

thread_local! {
    /// The recording that the tasks on this thread belong to.
    static RECORDING: RefCell<Option<Recorder>> = const { RefCell::new(None) };
}

/// From now on what is polled on the calling thread belongs to `recorder`, or to none.
pub(super) fn belong(recorder: Option<Recorder>) {
    // A thread that is ending has no such variable any more, and nothing to forget.
    let _ = RECORDING.try_with(|recording| recording.replace(recorder));
}

/// `tokio::time::sleep` for `time`, which may be in a story's unit: the task waits and gives way.
///
/// A negative or endless time is not waited for: the run goes on and its recording fails with a clear message.
///
/// # Panics
/// When awaited outside a Tokio runtime.
pub async fn sleep(time: Time) {
    if let Some(duration) = checked("sleep", time) {
        tokio::time::sleep(duration).await;
    }
}

/// Keeps the core busy until this thread has been on it for `time`, and gives way to nobody: inside a task, the poll
/// lasts as long. It ends early only at the limit of the run.
///
/// A negative or endless time is not worked for: the run goes on and its recording fails with a clear message.
pub fn burn(time: Time) {
    let Some(duration) = checked("burn", time) else { return };
    let needed = duration.as_nanos() as u64;
    let end = RECORDING.with_borrow(|recording| recording.as_ref().map_or(u64::MAX, Recorder::deadline));
    let mut watch = Watch::start();
    while watch.on_core() < needed {
        record::burn();
        watch.look();
        if now() >= end {
            return RECORDING.with_borrow(|recording| {
                recording.iter().for_each(|recorder| recorder.fault(recorder.time_limit()));
            });
        }
    }
}

/// The time really to spend; a time nobody can spend becomes the recording's fault.
pub(super) fn checked(asked_by: &str, time: Time) -> Option<Duration> {
    RECORDING.with_borrow(|recording| {
        let Some(recorder) = recording else { return time.as_duration() };
        recorder.speak(time.unit());
        let duration = time.as_duration();
        if duration.is_none() {
            let because = "a time must be zero or more, and a number".to_owned();
            recorder.fault(Error::BadTime { lane: asked_by.to_owned(), asked: time, because });
        }
        duration
    })
}
