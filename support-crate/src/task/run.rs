//! [`record_tasks`]: a Tokio runtime on a thread of its own, from its start to its end.
//!
//! The calling thread looks on: it may itself be inside a runtime, it knows the time limit when the loop is blocked,
//! and it can say which poll blocks it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::Builder;
use std::time::Duration;

use tokio::sync::oneshot;

use super::pace::belong;
use super::runtime::{Runtime, Threads};
use super::tasks::Tasks;
use super::{arrange, stuck};
use crate::error::Error;
use crate::machine::now;
use crate::record::{LIMIT, Recorder, ThreadLane, caught, watchdog};
use crate::timeline::{MILLISECOND, Time, Timeline};

/// What is still at work when the body has ended, or is stopped at its limit, gets at least this long to end.
const GRACE: Duration = Duration::from_secs(1);

/// A body whose type is forgotten. What follows is then compiled once, with this crate, and not in every cell.
type Body<'env> = Box<dyn FnOnce(Tasks) -> Pin<Box<dyn Future<Output = ()> + 'env>> + Send + 'env>;

/// The mark in the lane of the body's thread at the moment the body was over.
pub(super) const SHUTDOWN: &str = "shutdown";

/// Starts a Tokio runtime, runs `body` on it to its end, shuts the runtime down and returns what was recorded: a lane
/// for each [recorded](Tasks::record) future, below them one for each thread that polls ("loop"; or "worker 0", "worker
/// 1" …, and "main" where the body itself polls recorded futures).
///
/// It has threads of its own, so it can be called from anywhere, also inside another runtime. When the body ends, tasks
/// that are still alive are cancelled, as at the end of every Tokio program; closures of `spawn_blocking` are waited for.
///
/// ```
/// use timelanes::prelude::*;
/// let tables = record_tasks("beside each other", CurrentThread, async |tasks| {
///     let amir = tokio::spawn(tasks.record("Amir", sleep(1 * MINUTE)));
///     tasks.record("Kohli", sleep(1 * MINUTE)).await;
///     amir.await.expect("nobody panics at this table");
/// })?;
/// assert!(tables.overlap("Amir", "Kohli")? > 0.5);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// What [`Recorder::finish`] says, among it a panic in `body`; a run past its limit, with the tasks that were pending
/// and not woken; threads that do not end. A thread in an endless loop cannot be stopped: in a notebook the process
/// that runs the cells ends itself, elsewhere the call returns when the loop does.
pub fn record_tasks<F>(title: impl Into<String>, runtime: Runtime, body: F) -> Result<Timeline, Error>
where
    F: AsyncFnOnce(Tasks) + Send,
{
    record_tasks_within(LIMIT.as_millis() as u64 * MILLISECOND, title, runtime, body)
}

/// [`record_tasks`] with a time limit of its own.
///
/// # Errors
/// As for [`record_tasks`]; a limit that is negative or no number.
pub fn record_tasks_within<F>(
    limit: Time,
    title: impl Into<String>,
    runtime: Runtime,
    body: F,
) -> Result<Timeline, Error>
where
    F: AsyncFnOnce(Tasks) + Send,
{
    within(limit, title.into(), runtime, Box::new(move |tasks| Box::pin(async move { body(tasks).await })))
}

fn within(limit: Time, title: String, runtime: Runtime, body: Body<'_>) -> Result<Timeline, Error> {
    runtime.check()?;
    let Some(limit) = limit.as_duration() else {
        let because = "a limit must be zero or more, and a number".to_owned();
        return Err(Error::BadTime { lane: title, asked: limit, because });
    };
    let recorder = Recorder::with_limit(title, limit);
    let (over, told) = oneshot::channel();
    let (done, ended) = channel();
    std::thread::scope(|scope| {
        let recording = recorder.clone();
        let driven = Builder::new().name(runtime.body_thread().to_owned()).spawn_scoped(scope, move || {
            drive(&recording, runtime, body, told);
            let _ = done.send(());
        });
        match driven {
            Ok(driver) => {
                look_on(&recorder, limit, over, &ended);
                // Its scope would wait for its closure only, and the thread itself be there a little longer.
                let _ = driver.join();
            }
            Err(error) => recorder.fault(no_runtime(&error)),
        }
    });
    recorder.finish().map(arrange::threads_last)
}

/// Waits for the run to end; tells it when its time is over, and the learner when it does not listen.
fn look_on(recorder: &Recorder, limit: Duration, over: oneshot::Sender<()>, ended: &Receiver<()>) {
    let timed_out = |time| ended.recv_timeout(time) == Err(RecvTimeoutError::Timeout);
    if !timed_out(limit) {
        return;
    }
    let _ = over.send(());
    // As long again as the runtime is given to shut down.
    if timed_out(GRACE) && timed_out(GRACE) {
        let fault = stuck::never_ended(recorder);
        watchdog::end_the_cells(&fault);
        recorder.fault(fault);
    }
}

/// The whole life of the runtime, on the calling thread.
fn drive(recorder: &Recorder, kind: Runtime, body: Body<'_>, over: oneshot::Receiver<()>) {
    let lane = ThreadLane::open(recorder.lane(kind.body_thread()));
    belong(Some(recorder.clone()));
    let threads = Arc::<Threads>::default();
    let started = caught(recorder, "the runtime", || kind.start(recorder, &threads));
    match started {
        Some(Ok(runtime)) => {
            caught(recorder, "the body", || runtime.block_on(to_its_end(recorder, body, over)));
            lane.done();
            lane.mark(SHUTDOWN);
            let left = Duration::from_nanos(recorder.deadline().saturating_sub(now()));
            runtime.shutdown_timeout(left.max(GRACE));
        }
        Some(Err(error)) => recorder.fault(no_runtime(&error)),
        None => {}
    }
    if threads.left() > 0 {
        let fault = stuck::never_ended(recorder);
        watchdog::end_the_cells(&fault);
        recorder.fault(fault);
    }
    belong(None);
}

/// Runs the body until it is ready or the time is over.
async fn to_its_end(recorder: &Recorder, body: Body<'_>, over: oneshot::Receiver<()>) {
    tokio::select! {
        // The limit first: another poll of the body would change what is said of it.
        biased;
        () = at_the_limit(recorder, over) => {}
        () = body(Tasks::new(recorder.clone())) => {}
    }
}

/// Says who is pending while they still are.
async fn at_the_limit(recorder: &Recorder, over: oneshot::Receiver<()>) {
    match over.await {
        Ok(()) => recorder.fault(stuck::at_the_limit(recorder)),
        // Nobody looks on any more; the body alone decides when it is over.
        Err(_) => std::future::pending().await,
    }
}

fn no_runtime(error: &std::io::Error) -> Error {
    Error::NotPossible {
        what: "one more runtime".to_owned(),
        because: format!("the system gives no further thread or poll set ({error})"),
    }
}
