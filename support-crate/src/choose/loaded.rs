//! What came of a server under load.

use std::fmt;
use std::sync::atomic::Ordering;

use super::guests::{self, Ask, CLOSED, Kind, LATE, NOT_LET_IN, RIGHT, Report, SHUT, WRONG};
use crate::figure::{Figure, histogram};
use crate::time::{MILLISECOND, Time};

/// What came of a server under load.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// Connections that the guests had open at the same time.
    pub guests: usize,
    /// Requests that were to be answered.
    pub asked: usize,
    /// Those that were answered, and rightly.
    pub right: usize,
    /// Right answers for which the kitchen never cooked the dish, or not for its whole time.
    pub without_dish: usize,
    /// Dishes that the kitchen cooked for the server at the same time, at most.
    pub at_once: usize,
    /// Until each quick request was answered, but for the first moment's; milliseconds.
    pub quick: Vec<f64>,
    /// What went wrong, in words; the first thing first.
    pub troubles: Vec<String>,
    pub(super) notes: Vec<String>,
}

impl Load {
    pub(super) fn read(guests: usize, plan: &[Ask], report: &Report) -> Self {
        let seen: Vec<[u64; 2]> = report
            .requests
            .iter()
            .take(plan.len())
            .map(|seen| [0, 1].map(|part: usize| seen[part].load(Ordering::Acquire)))
            .collect();
        let count = |outcome: u64| seen.iter().filter(|seen| seen[0] == outcome).count();
        let quick = plan.iter().zip(&seen).filter(|(ask, seen)| ask.kind == Kind::Quick && seen[0] == RIGHT);
        let mut quick: Vec<f64> = quick.map(|(_, seen)| seen[1] as f64 / 1e6).collect();
        quick.sort_by(f64::total_cmp);
        let [patience, long_patience] = [guests::PATIENCE, guests::LONG_PATIENCE].map(|time| time.as_secs());
        let told = [
            (SHUT, "found the door shut: nobody listens there".to_owned()),
            (NOT_LET_IN, format!("were never sent: nobody let the guest in (accept) within {patience} s")),
            (WRONG, "were answered wrongly".to_owned()),
            (CLOSED, "were not answered: the server closed the connection".to_owned()),
            (
                LATE,
                format!(
                    "were not answered in time ({patience} s for a first answer, {long_patience} s for another)"
                ),
            ),
        ];
        let told = told.iter().filter(|(outcome, _)| count(*outcome) > 0);
        let troubles =
            told.map(|(outcome, says)| format!("{} of {} requests {says}", count(*outcome), plan.len()));
        let [at_once, without_dish] =
            [0, 1].map(|place: usize| report.kitchen[place].load(Ordering::Acquire) as usize);
        let (asked, right) = (plan.len(), count(RIGHT));
        Self {
            guests,
            asked,
            right,
            without_dish,
            at_once,
            quick,
            troubles: troubles.collect(),
            notes: Vec::new(),
        }
    }

    /// Whether every request was answered, and rightly.
    pub fn is_right(&self) -> bool {
        self.right == self.asked
    }

    fn quantile(&self, part: f64) -> f64 {
        let last = self.quick.len().saturating_sub(1) as f64;
        self.quick.get((last * part).round() as usize).copied().unwrap_or(f64::NAN)
    }

    /// Half of the quick requests were answered sooner (p50).
    pub fn median(&self) -> Time {
        self.quantile(0.5) * MILLISECOND
    }

    /// One in a hundred of the quick requests took longer (p99).
    pub fn slowest(&self) -> Time {
        self.quantile(0.99) * MILLISECOND
    }

    /// How many times the median the slowest one in a hundred took (p99 / p50); infinite where there were no answers.
    pub fn tail(&self) -> f64 {
        if self.quick.is_empty() { f64::INFINITY } else { self.quantile(0.99) / self.quantile(0.5) }
    }

    /// How long the quick requests took, and in words all the rest.
    pub fn figure(&self) -> Figure {
        let figure = histogram("until a quick request was answered", "milliseconds", &self.quick);
        let told = self.to_string();
        told.lines()
            .map(str::to_owned)
            .chain(self.notes.clone())
            .fold(figure, |figure, line| figure.with_note(&line))
    }
}

impl fmt::Display for Load {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} of {} requests on {} connections were answered rightly; ",
            self.right, self.asked, self.guests
        )?;
        write!(out, "dishes cooked at the same time: {} at most", self.at_once)?;
        if !self.quick.is_empty() {
            let (median, slowest) = (self.median(), self.slowest());
            write!(
                out,
                "\nquick requests: half within {median} (p50), 99 of 100 within {slowest} (p99): {:.1} times p50",
                self.tail()
            )?;
        }
        self.troubles.iter().try_for_each(|trouble| write!(out, "\n{trouble}"))
    }
}
