//! The same run with one number changed, again and again: a parameter sweep.
//!
//! A round runs each number once, so that what changes on the machine in the course of the measurement touches all
//! numbers alike; every second round goes backwards. Ratios are taken within a round.

use std::time::{Duration, Instant};

use crate::error::Error;
use crate::record::{Failed, Recorded};
use crate::timeline::{Activity, Lane, LaneKind, Share, Timeline};

/// How often each number is run.
const ROUNDS: usize = 9;
/// No further round begins after this, if there were [`FEWEST`].
const BUDGET: Duration = Duration::from_secs(4);
const FEWEST: usize = 3;

/// The same run for several numbers, in several rounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    /// The numbers.
    pub numbers: Vec<usize>,
    /// Round by round, what each number's run took.
    pub rounds: Vec<Vec<Took>>,
}

/// What one run took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Took {
    /// From the beginning of the run until a thread of it is done, the mean over its threads; milliseconds.
    pub until_done: f64,
    /// CPU time of all its threads together; milliseconds. `None` where the system counts none for a thread.
    pub cpu: Option<f64>,
    /// The share of its work in which a core was wanted and not had, as far as it was [seen](crate::record::LaneWriter::work).
    pub kept_waiting: Share,
    /// The share of its work that was done by lanes which are no threads of the run's: main, alone.
    pub alone: Share,
}

/// Runs `run` for each of `numbers`, in several rounds: nine, or fewer where four seconds are over, but three at least.
///
/// ```
/// use timelanes::prelude::*;
/// let waits = sweep(&[1, 4], |count| {
///     record("waits").threads(|run| {
///         for name in 0..count {
///             run.spawn(format!("{name}"), |lane| lane.wait("a pause", 2 * MILLISECOND));
///         }
///     })
/// })?;
/// assert_eq!(waits.relative()[0], (1.0, 1.0));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// No number at all; what the first run that fails says.
pub fn sweep(numbers: &[usize], mut run: impl FnMut(usize) -> Recorded) -> Result<Sweep, Failed> {
    measure(numbers, &mut run)
}

/// Compiled once, with this crate, and not in every cell that sweeps.
pub(super) fn measure(numbers: &[usize], run: &mut dyn FnMut(usize) -> Recorded) -> Result<Sweep, Failed> {
    if numbers.is_empty() {
        let because = "give one number or more to run it with".to_owned();
        return Err(Failed::before(
            "sweep",
            Error::NotPossible { what: "measuring nothing".to_owned(), because },
        ));
    }
    let (begun, mut told) = (Instant::now(), Duration::from_secs(2));
    let mut rounds: Vec<Vec<Took>> = Vec::new();
    while rounds.len() < ROUNDS && (rounds.len() < FEWEST || begun.elapsed() < BUDGET) {
        let mut round = vec![None; numbers.len()];
        let backwards = rounds.len() % 2 == 1;
        for step in 0..numbers.len() {
            let at = if backwards { numbers.len() - 1 - step } else { step };
            round[at] = Some(Took::of(&run(numbers[at])?));
            if begun.elapsed() >= told {
                println!("measuring: {} of round {} of {ROUNDS} at the most", step + 1, rounds.len() + 1);
                told += Duration::from_secs(2);
            }
        }
        rounds.push(round.into_iter().flatten().collect());
    }
    Ok(Sweep { numbers: numbers.to_vec(), rounds })
}

impl Sweep {
    /// For each number, the median time until a thread of the run is done, in milliseconds: points for
    /// [`lines`](crate::figure::lines).
    pub fn times(&self) -> Vec<(f64, f64)> {
        self.points(|round, at| Some(round[at].until_done), 0.5)
    }

    /// For each number, the time of its quickest run, in milliseconds: the one that others disturbed least.
    pub fn quickest(&self) -> Vec<(f64, f64)> {
        self.points(|round, at| Some(round[at].until_done), 0.0)
    }

    /// For each number, the median CPU time of its threads together, in milliseconds; none where it is not counted.
    pub fn cpu_times(&self) -> Vec<(f64, f64)> {
        self.points(|round, at| round[at].cpu, 0.5)
    }

    /// For each number, how many times as long as for the first, by the quickest run of each.
    pub fn relative(&self) -> Vec<(f64, f64)> {
        let quickest = self.quickest();
        let first = quickest.first().map_or(1.0, |first| first.1);
        quickest.into_iter().map(|(number, time)| (number, time / first)).collect()
    }

    /// The share of its work in which the median run wanted a core and did not have it. Runs with more threads than cores
    /// want more than there is; with fewer, others had it.
    pub fn kept_waiting(&self, number: usize) -> Option<Share> {
        let points = self.points(|round, at| Some(round[at].kept_waiting), 0.5);
        points.iter().find(|point| point.0 == number as f64).map(|point| point.1)
    }

    /// The share of the work that no worker did, but main alone: counted, not fitted. The median of all runs.
    pub fn alone(&self) -> Share {
        let mut shares: Vec<Share> = self.rounds.iter().flatten().map(|took| took.alone).collect();
        shares.sort_by(f64::total_cmp);
        shares.get(shares.len() / 2).copied().unwrap_or(0.0)
    }

    /// For each number, `of` its runs, the value below which a `part` of them lies.
    pub(super) fn points(&self, of: impl Fn(&[Took], usize) -> Option<f64>, part: f64) -> Vec<(f64, f64)> {
        let point = |(at, number): (usize, &usize)| {
            let mut values: Vec<f64> = self.rounds.iter().filter_map(|round| of(round, at)).collect();
            values.sort_by(f64::total_cmp);
            let place = (values.len().checked_sub(1)? as f64 * part).round() as usize;
            Some((*number as f64, values[place]))
        };
        self.numbers.iter().enumerate().filter_map(point).collect()
    }
}

impl Took {
    fn of(run: &Timeline) -> Self {
        let threads =
            || run.lanes.iter().filter(|lane| [LaneKind::Thread, LaneKind::Worker].contains(&lane.kind));
        let done = threads().filter_map(|lane| Some((lane.end()? - run.start()) as f64 / 1e6));
        let (count, sum) = done.fold((0.0, 0.0), |(count, sum), time| (count + 1.0, sum + time));
        let all = |activity: Activity| threads().map(|lane: &Lane| lane.nanos(activity)).sum::<u64>() as f64;
        let (ready, running) = (all(Activity::Ready), all(Activity::Running));
        let work = run.lanes.iter().map(|lane| lane.nanos(Activity::Running)).sum::<u64>() as f64;
        let share = |part: f64, whole: f64| if part > 0.0 { part / whole } else { 0.0 };
        Self {
            until_done: if count > 0.0 { sum / count } else { (run.end() - run.start()) as f64 / 1e6 },
            cpu: threads().map(|lane| Some(lane.cpu?.as_secs_f64() * 1e3)).sum(),
            kept_waiting: share(ready, ready + running),
            alone: share(work - running, work),
        }
    }
}
