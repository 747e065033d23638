//! The tasks of a run that are not done. Each is recorded in a lane of its own, can be asked how far it is, and is dropped
//! by the run at its end at the latest, so that no socket stays open.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, TryLockError, Weak};
use std::task::{Context, Poll};

use super::run::Shared;
use crate::error::Error;
use crate::record::{LaneWriter, Polled, Step, Watch, locked};

/// The most tasks that one run makes; a recording has room for their lanes, and for those of threads.
const TASKS: usize = 15_000;

/// The tasks of a run that are not done.
#[derive(Default)]
pub(super) struct OpenTasks {
    made: usize,
    open: Vec<Open>,
}

struct Open {
    watch: Watch,
    /// Drops the task's future, wherever the task itself has got to.
    take_back: Box<dyn FnOnce() + Send>,
}

/// A future's place, from which the end of the run can take it.
type Place<F> = Arc<Mutex<Option<Pin<Box<Polled<F>>>>>>;

/// A future with a lane of its own; made by [`EventLoop::task`](super::EventLoop::task).
#[must_use = "a future does nothing until it is polled"]
pub struct LoopTask<F> {
    place: Place<F>,
    run: Weak<Shared>,
}

impl OpenTasks {
    /// One more task, if there is room.
    pub fn open<F>(&mut self, lane: LaneWriter, future: F, run: Weak<Shared>) -> Result<LoopTask<F>, Error>
    where
        F: Future + Send + 'static,
    {
        self.made += 1;
        if self.made > TASKS {
            let because = "each has a lane, and a figure could not show more".to_owned();
            return Err(Error::TooMany { what: "tasks", limit: TASKS, because });
        }
        let polled = lane.polls(future);
        let watch = polled.watch();
        let place = Arc::new(Mutex::new(Some(Box::pin(polled))));
        let taken = Arc::clone(&place);
        let take_back = Box::new(move || {
            let future = match taken.try_lock() {
                Ok(mut place) => place.take(),
                Err(TryLockError::Poisoned(place)) => place.into_inner().take(),
                // A poll that never ends keeps its future.
                Err(TryLockError::WouldBlock) => None,
            };
            // Not under the lock: with its wakers may go the task, and that looks here too.
            drop(future);
        });
        self.open.push(Open { watch, take_back });
        Ok(LoopTask { place, run })
    }

    /// Those that are not done.
    pub fn watched(&mut self) -> Vec<&Watch> {
        self.open.retain(|task| task.watch.step().0 != Step::Over);
        self.open.iter().map(|task| &task.watch).collect()
    }

    /// Drops all futures that nobody finished.
    pub fn take_back(self) {
        for Open { take_back, .. } in self.open {
            let _ = catch_unwind(AssertUnwindSafe(take_back));
        }
    }
}

impl<F: Future> Future for LoopTask<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        if let Some(run) = self.run.upgrade() {
            run.stop_if_late();
        }
        let mut place = locked(&self.place);
        // The run is over and has taken the future back.
        let Some(future) = place.as_mut() else { return Poll::Pending };
        let polled = future.as_mut().poll(context);
        if polled.is_ready() {
            let done = place.take();
            drop(place);
            drop(done);
        }
        polled
    }
}

impl<F> Drop for LoopTask<F> {
    fn drop(&mut self) {
        let place = locked(&self.place).take();
        drop(place);
    }
}
