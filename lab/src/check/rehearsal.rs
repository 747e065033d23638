//! Running a lesson from its first cell to its last, each exercise with its starter and with its solution.

use std::time::Duration;

use super::answer::{Ending, Outcome};
use super::exercise::{self, Exercise};
use super::fault::{Fault, FaultKind};
use super::judge;
use super::lesson::{Cell, Kind, Lesson};
use super::progress::Progress;
use super::session::Session;

/// The limits of a run.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Of one cell.
    pub cell: Duration,
    /// Of all cells of a lesson, each run once.
    pub lesson: Duration,
}

/// What came of a lesson's run.
#[derive(Debug, Default)]
pub struct Run {
    pub faults: Vec<Fault>,
    /// Of all cells, each run once as by a learner.
    pub seconds: f64,
    pub figures: usize,
    /// The number of the cell after which nothing could be judged any more.
    pub stopped: Option<usize>,
}

/// A run under way.
pub struct Rehearsal<'a> {
    lesson: &'a Lesson,
    session: Session,
    limits: Limits,
    progress: &'a Progress,
    run: Run,
}

/// The kernel or its variables are gone: what comes after cannot be judged.
struct Over;

impl<'a> Rehearsal<'a> {
    /// Everything is ready to run.
    pub fn new(lesson: &'a Lesson, session: Session, limits: Limits, progress: &'a Progress) -> Self {
        Self { lesson, session, limits, progress, run: Run::default() }
    }

    /// Runs the lesson.
    pub async fn perform(mut self) -> Run {
        let exercises = exercise::exercises(self.lesson);
        let cells = &self.lesson.cells;
        for (index, cell) in cells.iter().enumerate().filter(|(_, cell)| cell.kind == Kind::Code) {
            let checked = exercises.iter().any(|exercise| exercise.check == index);
            let step = match exercises.iter().find(|exercise| exercise.starter == index) {
                Some(exercise) => self.exercise(exercise).await,
                None if checked => Ok(()),
                None => self.cell(cell).await,
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
    async fn cell(&mut self, cell: &Cell) -> Result<(), Over> {
        let outcome = self.step(cell, &cell.source, "").await;
        self.count(&outcome);
        goes_on(&outcome)
    }

    /// The starter must fail its check, on the second try too; the solution must pass it.
    async fn exercise(&mut self, exercise: &Exercise) -> Result<(), Over> {
        let (starter, check) = (&self.lesson.cells[exercise.starter], &self.lesson.cells[exercise.check]);
        let tries = [
            (starter.source.as_str(), "", false, 2),
            (exercise.solution.as_str(), "with the solution: ", true, 1),
        ];
        for (code, during, wanted, checks) in tries {
            let outcome = self.step(starter, code, during).await;
            if !wanted {
                self.count(&outcome);
            }
            goes_on(&outcome)?;
            for attempt in 0..checks {
                let outcome = self.step(check, &check.source, during).await;
                if !wanted && attempt == 0 {
                    self.count(&outcome);
                }
                goes_on(&outcome)?;
                self.judge_verdict(check, &outcome, during, wanted);
            }
        }
        Ok(())
    }

    async fn step(&mut self, cell: &Cell, code: &str, during: &str) -> Outcome {
        self.progress.cell(cell, self.lesson.cells.len(), during);
        let outcome = self.session.execute(code, self.limits.cell).await;
        let log = if outcome.ending == Ending::Died { self.session.log() } else { String::new() };
        for fault in judge::faults(cell, &outcome, self.limits.cell.as_secs_f64(), &log, during) {
            self.report(fault);
        }
        outcome
    }

    fn count(&mut self, outcome: &Outcome) {
        self.run.seconds += outcome.seconds;
        self.run.figures += judge::figures(outcome);
    }

    fn judge_verdict(&mut self, check: &Cell, outcome: &Outcome, during: &str, wanted: bool) {
        // A check that did not run through has been reported as such.
        if outcome.ending != Ending::Ok || !outcome.stderr.trim().is_empty() {
            return;
        }
        match judge::verdict(outcome) {
            Err(what) => self.report(check.fault(FaultKind::NoVerdict, format!("{during}{what}"))),
            Ok(verdict) if verdict.passed == wanted => {}
            Ok(verdict) if wanted => {
                let what = "the check does not pass the solution; it says:";
                self.report(check.fault(FaultKind::SolutionFails, what).quoting(&verdict.says));
            }
            Ok(verdict) => {
                let what = "the check passes the starter as it stands; it says:";
                self.report(check.fault(FaultKind::StarterPasses, what).quoting(&verdict.says));
            }
        }
    }

    /// A check runs three times: what it says more than once is one fault.
    fn report(&mut self, fault: Fault) {
        let is_same = |known: &Fault| {
            let says_the_same = known.what == fault.what || fault.text.is_some() && known.text == fault.text;
            known.kind == fault.kind && known.cell == fault.cell && says_the_same
        };
        if !self.run.faults.iter().any(is_same) {
            self.run.faults.push(fault);
        }
    }

    fn judge_length(&mut self) {
        let (seconds, limit) = (self.run.seconds, self.limits.lesson.as_secs_f64());
        if seconds > limit {
            let what =
                format!("the lesson's cells ran for {seconds:.1} s together; at most {limit} s wanted");
            self.report(Fault::new(FaultKind::SlowLesson, what));
        }
    }
}

fn goes_on(outcome: &Outcome) -> Result<(), Over> {
    let lost = match outcome.ending {
        Ending::Ok => false,
        Ending::Error => judge::process_died(outcome),
        Ending::TimedOut | Ending::Died => true,
    };
    if lost { Err(Over) } else { Ok(()) }
}
