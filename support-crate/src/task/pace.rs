//! Ways to spend time inside a task: giving way, and not.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::time::Duration;

use tokio::time::error::Elapsed;

use crate::error::Error;
use crate::machine::gaps::Watch;
use crate::machine::now;
use crate::record::{self, Recorder, ThreadLane, thread_lane};
use crate::time::Time;
use crate::timeline::{Activity, LaneKind};

thread_local! {
    /// The recording that the tasks on this thread belong to.
    static RECORDING: RefCell<Option<Recorder>> = const { RefCell::new(None) };
    /// Which thread of the pool for `spawn_blocking` this is, from 1; 0 for any other.
    static IN_POOL: Cell<usize> = const { Cell::new(0) };
}

/// From now on what is polled on the calling thread belongs to `recorder`, or to none.
pub(super) fn belong(recorder: Option<Recorder>) {
    // A thread that is ending has no such variable any more, and nothing to forget.
    let _ = RECORDING.try_with(|recording| recording.replace(recorder));
}

/// The calling thread is one of the pool for `spawn_blocking`; it gets a lane once it [burns](burn).
pub(super) fn in_pool(number: usize) {
    IN_POOL.set(number);
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

/// `tokio::time::timeout` of `time`, which may be in a story's unit: `future`, dropped if it is not ready by then.
///
/// With a negative or endless time it is dropped after its first poll, and the recording fails with a clear message.
///
/// # Errors
/// When the time is over first.
///
/// # Panics
/// When awaited outside a Tokio runtime.
pub async fn timeout<F: Future>(time: Time, future: F) -> Result<F::Output, Elapsed> {
    tokio::time::timeout(checked("timeout", time).unwrap_or_default(), future).await
}

/// Keeps the core busy until this thread has been on it for `time`, and gives way to nobody: inside a task, the poll
/// lasts as long. It ends early only at the limit of the run. Outside a task it is a span in the lane of the thread; a
/// thread of the pool for `spawn_blocking` gets one for it, "blocking 1" and so on.
///
/// A negative or endless time is not worked for: the run goes on and its recording fails with a clear message.
pub fn burn(time: Time) {
    let Some(duration) = checked("burn", time) else { return };
    let needed = duration.as_nanos() as u64;
    if thread_lane::polled(|_| ()).is_some() {
        return keep_busy(needed);
    }
    open_in_pool();
    let busy = Cell::new(false);
    thread_lane::with(|lane| {
        busy.set(true);
        lane.during(Activity::Running, "burn", || keep_busy(needed));
    });
    if !busy.get() {
        keep_busy(needed);
    }
}

/// Opens the lane of a thread of the pool, unless it has one. It is closed when the thread ends.
fn open_in_pool() {
    let number = IN_POOL.get();
    if number > 0 && !thread_lane::is_open() {
        RECORDING.with_borrow(|recording| {
            let Some(recorder) = recording else { return };
            std::mem::forget(ThreadLane::open(
                recorder.lane_of(format!("blocking {number}"), LaneKind::Thread),
            ));
        });
    }
}

/// Until this thread has been on a core for so many nanoseconds, or the run is at its limit.
fn keep_busy(needed: u64) {
    let end = RECORDING.with_borrow(|recording| recording.as_ref().map_or(u64::MAX, Recorder::deadline));
    let mut watch = Watch::start();
    while watch.on_core() < needed {
        record::burn();
        watch.look();
        if now() >= end {
            return RECORDING.with_borrow(|recording| {
                recording.iter().for_each(|recorder| recorder.fault(recorder.shared().time_limit()));
            });
        }
    }
}

/// The time really to spend; a time nobody can spend becomes the recording's fault.
pub(super) fn checked(asked_by: &str, time: Time) -> Option<Duration> {
    RECORDING.with_borrow(|recording| {
        let Some(recorder) = recording else { return time.as_duration() };
        recorder.shared().speak(time.unit());
        let duration = time.as_duration();
        if duration.is_none() {
            let because = "a time must be zero or more, and a number".to_owned();
            recorder.fault(Error::BadTime { lane: asked_by.to_owned(), asked: time, because });
        }
        duration
    })
}
