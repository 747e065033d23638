//! What is read off a matrix, and its figure.

use super::row::{Measured, Row, median};
use crate::error::Error;
use crate::figure::{Figure, grid};
use crate::machine::Machine;
use crate::time::{MILLISECOND, Time};

/// A share of the time in which a thread alone had to wait for a core, from which on the figure says so.
const BUSY: f64 = 0.1;

/// Works by tools, measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    pub(super) rows: Vec<Row>,
    pub(super) machine: Machine,
}

impl Matrix {
    fn row(&self, work: &str) -> Result<&Row, Error> {
        self.rows.iter().find(|row| row.work == work).ok_or_else(|| {
            let there =
                self.rows.iter().map(|row| format!("\"{}\"", row.work)).collect::<Vec<_>>().join(", ");
            Error::NotPossible {
                what: format!("finding the work \"{work}\""),
                because: format!("there are {there}"),
            }
        })
    }

    /// What was measured of one tool on one work.
    ///
    /// # Errors
    /// When there is no such work or no such tool.
    pub fn cell(&self, work: &str, tool: &str) -> Result<&Measured, Error> {
        let row = self.row(work)?;
        row.cells.iter().find(|cell| cell.tool == tool).ok_or_else(|| {
            let there = row.cells.iter().map(|cell| cell.tool.as_str()).collect::<Vec<_>>().join(", ");
            Error::NotPossible {
                what: format!("finding the tool \"{tool}\""),
                because: format!("there are {there}"),
            }
        })
    }

    /// The tool that the learner chose for a work.
    ///
    /// # Errors
    /// When there is no such work.
    pub fn choice(&self, work: &str) -> Result<&Measured, Error> {
        self.row(work).map(|row| &row.cells[row.choice])
    }

    /// How long a tool took for a work, the median of the rounds; not a number where it came to no end.
    ///
    /// # Errors
    /// As for [`cell`](Self::cell).
    pub fn time(&self, work: &str, tool: &str) -> Result<Time, Error> {
        self.cell(work, tool).map(|cell| cell.median() * MILLISECOND)
    }

    /// A tool's answers in its last round; none where it came to no end.
    ///
    /// # Errors
    /// As for [`cell`](Self::cell).
    pub fn answers(&self, work: &str, tool: &str) -> Result<&[u64], Error> {
        self.cell(work, tool).map(|cell| cell.answers.as_slice())
    }

    /// What went wrong with a tool on a work, if something did.
    ///
    /// # Errors
    /// As for [`cell`](Self::cell).
    pub fn trouble(&self, work: &str, tool: &str) -> Result<Option<&str>, Error> {
        self.cell(work, tool).map(|cell| cell.trouble.as_deref())
    }

    /// The quickest tool for a work first, then those of which no difference to it could be seen. Different is a tool whose
    /// median is 1.15 times the quickest's and all of whose rounds took longer than all of that one's; or whose median is
    /// twice the quickest's.
    ///
    /// # Errors
    /// When there is no such work.
    pub fn best(&self, work: &str) -> Result<Vec<&str>, Error> {
        let row = self.row(work)?;
        Ok(row.best().into_iter().map(|tool| row.cells[tool].tool.as_str()).collect())
    }

    /// What others on this machine took from the first tool, which has one thread at a time.
    fn disturbed(&self) -> Option<String> {
        let first = self.rows.iter().filter_map(|row| row.cells.first().filter(|cell| cell.is_sound()));
        let waited = first.map(|cell| median(cell.waited.clone())).fold(0.0, f64::max);
        let first = &self.rows.first()?.cells.first()?.tool;
        (waited > BUSY).then(|| {
            format!(
                "others use this machine: {first} waited for a core {:.0} % of its time, so cores are worth less here than they \
                 were alone",
                100.0 * waited
            )
        })
    }

    /// Works by tools: each one's median time with its spread, and the threads and processes there were at one time; the
    /// quickest of each row is marked, those that were as quick, and the learner's choice.
    pub fn figure(&self) -> Figure {
        let tools = self
            .rows
            .first()
            .map_or(Vec::new(), |row| row.cells.iter().map(|cell| cell.tool.clone()).collect());
        let rounds =
            self.rows.iter().flat_map(|row| &row.cells).map(|cell| cell.times.len()).max().unwrap_or(0);
        let rows: Vec<_> = self.rows.iter().map(Row::drawn).collect();
        let figure = grid("which tool for which work", &tools, &rows);
        let alone = "nothing is parallel here, so arithmetic has nothing to gain from more threads";
        let notes = [
            Some(format!(
                "median of {rounds} rounds, the least and the most of them, and the threads that there were at the same moment, a process counted as one"
            )),
            (!self.machine.is_parallel()).then(|| format!("{}: {alone}", self.machine)),
            self.machine.is_parallel().then(|| self.machine.to_string()),
            self.disturbed(),
        ];
        notes.iter().flatten().fold(figure, |figure, note| figure.with_note(note))
    }
}
