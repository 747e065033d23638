//! What workers wrote down, turned round: a lane for each task, and how many of them waited.

use std::collections::HashMap;

use super::TaskQueue;
use super::store::Row;
use crate::error::Error;
use crate::machine::now;
use crate::timeline::{Activity, Counter, Lane, Mark, MarkKind, Span, Timeline};

/// The most tasks that get a lane of their own.
const MOST: usize = 60;

/// What the worker of a lane did with a task, and when.
struct Step {
    at: u64,
    kind: MarkKind,
    worker: usize,
}

impl Timeline {
    /// The same timeline with a lane for each task of `queue` below those of its workers, and a counter "waiting" of the
    /// tasks that were there for anybody to claim.
    ///
    /// A task is ready while it waits, and running while a worker has it, by what the workers' lanes say. It is blocked
    /// from its worker's end to the next claim: the lease goes on, and nobody works at it. Notes say where a lease was over.
    ///
    /// # Errors
    /// When the queue cannot be read.
    pub fn with_tasks(mut self, queue: &TaskQueue) -> Result<Self, Error> {
        let rows = queue.rows()?;
        let mut steps = steps(&self);
        let lives =
            rows.iter().map(|row| Life::of(&self, row, steps.remove(&row.name()).unwrap_or_default()));
        let lanes: Vec<Lane> = lives.collect();
        self.counters.push(waiting(&lanes));
        if lanes.len() > MOST {
            self.notes.push(format!("Of {} tasks the first {MOST} have a lane.", lanes.len()));
        }
        Ok(lanes.into_iter().take(MOST).fold(self, Timeline::with_lane))
    }
}

/// What happened to each task, in order, by its name.
fn steps(run: &Timeline) -> HashMap<String, Vec<Step>> {
    let mut steps = HashMap::<String, Vec<Step>>::new();
    for (worker, lane) in run.lanes.iter().enumerate() {
        for Mark { at, kind, label } in lane.marks() {
            steps.entry(label.clone()).or_default().push(Step { at: *at, kind: *kind, worker });
        }
    }
    steps.values_mut().for_each(|steps| steps.sort_by_key(|step| step.at));
    steps
}

/// A task's lane while it is made: since when it is with whom, at which claim.
struct Life<'run> {
    run: &'run Timeline,
    lane: Lane,
    since: u64,
    worker: Option<usize>,
    claims: u32,
}

impl<'run> Life<'run> {
    fn of(run: &'run Timeline, row: &Row, steps: Vec<Step>) -> Lane {
        let ago = row.pushed.elapsed().unwrap_or_default().as_nanos() as u64;
        let since = now().saturating_sub(ago).clamp(run.start(), run.end());
        let mut life = Self { run, lane: Lane::new(row.name()), since, worker: None, claims: 0 };
        let mut is_out = false;
        for step in steps {
            // A worker that was stopped may write down its claim when somebody else is done.
            if !(is_out && step.kind == MarkKind::Claimed) {
                is_out |= life.goes_on(&step);
            }
        }
        if !is_out {
            life.until(run.end());
        }
        life.lane
    }

    /// Whether the task is out of the queue after this step.
    fn goes_on(&mut self, step: &Step) -> bool {
        match step.kind {
            MarkKind::Claimed => {
                self.until(step.at);
                if self.worker.is_some() {
                    self.lane.mark(step.at, "the lease was over");
                }
                (self.worker, self.claims) = (Some(step.worker), self.claims + 1);
            }
            MarkKind::Retried => {
                self.until(step.at);
                self.worker = None;
            }
            MarkKind::Acknowledged | MarkKind::DeadLetter => self.until(step.at),
            MarkKind::TooLate => {}
            _ => return false,
        }
        if step.kind != MarkKind::Claimed {
            let label = self.run.lanes[step.worker].name.clone();
            self.lane.push_mark(Mark { at: step.at, kind: step.kind, label });
        }
        matches!(step.kind, MarkKind::Acknowledged | MarkKind::DeadLetter)
    }

    /// It was with its worker, or waited for one, until `at`.
    fn until(&mut self, at: u64) {
        match self.worker.map(|worker| &self.run.lanes[worker]) {
            None => self.push(at, Activity::Ready, "waits for a worker"),
            Some(worker) => {
                let ended = end_of(worker).unwrap_or(at).clamp(self.since, at);
                self.push(ended, Activity::Running, &format!("{}, claim {}", worker.name, self.claims));
                self.push(at, Activity::Blocked, &format!("leased to {}, who is gone", worker.name));
            }
        }
    }

    fn push(&mut self, until: u64, activity: Activity, label: &str) {
        if until > self.since {
            let label = self.lane.label_index(label);
            // They come in order, so none is refused.
            let _ = self.lane.push(Span::new(self.since..until, activity, label));
            self.since = until;
        }
    }
}

/// When a worker's process ended, if it did. Its parent may have learnt of that later, so where it was in the middle of
/// nothing, it is the moment of the last thing that it wrote down.
fn end_of(worker: &Lane) -> Option<u64> {
    let noticed = worker.marked(MarkKind::Ended)?.at;
    if worker.spans().iter().any(|span| !span.ended) {
        return Some(noticed);
    }
    let marks = worker.marks().iter().filter(|mark| mark.kind != MarkKind::Ended).map(|mark| mark.at);
    worker.spans().iter().map(|span| span.end).chain(marks).max()
}

/// How many tasks waited at each moment.
fn waiting(lanes: &[Lane]) -> Counter {
    let spans = lanes.iter().flat_map(|lane| lane.spans()).filter(|span| span.activity == Activity::Ready);
    let mut changes: Vec<(u64, f64)> = spans.flat_map(|span| [(span.start, 1.0), (span.end, -1.0)]).collect();
    changes.sort_by_key(|change| change.0);
    let mut now = 0.0;
    let mut points = Vec::<(u64, f64)>::new();
    for (at, change) in changes {
        now += change;
        points.pop_if(|last| last.0 == at);
        points.push((at, now));
    }
    Counter { name: "waiting".to_owned(), unit: "tasks".to_owned(), points }
}
