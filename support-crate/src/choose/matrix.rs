//! All tools and all works, round by round.
//!
//! A round runs each tool on each work once, every second round backwards, so that whatever changes on the machine in the
//! meantime touches all of them alike.

use std::time::{Duration, Instant};

use super::attempt::{Attempt, MOST};
use super::compared::Matrix;
use super::row::{Measured, Row};
use crate::error::Error;
use crate::machine::Machine;

/// How often each tool does each work.
const ROUNDS: usize = 5;
/// So often also where it takes long.
const FEWEST: usize = 3;
/// No further round begins after this.
const BUDGET: Duration = Duration::from_secs(9);
/// Nothing further begins after this.
const END: Duration = Duration::from_secs(45);

/// A tool's way to do jobs: all of them, and the answers in the jobs' order.
pub type Way<Job> = fn(&[Job]) -> Vec<u64>;

/// Works and tools that are to be measured; made by [`matrix`].
pub struct Trials<'jobs, Job> {
    tools: Vec<(String, Way<Job>)>,
    works: Vec<(String, String, &'jobs [Job])>,
}

/// A comparison of tools: [`row`](Trials::row) adds a work, [`measure`](Trials::measure) measures.
///
/// ```standalone_crate
/// use timelanes::prelude::*;
/// fn sequential(jobs: &[u64]) -> Vec<u64> {
///     jobs.iter().map(|job| compute(*job, 10_000)).collect()
/// }
/// fn backwards(jobs: &[u64]) -> Vec<u64> {
///     jobs.iter().rev().map(|job| compute(*job, 10_000)).collect()
/// }
/// let tools: [(&str, choose::Way<u64>); 2] = [("sequential", sequential), ("backwards", backwards)];
/// # if cfg!(target_os = "linux") {
/// let table = choose::matrix(&tools).row("arithmetic", "backwards", &[3, 4]).measure()?;
/// assert_eq!(table.answers("arithmetic", "sequential")?, [compute(3, 10_000), compute(4, 10_000)]);
/// assert!(table.trouble("arithmetic", "backwards")?.unwrap().contains("other answers"));
/// # }
/// # Ok::<(), Error>(())
/// ```
pub fn matrix<'jobs, Job>(tools: &[(&str, Way<Job>)]) -> Trials<'jobs, Job> {
    Trials { tools: tools.iter().map(|(name, way)| ((*name).to_owned(), *way)).collect(), works: Vec::new() }
}

impl<'jobs, Job> Trials<'jobs, Job> {
    /// Adds a work, with the tool that the learner chooses for it.
    pub fn row(mut self, work: &str, choice: &str, jobs: &'jobs [Job]) -> Self {
        self.works.push((work.to_owned(), choice.to_owned(), jobs));
        self
    }

    /// Lets every tool do every work, each time in a process of its own: five rounds, or fewer where nine seconds are
    /// over, but three. What fails is not tried again.
    ///
    /// # Errors
    /// No tool or no work; a choice that is none of the tools; too many jobs; when this process cannot be forked.
    pub fn measure(self) -> Result<Matrix, Error> {
        measure(self.rows()?, &|row, tool| self.attempt(row, tool))
    }

    /// As [`measure`](Self::measure), but for each work only the chosen tool and the first one.
    ///
    /// # Errors
    /// As for [`measure`](Self::measure).
    pub fn measure_choices(self) -> Result<Matrix, Error> {
        let mut rows = self.rows()?;
        for row in &mut rows {
            for (tool, cell) in row.cells.iter_mut().enumerate() {
                cell.wanted = tool == 0 || tool == row.choice;
            }
        }
        measure(rows, &|row, tool| self.attempt(row, tool))
    }

    fn attempt(&self, row: usize, tool: usize) -> Result<Attempt, Error> {
        let ((name, way), (_, _, jobs)) = (&self.tools[tool], &self.works[row]);
        Attempt::new(name, &|| way(jobs))
    }

    /// Empty rows, when all that was asked for makes sense.
    fn rows(&self) -> Result<Vec<Row>, Error> {
        let tools: Vec<_> = self.tools.iter().map(|(name, _)| name.as_str()).collect();
        let works: Vec<_> =
            self.works.iter().map(|(work, choice, jobs)| (&**work, &**choice, jobs.len())).collect();
        rows(&tools, &works)
    }
}

/// Empty rows for `works`: each its name, the tool chosen for it, and how many jobs it has.
fn rows(tools: &[&str], works: &[(&str, &str, usize)]) -> Result<Vec<Row>, Error> {
    let none = |because: String| Error::NotPossible { what: "choosing".to_owned(), because };
    if tools.is_empty() || works.is_empty() {
        return Err(none("there is nothing to measure without a tool and a work".to_owned()));
    }
    let row = |(work, choice, jobs): &(&str, &str, usize)| {
        let there = || none(format!("\"{choice}\" is none of the tools; they are {}", tools.join(", ")));
        let choice = tools.iter().position(|name| name == choice).ok_or_else(there)?;
        if !(1..=MOST).contains(jobs) {
            return Err(none(format!("a work has from 1 to {MOST} jobs, and \"{work}\" has {jobs}")));
        }
        let cells = tools.iter().map(|name| Measured::nothing(name)).collect();
        Ok(Row { work: (*work).to_owned(), choice, cells })
    };
    works.iter().map(row).collect()
}

/// Fills the rows, round by round. Compiled once, with this crate, and not in every cell that measures.
fn measure(
    mut rows: Vec<Row>,
    attempt: &dyn Fn(usize, usize) -> Result<Attempt, Error>,
) -> Result<Matrix, Error> {
    let (begun, mut told) = (Instant::now(), Duration::from_secs(2));
    let places: Vec<_> =
        (0..rows.len()).flat_map(|row| (0..rows[row].cells.len()).map(move |tool| (row, tool))).collect();
    for round in 0..ROUNDS {
        if round >= FEWEST && begun.elapsed() > BUDGET {
            break;
        }
        for step in 0..places.len() {
            let (row, tool) = places[if round % 2 == 1 { places.len() - 1 - step } else { step }];
            let cell = &mut rows[row].cells[tool];
            if begun.elapsed() > END || !cell.wanted || cell.trouble.is_some() {
                continue;
            }
            cell.add(attempt(row, tool)?);
            if begun.elapsed() > told {
                let at = format!("{} of {}", step + 1, places.len());
                println!("measuring: round {} of {ROUNDS} at the most, {at}", round + 1);
                told += Duration::from_secs(2);
            }
        }
    }
    rows.iter_mut().for_each(Row::compare_answers);
    Ok(Matrix { rows, machine: Machine::here() })
}
