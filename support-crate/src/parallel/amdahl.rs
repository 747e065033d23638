//! Amdahl's law, fitted: which share of a run is serial, when so many workers make it so much faster.
//!
//! Gene Amdahl, "Validity of the single processor approach to achieving large scale computing capabilities" (1967): if a
//! share s of the work can be done by one worker only, n workers need `T(n) = T(1) · (s + (1 − s) / n)`. That is a line
//! in 1/n, `a + b / n` with `s = a / (a + b)`, so least squares fit it.
//!
//! Times of one round, taken shortly one after the other, are fitted by themselves, and the median of all rounds is the
//! result: what disturbs a few rounds moves it little, and how far the rounds lie apart is its error.

use std::fmt;

use crate::error::Error;
use crate::timeline::Share;

/// The serial share that explains how times fall with the number of workers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amdahl {
    /// The part of the work that is serial, from 0 to 1: the median of the rounds.
    pub serial: Share,
    /// A quarter of the rounds say less than this.
    pub low: Share,
    /// A quarter of the rounds say more than this.
    pub high: Share,
    /// How many rounds were fitted.
    pub rounds: usize,
    /// The most workers among them.
    pub workers: usize,
}

impl Amdahl {
    /// Fits the law to rounds of measurements, each a list of (workers, time), the times in any unit.
    ///
    /// ```
    /// use timelanes::parallel::Amdahl;
    /// let law = Amdahl::fit(&[vec![(1.0, 100.0), (2.0, 60.0), (4.0, 40.0)]])?;
    /// assert!((law.serial - 0.2).abs() < 1e-9 && (law.most() - 5.0).abs() < 1e-6);
    /// # Ok::<(), timelanes::prelude::Error>(())
    /// ```
    ///
    /// # Errors
    /// When no round has times of two different numbers of workers.
    pub fn fit(rounds: &[Vec<(f64, f64)>]) -> Result<Self, Error> {
        let mut shares: Vec<Share> = rounds.iter().filter_map(|round| serial(round)).collect();
        shares.sort_by(f64::total_cmp);
        let last = shares.len().checked_sub(1).ok_or_else(|| Error::NotPossible {
            what: "fitting Amdahl's law".to_owned(),
            because: "it takes times with one worker and with more, each on a core of its own".to_owned(),
        })?;
        let quantile = |part: f64| {
            let at = last as f64 * part;
            let (below, above) = (shares[at.floor() as usize], shares[at.ceil() as usize]);
            below + (above - below) * at.fract()
        };
        let workers = rounds.iter().flatten().map(|point| point.0).fold(1.0, f64::max) as usize;
        let (serial, low, high) = (quantile(0.5), quantile(0.25), quantile(0.75));
        Ok(Self { serial, low, high, rounds: shares.len(), workers })
    }

    /// How many times faster the law says that `workers` are than one.
    pub fn speed_up(&self, workers: f64) -> f64 {
        1.0 / (self.serial + (1.0 - self.serial) / workers)
    }

    /// How many times faster it gets with any number of workers at the most; infinite where nothing is serial.
    pub fn most(&self) -> f64 {
        if self.serial > 0.0 { 1.0 / self.serial } else { f64::INFINITY }
    }
}

impl fmt::Display for Amdahl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: Share| (share.clamp(0.0, 1.0) * 100.0).round();
        let (serial, low, high) = (percent(self.serial), percent(self.low), percent(self.high));
        write!(
            out,
            "Amdahl's law, fitted to {} rounds on 1 to {} cores: {serial} % is serial (half of the rounds say between \
             {low} and {high} %)",
            self.rounds, self.workers
        )?;
        match self.most() {
            most if most < 100.0 => {
                write!(out, ", so no number of cores makes it more than {most:.1} times faster")
            }
            _ => write!(out, ", so these rounds show no bound"),
        }
    }
}

/// The serial share that fits the times of one round best.
fn serial(round: &[(f64, f64)]) -> Option<Share> {
    let points = round.iter().filter(|(workers, time)| *workers >= 1.0 && *time > 0.0 && time.is_finite());
    let points: Vec<(f64, f64)> = points.map(|(workers, time)| (1.0 / workers, *time)).collect();
    let count = points.len() as f64;
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(&|point| point.0), mean(&|point| point.1));
    let (across, along) =
        (mean(&|point| (point.0 - x).powi(2)), mean(&|point| (point.0 - x) * (point.1 - y)));
    let slope = along / across;
    let share = 1.0 - slope / (y - slope * x + slope);
    share.is_finite().then_some(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(serial: f64, noise: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        let time = |n: f64| (n, 80.0 * (serial + (1.0 - serial) / n) * noise(n));
        [1.0, 2.0, 3.0, 4.0, 8.0, 16.0].map(time).to_vec()
    }

    #[test]
    fn a_known_serial_share_is_recovered_exactly() {
        for serial in [0.0, 0.05, 0.3, 0.9, 1.0] {
            let law = Amdahl::fit(&[times(serial, |_| 1.0)]).unwrap();
            assert!((law.serial - serial).abs() < 1e-9, "{law:?}");
            assert!((law.speed_up(4.0) - 1.0 / (serial + (1.0 - serial) / 4.0)).abs() < 1e-9);
        }
    }

    #[test]
    fn noise_and_two_disturbed_rounds_of_nine_hardly_move_it_and_are_its_error() {
        let noisy = |round: f64| times(0.2, |n| 1.0 + 0.03 * (n * 7.3 + round).sin());
        let mut rounds: Vec<_> = (0..9).map(|round| noisy(f64::from(round))).collect();
        let quiet = Amdahl::fit(&rounds).unwrap();
        rounds[3].iter_mut().skip(1).for_each(|point| point.1 *= 3.0);
        rounds[7][0].1 *= 4.0;
        let law = Amdahl::fit(&rounds).unwrap();
        assert!((quiet.serial - 0.2).abs() < 0.03 && (law.serial - 0.2).abs() < 0.05, "{quiet} {law}");
        assert!(law.low <= law.serial && law.serial <= law.high && law.high - law.low < 0.15, "{law}");
    }

    #[test]
    fn one_number_of_workers_no_rounds_and_no_numbers_fit_nothing() {
        for rounds in
            [vec![], vec![vec![]], vec![vec![(1.0, 5.0); 9]], vec![vec![(1.0, f64::NAN), (2.0, 1.0)]]]
        {
            let said = Amdahl::fit(&rounds).unwrap_err().to_string();
            assert!(said.contains("one worker and with more"), "{said}");
        }
    }
}
