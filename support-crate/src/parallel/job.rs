//! One list of chunks on its way through the workers: each chunk goes to one of them, exactly once.
//!
//! Every worker has a queue with two ends (a deque). It takes chunks from the one end, thieves take from the other, so
//! that owner and thief meet only at the last chunk. This is how rayon and Tokio divide work as well, after Blumofe and
//! Leiserson, "Scheduling multithreaded computations by work stealing" (1999); the queues are those of rayon.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crossbeam_deque::{Steal, Stealer, Worker};

use crate::error::Error;
use crate::machine::now;
use crate::record::{LaneWriter, Recorder, panic_text, stop};
use crate::timeline::{Activity, MarkKind};

/// Up to so many chunks are called by their numbers; of more nobody could read them.
const NAMED: usize = 400;

/// A worker's own end of its queue.
pub(super) type Queue = Worker<usize>;

/// What is to be done, and how far it is.
pub(super) struct Job<'body> {
    recorder: Recorder,
    body: &'body (dyn Fn(usize, &LaneWriter) + Sync),
    named: bool,
    steals: AtomicUsize,
    /// No further chunk begins: one panicked, or the run is at its limit.
    over: AtomicBool,
}

/// How a job ended.
pub(super) struct Done {
    /// Chunks that another worker did than the one they were dealt to.
    pub count: usize,
    /// Whether all chunks are done.
    pub whole: bool,
}

/// The queues of all workers, as thieves see them, and each one's lane.
pub(super) struct Victims {
    pub queues: Vec<Stealer<usize>>,
    pub lanes: Vec<u32>,
}

impl<'body> Job<'body> {
    pub fn new(recorder: &Recorder, body: &'body (dyn Fn(usize, &LaneWriter) + Sync), count: usize) -> Self {
        let (steals, over) = (AtomicUsize::new(0), AtomicBool::new(false));
        Self { recorder: recorder.clone(), body, named: count <= NAMED, steals, over }
    }

    /// An equal part of `count` chunks for each of `workers`, in order; each takes its first one first.
    pub fn deal(count: usize, workers: usize) -> Vec<Queue> {
        let part = |worker: usize| {
            let queue = Queue::new_lifo();
            (count * worker / workers..count * (worker + 1) / workers)
                .rev()
                .for_each(|chunk| queue.push(chunk));
            queue
        };
        (0..workers).map(part).collect()
    }

    /// What worker number `own` does: its own chunks, then others', until there are none.
    ///
    /// No chunk makes further ones, so a worker that finds all queues empty is done.
    pub fn work(&self, own: usize, queue: &Queue, victims: &Victims, lane: &LaneWriter) {
        let at = Cell::new(0);
        let all = catch_unwind(AssertUnwindSafe(|| {
            while let Some(chunk) = self.next(own, queue, victims, lane) {
                at.set(chunk);
                if self.named {
                    lane.during(Activity::Running, &format!("chunk {chunk}"), || (self.body)(chunk, lane));
                } else {
                    lane.during(Activity::Running, "chunk", || (self.body)(chunk, lane));
                }
            }
        }));
        if let Err(payload) = all {
            self.over.store(true, Ordering::Relaxed);
            if !stop::is_stop(payload.as_ref()) {
                let says = panic_text(payload.as_ref());
                lane.mark_of(MarkKind::Panicked, &says);
                let lane = format!("chunk {} on {}", at.get(), lane.name());
                self.recorder.fault(Error::Panicked { lane, says });
            }
        }
    }

    /// The next chunk: one of its own, or a stolen one.
    fn next(&self, own: usize, queue: &Queue, victims: &Victims, lane: &LaneWriter) -> Option<usize> {
        if self.over.load(Ordering::Relaxed) {
            return None;
        }
        if lane.is_late(now()) {
            self.over.store(true, Ordering::Relaxed);
            return None;
        }
        queue.pop().or_else(|| {
            let others = (1..victims.queues.len()).map(|step| (own + step) % victims.queues.len());
            let (victim, chunk) =
                others.into_iter().find_map(|victim| Some((victim, steal(&victims.queues[victim])?)))?;
            lane.stolen_from(victims.lanes[victim]);
            self.steals.fetch_add(1, Ordering::Relaxed);
            Some(chunk)
        })
    }

    /// How it ended, once all workers are done.
    pub fn done(&self) -> Done {
        Done { count: self.steals.load(Ordering::Relaxed), whole: !self.over.load(Ordering::Relaxed) }
    }
}

/// The chunk at the far end of a queue.
fn steal(queue: &Stealer<usize>) -> Option<usize> {
    loop {
        match queue.steal() {
            Steal::Success(chunk) => return Some(chunk),
            Steal::Empty => return None,
            Steal::Retry => std::hint::spin_loop(),
        }
    }
}
