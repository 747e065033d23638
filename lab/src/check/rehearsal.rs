//! Running a lesson from its first cell to its last, each exercise with every answer that is known.

use std::time::Duration;

use super::answers::Answer;
use super::exercise::Exercise;
use super::fault::{Fault, FaultKind};
use super::jobs;
use super::judge;
use super::lesson::{Cell, Kind, Lesson};
use super::options::Options;
use super::progress::Progress;
use super::report::Tally;
use super::session::{Kernel, Session};
use crate::kernel::outcome::{Ending, Outcome};

/// How lessons are run.
#[derive(Debug, Clone, Copy)]
pub struct Conditions {
    /// On this kernel.
    pub kernel: Kernel,
    /// The limit of one cell.
    pub cell: Duration,
    /// The limit of all cells of a lesson, each run once.
    pub lesson: Duration,
}

impl Conditions {
    /// What was asked for, where `jobs` lessons run at the same time.
    pub fn of(options: &Options, jobs: usize) -> Self {
        let seconds = |limit: f64| Duration::from_secs_f64(limit * jobs::patience(jobs));
        let kernel = if options.stock { Kernel::Stock } else { Kernel::Own };
        Self { kernel, cell: seconds(options.cell_seconds), lesson: seconds(options.lesson_seconds) }
    }
}

/// What came of a lesson's run.
#[derive(Debug, Default)]
pub struct Run {
    pub faults: Vec<Fault>,
    /// Of all cells, each run once as by a learner.
    pub seconds: f64,
    pub figures: usize,
    pub tally: Tally,
    /// What is no fault and worth a look.
    pub notes: Vec<String>,
    /// The number of the cell after which nothing could be judged any more.
    pub stopped: Option<usize>,
}

/// A run under way.
pub struct Rehearsal<'a> {
    pub(super) lesson: &'a Lesson,
    trials: &'a [(Exercise, Vec<Answer>)],
    session: Session,
    conditions: Conditions,
    progress: &'a Progress,
    pub(super) run: Run,
}

/// The kernel or its variables are gone: what comes after cannot be judged.
pub(super) struct Over;

impl<'a> Rehearsal<'a> {
    /// Everything is ready to run: the lesson, its exercises with the answers to each, and a kernel.
    pub fn new(
        lesson: &'a Lesson,
        trials: &'a [(Exercise, Vec<Answer>)],
        session: Session,
        conditions: Conditions,
        progress: &'a Progress,
    ) -> Self {
        Self { lesson, trials, session, conditions, progress, run: Run::default() }
    }

    /// Runs the lesson.
    pub async fn perform(mut self) -> Run {
        let cells = &self.lesson.cells;
        for (index, cell) in cells.iter().enumerate().filter(|(_, cell)| cell.kind == Kind::Code) {
            let checked = self.trials.iter().any(|(exercise, _)| exercise.check == index);
            let step = match self.trials.iter().find(|(exercise, _)| exercise.starter == index) {
                Some((exercise, answers)) => self.exercise(exercise, answers).await,
                None if checked => Ok(()),
                None => self.cell(cell).await.map(drop),
            };
            if step.is_err() {
                self.run.stopped = Some(cell.number);
                break;
            }
        }
        self.judge_length();
        self.run
    }

    /// One cell, as it stands.
    pub(super) async fn cell(&mut self, cell: &Cell) -> Result<Outcome, Over> {
        let outcome = self.step(cell, &cell.source, "").await;
        self.run.seconds += outcome.seconds;
        self.run.figures += judge::figures(&outcome);
        goes_on(&outcome)?;
        Ok(outcome)
    }

    /// Runs `code` in place of what stands in `cell`, and reports every fault that shows.
    pub(super) async fn step(&mut self, cell: &Cell, code: &str, during: &str) -> Outcome {
        let (outcome, faults) = self.attempt(cell, code, during).await;
        faults.into_iter().for_each(|fault| self.report(fault));
        outcome
    }

    /// Runs `code` in place of what stands in `cell`, and gives every fault that shows.
    pub(super) async fn attempt(&mut self, cell: &Cell, code: &str, during: &str) -> (Outcome, Vec<Fault>) {
        self.progress.cell(cell, self.lesson.cells.len(), during);
        let outcome = self.session.execute(code, self.conditions.cell).await;
        let log = if outcome.ending == Ending::Died { self.session.log().await } else { String::new() };
        let faults = judge::faults(cell, &outcome, self.conditions.cell.as_secs_f64(), &log, during);
        (outcome, faults)
    }

    /// A check runs many times: what it says more than once is one fault.
    pub(super) fn report(&mut self, fault: Fault) {
        let is_same = |known: &Fault| {
            let says_the_same = known.what == fault.what || fault.text.is_some() && known.text == fault.text;
            known.kind == fault.kind && known.cell == fault.cell && says_the_same
        };
        if !self.run.faults.iter().any(is_same) {
            self.run.faults.push(fault);
        }
    }

    fn judge_length(&mut self) {
        let (seconds, limit) = (self.run.seconds, self.conditions.lesson.as_secs_f64());
        if seconds > limit {
            let what =
                format!("the lesson's cells ran for {seconds:.1} s together; at most {limit} s wanted");
            self.report(Fault::new(FaultKind::SlowLesson, what));
        }
    }
}

/// Whether there is anything left to go on with.
pub(super) fn goes_on(outcome: &Outcome) -> Result<(), Over> {
    let lost = match outcome.ending {
        Ending::Ok => false,
        Ending::Error => judge::variables_are_gone(outcome),
        Ending::TimedOut | Ending::Died => true,
    };
    if lost { Err(Over) } else { Ok(()) }
}
