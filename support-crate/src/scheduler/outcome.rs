//! What came of a run: how long each job took, waited, and was kept waiting for its first moment, and how fair that was.

use std::time::Duration;

use super::drive::Turn;
use super::workload::Workload;
use crate::error::Error;
use crate::figure::{Figure, compare};
use crate::timeline::{Timeline, Unit};

/// One policy on one workload. Times are in the workload's unit.
///
/// They are in the core's time, which goes on by the work that is done (a millisecond is what the core does in one when
/// nobody disturbs it) and by plain time while nobody is ready. So it stands still while other programs have the core
/// and while the scheduler switches, and goes slower while neighbours slow the core itself down;
/// [`others`](Self::others) is how long all that was. The timeline is in plain time, and shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Who scheduled.
    pub policy: String,
    /// What times are counted in.
    pub unit: Unit,
    /// One for each job, in the workload's order.
    pub jobs: Vec<Measured>,
    /// How often the core went from one job to another.
    pub switches: usize,
    /// How long other programs and the switching itself took: the run in plain time, less the core's time.
    pub others: f64,
    /// A lane for each job, from its arrival to its end.
    pub timeline: Timeline,
    /// What the same policy does with the same jobs on paper; `None` for the kernel and for a model itself.
    pub paper: Option<Box<Outcome>>,
}

/// How one job fared. Times are in the workload's unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Whose job it is.
    pub name: String,
    /// How much work it was.
    pub work: f64,
    /// From its arrival to its end.
    pub turnaround: f64,
    /// The same in plain time, with what other programs and the switching took.
    pub elapsed: f64,
    /// From its arrival until it had the core for the first time.
    pub response: f64,
    /// How long it was ready, and had not the core.
    pub wait: f64,
    /// The CPU time its process used.
    pub cpu: f64,
    /// How often it was given the core.
    pub turns: usize,
}

/// The outcome of a workload whose jobs had these turns. `cpu` is the CPU time that each job's work took; on paper it is
/// the work.
pub(super) fn of(
    workload: &Workload,
    policy: String,
    turns: &[Turn],
    cpu: Option<&[Duration]>,
    timeline: Timeline,
) -> Outcome {
    let unit = workload.unit;
    let job = |(number, job): (usize, &super::workload::Planned)| {
        let own = || turns.iter().filter(|turn| turn.job == number);
        let first = own().next().map_or(job.arrives, |turn| turn.from);
        let last = own().next_back().map_or(job.arrives, |turn| turn.to);
        let turnaround = last.saturating_sub(job.arrives);
        let on_core: u64 = own().map(|turn| turn.to - turn.from).sum();
        Measured {
            name: job.name.to_string(),
            work: unit.count(job.work),
            turnaround: unit.count(turnaround),
            elapsed: timeline.lane(&job.name).map_or(0.0, |lane| unit.count(lane.wall())),
            response: unit.count(first.saturating_sub(job.arrives)),
            wait: unit.count(turnaround.saturating_sub(on_core)),
            cpu: unit.count(cpu.map_or(job.work, |cpu| cpu[number].as_nanos() as u64)),
            turns: own().count(),
        }
    };
    Outcome {
        policy,
        unit,
        jobs: workload.jobs.iter().enumerate().map(job).collect(),
        switches: turns.windows(2).filter(|pair| pair[0].job != pair[1].job).count(),
        others: 0.0,
        timeline,
        paper: None,
    }
}

/// Jain's index of fairness: 1 when all shares are equal, 1/n when one of n has everything; 1 without any shares.
///
/// R. Jain, D. Chiu, W. Hawe, "A Quantitative Measure of Fairness and Discrimination for Resource Allocation in Shared
/// Computer Systems", DEC-TR-301 (1984).
pub fn jain(shares: &[f64]) -> f64 {
    let (sum, squares): (f64, f64) = (shares.iter().sum(), shares.iter().map(|share| share * share).sum());
    if squares == 0.0 { 1.0 } else { sum * sum / (shares.len() as f64 * squares) }
}

impl Outcome {
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

    /// The names of the jobs in the order in which they were done.
    pub fn finish_order(&self) -> Vec<&str> {
        let mut order = self.timeline.finish_order();
        order.retain(|name| self.jobs.iter().any(|job| job.name == *name));
        order
    }

    /// The mean turnaround, in the workload's unit.
    pub fn mean_turnaround(&self) -> f64 {
        self.mean(|job| job.turnaround)
    }

    /// The mean response time, in the workload's unit.
    pub fn mean_response(&self) -> f64 {
        self.mean(|job| job.response)
    }

    /// The mean waiting time, in the workload's unit.
    pub fn mean_wait(&self) -> f64 {
        self.mean(|job| job.wait)
    }

    /// The CPU time of all jobs together, in the workload's unit.
    pub fn cpu(&self) -> f64 {
        self.jobs.iter().map(|job| job.cpu).sum()
    }

    /// [Jain's index](jain) of the pace at which the jobs got on, each its work divided by its turnaround: 1 when
    /// everybody was slowed down alike.
    pub fn fairness(&self) -> f64 {
        let paces: Vec<f64> =
            self.jobs.iter().map(|job| job.work / job.turnaround.max(job.work * 1e-3)).collect();
        jain(&paces)
    }

    /// How far the turnarounds are from those on paper: the largest difference, as a part of the latter.
    pub fn off_paper(&self) -> Option<f64> {
        let pairs = self.jobs.iter().zip(&self.paper.as_ref()?.jobs);
        pairs.map(|(real, paper)| (real.turnaround / paper.turnaround - 1.0).abs()).reduce(f64::max)
    }

    fn mean(&self, of: impl Fn(&Measured) -> f64) -> f64 {
        self.jobs.iter().map(of).sum::<f64>() / self.jobs.len().max(1) as f64
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

    #[test]
    fn jain_s_index_is_what_the_hand_computes() {
        assert_eq!(jain(&[1.0, 1.0, 1.0, 1.0]), 1.0);
        assert_eq!(jain(&[1.0, 0.0, 0.0, 0.0]), 0.25);
        // (1 + 1/2 + 1/3)² / (3 · (1 + 1/4 + 1/9)) = (121/36) / (49/12) = 121/147
        assert!((jain(&[1.0, 0.5, 1.0 / 3.0]) - 121.0 / 147.0).abs() < 1e-12);
        assert_eq!(jain(&[]), 1.0);
    }
}
