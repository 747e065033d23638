//! What came of a run: how long each job took, queued, and was kept waiting for its first moment, and how fair that was.

use super::workload::Workload;
use crate::error::Error;
use crate::figure::{Figure, compare};
use crate::time::Time;
use crate::timeline::{Activity, Lane, LaneKind, Timeline};

/// One policy on one workload. Times are wall time, in the workload's unit; those of a model are virtual.
///
/// When a job arrives, and when its slice is over, goes by the core's own time: by the work that is done, and by plain
/// time while nobody is ready. That time stands still while other programs have the core. So they delay everything,
/// which is measured and said ([`others`](Self::others)), and change no decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// Who scheduled.
    pub policy: String,
    /// One for each job, in the workload's order.
    pub jobs: Vec<Measured>,
    /// How often the core went from one job to another.
    pub switches: usize,
    /// How long other programs had the core while a job was to have it.
    pub others: Time,
    /// How long it took to stop, decide and continue, all together.
    pub switching: Time,
    /// A lane for each job, from its arrival to its end.
    pub timeline: Timeline,
    /// What the same policy does with the same jobs on paper; `None` for the kernel and for a model itself.
    pub paper: Option<Box<Schedule>>,
}

/// How one job fared.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Whose job it is.
    pub name: String,
    /// How much work it was.
    pub work: Time,
    /// From its arrival to its end.
    pub turnaround: Time,
    /// From its arrival until it had the core for the first time.
    pub response: Time,
    /// How long it was ready, and had not the core: what textbooks call "waiting time".
    pub queueing_time: Time,
    /// How long it waited for I/O.
    pub io: Time,
    /// The CPU time its process used, by the kernel's clock of that process; in a model the work.
    pub cpu: Time,
    /// How often it was given the core: turns in a row count as one.
    pub turns: usize,
    /// How far it was, and when.
    progress: Progress,
}

/// How far a job was: moments in nanoseconds of the shared clock, in order, and the part of its work that was done by then,
/// from 0 to 1.
pub(super) type Progress = Vec<(u64, f64)>;

/// What the timeline of a workload's jobs says. `cpu` is the CPU time that each job's work took; on paper it is the work.
pub(super) fn of(
    workload: &Workload,
    policy: String,
    cpu: Option<&[Option<Time>]>,
    progress: Vec<Progress>,
    timeline: Timeline,
) -> Schedule {
    let order = turns(&timeline);
    let measured = |((number, job), progress): ((usize, &super::workload::Planned), Progress)| {
        let work = Time::of_nanos(job.work, workload.unit);
        let cpu = cpu.map_or(Some(work), |cpu| cpu[number]).unwrap_or(0.0 * work);
        let empty = Lane::new(&*job.name);
        let lane = timeline.lane(&job.name).unwrap_or(&empty);
        let first = lane.spans().iter().find(|span| span.activity == Activity::Running);
        let response = first.map_or(0, |span| span.start - lane.start().unwrap_or(span.start));
        Measured {
            name: job.name.to_string(),
            work,
            turnaround: lane.wall(),
            response: lane.time(response),
            queueing_time: lane.total(Activity::Ready),
            io: lane.total(Activity::Waiting),
            cpu: cpu.in_unit(work),
            turns: order.iter().filter(|name| **name == &*job.name).count(),
            progress,
        }
    };
    Schedule {
        jobs: workload.jobs.iter().enumerate().zip(progress).map(measured).collect(),
        policy,
        switches: order.len().saturating_sub(1),
        others: timeline.time(0),
        switching: timeline.time(0),
        timeline,
        paper: None,
    }
}

/// Who had the core, in order; turns in a row are one.
fn turns(timeline: &Timeline) -> Vec<&str> {
    let jobs = timeline.lanes.iter().filter(|lane| lane.kind == LaneKind::Process);
    let running = jobs.flat_map(|lane| lane.spans().iter().map(move |span| (span, lane.name.as_str())));
    let mut turns: Vec<_> = running.filter(|(span, _)| span.activity == Activity::Running).collect();
    turns.sort_by_key(|(span, _)| span.start);
    let mut names: Vec<_> = turns.into_iter().map(|(_, name)| name).collect();
    names.dedup();
    names
}

/// Jain's index of fairness: 1 when all shares are equal, 1/n when one of n has everything; 1 without any shares.
///
/// R. Jain, D. Chiu, W. Hawe, "A Quantitative Measure of Fairness and Discrimination for Resource Allocation in Shared
/// Computer Systems", DEC-TR-301 (1984).
pub fn jain(shares: &[f64]) -> f64 {
    let (sum, squares): (f64, f64) = (shares.iter().sum(), shares.iter().map(|share| share * share).sum());
    if squares == 0.0 { 1.0 } else { sum * sum / (shares.len() as f64 * squares) }
}

impl Schedule {
    /// Puts what the same policy does on paper beside it, and says what a reader must know to compare the two.
    pub(super) fn is_beside(&mut self, paper: Option<Schedule>) {
        self.paper = paper.map(Box::new);
        let pairs = self.jobs.iter().zip(self.paper.iter().flat_map(|paper| &paper.jobs));
        let said = |(real, paper): (&Measured, &Measured)| {
            format!("{} {:.1} / {:.1}", real.name, paper.turnaround.count(), real.turnaround.count())
        };
        let (pairs, more): (Vec<_>, _) = (pairs.take(6).map(said).collect(), self.jobs.len() > 6);
        let (unit, more) = (self.others.unit().symbol, if more { ", …" } else { "" });
        let turnarounds = format!(
            "{}: turnaround, in the model / measured in wall time ({unit}): {}{more}",
            self.policy,
            pairs.join(", ")
        );
        self.note(turnarounds);
    }

