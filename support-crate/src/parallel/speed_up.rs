//! How much faster a run gets with more workers: measured again and again, drawn beside the ideal and beside Amdahl's law.

use super::amdahl::Amdahl;
use super::sweep::{Sweep, measure};
use crate::error::Error;
use crate::figure::{Figure, lines};
use crate::machine::Machine;
use crate::record::{Failed, Recorded};

/// A share of the work in which others had the core, from which on the figure says so.
const BUSY: f64 = 0.05;

/// How much faster a run gets with more workers.
#[derive(Debug, Clone, PartialEq)]
pub struct SpeedUp {
    /// What was measured.
    pub sweep: Sweep,
    /// Where.
    pub machine: Machine,
}

/// Runs `run` with one worker, with two, and so on up to the hardware threads that this process may use (past four in
/// larger steps), and with twice as many; in several [rounds](super::sweep).
///
/// ```
/// use timelanes::prelude::*;
/// let curve = speed_up(|workers| {
///     record("sums").pool(Workers(workers), |run| _ = run.each(0..8, |_, lane| lane.work("sums", 0.2 * MILLISECOND)))
/// })?;
/// assert_eq!(curve.at(1)?, 1.0);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// What the first run that fails says.
pub fn speed_up(mut run: impl FnMut(usize) -> Recorded) -> Result<SpeedUp, Failed> {
    curve(&mut run)
}

fn curve(run: &mut dyn FnMut(usize) -> Recorded) -> Result<SpeedUp, Failed> {
    let machine = Machine::here();
    Ok(SpeedUp { sweep: measure(&workers(&machine), run)?, machine })
}

/// How many workers to try: each number up to four, then each half as much again, the cores, the hardware threads, and
/// twice as many.
fn workers(machine: &Machine) -> Vec<usize> {
    let threads = machine.cores.len();
    let steps =
        std::iter::successors(Some(4), |step| Some(step + step / 2)).take_while(|step| *step < threads);
    let mut counts: Vec<usize> = (1..=threads.min(4)).chain(steps).collect();
    counts.extend([cores(machine), threads, 2 * threads]);
    counts.sort_unstable();
    counts.dedup();
    counts
}

/// Whole cores that workers can have for themselves: hardware threads of one core count once, and a quota counts too.
fn cores(machine: &Machine) -> usize {
    let allowed = machine.quota.map_or(usize::MAX, |quota| (quota as usize).max(1));
    machine.siblings.len().min(allowed)
}

impl SpeedUp {
    /// Whole cores that workers can have for themselves here. The fit takes no more workers than these.
    pub fn cores(&self) -> usize {
        cores(&self.machine)
    }

    /// How many times faster with so many workers than with one: the median of the rounds.
    ///
    /// # Errors
    /// When it was not measured with so many; the error names the numbers it was.
    pub fn at(&self, workers: usize) -> Result<f64, Error> {
        let found = self.points().into_iter().find(|point| point.0 == workers as f64);
        found.map(|point| point.1).ok_or_else(|| Error::NotPossible {
            what: format!("telling the speed-up with {workers} workers"),
            because: format!("it was measured with {:?}", self.sweep.numbers),
        })
    }

    /// The speed-up for each number of workers: the median of the rounds.
    pub fn points(&self) -> Vec<(f64, f64)> {
        self.quantile(0.5)
    }

    /// The value below which a part of the rounds lies, for each number of workers.
    fn quantile(&self, part: f64) -> Vec<(f64, f64)> {
        self.sweep.points(|round, at| Some(round[0].until_done / round[at].until_done), part)
    }

    /// Each round's times: (workers, milliseconds), for as many workers as there are whole cores.
    pub fn rounds(&self) -> Vec<Vec<(f64, f64)>> {
        let cores = self.cores();
        let numbers = || self.sweep.numbers.iter().filter(move |number| **number <= cores);
        let round = |round: &Vec<_>| {
            let times = round.iter().map(|took: &super::sweep::Took| took.until_done);
            numbers().map(|number| *number as f64).zip(times).collect()
        };
        self.sweep.rounds.iter().map(round).collect()
    }

