//! The threads of a pool: they begin with the run, are parked while nobody has work for them, and end with the run.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Builder, Scope};

use super::job::{Done, Job, Queue, Victims};
use crate::error::Error;
use crate::record::{LaneWriter, Recorder};
use crate::timeline::{Activity, LaneKind};

/// The threads, each by the way that work comes to it.
pub(super) struct Crew {
    inboxes: Vec<Sender<Task>>,
    lanes: Vec<u32>,
}

/// A worker's part in a job.
struct Task {
    job: &'static Job<'static>,
    own: usize,
    queue: Queue,
    victims: Arc<Victims>,
    /// Dropped, after all else, when the worker has done its part.
    _at_work: Sender<Infallible>,
}

/// Waits, when it is dropped, until nobody is at work on the job any more.
struct AllDone(Receiver<Infallible>);

impl Drop for AllDone {
    fn drop(&mut self) {
        while self.0.recv().is_ok() {}
    }
}

impl Crew {
    /// Starts `count` workers with a lane each, kept on `core` if there is one, runs `body`, and ends them. `None` where
    /// the system gives no such thread: then the recording has a fault.
    pub fn with<T>(
        recorder: &Recorder,
        count: usize,
        core: Option<usize>,
        body: impl FnOnce(&Self) -> T,
    ) -> Option<T> {
        std::thread::scope(|scope| {
            let mut crew = Self { inboxes: Vec::with_capacity(count), lanes: Vec::with_capacity(count) };
            for number in 0..count {
                let lane = recorder.lane_of(format!("worker {number}"), LaneKind::Worker);
                crew.lanes.push(lane.number());
                match start(scope, lane, core) {
                    Ok(inbox) => crew.inboxes.push(inbox),
                    Err(error) => {
                        let because = format!("the system gives no further thread ({error})");
                        recorder.fault(Error::TooMany { what: "workers", limit: number, because });
                        return None;
                    }
                }
            }
            Some(body(&crew))
        })
    }

    /// Has the job's `count` chunks done, each by one of the workers, and comes back when nobody is at work on it.
    pub fn does(&self, job: Job<'_>, count: usize) -> Done {
        let queues = Job::deal(count, self.inboxes.len());
        let stealers = queues.iter().map(Queue::stealer).collect();
        let victims = Arc::new(Victims { queues: stealers, lanes: self.lanes.clone() });
        let (at_work, over) = channel();
        let all_done = AllDone(over);
        // Dropped before `all_done`, also when this unwinds.
        let at_work = at_work;
        // SAFETY: only tasks hold the job, and each drops its `at_work` after its last use of it. `all_done` waits for
        // that before this function returns, also when it unwinds, and `job` lives until it does.
        let lent = unsafe { std::mem::transmute::<&Job<'_>, &'static Job<'static>>(&job) };
        for (own, (inbox, queue)) in self.inboxes.iter().zip(queues).enumerate() {
            let (victims, at_work) = (Arc::clone(&victims), at_work.clone());
            // A worker ends only when its inbox is gone.
            let _ = inbox.send(Task { job: lent, own, queue, victims, _at_work: at_work });
        }
        drop(at_work);
        drop(all_done);
        job.done()
    }
}

/// One more worker, which stays on `core` if there is one to stay on.
fn start<'scope>(
    scope: &'scope Scope<'scope, '_>,
    lane: LaneWriter,
    core: Option<usize>,
) -> std::io::Result<Sender<Task>> {
    let (inbox, tasks) = channel::<Task>();
    let worker = Builder::new().name(lane.name().to_owned());
    worker.spawn_scoped(scope, move || {
        core.iter().for_each(|core| lane.pin(*core));
        lane.becomes(Activity::Waiting, "parked");
        for task in tasks {
            lane.done();
            task.job.work(task.own, &task.queue, &task.victims, &lane);
            lane.becomes(Activity::Waiting, "parked");
        }
        lane.done();
    })?;
    Ok(inbox)
}