    /// One thing more that a reader must know to trust the figure.
    pub(super) fn note(&mut self, text: impl Into<String>) {
        self.timeline.notes.push(text.into());
    }

    /// How the job called `name` fared.
    ///
    /// # Errors
    /// When there is none; the error names those there are.
    pub fn job(&self, name: &str) -> Result<&Measured, Error> {
        self.jobs.iter().find(|job| job.name == name).ok_or_else(|| Error::NoSuchLane {
            asked: name.to_owned(),
            there: self.jobs.iter().map(|job| job.name.clone()).collect(),
        })
    }

    /// The part of its work, from 0 to 1, that the job called `name` had done by `moment`, in nanoseconds of the shared
    /// clock. It was counted whenever the scheduler looked; between two looks it is taken to grow with the time on the core.
    /// 0 where there is no such job.
    pub fn part_done(&self, name: &str, moment: u64) -> f64 {
        let (Ok(job), Ok(lane)) = (self.job(name), self.timeline.lane(name)) else { return 0.0 };
        let running = || lane.spans().iter().filter(|span| span.activity == Activity::Running);
        let had = |from: u64, to: u64| -> u64 {
            running().map(|span| span.end.min(to).saturating_sub(span.start.max(from))).sum()
        };
        let next = job.progress.partition_point(|point| point.0 < moment);
        let (from, before) = next.checked_sub(1).map_or((0, 0.0), |last| job.progress[last]);
        let Some((to, after)) = job.progress.get(next) else { return before };
        before + (after - before) * (had(from, moment) as f64 / had(from, *to).max(1) as f64)
    }

    /// Who had the core, in order; turns in a row are one.
    pub fn turns(&self) -> Vec<&str> {
        turns(&self.timeline)
    }

    /// The names of the jobs in the order in which they were done.
    pub fn finish_order(&self) -> Vec<&str> {
        let mut order = self.timeline.finish_order();
        order.retain(|name| self.jobs.iter().any(|job| job.name == *name));
        order
    }

    /// The mean turnaround.
    pub fn mean_turnaround(&self) -> Time {
        self.mean(|job| job.turnaround)
    }

    /// The mean response time.
    pub fn mean_response(&self) -> Time {
        self.mean(|job| job.response)
    }

    /// The mean queueing time: what textbooks call "average waiting time".
    pub fn mean_queueing_time(&self) -> Time {
        self.mean(|job| job.queueing_time)
    }

    /// The CPU time of all jobs together.
    pub fn cpu(&self) -> Time {
        self.jobs.iter().map(|job| job.cpu).sum()
    }

    /// [Jain's index](jain) of the pace at which the jobs got on, each its work and I/O divided by its turnaround: 1
    /// when everybody was slowed down alike.
    pub fn fairness(&self) -> f64 {
        let pace = |job: &Measured| {
            let needs = job.work + job.io;
            needs / job.turnaround.max(1e-3 * needs)
        };
        jain(&self.jobs.iter().map(pace).collect::<Vec<_>>())
    }

    fn mean(&self, of: impl Fn(&Measured) -> Time) -> Time {
        self.jobs.iter().map(of).sum::<Time>() / self.jobs.len().max(1) as f64
    }

    /// The timeline drawn, with the model's below on the same axis where there is one.
    pub fn figure(&self) -> Figure {
        match &self.paper {
            Some(paper) => compare(&[&self.timeline, &paper.timeline]),
            None => self.timeline.figure(),
        }
    }

    /// Shows the figure in a notebook; evcxr calls this for a cell's last expression.
    pub fn evcxr_display(&self) {
        self.figure().evcxr_display();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::MILLISECOND;

    #[test]
    fn the_part_done_is_what_was_counted_whatever_time_that_took() {
        let jobs = Workload::new([("a", 0.0 * MILLISECOND, 20 * MILLISECOND)]).unwrap();
        let lane = Lane::new("a")
            .with_span(0..40, Activity::Running, "the host takes 25 of them")
            .and_then(|lane| lane.with_span(40..50, Activity::Ready, "in the queue"))
            .and_then(|lane| lane.with_span(50..55, Activity::Running, "has the core"));
        let timeline = Timeline::new("x").with_lane(lane.unwrap());
        let run = of(&jobs, "x".to_owned(), None, vec![vec![(42, 0.75), (56, 1.0)]], timeline);
        let parts = [0, 20, 42, 50, 51, 56, 99].map(|moment| run.part_done("a", moment));
        assert_eq!(parts, [0.0, 0.375, 0.75, 0.75, 0.8, 1.0, 1.0]);
        assert_eq!(run.part_done("b", 42), 0.0);
    }

    #[test]
    fn jain_s_index_is_what_the_hand_computes() {
        assert_eq!(jain(&[1.0, 1.0, 1.0, 1.0]), 1.0);
        assert_eq!(jain(&[1.0, 0.0, 0.0, 0.0]), 0.25);
        // (1 + 1/2 + 1/3)² / (3 · (1 + 1/4 + 1/9)) = (121/36) / (49/12) = 121/147
        assert!((jain(&[1.0, 0.5, 1.0 / 3.0]) - 121.0 / 147.0).abs() < 1e-12);
        assert_eq!(jain(&[]), 1.0);
    }
}