    /// The serial share that explains these times by Amdahl's law.
    ///
    /// # Errors
    /// On a machine with one core: there is nothing to gain, and nothing to fit.
    pub fn fit(&self) -> Result<Amdahl, Error> {
        if self.cores() < 2 {
            return Err(Error::NotPossible {
                what: "fitting Amdahl's law".to_owned(),
                because: format!("{}: more workers have nothing to gain", self.machine),
            });
        }
        Amdahl::fit(&self.rounds())
    }

    /// The speed-up over the workers, its spread from the slowest round to the quickest, the ideal line, and Amdahl's law as
    /// it fits; below, in words, the fit beside the share that was [counted](Sweep::alone), the machine, and how much of the cores
    /// others had.
    pub fn figure(&self) -> Figure {
        let (cores, last) = (self.cores() as f64, *self.sweep.numbers.last().unwrap_or(&1) as f64);
        let fit = self.fit();
        let mut series = vec![
            (format!("ideal: {cores} cores"), vec![(1.0, 1.0), (cores, cores), (last, cores)]),
            (format!("measured, median of {} rounds", self.sweep.rounds.len()), self.points()),
            ("the best round".to_owned(), self.quantile(1.0)),
            ("the worst round".to_owned(), self.quantile(0.0)),
        ];
        if let Ok(law) = &fit {
            // So many that they are drawn as a line without markers.
            let curve = (0..=60).map(|step| 1.0 + (cores - 1.0) * f64::from(step) / 60.0);
            series.push(("Amdahl's law, fitted".to_owned(), curve.map(|n| (n, law.speed_up(n))).collect()));
        }
        let figure = lines("speed-up", "workers", "times as fast as one worker", &series);
        let told = fit.map_or_else(|none| none.to_string(), |law| law.to_string());
        let counted = (self.sweep.alone() > 0.0).then(|| {
            format!(
                "counted in the recordings: {:.0} % of the work is main's alone",
                100.0 * self.sweep.alone()
            )
        });
        let notes = [Some(told), counted, self.disturbed(), Some(self.machine.to_string())];
        notes.iter().flatten().fold(figure, |figure, note| figure.with_note(note))
    }

    /// What others on this machine took from the runs that had a core for each worker.
    fn disturbed(&self) -> Option<String> {
        let waited = self.sweep.kept_waiting(self.cores())?;
        (waited > BUSY).then(|| {
            format!(
                "others use this machine: with {} workers, {:.0} % of the work's time went by waiting for a core, so the \
                 speed-up is too low and the fitted share too high",
                self.cores(),
                100.0 * waited
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(siblings: &[&[usize]], quota: Option<f64>) -> Machine {
        let siblings: Vec<Vec<usize>> = siblings.iter().map(|core| core.to_vec()).collect();
        Machine { cores: siblings.concat(), siblings, quota, system: String::new() }
    }

    #[test]
    fn hardware_threads_of_one_core_and_cores_beyond_a_quota_are_no_cores_for_the_fit() {
        let smt = machine(&[&[0, 4], &[1, 5], &[2, 6], &[3, 7]], None);
        assert_eq!((cores(&smt), workers(&smt)), (4, vec![1, 2, 3, 4, 6, 8, 16]));
        assert_eq!(cores(&machine(&[&[0], &[1], &[2]], Some(1.5))), 1);
        assert_eq!(cores(&machine(&[&[0], &[1], &[2]], Some(2.0))), 2);
        assert_eq!(workers(&machine(&[&[3]], None)), [1, 2]);
        assert_eq!(workers(&machine(&[&[0], &[1]], None)), [1, 2, 4]);
        let many: Vec<[usize; 1]> = (0..64).map(|core| [core]).collect();
        let many: Vec<&[usize]> = many.iter().map(|core| core.as_slice()).collect();
        assert_eq!(workers(&machine(&many, None)), [1, 2, 3, 4, 6, 9, 13, 19, 28, 42, 63, 64, 128]);
    }
}
