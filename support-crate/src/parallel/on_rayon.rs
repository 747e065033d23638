//! [`Recording::rayon`]: rayon's own workers, with a lane each.
//!
//! rayon tells nobody when a worker parks or steals. What is recorded is who did which chunk, and when; where a lane is
//! empty its worker looked for work, or slept.

use std::sync::Mutex;

use rayon::{ThreadBuilder, ThreadPoolBuilder};

use crate::error::Error;
use crate::machine::now;
use crate::record::{
    LaneWriter, Recorded, Recorder, Recording, ThreadLane, caught, locked, stop, thread_lane,
};
use crate::task::Runtime;
use crate::timeline::{Activity, LaneKind};

/// A body whose type is forgotten. What follows is then compiled once, with this crate, and not in every cell.
type Body<'a> = Box<dyn FnOnce(&Rayon) + Send + 'a>;

/// A run on rayon's workers; handed to the closure of [`Recording::rayon`].
pub struct Rayon {
    recorder: Recorder,
}

impl Recording {
    /// Starts a rayon thread pool of `workers`, `Workers(4)`, runs `body` on one of them, ends the threads and returns what
    /// was recorded: a lane for each worker, with a running span for each [`chunk`](Rayon::chunk). All parallel iterators
    /// in `body` run on these workers. With [`on_core`](Recording::on_core) all workers share one core.
    ///
    /// ```
    /// use timelanes::prelude::*;
    /// use rayon::prelude::*;
    /// let mut sum = 0;
    /// let run = record("squares").rayon(Workers(2), |run| {
    ///     sum = (0..100_u64).into_par_iter().map(|n| run.chunk("square", |_lane| n * n)).sum();
    /// })?;
    /// assert_eq!((sum, run.chunks().len()), (328_350, 100));
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// No worker, or more than the machine has room for; a panic in `body` or in a chunk; the time limit, which chunks look
    /// at when they begin. What loops for ever and never calls its lane cannot be stopped: in a notebook the process that
    /// runs the cells ends itself after the limit, and says so.
    pub fn rayon<F>(self, workers: Runtime, body: F) -> Recorded
    where
        F: FnOnce(&Rayon) + Send,
    {
        self.on_rayon(workers, Box::new(body))
    }

    fn on_rayon(self, workers: Runtime, body: Body) -> Recorded {
        let count = super::workers(workers).map_err(|fault| self.fails(fault))?;
        let frame = self.frame()?;
        let lane = |number| frame.recorder.lane_of(format!("worker {number}"), LaneKind::Worker);
        let lanes: Vec<_> = (0..count).map(|number| Mutex::new(Some(lane(number)))).collect();
        let worker = |thread: ThreadBuilder| {
            let lane = locked(&lanes[thread.index()]).take();
            lane.iter().for_each(|lane| self.core.iter().for_each(|core| lane.pin(*core)));
            let _lane = lane.map(ThreadLane::open);
            thread.run();
        };
        let run = Rayon { recorder: frame.recorder.clone() };
        let pool =
            ThreadPoolBuilder::new().num_threads(count).thread_name(|number| format!("worker {number}"));
        let built = pool.build_scoped(worker, |pool| {
            frame.caught("the run", || pool.install(|| body(&run)));
        });
        if let Err(error) = built {
            let because = format!("the system gives no further thread ({error})");
            frame.recorder.fault(Error::TooMany { what: "workers", limit: count, because });
        }
        frame.close()
    }
}

impl Rayon {
    /// Does `body` as a running span called `label` in the lane of the worker that this is on, and hands it that lane.
    ///
    /// When it panics or the run is at its limit, the run ends here.
    pub fn chunk<T>(&self, label: &str, body: impl FnOnce(&LaneWriter) -> T) -> T {
        let (mut here, mut result) = (false, None);
        thread_lane::with(|lane| {
            here = true;
            if !lane.is_late(now()) {
                let named = format!("{label} on {}", lane.name());
                result =
                    caught(&self.recorder, &named, || lane.during(Activity::Running, label, || body(lane)));
            }
        });
        if !here {
            let what = "a chunk on a thread that is no worker of this run".to_owned();
            let because =
                "call run.chunk in what this run's rayon does, not on a thread of another".to_owned();
            self.recorder.fault(Error::NotPossible { what, because });
        }
        result.unwrap_or_else(|| stop::stop())
    }

    /// Opens a lane for something that is no worker.
    pub fn lane(&self, name: impl Into<String>) -> LaneWriter {
        self.recorder.lane(name)
    }
}
