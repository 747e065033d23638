//! [`Recording::tasks`]: a Tokio runtime on a thread of its own, from its start to its end.
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
use super::quiet::Quiet;
use super::runtime::{Runtime, Threads};
use super::tasks::Tasks;
use super::{arrange, stuck};
use crate::error::Error;
use crate::machine::now;
use crate::record::{
    Failed, Frame, GRACE, Kept, Recorded, Recorder, Recording, ThreadLane, caught, watchdog,
};
use crate::timeline::{LaneKind, MarkKind};

/// A body whose type is forgotten. What follows is then compiled once, with this crate, and not in every cell.
type Body<'env> = Box<dyn FnOnce(Tasks) -> Pin<Box<dyn Future<Output = ()> + 'env>> + Send + 'env>;

impl Recording {
    /// Starts a Tokio runtime, runs `body` on it to its end, shuts the runtime down and returns what was recorded: a lane
    /// for each future that is a [task](Tasks::task) of the run, below them one for each thread that polls ("loop"; or
    /// "worker 0", "worker 1" …, and "main" where the body itself polls recorded futures).
    ///
    /// It has threads of its own, so it can be called from anywhere, also inside another runtime. When the body ends,
    /// tasks that are still alive are cancelled, as at the end of every Tokio program; closures of `spawn_blocking` are
    /// waited for.
    ///
    /// ```
    /// use timelanes::prelude::*;
    /// let tables = record("beside each other").tasks(CurrentThread, async |run| {
    ///     let amir = tokio::spawn(run.task("Amir", sleep(1 * MINUTE)));
    ///     run.task("Kohli", sleep(1 * MINUTE)).await;
    ///     amir.await.expect("nobody panics at this table");
    /// })?;
    /// assert!(tables.overlap("Amir", "Kohli")? > 0.5 * MINUTE);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// What [`Recorder::finish`] says, among it a panic in `body`; a run past its limit, with the tasks that were pending
    /// and not woken; threads that do not end; a runtime that cannot be had. A thread in an endless loop cannot be
    /// stopped: in a notebook the process that runs the cells ends itself, elsewhere the call returns when the loop does.
    pub fn tasks<F>(self, runtime: Runtime, body: F) -> Recorded
    where
        F: AsyncFnOnce(Tasks) + Send,
    {
        self.on_tokio(runtime, Box::new(move |run| Box::pin(async move { body(run).await })))
    }

    fn on_tokio(self, runtime: Runtime, body: Body<'_>) -> Recorded {
        runtime.check().map_err(|fault| self.fails(fault))?;
        let frame = self.frame_with(last_words)?;
        let (over, told) = oneshot::channel();
        let (done, ended) = channel();
        std::thread::scope(|scope| {
            let recording = frame.recorder.clone();
            let driver = Builder::new().name(runtime.body_thread().to_owned());
            let driven = driver.spawn_scoped(scope, move || {
                drive(&recording, runtime, body, told);
                let _ = done.send(());
            });
            match driven {
                Ok(driver) => {
                    look_on(&frame, over, &ended);
                    // Its scope would wait for its closure only, and the thread itself be there a little longer.
                    let _ = driver.join();
                }
                Err(error) => frame.recorder.fault(no_runtime(&error)),
            }
        });
        let recorder = frame.recorder.clone();
        let mut recorded = arrange::workers_last(frame.close().kept());
        if let Some(Error::TimeLimit { .. }) = recorded.fault {
            recorded.fault = stuck::on_a_lock(&recorder, &recorded).or(recorded.fault);
        }
        Failed::or(recorded)
    }
}

/// Waits for the run to end; tells it when its time is over, and the recording when it does not listen.
fn look_on(frame: &Frame, over: oneshot::Sender<()>, ended: &Receiver<()>) {
    let timed_out = |time| ended.recv_timeout(time) == Err(RecvTimeoutError::Timeout);
    if !timed_out(frame.limit) {
        return;
    }
    let _ = over.send(());
    // As long again as the runtime is given to shut down.
    if timed_out(2 * GRACE) {
        last_words(&frame.recorder);
    }
}

/// Who keeps the run from ending, with what was recorded up to now.
fn last_words(recorder: &Recorder) -> Failed {
    let failed = recorder.failed(stuck::never_ended(recorder));
    Failed::new(arrange::workers_last(failed.timeline().clone()))
}

/// The whole life of the runtime, on the calling thread.
fn drive(recorder: &Recorder, kind: Runtime, body: Body<'_>, over: oneshot::Receiver<()>) {
    let lane = ThreadLane::open(recorder.lane_of(kind.body_thread(), LaneKind::Worker));
    belong(Some(recorder.clone()));
    let (threads, _quiet) = (Arc::<Threads>::default(), Quiet::begin());
    let started = caught(recorder, "the runtime", || kind.start(recorder, &threads));
    match started {
        Some(Ok(runtime)) => {
            caught(recorder, "the body", || runtime.block_on(to_its_end(recorder, body, over)));
            lane.done();
            lane.mark_of(MarkKind::Shutdown);
            let left = Duration::from_nanos(recorder.deadline().saturating_sub(now()));
            runtime.shutdown_timeout(left.max(GRACE));
        }
        Some(Err(error)) => recorder.fault(no_runtime(&error)),
        None => {}
    }
    if threads.left() > 0 {
        watchdog::end_the_cells(&last_words(recorder));
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
